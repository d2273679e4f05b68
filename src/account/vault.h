/* account/vault.h: secrets that we must read again, as what an app computes codes from: sealed
 * under a key made of mac.key (XSalsa20 and Poly1305, libsodium), so that the book alone, or
 * a backup of it, tells none.
 *
 *     kept = vault_seal(a, &key, STR("totp 17"), secret);
 *     TRY(vault_open(a, &key, STR("totp 17"), kept, &secret));
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/mac.h"

/* of: what it is and whose; what is sealed for one opens for no other. */
str vault_seal(struct arena *a, const struct mac_key *key, str of, str secret);

/* ERR_IO: it was sealed for another, or under another mac.key, or its octets changed. */
MUST_USE err vault_open(struct arena *a, const struct mac_key *key, str of, str kept,
			str *secret);

/* account/cose.h: public keys as COSE writes them (RFC 9052 section 7, RFC 9053), and what they
 * have signed: ES256, EdDSA (Ed25519), RS256 (RFC 8812).
 *
 *     TRY(cose_read(octets, &key));
 *     TRY(cose_verify(&key, signed_octets, signature));
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum cose_algorithm { COSE_ES256 = -7, COSE_EDDSA = -8, COSE_RS256 = -257 };

struct cose_key {
	enum cose_algorithm algorithm;
	str x, y; /* views: a point; of RSA modulus and exponent */
};

/* Takes a key off the front of *rest. ERR_SYNTAX: it is none, of another algorithm, or of a
 * size that is none of that algorithm's (RSA: 2,048 to 4,096 bits). */
MUST_USE err cose_read(str *rest, struct cose_key *key);

/* ERR_DENIED: the signature is not this key's, or the key is no point of its curve. */
MUST_USE err cose_verify(const struct cose_key *key, str text, str signature);

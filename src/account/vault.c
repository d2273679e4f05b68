#include "account/vault.h"

#include "base/rand.h"

#include <sodium.h>

enum {
	NONCE = crypto_secretbox_NONCEBYTES,
	TAG = crypto_secretbox_MACBYTES,
	KEY = crypto_secretbox_KEYBYTES,
};

static void key_for(struct arena *a, const struct mac_key *key, str of,
		    unsigned char out[static KEY])
{
	str text = arena_cat(a, STR("vault "), of);
	crypto_generichash(out, KEY, (const unsigned char *)text.p, text.n, key->bytes,
			   MAC_KEY);
}

str vault_seal(struct arena *a, const struct mac_key *key, str of, str secret)
{
	unsigned char own[KEY];
	unsigned char *box = arena_alloc(a, NONCE + TAG + secret.n);
	key_for(a, key, of, own);
	rand_bytes(box, NONCE);
	crypto_secretbox_easy(box + NONCE, (const unsigned char *)secret.p, secret.n, box,
			      own);
	sodium_memzero(own, sizeof own);
	return (str){ (const char *)box, NONCE + TAG + secret.n };
}

err vault_open(struct arena *a, const struct mac_key *key, str of, str kept, str *secret)
{
	unsigned char own[KEY];
	const unsigned char *box = (const unsigned char *)kept.p;
	if (kept.n < NONCE + TAG)
		return FAIL(ERR_IO, "a sealed secret is too short");
	size_t n = kept.n - NONCE - TAG;
	unsigned char *text = arena_alloc(a, n);
	key_for(a, key, of, own);
	int wrong = crypto_secretbox_open_easy(text, box + NONCE, n + TAG, box, own);
	sodium_memzero(own, sizeof own);
	if (wrong)
		return FAIL(ERR_IO,
			    "a sealed secret does not open: mac.key is not the one "
			    "under which it was sealed");
	*secret = (str){ (const char *)text, n };
	return OK;
}

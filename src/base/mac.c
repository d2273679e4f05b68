#include "base/mac.h"

#include "base/enc.h"

#include <sodium.h>

enum { TAG_BYTES = 16, SHOWN_BYTES = 10 };

/* A key is a block of its own before the text: for the key that a thread used last its state
 * is kept, which is half of the work for a short text. */
static crypto_generichash_state begun(const struct mac_key *key)
{
	static _Thread_local struct mac_key last;
	static _Thread_local crypto_generichash_state after;
	static _Thread_local bool kept;
	if (!kept || sodium_memcmp(last.bytes, key->bytes, MAC_KEY) != 0) {
		crypto_generichash_init(&after, key->bytes, MAC_KEY, TAG_BYTES);
		last = *key;
		kept = true;
	}
	return after;
}

str mac_tag(struct arena *a, const struct mac_key *key, str purpose, str text)
{
	unsigned char tag[TAG_BYTES];
	crypto_generichash_state state = begun(key);
	crypto_generichash_update(&state, (const unsigned char *)purpose.p, purpose.n);
	crypto_generichash_update(&state, (const unsigned char *)"", 1);
	crypto_generichash_update(&state, (const unsigned char *)text.p, text.n);
	crypto_generichash_final(&state, tag, TAG_BYTES);
	return enc_base32(a, (str){ (const char *)tag, SHOWN_BYTES });
}

bool mac_equal(str a, str b)
{
	return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

bool mac_check(struct arena *a, const struct mac_key *key, str purpose, str text, str tag)
{
	return mac_equal(mac_tag(a, key, purpose, text), tag);
}

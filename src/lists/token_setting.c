#include "lists/token_setting.h"

#include "base/enc.h"
#include "base/rand.h"

#include <sodium.h>
#include <string.h>

enum { SALT = 16, HASH = 32 };

static const str MARK = STR("hashed:"); /* salt and hash in hex behind it */

static void hash(unsigned char out[static HASH], str salt, str token)
{
	crypto_generichash(out, HASH, (const unsigned char *)token.p, token.n,
			   (const unsigned char *)salt.p, salt.n);
}

static bool read_stored(struct arena *a, str stored, str *salt, str *hashed)
{
	str bytes;
	if (!str_starts(stored, MARK)
	    || enc_hex_decode(a, str_skip(stored, MARK.n), &bytes).kind
	    || bytes.n != SALT + HASH)
		return false;
	*salt = str_first(bytes, SALT);
	*hashed = str_skip(bytes, SALT);
	return true;
}

static bool is_printable(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

err token_setting_check(struct arena *a, str key, str typed, str *stored)
{
	str salt, hashed;
	typed = str_trim(typed);
	if (!typed.n || read_stored(a, typed, &salt, &hashed)) {
		*stored = typed;
		return OK;
	}
	if (typed.n < TOKEN_SETTING_MIN || typed.n > TOKEN_SETTING_MAX
	    || !is_printable(typed) || str_starts(typed, MARK))
		return err_in(a, ERR_SYNTAX,
			      "%.*s: it takes %d to %d printable characters without "
			      "spaces; postern user token makes such ones",
			      STR_F(key), TOKEN_SETTING_MIN, TOKEN_SETTING_MAX);
	unsigned char bytes[SALT + HASH];
	rand_bytes(bytes, SALT);
	hash(bytes + SALT, (str){ (const char *)bytes, SALT }, typed);
	*stored = arena_cat(a, MARK,
			    enc_hex(a, (str){ (const char *)bytes, sizeof bytes }));
	return OK;
}

bool token_setting_fits(str stored, str said)
{
	ARENA(a);
	str salt, hashed;
	unsigned char now[HASH];
	if (said.n > TOKEN_SETTING_MAX || !read_stored(a, stored, &salt, &hashed))
		return false;
	hash(now, salt, said);
	return !sodium_memcmp(now, hashed.p, HASH);
}

#include "account/foreign.h"

#include "base/arena.h"
#include "base/enc.h"
#include "base/mac.h"
#include "base/mem.h"

#include <crypt.h>
#include <openssl/evp.h>
#include <stdlib.h>

enum {
	MD5_SIZE = 16,
	SHA1_SIZE = 20,
	ROUNDS = 1000,
	COST_MOST = 12,
	ROUNDS_MOST = 200000
};

static const char digits64[] =
	"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static bool is_digit64(char c)
{
	return c && strchr(digits64, c);
}

static bool all_digits64(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit64(s.p[i]))
			return false;
	return true;
}

/* ---- which are known */

/* $2y$12$: each step doubles the work, and a hash comes from a file of somebody's. */
static bool is_cheap_bcrypt(str kept)
{
	uint64_t cost;
	return kept.n == 60 && kept.p[6] == '$'
	       && str_u64(str_first(str_skip(kept, 4), 2), &cost) && cost <= COST_MOST;
}

static bool is_cheap_sha(str kept)
{
	str rounds = STR("rounds="), number, rest;
	uint64_t n;
	kept = str_skip(kept, 3);
	return !str_starts(kept, rounds)
	       || (str_cut(str_skip(kept, rounds.n), '$', &number, &rest)
		   && str_u64(number, &n) && n <= ROUNDS_MOST);
}

/* yescrypt's default cost and below: $y$j9T$. */
static bool is_cheap_yescrypt(str kept)
{
	return str_starts(kept, STR("$y$j")) && kept.n > 7 && kept.p[6] == '$'
	       && kept.p[4] <= '9';
}

bool foreign_known(str kept)
{
	if (kept.n > 127)
		return false;
	for (size_t i = 0; i < kept.n; i++)
		if (kept.p[i] <= ' ' || kept.p[i] >= 0x7F)
			return false;
	if (str_starts(kept, STR("{SHA}")))
		return kept.n == 33;
	if (str_starts(kept, STR("$2y$")) || str_starts(kept, STR("$2a$"))
	    || str_starts(kept, STR("$2b$")))
		return is_cheap_bcrypt(kept);
	if (str_starts(kept, STR("$5$")) || str_starts(kept, STR("$6$")))
		return is_cheap_sha(kept);
	if (str_starts(kept, STR("$y$")))
		return is_cheap_yescrypt(kept);
	return str_starts(kept, STR("$apr1$")) || str_starts(kept, STR("$1$"))
	       || (kept.n == 13 && all_digits64(kept));
}

/* ---- whether one fits */

static void digest(const EVP_MD *type, const str *parts, size_t count, unsigned char *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_DigestInit_ex(ctx, type, NULL);
	for (size_t i = 0; i < count; i++)
		EVP_DigestUpdate(ctx, parts[i].n ? parts[i].p : "", parts[i].n);
	EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
}

#define DIGEST(type, out, ...)                     \
	digest(type, (const str[]){ __VA_ARGS__ }, \
	       sizeof((const str[]){ __VA_ARGS__ }) / sizeof(str), out)

/* What is said of the password's length in its first digest. */
static str lengthening(struct arena *a, str password, const unsigned char *inner)
{
	str out = STR("");
	for (size_t left = password.n; left; left -= left > MD5_SIZE ? MD5_SIZE : left)
		out = arena_cat(
			a, out,
			(str){ (const char *)inner, left > MD5_SIZE ? MD5_SIZE : left });
	for (size_t i = password.n; i; i >>= 1)
		out = arena_cat(a, out, i & 1 ? (str){ "", 1 } : str_first(password, 1));
	return out;
}

static void apr1_rounds(str password, str salt, unsigned char *sum)
{
	for (int i = 0; i < ROUNDS; i++) {
		str last = { (const char *)sum, MD5_SIZE }, none = STR("");
		DIGEST(EVP_md5(), sum, i & 1 ? password : last, i % 3 ? salt : none,
		       i % 7 ? password : none, i & 1 ? last : password);
	}
}

static str apr1_text(struct arena *a, const unsigned char *sum)
{
	static const unsigned char order[][3] = {
		{ 0, 6, 12 }, { 1, 7, 13 }, { 2, 8, 14 }, { 3, 9, 15 }, { 4, 10, 5 }
	};
	char text[22];
	size_t n = 0;
	for (size_t i = 0; i < 5; i++) {
		unsigned v = (unsigned)sum[order[i][0]] << 16
			     | (unsigned)sum[order[i][1]] << 8 | sum[order[i][2]];
		for (int k = 0; k < 4; k++, v >>= 6)
			text[n++] = digits64[v & 63];
	}
	text[n++] = digits64[sum[11] & 63];
	text[n++] = digits64[sum[11] >> 6];
	return arena_copy(a, (str){ text, n });
}

/* Apache's own: MD5-crypt under another name. */
static bool fits_apr1(struct arena *a, str kept, str password)
{
	str magic = STR("$apr1$"), salt, hash;
	unsigned char sum[MD5_SIZE];
	if (!str_cut(str_skip(kept, magic.n), '$', &salt, &hash) || salt.n > 8)
		return false;
	DIGEST(EVP_md5(), sum, password, salt, password);
	str longer = lengthening(a, password, sum);
	DIGEST(EVP_md5(), sum, password, magic, salt, longer);
	apr1_rounds(password, salt, sum);
	return mac_equal(apr1_text(a, sum), hash);
}

static bool fits_sha(struct arena *a, str kept, str password)
{
	unsigned char sum[SHA1_SIZE];
	DIGEST(EVP_sha1(), sum, password);
	return mac_equal(enc_base64(a, (str){ (const char *)sum, SHA1_SIZE }),
			 str_skip(kept, 5));
}

static bool fits_crypt(struct arena *a, str kept, str password)
{
	struct crypt_data *data = mem_zero(sizeof *data);
	const char *got = crypt_rn(arena_z(a, password), arena_z(a, kept), data,
				   sizeof *data);
	bool yes = got && *got != '*' && mac_equal(str_from(got), kept);
	free(data);
	return yes;
}

bool foreign_fits(str kept, str password)
{
	ARENA(a);
	if (!foreign_known(kept) || str_has(password, '\0') || password.n > 255)
		return false;
	if (str_starts(kept, STR("$apr1$")))
		return fits_apr1(a, kept, password);
	if (str_starts(kept, STR("{SHA}")))
		return fits_sha(a, kept, password);
	return fits_crypt(a, kept, password);
}

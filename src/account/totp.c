#include "account/totp.h"

#include "base/enc.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

enum { SHA1 = 20, MODULUS = 1000000 };

/* RFC 4226 section 5.3. */
uint32_t totp_code(str secret, int64_t step)
{
	unsigned char counter[8], mac[EVP_MAX_MD_SIZE] = { 0 };
	unsigned length = 0;
	for (int i = 0; i < 8; i++)
		counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
	HMAC(EVP_sha1(), secret.p, (int)secret.n, counter, sizeof counter, mac, &length);
	unsigned at = mac[SHA1 - 1] & 15;
	uint32_t number = (uint32_t)(mac[at] & 127) << 24 | (uint32_t)mac[at + 1] << 16
			  | (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	return number % MODULUS;
}

static bool read_digits(str typed, uint32_t *code)
{
	uint64_t n;
	if (typed.n != TOTP_DIGITS)
		return false;
	for (size_t i = 0; i < typed.n; i++)
		if (typed.p[i] < '0' || typed.p[i] > '9')
			return false;
	while (typed.n > 1 && typed.p[0] == '0')
		typed = str_skip(typed, 1);
	if (!str_u64(typed, &n))
		return false;
	*code = (uint32_t)n;
	return true;
}

bool totp_match(str secret, str typed, int64_t now, int64_t last, int64_t *step)
{
	uint32_t code;
	bool found = false;
	if (!read_digits(typed, &code))
		return false;
	for (int64_t k = now / TOTP_STEP - TOTP_DRIFT; k <= now / TOTP_STEP + TOTP_DRIFT;
	     k++)
		if (totp_code(secret, k) == code && k > last) {
			*step = k;
			found = true;
		}
	return found;
}

str totp_text(struct arena *a, str secret)
{
	str text = enc_base32(a, secret), out = STR("");
	char *capital = arena_alloc(a, text.n + 1);
	for (size_t i = 0; i < text.n; i++)
		capital[i] = text.p[i] >= 'a' ? (char)(text.p[i] - 32) : text.p[i];
	for (size_t i = 0; i < text.n; i += 4)
		out = arena_cat(a, out, i ? STR(" ") : STR(""),
				str_first((str){ capital + i, text.n - i }, 4));
	return out;
}

str totp_uri(struct arena *a, str site, str person, str secret)
{
	str key = STR(""), text = totp_text(a, secret), word;
	while (str_word(&text, &word))
		key = arena_cat(a, key, word);
	site = enc_percent(a, site);
	return arena_cat(a, STR("otpauth://totp/"), site, STR(":"),
			 enc_percent(a, person), STR("?secret="), key, STR("&issuer="),
			 site);
}

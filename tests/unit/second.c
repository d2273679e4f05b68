/* account/totp.h, account/vault.h, account/second.h: codes of an app. */
#include "account/second.h"
#include "store_folder.h"

#include "account/totp.h"
#include "account/vault.h"
#include "base/clock.h"
#include "store/lists/person.h"
#include "store/lists/totp.h"

/* RFC 4226 appendix D, and RFC 6238 appendix B: the last six digits of its eight. */
static void codes_of_the_rfcs(void)
{
	static const uint32_t hotp[] = { 755224, 287082, 359152, 969429, 338314,
					 254676, 287922, 162583, 399871, 520489 };
	static const struct {
		int64_t at;
		uint32_t code;
	} totp[] = {
		{ 59, 287082 },       { 1111111109, 81804 },  { 1111111111, 50471 },
		{ 1234567890, 5924 }, { 2000000000, 279037 }, { 20000000000, 353130 }
	};
	str secret = STR("12345678901234567890");
	for (size_t i = 0; i < sizeof hotp / sizeof *hotp; i++)
		CHECK(totp_code(secret, (int64_t)i) == hotp[i]);
	for (size_t i = 0; i < sizeof totp / sizeof *totp; i++)
		CHECK(totp_code(secret, totp[i].at / TOTP_STEP) == totp[i].code);
}

static void matching(void)
{
	str secret = STR("12345678901234567890");
	int64_t step = 0,
		now = 1111111109; /* step 37037036, whose code begins with a 0 */
	static const char *const wrong[] = { "",       "81804",  "0818040", "081805",
					     "08180a", " 81804", "-81804",  "+81804",
					     "0x1804", "08\0804" };
	CHECK(totp_match(secret, STR("081804"), now, 0, &step) && step == 37037036);
	CHECK(totp_match(secret, STR("081804"), now + 30, 0, &step) && step == 37037036);
	CHECK(totp_match(secret, STR("081804"), now - 30, 0, &step) && step == 37037036);
	step = 7;
	CHECK(!totp_match(secret, STR("081804"), now + 61, 0, &step));
	CHECK(!totp_match(secret, STR("081804"), now - 60, 0, &step));
	CHECK(!totp_match(secret, STR("081804"), now, 37037036, &step));
	CHECK(!totp_match(secret, STR("081804"), now, 37037037, &step));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(!totp_match(secret, str_from(wrong[i]), now, 0, &step));
	CHECK(step == 7);
	CHECK(totp_match(secret, STR("081804"), now, 37037035, &step));
}

static void texts(struct arena *a)
{
	str secret = STR("12345678901234567890");
	CHECK(str_eq(totp_text(a, secret),
		     STR("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ")));
	CHECK(str_eq(totp_uri(a, STR("lists.example"), STR("anna@uni.example"), secret),
		     STR("otpauth://totp/lists.example:anna%40uni.example?secret="
			 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=lists.example")));
}

static const struct mac_key key = { "0123456789abcdef0123456789abcde" };

static void vaults(struct arena *a)
{
	struct mac_key other = key;
	str out = STR_NONE, kept = vault_seal(a, &key, STR("totp 1"), STR("a secret"));
	other.bytes[0] ^= 1;
	CHECK(!str_find(kept, STR("a secret")).n && kept.n == 8 + 24 + 16);
	CHECK(ok(vault_open(a, &key, STR("totp 1"), kept, &out))
	      && str_eq(out, STR("a secret")));
	CHECK(vault_open(a, &key, STR("totp 2"), kept, &out).kind == ERR_IO);
	CHECK(vault_open(a, &other, STR("totp 1"), kept, &out).kind == ERR_IO);
	for (size_t i = 0; i < kept.n; i++) {
		char *bad = arena_z(a, kept);
		bad[i] ^= 1;
		CHECK(vault_open(a, &key, STR("totp 1"), (str){ bad, kept.n }, &out).kind
		      == ERR_IO);
		CHECK(vault_open(a, &key, STR("totp 1"), str_first(kept, i), &out).kind
		      == ERR_IO);
	}
}

static str code_at(struct arena *a, str secret, int64_t step)
{
	return arena_printf(a, "%06u", totp_code(secret, step));
}

static void second(struct arena *a, struct book *b)
{
	int64_t id = 0, other = 0, now = clock_now() / TOTP_STEP;
	struct second s;
	str secret = STR_NONE, codes[SECOND_CODES];
	bool recovery = true;
	CHECK(ok(person_add(b, STR("Anna"), 1000, &id)));
	CHECK(ok(person_add(b, STR("Ben"), 1000, &other)));
	CHECK(ok(second_get(a, b, id, &s)) && !s.on && !s.started);
	CHECK(second_secret(a, b, &key, id, &secret).kind == ERR_NOTFOUND);
	CHECK(second_confirm(a, b, &key, id, STR("123456")).kind == ERR_NOTFOUND);
	CHECK(second_check(a, b, &key, id, STR("123456"), &recovery).kind
	      == ERR_NOTFOUND);
	CHECK(second_off(b, id).kind == ERR_NOTFOUND);
	CHECK(second_links(b, id, true).kind == ERR_NOTFOUND);
	CHECK(ok(second_start(a, b, &key, id)));
	CHECK(ok(second_secret(a, b, &key, id, &secret)) && secret.n == TOTP_SECRET);
	str before = secret;
	CHECK(ok(second_start(a, b, &key, id)));
	CHECK(ok(second_secret(a, b, &key, id, &secret)) && !str_eq(secret, before));
	CHECK(second_confirm(a, b, &key, id, code_at(a, before, now)).kind == ERR_DENIED);
	CHECK(second_check(a, b, &key, id, code_at(a, secret, now), &recovery).kind
	      == ERR_NOTFOUND);
	CHECK(second_confirm(a, b, &key, other, code_at(a, secret, now)).kind
	      == ERR_NOTFOUND);
	CHECK(ok(second_confirm(a, b, &key, id, code_at(a, secret, now))));
	CHECK(ok(second_get(a, b, id, &s)) && s.on && !s.started && !s.links);
	CHECK(second_secret(a, b, &key, id, &secret).kind == ERR_NOTFOUND);
	CHECK(second_start(a, b, &key, id).kind == ERR_DENIED);
	CHECK(second_check(a, b, &key, id, code_at(a, secret, now), &recovery).kind
	      == ERR_DENIED); /* it was used */
	CHECK(ok(second_check(a, b, &key, id, code_at(a, secret, now + 1), &recovery))
	      && !recovery);
	CHECK(ok(second_codes(a, b, id, codes)));
	CHECK(ok(second_get(a, b, id, &s)) && s.codes == SECOND_CODES);
	CHECK(second_check(a, b, &key, other, codes[0], &recovery).kind == ERR_DENIED);
	CHECK(ok(second_check(a, b, &key, id, codes[0], &recovery)) && recovery);
	CHECK(second_check(a, b, &key, id, codes[0], &recovery).kind == ERR_DENIED);
	CHECK(ok(second_get(a, b, id, &s)) && s.codes == SECOND_CODES - 1);
	CHECK(ok(second_links(b, id, true)) && ok(second_get(a, b, id, &s)) && s.links);
	CHECK(ok(second_off(b, id)) && ok(second_get(a, b, id, &s)) && !s.on && !s.codes);
	CHECK(second_is_short(a, STR("123 456")) && !second_is_short(a, codes[0]));
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_LISTS);
	codes_of_the_rfcs();
	matching();
	texts(a);
	vaults(a);
	second(a, b);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}

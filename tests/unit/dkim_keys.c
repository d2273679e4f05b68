/* Keys that sign and keys that DNS publishes, as they are and as they must not be. */
#include "tests/check.h"
#include "tests/unit/yaml_doc.h"
#include "base/enc.h"
#include "trust/der.h"
#include "trust/dkim.h"

static void test_keys(void)
{
	ARENA(a);
	struct sign_key *key = NULL;
	CHECK(sign_key_load(a, STR("no key"), &key).kind == ERR_SYNTAX && !key);
	CHECK(sign_key_load(a, STR_NONE, &key).kind == ERR_SYNTAX && !key);
	str line = key_zone_line(a, STR("s1._domainkey.uni.example"),
				 arena_cat(a, STR("v=DKIM1; k=rsa; p="),
					   enc_hex(a, arena_printf(a, "%0180d", 0))));
	CHECK(str_starts(
		line, STR("s1._domainkey.uni.example. IN TXT ( \"v=DKIM1; k=rsa; p=")));
	CHECK(str_ends(line, STR("\" )")) && str_find(line, STR("\" \"")).n);
	const char *dir = data_folder();
	str pem;
	if (!dir)
		return;
	static const struct {
		const char *file;
		enum err_kind kind;
	} files[] = { { "rsa", ERR_NONE },
		      { "ed25519", ERR_NONE },
		      { "small", ERR_DENIED } };
	for (size_t i = 0; i < 3; i++) {
		key = NULL;
		const char *path = arena_printf(a, "%s/dkim/mailauth/private-%s.pem", dir,
						files[i].file)
					   .p;
		CHECK(!file_read(a, path, 10000, &pem).kind);
		CHECK(sign_key_load(a, pem, &key).kind == files[i].kind);
		sign_key_free(key);
	}
}

/* DER that is not as it must be is no key; a NUL byte ends nothing here. */
static void test_der(void)
{
#define PKCS1 "\x30\x0b\x02\x04\x00\xc1\x02\x03\x02\x03\x01\x00\x01"
#define D(lit)                       \
	{                            \
		lit, sizeof(lit) - 1 \
	}
#define SPKI "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x0e\x00"
	static const struct {
		str der;
		bool ok;
	} cases[] = {
		{ D(PKCS1), true },
		{ D("\x30\x1f" SPKI PKCS1), true },
		{ D(PKCS1 "\x00"), false },
		{ D("\x30\x81\x0b"
		    "\x02\x04\x00\xc1\x02\x03\x02\x03\x01\x00\x01"),
		  false },
		{ D("\x30\x0b\x02\x04\x80\xc1\x02\x03\x02\x03\x01\x00\x01"), false },
		{ D("\x30\x0b\x02\x04\x00\xc1\x02\x03\x02\x04\x01\x00\x01"), false },
		{ D("\x30\x06\x02\x01\x00\x02\x01\x03"), false },
		{ D("\x30\x06\x02\x01\x05\x02\x01\x00"), false },
		{ D("\x30\x80"), false },
		{ D("\x30\x84\xff\xff\xff\xff"), false },
		{ D("\x30"), false },
		{ D(""), false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str n, e;
		bool ok = der_rsa_key(cases[i].der, &n, &e);
		CHECK(ok == cases[i].ok);
		CHECK(!ok
		      || (str_eq(n, STR("\xc1\x02\x03"))
			  && str_eq(e, STR("\x01\x00\x01"))));
	}
}

int main(void)
{
	test_keys();
	test_der();
	return check_done();
}

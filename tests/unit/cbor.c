#include "account/cbor.h"

#include "store_folder.h"

static void cbor(void)
{
	static const struct {
		str in;
		enum cbor_kind kind;
		int64_t number;
		size_t count, rest;
	} good[] = {
		{ STR("\x00"), CBOR_NUMBER, 0, 0, 0 },
		{ STR("\x17"
		      "x"),
		  CBOR_NUMBER, 23, 0, 1 },
		{ STR("\x18\xff"), CBOR_NUMBER, 255, 0, 0 },
		{ STR("\x19\x01\x00"), CBOR_NUMBER, 256, 0, 0 },
		{ STR("\x1a\xff\xff\xff\xff"), CBOR_NUMBER, 4294967295, 0, 0 },
		{ STR("\x1b\x7f\xff\xff\xff\xff\xff\xff\xff"), CBOR_NUMBER, INT64_MAX, 0,
		  0 },
		{ STR("\x20"), CBOR_NUMBER, -1, 0, 0 },
		{ STR("\x39\x01\x00"), CBOR_NUMBER, -257, 0, 0 },
		{ STR("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"), CBOR_NUMBER, INT64_MIN, 0,
		  0 },
		{ STR("\x43"
		      "abcd"),
		  CBOR_OCTETS, 0, 0, 1 },
		{ STR("\x63"
		      "abc"),
		  CBOR_TEXT, 0, 0, 0 },
		{ STR("\x82\x01\x02"), CBOR_ARRAY, 0, 2, 2 },
		{ STR("\xa1\x01\x02"), CBOR_MAP, 0, 1, 2 },
		{ STR("\xf5"), CBOR_OTHER, 0, 0, 0 },
		{ STR("\xfb"
		      "12345678"),
		  CBOR_OTHER, 0, 0, 0 },
	};
	static const str bad[] = {
		STR(""),
		STR("\x18"),
		STR("\x19\x01"),
		STR("\x1b"
		    "1234567"),
		STR("\x1b\x80\0\0\0\0\0\0\0"),
		STR("\x1c"),
		STR("\x5f\x41"
		    "a"
		    "\xff"),
		STR("\x9f\xff"),
		STR("\xc0\x61"
		    "x"),
		STR("\x44"
		    "abc"),
		STR("\x5b\xff\xff\xff\xff\xff\xff\xff\xff"),
		STR("\x83\x01\x02"),
		STR("\xbf\xff"),
		STR("\xff"),
	};
	struct cbor x;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		str rest = good[i].in;
		CHECK(ok(cbor_next(&rest, &x)) && x.kind == good[i].kind
		      && x.number == good[i].number && x.count == good[i].count
		      && rest.n == good[i].rest);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		str rest = bad[i];
		CHECK(cbor_next(&rest, &x).kind == ERR_SYNTAX && rest.n == bad[i].n);
	}
	str rest = STR("\xa2\x01\x82\x02\x61"
		       "x"
		       "\x20\xa0"
		       "more");
	CHECK(ok(cbor_skip(&rest)) && str_eq(rest, STR("more")));
	rest = STR("\x81\x81\x81\x81\x81\x81\x81\x01");
	CHECK(ok(cbor_skip(&rest)) && !rest.n);
	rest = STR("\x81\x81\x81\x81\x81\x81\x81\x81\x01");
	CHECK(cbor_skip(&rest).kind == ERR_LIMIT && rest.n == 9);
	static char many[1100];
	memset(many, 0x01, sizeof many);
	memcpy(many, "\x99\x04\x00", 3);
	rest = (str){ many, sizeof many };
	CHECK(cbor_skip(&rest).kind == ERR_LIMIT);
}

int main(void)
{
	cbor();
	return check_done();
}

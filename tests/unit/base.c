#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/mac.h"
#include "base/map.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "tests/check.h"

#include <unistd.h>

static void strings(void)
{
	str head, tail, word, rest = STR(" a \tbc");
	CHECK(str_cut(STR("a@b@c"), '@', &head, &tail) && str_eq(tail, STR("b@c")));
	CHECK(str_cut_last(STR("a@b@c"), '@', &head, &tail) && str_eq(head, STR("a@b")));
	CHECK(!str_cut(STR("abc"), '@', &head, &tail) && str_eq(head, STR("a@b")));
	CHECK(str_ieq(STR("AbC"), STR("aBc")) && !str_ieq(STR("a"), STR("ab")));
	CHECK(str_eq(str_ifind(STR("xYzW"), STR("yZ")), STR("YzW")));
	CHECK(str_eq(str_trim(STR(" \r\n a b\t ")), STR("a b")));
	CHECK(str_word(&rest, &word) && str_eq(word, STR("a")));
	CHECK(str_word(&rest, &word) && str_eq(word, STR("bc"))
	      && !str_word(&rest, &word));
	CHECK(str_has_word(STR("td th"), STR("th"))
	      && !str_has_word(STR("td th"), STR("TH"))
	      && !str_has_word(STR("tdx th"), STR("td"))
	      && !str_has_word(STR(""), STR("")));
	CHECK(str_ihas_word(STR("td th"), STR("TH"))
	      && !str_ihas_word(STR("td th"), STR("T")));
}

static void numbers(void)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t want;
	} cases[] = {
		{ "0", true, 0 },     { "9223372036854775807", true, INT64_MAX },
		{ "-12", true, -12 }, { "9223372036854775808", false, 0 },
		{ "", false, 0 },     { "-", false, 0 },
		{ "1x", false, 0 },   { "99999999999999999999999", false, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t got = 77;
		CHECK(str_i64(str_from(cases[i].text), &got) == cases[i].ok);
		CHECK(got == (cases[i].ok ? cases[i].want : 77));
	}
}

static void encodings(struct arena *a)
{
	static const struct {
		const char *plain, *base64, *base32, *hex;
	} cases[] = {
		/* RFC 4648 section 10, base32 in lower case without padding */
		{ "", "", "", "" },
		{ "f", "Zg==", "my", "66" },
		{ "fo", "Zm8=", "mzxq", "666f" },
		{ "foo", "Zm9v", "mzxw6", "666f6f" },
		{ "foobar", "Zm9vYmFy", "mzxw6ytboi", "666f6f626172" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str plain = str_from(cases[i].plain), back;
		CHECK(str_eq(enc_base64(a, plain), str_from(cases[i].base64)));
		CHECK(str_eq(enc_base32(a, plain), str_from(cases[i].base32)));
		CHECK(str_eq(enc_hex(a, plain), str_from(cases[i].hex)));
		CHECK(!enc_base64_decode(a, str_from(cases[i].base64), &back).kind
		      && str_eq(back, plain));
		CHECK(!enc_hex_decode(a, str_from(cases[i].hex), &back).kind
		      && str_eq(back, plain));
	}
	static const char *const wrong[] = { "Z",    "Zg=",  "Zg=a", "Z===",
					     "Zh==", "Zm9=", "Z g=" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		str out;
		CHECK(enc_base64_decode(a, str_from(wrong[i]), &out).kind == ERR_SYNTAX);
	}
	str out;
	CHECK(str_eq(enc_percent(a, STR("a b/ü~")), STR("a%20b%2F%C3%BC~")));
	CHECK(str_eq(enc_percent_path(a, STR("/a b/ü~/")), STR("/a%20b/%C3%BC~/")));
	CHECK(!enc_percent_decode(a, STR("a+b%2f"), true, &out).kind
	      && str_eq(out, STR("a b/")));
	CHECK(enc_percent_decode(a, STR("%2"), true, &out).kind == ERR_SYNTAX);
}

static void base64url(struct arena *a)
{
	static const char *const texts[][2] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "\xfb\xff\xfe", "-__-" },
		{ "\x03\xec\xff\xe0\xc1", "A-z_4ME" }, /* RFC 7515 appendix C */
	};
	static const char *const wrong[] = { "Z", "Zg==", "+//+", "Zh", "Zm9vZ", "Z g" };
	str out;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		str plain = str_from(texts[i][0]), text = str_from(texts[i][1]);
		CHECK(str_eq(enc_base64url(a, plain), text));
		CHECK(!enc_base64url_decode(a, text, &out).kind && str_eq(out, plain));
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(enc_base64url_decode(a, str_from(wrong[i]), &out).kind
		      == ERR_SYNTAX);
}

static void xtext(struct arena *a)
{
	static const struct {
		const char *plain, *text;
		bool utf8;
	} cases[] = {
		{ "", "", false },
		{ "a+b=c d", "a+2Bb+3Dc+20d", false },
		{ "day+2B", "day+2B2B", false },
		{ "\xC3\xBC", "+C3+BC", true },
	};
	static const char *const wrong[] = { "+",   "+2",  "a+2b",   "+G0", "+0A",
					     "a=b", "+7F", "+C3+BC", "+00", "\xC3\xBC" };
	str out = STR("as it was");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(enc_xtext_decode(a, str_from(wrong[i]), false, &out).kind
			      == ERR_SYNTAX
		      && str_eq(out, STR("as it was")));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str plain = str_from(cases[i].plain), text = str_from(cases[i].text);
		CHECK(str_eq(enc_xtext(a, plain), text));
		CHECK(!enc_xtext_decode(a, text, cases[i].utf8, &out).kind
		      && str_eq(out, plain));
	}
}

static void unicode(struct arena *a)
{
	static const struct {
		const char *text;
		bool valid;
	} cases[] = {
		{ "plain", true },
		{ "\xC3\xBC", true },
		{ "\xC0\xAF", false },
		{ "\xED\xA0\x80", false },
		{ "\xF4\x90\x80\x80", false },
		{ "\xE2\x82", false },
		{ "\xF0\x9F\x98\x80", true },
		{ "\x80", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(utf8_valid(str_from(cases[i].text)) == cases[i].valid);
	CHECK(str_eq(utf8_scrub(a, STR("a\xFFz")), STR("a\xEF\xBF\xBDz")));
	CHECK(str_eq(utf8_fold(a, STR("Stra\xC3\x9F"
				      "E")),
		     STR("strasse")));
}

static void maps(struct arena *a)
{
	struct map m = { 0 };
	static int values[1000];
	for (int i = 0; i < 1000; i++)
		map_set(&m, arena_printf(a, "key%d", i), &values[i]);
	map_set(&m, STR("key7"), &values[8]);
	CHECK(m.used == 1000 && map_get(&m, STR("key7")) == &values[8]);
	CHECK(!map_get(&m, STR("key1000")) && map_get(&m, STR("key999")) == &values[999]);
	size_t seen = 0;
	for (struct map_slot *s = NULL; (s = map_next(&m, s));)
		seen++;
	CHECK(seen == 1000);
	map_free(&m);
	CHECK(!map_get(&m, STR("key1")));
}

static void times(void)
{
	int64_t t = 0;
	char text[CLOCK_TEXT];
	clock_iso(1795493529512, text);
	CHECK(!strcmp(text, "2026-11-24T04:12:09.512Z"));
	CHECK(clock_parse(STR("2026-11-24T04:12:09Z"), 0, &t) && t == 1795493529);
	CHECK(clock_parse(STR("+7d"), 1000, &t) && t == 1000 + 7 * 86400);
	CHECK(!clock_parse(STR("tomorrow"), 0, &t) && !clock_parse(STR("+7y"), 0, &t));
	CHECK(clock_parse_span(STR("90m"), &t) && t == 5400);
}

static void tags(struct arena *a)
{
	struct mac_key key;
	rand_bytes(&key, sizeof key);
	str tag = mac_tag(a, &key, STR("bounce"), STR("7"));
	CHECK(tag.n == 16 && mac_check(a, &key, STR("bounce"), STR("7"), tag));
	CHECK(!mac_check(a, &key, STR("bounce"), STR("8"), tag));
	CHECK(!mac_check(a, &key, STR("leave"), STR("7"), tag));
	CHECK(rand_token(a, 20).n == 32);
}

/* Keyed BLAKE2b as others compute it, whichever key was used before. */
static void keyed_tags(struct arena *a)
{
	static const struct {
		unsigned char first; /* the key's octets count up from there */
		const char *purpose, *tag;
	} rows[] = {
		{ 0, "bounce", "l2x3au7hxznz7pow" }, { 0, "leave", "vi6sfspjwc3qxlig" },
		{ 1, "bounce", "yyupajbyhny7f3rp" }, { 0, "bounce", "l2x3au7hxznz7pow" },
		{ 1, "leave", "awnkg7zco4ihrjjd" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct mac_key key;
		for (unsigned char k = 0; k < MAC_KEY; k++)
			key.bytes[k] = (unsigned char)(rows[i].first + k);
		str tag = mac_tag(a, &key, str_from(rows[i].purpose), STR("7"));
		CHECK(str_eq(tag, str_from(rows[i].tag)));
	}
}

static void arenas(void)
{
	ARENA(a);
	char *big = arena_alloc(a, 100000);
	memset(big, 1, 100000);
	arena_reset(a);
	CHECK(str_eq(arena_cat(a, STR("a"), STR("b\0c"), STR("")), STR("ab\0c")));
	CHECK(str_eq(arena_printf(a, "%d-%s", 7, "x"), STR("7-x")));
	static const int64_t numbers[] = { 0, 7, 10, 250, -1, INT64_MAX, INT64_MIN };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		CHECK(str_eq(arena_number(a, numbers[i]),
			     arena_printf(a, "%lld", (long long)numbers[i])));
	BUF(b);
	buf_addf(&b, "%s", "hello");
	buf_drop(&b, 2);
	CHECK(str_eq(buf_str(&b), STR("llo")));
}

/* What a stranger sent may be any bytes; a line of the log is UTF-8 all the same. */
static void quoting(void)
{
	BUF(b);
	buf_add_quoted(&b, STR("a\"\\\n\xc2\x9b\xc2\xa0\xc3\xa9"));
	CHECK(str_eq(buf_str(&b), STR("\"a\\\"\\\\\\u000a\\u009b\xc2\xa0\xc3\xa9\"")));
}

static void logging(void)
{
	char line[512];
	int pipes[2], kept = dup(STDERR_FILENO);
	CHECK(!pipe(pipes) && dup2(pipes[1], STDERR_FILENO) >= 0);
	for (int json = 0; json < 2; json++) {
		log_open("test", LOG_INFO, json);
		log_info("test", KZ("name", "a\xFF"
					    "b"));
		ssize_t n = read(pipes[0], line, sizeof line);
		str text = { line, n > 0 ? (size_t)n : 0 };
		CHECK(utf8_valid(text)
		      && str_find(text, json ? STR("\"name\":\"a\xEF\xBF\xBD"
						   "b\"}")
					     : STR(" name=a\xEF\xBF\xBD"
						   "b\n"))
				 .n);
	}
	log_open("test", LOG_INFO, false);
	dup2(kept, STDERR_FILENO);
	close(kept), close(pipes[0]), close(pipes[1]);
}

int main(void)
{
	ARENA(a);
	quoting();
	logging();
	strings();
	numbers();
	encodings(a);
	base64url(a);
	xtext(a);
	unicode(a);
	maps(a);
	times();
	tags(a);
	keyed_tags(a);
	arenas();
	return check_done();
}

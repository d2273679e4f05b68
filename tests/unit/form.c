#include "web/form.h"

#include "tests/check.h"

#define URLENCODED          "application/x-www-form-urlencoded"
#define MULTIPART           "multipart/form-data; boundary=XX"
#define PART(headers, body) "--XX\r\n" headers "\r\n\r\n" body "\r\n"
#define NAMED(name)         "Content-Disposition: form-data; name=\"" name "\""

static void accepted(void)
{
	static const struct {
		const char *type, *body;
		size_t count;
		const char *name, *value; /* of the last */
	} cases[] = {
		{ URLENCODED, "", 0, "", "" },
		{ URLENCODED, "a=b", 1, "a", "b" },
		{ URLENCODED "; charset=utf-8", "a=b&c=d+e%21", 2, "c", "d e!" },
		{ URLENCODED, "a", 1, "a", "" },
		{ URLENCODED, "=b", 1, "", "b" },
		{ URLENCODED, "&&a=b=c&&", 1, "a", "b=c" },
		{ URLENCODED, "a=100%&b=%zz%4", 2, "b", "%zz%4" },
		{ URLENCODED, "n=M%C3%BCller", 1, "n", "M\xC3\xBCller" },
		{ "APPLICATION/X-WWW-FORM-URLENCODED", "a=b", 1, "a", "b" },
		{ MULTIPART, PART(NAMED("a"), "b") "--XX--", 1, "a", "b" },
		{ MULTIPART, PART(NAMED("a"), "b") PART(NAMED("c"), "") "--XX--\r\n", 2,
		  "c", "" },
		{ MULTIPART, "--XX--", 0, "", "" },
		{ MULTIPART, PART(NAMED("a%22b"), "line\r\nline") "--XX--", 1, "a\"b",
		  "line\r\nline" },
		{ MULTIPART, PART(NAMED("a"), "x\r\n--X") "--XX--", 1, "a", "x\r\n--X" },
		{ "multipart/form-data; charset=utf-8; boundary=\"X X\"",
		  "--X X\r\n" NAMED("a") "\r\n\r\nb\r\n--X X--", 1, "a", "b" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct pairs p = { 0 };
		err e = form_parse(a, str_from(cases[i].type), str_from(cases[i].body),
				   &p);
		if (e.kind || p.count != cases[i].count)
			fprintf(stderr, "case %zu: %s, %zu\n", i, e.msg ? e.msg : "",
				p.count);
		CHECK(!e.kind && p.count == cases[i].count);
		if (!p.count || p.count != cases[i].count)
			continue;
		CHECK(str_eq(p.rows[p.count - 1].name, str_from(cases[i].name)));
		CHECK(str_eq(p.rows[p.count - 1].value, str_from(cases[i].value)));
	}
}

static void refused(void)
{
	static const struct {
		const char *type, *body;
		enum err_kind kind;
	} cases[] = {
		{ "text/plain", "a=b", ERR_NOTFOUND },
		{ "", "a=b", ERR_NOTFOUND },
		{ URLENCODED, "a=%00", ERR_SYNTAX },
		{ URLENCODED, "a=%FF", ERR_SYNTAX },
		{ URLENCODED, "%C0%80=b", ERR_SYNTAX },
		{ "multipart/form-data", "--XX--", ERR_SYNTAX },
		{ "multipart/form-data; boundary=", "----", ERR_SYNTAX },
		{ "multipart/form-data; boundary="
		  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg"
		  "hh",
		  "--", ERR_SYNTAX },
		{ MULTIPART, "", ERR_SYNTAX },
		{ MULTIPART, "preamble\r\n--XX--", ERR_SYNTAX },
		{ MULTIPART, PART(NAMED("a"), "b"), ERR_SYNTAX },
		{ MULTIPART, "--XX\r\n" NAMED("a") "\r\n\r\nb", ERR_SYNTAX },
		{ MULTIPART, "--XX\r\n" NAMED("a"), ERR_SYNTAX },
		{ MULTIPART, "--XXX\r\n" NAMED("a") "\r\n\r\nb\r\n--XX--", ERR_SYNTAX },
		{ MULTIPART, PART("Content-Type: text/plain", "b") "--XX--", ERR_SYNTAX },
		{ MULTIPART, PART("Content-Disposition: form-data", "b") "--XX--",
		  ERR_SYNTAX },
		{ MULTIPART,
		  PART("Content-Disposition: form-data; name=\"a", "b") "--XX--",
		  ERR_SYNTAX },
		{ MULTIPART,
		  PART("Content-Disposition: attachment; name=\"a\"", "b") "--XX--",
		  ERR_SYNTAX },
		{ MULTIPART, PART("no colon", "b") "--XX--", ERR_SYNTAX },
		{ MULTIPART, PART(NAMED("a") "\r\n" NAMED("b"), "b") "--XX--",
		  ERR_SYNTAX },
		{ MULTIPART, PART(NAMED("a"), "\xFF") "--XX--", ERR_SYNTAX },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct pairs p = { .count = 77 };
		err e = form_parse(a, str_from(cases[i].type), str_from(cases[i].body),
				   &p);
		if (e.kind != cases[i].kind)
			fprintf(stderr, "case %zu: %d %s\n", i, (int)e.kind,
				e.msg ? e.msg : "");
		CHECK(e.kind == cases[i].kind && p.count == 77);
	}
}

static void files(void)
{
	ARENA(a);
	struct pairs p;
	str body = STR("--XX\r\nContent-Disposition: form-data; name=\"f\"; "
		       "filename=\"a b%22.bin\"\r\nContent-Type: x/y\r\n\r\n"
		       "\0\xFF\r\n\r\n--XX--");
	CHECK(!form_parse(a, STR(MULTIPART), body, &p).kind && p.count == 1);
	CHECK(str_eq(p.rows[0].filename, STR("a b\".bin")));
	CHECK(str_eq(p.rows[0].value, STR("\0\xFF\r\n")));
}

static void limits(void)
{
	ARENA(a);
	BUF(b);
	struct pairs p;
	for (int i = 0; i < FORM_FIELDS_MAX; i++)
		buf_add(&b, i ? STR("&a=b") : STR("a=b"));
	CHECK(!form_parse(a, STR(URLENCODED), buf_str(&b), &p).kind);
	CHECK(p.count == FORM_FIELDS_MAX);
	buf_add(&b, STR("&a=b"));
	CHECK(form_parse(a, STR(URLENCODED), buf_str(&b), &p).kind == ERR_LIMIT);
	buf_clear(&b);
	for (int i = 0; i < 501; i++)
		buf_add(&b, STR(PART(NAMED("a"), "b")));
	buf_add(&b, STR("--XX--"));
	CHECK(form_parse(a, STR(MULTIPART), buf_str(&b), &p).kind == ERR_LIMIT);
}

static void queries(void)
{
	ARENA(a);
	struct pairs p;
	size_t at = 0;
	str v;
	CHECK(!form_query(a, STR("q=M%FCller&q=2"), &p).kind && p.count == 2);
	CHECK(str_eq(pairs_get(&p, STR("q")), STR("M\xEF\xBF\xBDller")));
	CHECK(pairs_next(&p, STR("q"), &at, &v) && pairs_next(&p, STR("q"), &at, &v));
	CHECK(str_eq(v, STR("2")) && !pairs_next(&p, STR("q"), &at, &v));
	CHECK(form_query(a, STR("q=%00"), &p).kind == ERR_SYNTAX);
	CHECK(!form_query(a, STR(""), &p).kind && p.count == 0);
	const struct pair rows[] = { { .name = STR("a b"),
				       .value = STR("c&d=\xC3\xA9") } };
	str text = form_encode(a, &(struct pairs){ rows, 1 });
	CHECK(str_eq(text, STR("a%20b=c%26d%3D%C3%A9")));
}

int main(void)
{
	accepted();
	refused();
	files();
	limits();
	queries();
	return check_done();
}

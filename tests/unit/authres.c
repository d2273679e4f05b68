#include "tests/check.h"
#include "trust/authres.h"

static void test_write(void)
{
	ARENA(a);
	struct authres r = { 0 };
	CHECK(str_eq(authres_text(a, STR("mx.uni.example"), &r),
		     STR("mx.uni.example; none")));
	authres_add(&r, "spf", "pass", NULL);
	authres_property(&r, "smtp.mailfrom", STR("anna@uni.example"));
	authres_property(&r, "smtp.helo", STR_NONE);
	authres_add(&r, "dkim", "fail", "the body was changed");
	authres_property(&r, "header.d", STR("uni.example"));
	authres_property(&r, "header.b", STR("a/b+c=12"));
	str text = authres_text(a, STR("mx.uni.example"), &r);
	CHECK(str_eq(
		text,
		STR("mx.uni.example;\r\n\tspf=pass smtp.mailfrom=anna@uni.example;\r\n"
		    "\tdkim=fail reason=\"the body was changed\" header.d=uni.example\r\n"
		    "\t header.b=\"a/b+c=12\"")));
	CHECK(str_starts(authres_field(a, text),
			 STR("Authentication-Results: mx.uni.example;")));
	CHECK(str_ends(authres_field(a, text), STR("\"\r\n")));
	authres_free(&r);
}

/* A d= of half a header is no name: our field stays small. */
static void test_long(void)
{
	ARENA(a);
	struct authres r = { 0 };
	char *d = arena_alloc(a, 200000);
	memset(d, 'd', 200000);
	for (size_t i = 0; i < 10; i++) {
		authres_add(&r, "dkim", "permerror", NULL);
		authres_property(&r, "header.d", (str){ d, 200000 });
		authres_property(&r, "header.s", (str){ d, 500 });
	}
	str text = authres_text(a, STR("mx.uni.example"), &r);
	CHECK(text.n > 5000 && text.n < 6000);
	authres_free(&r);
}

/* A sender chooses the bytes of its address: none may end the field or the quotes. */
static void test_hostile(void)
{
	static const char *const values[] = {
		"x\r\nSubject: y@z.example", "a\"b;c@d.example", "\\", "\"; dmarc=pass",
		"x\x7f\x01@y.example",
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct authres r = { 0 };
		struct header h;
		authres_add(&r, "spf", "fail", NULL);
		authres_property(&r, "smtp.mailfrom", str_from(values[i]));
		str field = authres_field(a, authres_text(a, STR("me.example"), &r));
		CHECK(!header_scan(a, arena_cat(a, field, STR("\r\n")), &h).kind);
		CHECK(h.count == 1 && !h.flags);
		/* In quotes, each quote and backslash escaped. */
		str q = str_find(field, STR("=\""));
		CHECK(q.n);
		bool open = true;
		size_t at = 2;
		for (; open && at < q.n; at++) {
			if (q.p[at] == '\\')
				at++;
			else if (q.p[at] == '"')
				open = false;
		}
		CHECK(!open && str_eq(str_skip(q, at), STR("\r\n")));
		authres_free(&r);
	}
}

static void test_id(void)
{
	static const struct {
		const char *value, *id;
	} cases[] = {
		{ " mx.uni.example; none", "mx.uni.example" },
		{ " (x (y) z) MX.Uni.Example 1; spf=pass", "mx.uni.example" },
		{ "\r\n\tmx.uni.example(c);", "mx.uni.example" },
		{ " \"mx.uni\\.example\"; spf=pass", "mx.uni.example" },
		{ "mx.uni.example", "mx.uni.example" },
		{ " (never closed mx.uni.example; none", "" },
		{ "", "" },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(str_eq(authres_id(a, str_from(cases[i].value)),
			     str_from(cases[i].id)));
}

static const char block[] =
	"Authentication-Results: mx.uni.example; spf=pass;\r\n"
	"Received: x\r\n"
	"authentication-results: other.example; dkim=pass\r\n"
	"AUTHENTICATION-RESULTS: (a;b) MX.UNI.EXAMPLE 1;\r\n\tdmarc=pass\r\n"
	"Authentication-Results: (broken; spf=pass\r\n"
	"Authentication-Results: \"mx.uni.example\"; arc=pass\r\n"
	"Subject: y\r\n\r\n";

/* A local part may be quoted alone; what stands behind it is the domain, not nothing. */
static void test_quoted(void)
{
	static const struct {
		const char *text, *value;
	} rows[] = {
		{ "spf=pass smtp.mailfrom=anna@uni.example; x=y", "anna@uni.example" },
		{ "spf=pass smtp.mailfrom=\"anna@uni.example\"; x=y",
		  "anna@uni.example" },
		{ "spf=pass smtp.mailfrom=\"uni.example\"@evil.example; x=y",
		  "uni.example@evil.example" },
		{ "spf=pass smtp.mailfrom=\"a b;(c\\\"\"@evil.example (why); x=y",
		  "a b;(c\"@evil.example" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ARENA(a);
		str rest = str_from(rows[i].text);
		struct authres_said said;
		CHECK(authres_next(a, &rest, &said));
		CHECK(str_eq(authres_said_property(&said, "smtp.mailfrom"),
			     str_from(rows[i].value)));
		CHECK(authres_next(a, &rest, &said) && str_eq(said.method, STR("x")));
	}
}

static void test_strip(void)
{
	ARENA(a);
	struct header h;
	CHECK(!header_scan(a, str_from(block), &h).kind);
	CHECK(str_eq(
		authres_strip(a, &h, STR("mx.uni.example")),
		STR("Received: x\r\nauthentication-results: other.example; dkim=pass\r\n"
		    "Subject: y\r\n")));
	CHECK(str_eq(authres_collect(a, &h, STR("mx.uni.example")),
		     STR("mx.uni.example; spf=pass; dmarc=pass; arc=pass")));
	CHECK(str_eq(authres_collect(a, &h, STR("other.example")),
		     STR("other.example; dkim=pass")));
	CHECK(!authres_collect(a, &h, STR("none.example")).n);
}

/* Names that less careful readers take for ours. */
static void test_names_like_ours(void)
{
	static const struct {
		const char *id;
		bool gone;
	} rows[] = {
		{ "mx.uni.example", true },      { "MX.uni.example.", true },
		{ "mx.uni.example..", true },    { "mx.uni.example/1", true },
		{ "mx.uni.example./1", true },   { "mx.uni.example 1", true },
		{ "\"mx.uni.example.\"", true }, { "my.mx.uni.example", false },
		{ "mx.uni.example.org", false }, { "uni.example", false },
		{ "x/mx.uni.example", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ARENA(a);
		struct header h;
		str field = arena_cat(a, STR("Authentication-Results: "),
				      str_from(rows[i].id), STR("; dmarc=pass\r\n"));
		CHECK(!header_scan(a, arena_cat(a, field, STR("\r\n")), &h).kind);
		str left = authres_strip(a, &h, STR("mx.uni.example"));
		CHECK(str_eq(left, rows[i].gone ? STR("") : field));
	}
}

/* Values stand side by side in memory: each takes what it needs, not what follows it. */
static void test_memory(void)
{
	enum { PAIRS = 50000, NEAR = 128 };
	ARENA(a);
	struct authres_said said;
	char *text = arena_alloc(a, 4 * PAIRS);
	for (size_t i = 0; i < PAIRS; i++)
		memcpy(text + 4 * i, "a=b ", 4);
	str rest = { text, 4 * PAIRS };
	CHECK(authres_next(a, &rest, &said) && said.count == 12);
	for (size_t i = 1; i < said.count; i++) {
		const char *before = said.properties[i - 1].value.p;
		const char *value = said.properties[i].value.p;
		CHECK(value > before && value - before < NEAR);
	}
}

int main(void)
{
	test_write();
	test_quoted();
	test_long();
	test_hostile();
	test_id();
	test_strip();
	test_names_like_ours();
	test_memory();
	return check_done();
}

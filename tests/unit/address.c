#include "mail/address.h"

#include "base/file.h"
#include "tests/check.h"

#include <stdlib.h>

/* What RFC 5321 and RFC 6531 make of a path; NULL: nothing. */
static const struct {
	const char *text;
	bool utf8;
	enum err_kind kind;
	const char *local, *domain, *rest;
} paths[] = {
	{ "<>", false, ERR_NONE, "", "", "" },
	{ "<> BODY=8BITMIME", false, ERR_NONE, "", "", " BODY=8BITMIME" },
	{ "<PostMaster>", false, ERR_NONE, "PostMaster", "", "" },
	{ "<Anna@Uni.EXAMPLE> SIZE=5", false, ERR_NONE, "Anna", "uni.example",
	  " SIZE=5" },
	{ "<\"a b\"@uni.example>", false, ERR_NONE, "a b", "uni.example", "" },
	{ "<\"a\\\"@\\\\b\"@uni.example>", false, ERR_NONE, "a\"@\\b", "uni.example",
	  "" },
	{ "<\"\"@uni.example>", false, ERR_NONE, "", "uni.example", "" },
	{ "<a@localhost>", false, ERR_NONE, "a", "localhost", "" },
	{ "<a@[192.0.2.1]>", false, ERR_NONE, "a", "[192.0.2.1]", "" },
	{ "<a@[IPv6:2001:DB8::1]>", false, ERR_NONE, "a", "[ipv6:2001:db8::1]", "" },
	{ "<a@[192.0.2]>", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<a@[IPv6:::1%eth0]>", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<a..b@x.example>", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<.a@x.example>", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<a.@x.example>", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<@x.example>", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<a@-x.example>", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<a@x_y.example>", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<a@x.example", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<\xC3\xBC@x.example>", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<\xC3\xBC@x.example>", true, ERR_NONE, "\xC3\xBC", "x.example", "" },
	{ "<\xC3@x.example>", true, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<a@B\xC3\xBC"
	  "cher.example>",
	  true, ERR_NONE, "a",
	  "b\xC3\xBC"
	  "cher.example",
	  "" },
	{ "<a@b\xC3\xBC"
	  "cher.example>",
	  false, ERR_SYNTAX, NULL, NULL, NULL },
	/* The relay spellings R9 to R38: T is tok@canary.lab, H host.lab. */
	{ "<tok@canary.lab.>", false, ERR_SYNTAX, NULL, NULL, NULL },  /* R9 */
	{ "tok@canary.lab", false, ERR_SYNTAX, NULL, NULL, NULL },     /* R10 */
	{ "< tok@canary.lab >", false, ERR_SYNTAX, NULL, NULL, NULL }, /* R11 */
	{ "\t<tok@canary.lab>", false, ERR_SYNTAX, NULL, NULL, NULL }, /* R11 */
	{ " <tok@canary.lab>", false, ERR_SYNTAX, NULL, NULL, NULL },  /* R11 */
	{ "<tok%canary.lab@host.lab>", false, ERR_NONE, "tok%canary.lab", "host.lab",
	  "" },
	{ "<tok%canary.lab@[192.0.2.1]>", false, ERR_NONE, "tok%canary.lab",
	  "[192.0.2.1]", "" },
	{ "<tok%canary.lab>", false, ERR_SYNTAX, NULL, NULL, NULL },     /* R15 */
	{ "<\"tok@canary.lab\">", false, ERR_SYNTAX, NULL, NULL, NULL }, /* R16 */
	{ "<\"tok%canary.lab\">", false, ERR_SYNTAX, NULL, NULL, NULL }, /* R17 */
	{ "<\"tok@canary.lab\"@host.lab>", false, ERR_NONE, "tok@canary.lab", "host.lab",
	  "" },
	{ "<\"tok@canary.lab\"@[192.0.2.1]>", false, ERR_NONE, "tok@canary.lab",
	  "[192.0.2.1]", "" },                                                   /* R19 */
	{ "<tok@canary.lab@host.lab>", false, ERR_SYNTAX, NULL, NULL, NULL },    /* R20 */
	{ "<tok@canary.lab@[192.0.2.1]>", false, ERR_SYNTAX, NULL, NULL, NULL }, /* R21 */
	{ "<@host.lab:tok@canary.lab>", false, ERR_SYNTAX, NULL, NULL, NULL },   /* R22 */
	{ "<@[192.0.2.1]:tok@canary.lab>", false, ERR_SYNTAX, NULL, NULL,
	  NULL }, /* R23 */
	{ "<@host.lab,@d.lab:tok@canary.lab>", false, ERR_SYNTAX, NULL, NULL,
	  NULL },                                                    /* R24 */
	{ "<canary.lab!tok>", false, ERR_SYNTAX, NULL, NULL, NULL }, /* R25 */
	{ "<canary.lab!tok@host.lab>", false, ERR_NONE, "canary.lab!tok", "host.lab",
	  "" },
	{ "<canary.lab!tok@[192.0.2.1]>", false, ERR_NONE, "canary.lab!tok",
	  "[192.0.2.1]", "" },
	{ "<host.lab!tok%canary.lab>", false, ERR_SYNTAX, NULL, NULL, NULL }, /* R28 */
	{ "<host.lab!canary.lab!tok>", false, ERR_SYNTAX, NULL, NULL, NULL }, /* R28 */
	{ "<tok@[198.51.100.9]>", false, ERR_NONE, "tok", "[198.51.100.9]",
	  "" }, /* R29 */
	{ "<tok@[IPv6:2001:db8::9]>", false, ERR_NONE, "tok", "[ipv6:2001:db8::9]", "" },
	{ "<TOK@CANARY.Lab>", false, ERR_NONE, "TOK", "canary.lab", "" }, /* R31 */
	{ "<tok@xn--bcher-kva.lab>", false, ERR_NONE, "tok", "xn--bcher-kva.lab", "" },
	{ "<tok@canary\xE3\x80\x82lab>", true, ERR_SYNTAX, NULL, NULL,
	  NULL }, /* R32 U+3002 */
	{ "<tok@canary\xEF\xBC\x8Elab>", true, ERR_SYNTAX, NULL, NULL,
	  NULL }, /* U+FF0E */
	{ "<tok\xEF\xBC\xA0"
	  "canary.lab>",
	  true, ERR_SYNTAX, NULL, NULL, NULL }, /* U+FF20 */
	{ "<tok\xEF\xBC\xA0"
	  "canary.lab@host.lab>",
	  true, ERR_NONE,
	  "tok\xEF\xBC\xA0"
	  "canary.lab",
	  "host.lab", "" },
	{ "<tok@\xE2\x84\xAA"
	  "anary.lab>",
	  true, ERR_SYNTAX, NULL, NULL, NULL }, /* Kelvin sign */
	{ "<tok@canary\xCD\xBElab>", true, ERR_SYNTAX, NULL, NULL,
	  NULL }, /* U+037E, NFC ; */
	{ "<\"tok\"@canary.lab>", false, ERR_NONE, "tok", "canary.lab", "" },   /* R33 */
	{ "<tok\\@canary.lab@host.lab>", false, ERR_SYNTAX, NULL, NULL, NULL }, /* R33 */
	{ "<tok(c)@canary.lab>", false, ERR_SYNTAX, NULL, NULL, NULL },         /* R34 */
	{ "<tok@canary.lab(c)>", false, ERR_SYNTAX, NULL, NULL, NULL },         /* R34 */
	{ "g:tok@canary.lab;", false, ERR_SYNTAX, NULL, NULL, NULL },           /* R34 */
	{ "<g:tok@canary.lab;>", false, ERR_SYNTAX, NULL, NULL, NULL },         /* R34 */
	{ "<user+tok@canary.lab@d.lab>", false, ERR_SYNTAX, NULL, NULL, NULL }, /* R35 */
	{ "<user=tok@canary.lab@d.lab>", false, ERR_SYNTAX, NULL, NULL, NULL }, /* R35 */
	{ "<user+tok=canary.lab@d.lab>", false, ERR_NONE, "user+tok=canary.lab", "d.lab",
	  "" },
	{ "<tok@canary.lab>,<tok@canary.lab>", false, ERR_SYNTAX, NULL, NULL,
	  NULL }, /* R36 */
	{ "<tok@canary.lab>x", false, ERR_SYNTAX, NULL, NULL, NULL },
	{ "<u@d.lab> ORCPT=rfc822;tok@canary.lab NOTIFY=SUCCESS", false, ERR_NONE, "u",
	  "d.lab", " ORCPT=rfc822;tok@canary.lab NOTIFY=SUCCESS" },      /* R37 */
	{ "<tok\x80@canary.lab>", true, ERR_SYNTAX, NULL, NULL, NULL },  /* R38 */
	{ "<tok\x80@canary.lab>", false, ERR_SYNTAX, NULL, NULL, NULL }, /* R38 */
};

static void strict_paths(struct arena *a)
{
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct address x = { STR("kept"), STR("kept") };
		str rest = STR("kept");
		err e = address_path(a, str_from(paths[i].text), paths[i].utf8, &x,
				     &rest);
		bool ok = e.kind == paths[i].kind;
		if (ok && !e.kind)
			ok = str_eq(x.local, str_from(paths[i].local))
			     && str_eq(x.domain, str_from(paths[i].domain))
			     && str_eq(rest, str_from(paths[i].rest));
		else if (ok)
			ok = str_eq(x.local, STR("kept")) && str_eq(rest, STR("kept"));
		if (!ok)
			fprintf(stderr, "%s: %d %s\n", paths[i].text, e.kind,
				e.msg ? e.msg : "");
		CHECK(ok);
	}
}

static str repeated(struct arena *a, char c, size_t n)
{
	return (str){ memset(arena_alloc(a, n), c, n), n };
}

static void limits(struct arena *a)
{
	struct address x;
	str rest, label = repeated(a, 'd', 60), dot = STR("."), domain, path;
	str local = repeated(a, 'x', 64);
	CHECK(!address_mailbox(a, arena_cat(a, local, STR("@d.example")), false, &x)
		       .kind);
	CHECK(address_mailbox(a, arena_cat(a, STR("x"), local, STR("@d.example")), false,
			      &x)
		      .kind
	      == ERR_LIMIT);
	/* a return path that names a recipient and its domain */
	path = arena_cat(a, STR("<"), repeated(a, 'x', 200), STR("@d.example>"));
	CHECK(!address_path(a, path, false, &x, &rest).kind && x.local.n == 200);
	path = arena_cat(a, STR("<"), repeated(a, 'x', 246), STR("@d.example>"));
	CHECK(address_path(a, path, false, &x, &rest).kind == ERR_LIMIT);
	domain = arena_cat(a, label, dot, label, dot, label, dot, repeated(a, 'd', 58));
	CHECK(local.n && domain.n == 241);
	path = arena_cat(a, STR("<twelve_chars@"), domain, STR(">"));
	CHECK(!address_path(a, path, false, &x, &rest).kind); /* 254 */
	path = arena_cat(a, STR("<twelve_chars_@"), domain, STR(">"));
	CHECK(address_path(a, path, false, &x, &rest).kind == ERR_LIMIT);
	CHECK(address_path(a, STR("<a\0b@canary.lab>"), true, &x, &rest).kind
	      == ERR_SYNTAX);
	CHECK(address_path(a, STR("<a@canary\0.lab>"), true, &x, &rest).kind
	      == ERR_SYNTAX);
}

static void typed(struct arena *a)
{
	struct address x;
	CHECK(!address_parse(a, STR("Anna@Uni.Example"), &x).kind
	      && str_eq(x.local, STR("Anna")) && str_eq(x.domain, STR("uni.example")));
	CHECK(!address_parse(a, STR("\"a b\"@uni.example"), &x).kind);
	CHECK(!address_parse(a, STR("a@[192.0.2.1]"), &x).kind);
	static const char *const bad[] = {
		"anna",           "anna@",           "@uni.example",
		"a@uni",          "a@uni.123",       "<a@uni.example>",
		"a@uni.example ", "a b@uni.example", ""
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(address_parse(a, str_from(bad[i]), &x).kind == ERR_SYNTAX);
}

static void written(struct arena *a)
{
	static const struct {
		struct address x;
		const char *text, *key;
	} cases[] = {
		{ { STR("Anna.B"), STR("uni.example") },
		  "Anna.B@uni.example",
		  "anna.b@uni.example" },
		{ { STR("a b"), STR("uni.example") },
		  "\"a b\"@uni.example",
		  "\"a b\"@uni.example" },
		{ { STR("a\"\\"), STR("x.example") },
		  "\"a\\\"\\\\\"@x.example",
		  "\"a\\\"\\\\\"@x.example" },
		{ { STR("a..b"), STR("x.example") },
		  "\"a..b\"@x.example",
		  "\"a..b\"@x.example" },
		{ { STR(""), STR("x.example") }, "\"\"@x.example", "\"\"@x.example" },
		{ { STR("a\r\nb"), STR("x.example") },
		  "\"a  b\"@x.example",
		  "\"a  b\"@x.example" },
		{ { STR("\xC3\x9C"), STR("b\xC3\xBC"
					 "cher.example") },
		  "\xC3\x9C@b\xC3\xBC"
		  "cher.example",
		  "\xC3\xBC@xn--bcher-kva.example" },
		{ { STR("postmaster"), STR("") }, "postmaster", "postmaster" },
		{ { STR(""), STR("") }, "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CHECK(str_eq(address_text(a, &cases[i].x), str_from(cases[i].text)));
		CHECK(str_eq(address_key(a, &cases[i].x), str_from(cases[i].key)));
	}
	CHECK(address_is_ascii(&cases[0].x) && !address_is_ascii(&cases[6].x));
	CHECK(address_is_null(&cases[8].x) && !address_is_null(&cases[4].x));
	CHECK(str_eq(domain_ascii(a, STR("B\xC3\x9C"
					 "CHER.Example")),
		     STR("xn--bcher-kva.example")));
	CHECK(str_eq(domain_ascii(a, STR("a\xE3\x80\x82"
					 "b.Example")),
		     STR("a\xE3\x80\x82"
			 "b.example"))); /* no dot that was none */
	CHECK(domain_valid(STR("a.example")) && !domain_valid(STR("a"))
	      && !domain_valid(STR("a..b")) && !domain_valid(STR("1.2.3.4"))
	      && domain_valid(STR("b\xC3\xBC"
				  "cher.example")));
}

static void names(struct arena *a)
{
	static const struct {
		str name;
		const char *text;
	} cases[] = {
		{ STR("Anna B"), "Anna B <a@x.example>" },
		{ STR("Dr. \"A\" B"), "\"Dr. \\\"A\\\" B\" <a@x.example>" },
		{ STR("Doe, John"), "\"Doe, John\" <a@x.example>" },
		{ STR("J\xC3\xBCrgen"), "=?utf-8?q?J=C3=BCrgen?= <a@x.example>" },
		{ STR("x\r\nBcc: y"), "\"x  Bcc: y\" <a@x.example>" },
		{ STR(""), "a@x.example" },
		{ STR("=?utf-8?q?x?="),
		  "=?utf-8?b?PT91dGYtOD9xP3g/PQ==?= <a@x.example>" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct mailbox m = { cases[i].name, { STR("a"), STR("x.example") } };
		CHECK(str_eq(mailbox_text(a, &m), str_from(cases[i].text)));
	}
}

/* "name <local@domain> | ..." of a list. */
static str shown(struct arena *a, str value)
{
	struct mailbox *m;
	size_t n;
	str out = STR_NONE;
	if (address_list(a, value, &m, &n).kind)
		return STR("failed");
	for (size_t i = 0; i < n; i++)
		out = arena_cat(a, out, i ? STR(" | ") : STR_NONE, m[i].name, STR("<"),
				m[i].address.local, STR("@"), m[i].address.domain,
				STR(">"));
	return out;
}

static void lists(struct arena *a)
{
	static const struct {
		const char *value, *want;
	} cases[] = {
		/* RFC 5322 appendix A.1.2 to A.6.3 */
		{ " Joe Q. Public <john.q.public@Example.com>",
		  "Joe Q. Public<john.q.public@example.com>" },
		{ "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
		  "Mary Smith<mary@x.test> | <jdoe@example.org> | Who?<one@y.test>" },
		{ "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sys@example.net>",
		  "<boss@nil.test> | Giant; \"Big\" Box<sys@example.net>" },
		{ "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
		  "Ed Jones<c@a.test> | <joe@where.test> | John<jdoe@one.test>" },
		{ "Undisclosed recipients:;", "" },
		{ "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
		  "Pete<pete@silly.test>" },
		{ "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
		  "Mary Smith<mary@example.net> | <jdoe@test.example>" },
		{ "John Doe <jdoe@machine(comment).  example>",
		  "John Doe<jdoe@machine.example>" },
		{ "Mary Smith\r\n    \r\n\t<mary@example.net>",
		  "Mary Smith<mary@example.net>" },
		/* and what mailers make of it */
		{ "anna@x.example (Anna B)", "Anna B<anna@x.example>" },
		{ "Doe, John <j@x.example>", "Doe, John<j@x.example>" },
		{ "=?utf-8?Q?Doe,_J=C3=B6hn?= <j@x.example>",
		  "Doe, J\xC3\xB6hn<j@x.example>" },
		{ "\"=?utf-8?Q?J=C3=B6hn?=\" <j@x.example>", "J\xC3\xB6hn<j@x.example>" },
		{ "a@x.example; b@y.example", "<a@x.example> | <b@y.example>" },
		{ "<a@x.example> <b@y.example>", "<a@x.example> | <b@y.example>" },
		{ "mailto:a@x.example", "<a@x.example>" },
		{ "<<a@x.example>>", "<a@x.example>" },
		{ "b@y.example <a@x.example>", "b@y.example<a@x.example>" },
		{ "a@b@x.example", "" },
		{ "<a@b@x.example>", "" },
		{ "a@x.example@y.example <c@z.example>",
		  "a@x.example@y.example<c@z.example>" },
		{ "a@x.example.", "<a@x.example>" },
		{ "a@x_y.example", "<a@x_y.example>" },
		{ "a@[192.0.2.1], b@[IPv6:2001:db8::1]",
		  "<a@[192.0.2.1]> | <b@[ipv6:2001:db8::1]>" },
		{ "root, <broken, c@x.example", "<c@x.example>" },
		{ "Andr\xE9 <a@x.example>", "Andr\xC3\xA9<a@x.example>" },
		{ "\"unclosed <a@x.example>", "" },
		{ "Name (open <a@x.example>", "Name (open<a@x.example>" },
		{ "a@x\xE3\x80\x82"
		  "example.org",
		  "" },
		{ "\"tok@canary.lab\"@host.lab", "<tok@canary.lab@host.lab>" },
		{ "first last@x.example", "<last@x.example>" },
		{ "<first last@x.example>", "" },
		{ "=?utf-8?q?x=0Ay?= <a@x.example>", "x y<a@x.example>" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str got = shown(a, str_from(cases[i].value));
		if (!str_eq(got, str_from(cases[i].want)))
			fprintf(stderr, "%s -> %.*s\n", cases[i].value, STR_F(got));
		CHECK(str_eq(got, str_from(cases[i].want)));
	}
}

static void too_many(struct arena *a)
{
	BUF(value);
	struct mailbox *m;
	size_t n;
	for (int i = 0; i < 10000; i++)
		buf_add(&value, STR("a@b.example,"));
	CHECK(!address_list(a, buf_str(&value), &m, &n).kind && n == 10000);
	buf_add(&value, STR("a@b.example,"));
	CHECK(address_list(a, buf_str(&value), &m, &n).kind == ERR_LIMIT);
}

/* The suite's text: XML entities, and U+2400 + n for a control character. */
static str suite_text(struct arena *a, str s)
{
	static const struct {
		str from, to;
	} entities[] = {
		{ STR("&amp;"), STR("&") },  { STR("&lt;"), STR("<") },
		{ STR("&gt;"), STR(">") },   { STR("&quot;"), STR("\"") },
		{ STR("&#34;"), STR("\"") }, { STR("&#xA9;"), STR("\xC2\xA9") }
	};
	BUF(out);
	while (s.n) {
		size_t k = 0, n = sizeof entities / sizeof *entities;
		while (k < n && !str_starts(s, entities[k].from))
			k++;
		if (k < n) {
			buf_add(&out, entities[k].to);
			s = str_skip(s, entities[k].from.n);
		} else if (str_starts(s, STR("&#x24"))) {
			char code[3] = { s.p[5], s.p[6], 0 };
			buf_add_char(&out, (char)strtol(code, NULL, 16));
			s = str_skip(s, sizeof "&#x2400;" - 1);
		} else if (str_starts(s, STR("\xE2\x90")) && s.n > 2) {
			buf_add_char(&out, (char)(s.p[2] & 0x3F));
			s = str_skip(s, 3);
		} else {
			buf_add_char(&out, *s.p);
			s = str_skip(s, 1);
		}
	}
	return arena_copy(a, buf_str(&out));
}

static str element(str s, const char *open, const char *close)
{
	str from = str_find(s, str_from(open)), end;
	if (!from.n)
		return STR_NONE;
	from = str_skip(from, strlen(open));
	end = str_find(from, str_from(close));
	return str_first(from, from.n - end.n);
}

static void suite(struct arena *a)
{
	const char *data = getenv("POSTERN_DATA_SHARED");
	str xml, at,
		path = arena_cat(a, str_from(data ? data : "../shared/data"),
				 STR("/address/tests.xml"));
	size_t right = 0, wrong = 0, skipped = 0;
	if (file_read(a, arena_z(a, path), 1 << 20, &xml).kind) {
		printf("skipped: no %.*s\n", STR_F(path));
		return;
	}
	for (at = xml; (at = str_find(at, STR("<test id="))).n; at = str_skip(at, 1)) {
		str test = str_first(at, at.n - str_find(at, STR("</test>")).n);
		str category = element(test, "<category>", "<");
		str text = suite_text(a, element(test, "<address>", "</address>"));
		struct address x;
		/* These are right by the grammar; their fault is seen in the DNS only. */
		if (str_eq(category, STR("ISEMAIL_DNSWARN"))) {
			skipped++;
			continue;
		}
		bool want = str_eq(category, STR("ISEMAIL_VALID_CATEGORY"))
			    || str_eq(category, STR("ISEMAIL_RFC5321"));
		bool got = !address_mailbox(a, text, false, &x).kind;
		right += got == want;
		wrong += got != want;
		if (got != want)
			fprintf(stderr, "suite: %.*s: %s\n", STR_F(text),
				want ? "refused" : "accepted");
	}
	printf("address suite: %zu of %zu cases, %zu skipped\n", right, right + wrong,
	       skipped);
	CHECK(wrong == 0 && right + skipped == 164);
}

int main(void)
{
	ARENA(a);
	strict_paths(a);
	limits(a);
	typed(a);
	written(a);
	names(a);
	lists(a);
	too_many(a);
	suite(a);
	return check_done();
}

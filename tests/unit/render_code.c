#include "rendered.h"

#define PRE(code) "<pre tabindex=\"0\"><code>" code "</code></pre>\n"
#define K(word)   "<span class=\"k\">" word "</span>"
#define S(word)   "<span class=\"s\">" word "</span>"
#define C(word)   "<span class=\"c\">" word "</span>"
#define N(word)   "<span class=\"n\">" word "</span>"

static void test_fences(void)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "```c\nint x = 10; // \"no\"\nchar *s = \"a\\\"<b>\"; /* i\nj */\n```",
		  PRE(K("int") " x = " N("10") "; " C("// &quot;no&quot;") "\n" K(
			  "char") " *s = " S("&quot;a\\&quot;&lt;b&gt;&quot;") "; " C("/*"
										      " i"
										      "\n"
										      "j "
										      "*"
										      "/")) },
		{ "``` python\ndef f(x):  # it's\n  return 'y' + \"\"\"z\n\"\"\"\n```",
		  PRE(K("def") " f(x):  " C("# it&#39;s") "\n  " K("return") " " S(
			  "&#39;y&#39;") " + " S("&quot;&quot;&quot;z\n&quot;&quot;&"
						 "quot;")) },
		{ "```sh\nif [ $# -gt 1 ]; then echo 'a b'; fi\n```",
		  PRE(K("if") " [ $# -gt " N("1") " ]; " K("then") " " K("echo") " " S(
			  "&#39;a b&#39;") "; " K("fi")) },
		{ "```\nit is if 10\n```", PRE("it is if 10") },
		{ "```klingon\nif 10\n```", PRE("if 10") },
		{ "```\n#include <x.h>\nint f() {\n  g();\n}\n```",
		  PRE("#include &lt;x.h&gt;\n" K("int") " f() {\n  g();\n}") },
		{ "```\n<script>alert(1)</script>\n\xe2\x80\xae\n```",
		  PRE("&lt;script&gt;alert(1)&lt;/script&gt;\n<span class=\"ctl\"") },
		{ "```c\n\"open\n'x\n```", PRE("&quot;open\n&#39;x") },
		{ "````\n```\n````", PRE("```") },
		{ "```\n```", PRE("") },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str want = str_from(cases[i].shown);
		if (str_find(want, STR("class=\"ctl\"")).n)
			want = str_first(want, want.n - sizeof "</code></pre>");
		str h = render(a, PLAIN, str_from(cases[i].text),
			       (struct render_how){ 0 });
		CHECK(str_starts(h, want));
		if (!str_starts(h, want))
			fprintf(stderr, "  %s\n-> %.*s\n", cases[i].text, STR_F(h));
		str marked = render(a, PLAIN, str_from(cases[i].text),
				    (struct render_how){ .marked = true });
		CHECK(str_find(marked, want).n || str_find(marked, STR("<pre")).n);
	}
}

/* What never ends is text; what is quoted is code, too. */
static void test_around(void)
{
	ARENA(a);
	str h = render(a, PLAIN, STR("see\n```\nx"), (struct render_how){ 0 });
	CHECK(str_find(h, STR("see\n```\nx</p>")).n);
	h = render(a, PLAIN, STR("see\n```c\nint x;\n```\nthen"),
		   (struct render_how){ 0 });
	CHECK(str_find(h, STR("see</p>\n</div>\n<pre")).n
	      && str_find(h, STR(">then</p>")).n);
	h = render(a, PLAIN, STR("> ```c\n> int x;\n> ```\n"), (struct render_how){ 0 });
	CHECK(str_find(h, STR("<blockquote>\n<pre tabindex=\"0\"><code>" K("int"))).n);
	h = render(a, PLAIN, STR("```\ngit@x.example\n```\ngit@x.example"),
		   (struct render_how){ .hide_addresses = true });
	CHECK(str_find(h, STR("<code>git@x.example</code>")).n
	      && str_find(h, STR(">git@…")).n);
}

/* Guests who read the text itself see addresses in code alone, as on the page. */
static void test_guests(void)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "ask a@b.example\n", "ask a@…\n" },
		{ "a@b.example", "a@…" },
		{ "```\ngit@x.example\n```\ngit@x.example\n",
		  "```\ngit@x.example\n```\ngit@…\n" },
		{ "a@b.example\n\n    $ git clone git@x.example:y\n\nb@c.example\n",
		  "a@…\n\n    $ git clone git@x.example:y\n\nb@…\n" },
		{ "> a@b.example wrote:\n>\n>     git@x.example\n\nc@d.example\n",
		  "> a@… wrote:\n>\n>     git@x.example\n\nc@…\n" },
		{ "a@b.example\n@@ -1 +1 @@\n-a@b.example\n+c@d.example\nx@y.example\n",
		  "a@…\n@@ -1 +1 @@\n-a@b.example\n+c@d.example\nx@…\n" },
		{ "", "" },
		{ "\n\n", "\n\n" },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str got = render_hide_text(a, str_from(cases[i].text), STR("…"));
		CHECK(str_eq(got, str_from(cases[i].shown)));
		if (!str_eq(got, str_from(cases[i].shown)))
			fprintf(stderr, "  %s\n-> %.*s\n", cases[i].text, STR_F(got));
	}
}

/* A mark says more than a label. */
static void test_marks(void)
{
	ARENA(a);
	const char *type = "Content-Type: text/plain; charset=us-ascii\r\n\r\n";
	str little = render(a, type, STR("\xff\xfeG\0r\0\xfc\0\xdf\0e\0"),
			    (struct render_how){ 0 });
	str big = render(a, type, STR("\xfe\xff\0G\0r\0\xfc\0\xdf\0e"),
			 (struct render_how){ 0 });
	CHECK(str_find(little, STR(">Grüße</p>")).n
	      && str_find(big, STR(">Grüße</p>")).n);
	str odd = render(a, type, STR("\xff\xfe x!"), (struct render_how){ 0 });
	CHECK(str_find(odd, STR("ÿþ x!")).n);
}

static void test_labels(void)
{
	static const struct {
		const char *charset, *text, *note;
	} cases[] = {
		{ "x-unknown",
		  "\xf0\xd2\xc9\xd7\xc5\xd4, \xcd\xc9\xd2! \xeb\xc1\xcb "
		  "\xc4\xc5\xcc\xc1?",
		  "Read as koi8-r; it says x-unknown." },
		{ "utf-8",
		  "Gr\xfc\xdf"
		  "e",
		  "Read as iso-8859-1; it says utf-8." },
		{ "us-ascii", "Gr\xc3\xbc", NULL },
		{ "iso-8859-1",
		  "Gr\xfc\xdf"
		  "e",
		  NULL },
		{ "x-unknown", "plain", NULL },
		{ "UTF-8", "Gr\xc3\xbc", NULL },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str type = arena_cat(a, STR("Content-Type: text/plain; charset="),
				     str_from(cases[i].charset), STR("\r\n\r\n"));
		str h = render(a, arena_z(a, type), str_from(cases[i].text),
			       (struct render_how){ 0 });
		bool right = cases[i].note ? str_find(h, str_from(cases[i].note)).n > 0
					   : !str_find(h, STR("Read as")).n;
		CHECK(right);
		if (!right)
			fprintf(stderr, "  %s\n-> %.*s\n", cases[i].charset, STR_F(h));
	}
}

/* The list's own footer is shown below the first, and not below each answer. */
static void test_footer(void)
{
#define FOOT                                                            \
	"_______________________________________________\ndev mailing " \
	"list\nhttps://x.example/dev\n"
	ARENA(a);
	struct render_memory above = { 0 };
	struct render_how first = { .memory = &above }, then = { .parent = &above };
	str h = render(a, PLAIN, STR("one\n" FOOT), first);
	CHECK(str_find(h, STR("dev mailing list")).n);
	h = render(a, PLAIN, STR("two\n" FOOT), then);
	CHECK(str_find(h, STR(">two</p>")).n && !str_find(h, STR("dev mailing list")).n);
	h = render(a, PLAIN, STR("two\n" FOOT "and another line\n"), then);
	CHECK(str_find(h, STR("dev mailing list")).n);
	h = render(a, PLAIN, STR("two\n-- \ndev mailing list\n"), then);
	CHECK(str_find(h, STR("dev mailing list")).n);
}

static void test_bombs(void)
{
	static const char *const repeated[] = { "```\n",         "'\\", "\"",
						"`````\n````\n", "/* ", "if " };
	for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++) {
		ARENA(a);
		BUF(b);
		buf_add(&b, i % 2 ? STR("```c\n") : STR(""));
		while (b.n < 100000)
			buf_add(&b, str_from(repeated[i]));
		buf_add(&b, STR("\n```\n"));
		CHECK(render(a, PLAIN, buf_str(&b), (struct render_how){ 0 }).n);
	}
}

int main(void)
{
	test_fences();
	test_around();
	test_guests();
	test_marks();
	test_labels();
	test_footer();
	test_bombs();
	return check_done();
}

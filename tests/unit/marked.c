#include "archive/render.h"
#include "tests/check.h"
#include "tests/unit/safe_html.h"

#include <time.h>

static const char PLAIN[] = "From: a@b.example\r\nSubject: x\r\n"
			    "Content-Type: text/plain; charset=utf-8\r\n\r\n";

static str render(struct arena *a, str text, struct render_how how)
{
	struct html h = render_post(a, arena_cat(a, str_from(PLAIN), text), &how);
	const char *wrong = unsafe_html(a, h.s);
	CHECK(!wrong);
	if (wrong)
		fprintf(stderr, "  %s in:\n%.*s\n", wrong, STR_F(h.s));
	return h.s;
}

static void test_marked(void)
{
	static const struct {
		const char *text, *inside; /* the body */
	} cases[] = {
		{ "# *One* x #\ntwo", "<p dir=\"auto\"><strong><em>One</em> "
				      "x</strong></p>\n<p dir=\"auto\">two</p>\n" },
		{ "#one", "<p dir=\"auto\">#one</p>\n" },
		{ "a **b** *c* `d*e*` _f_ ***g***",
		  "<p dir=\"auto\">a <strong>b</strong> <em>c</em> <code>d*e*</code> "
		  "<em>f</em> "
		  "<strong><em>g</em></strong></p>\n" },
		{ "a_b_c 2*3*4 *x* y*",
		  "<p dir=\"auto\">a_b_c 2*3*4 <em>x</em> y*</p>\n" },
		{ "**open\nand *on\non*",
		  "<p dir=\"auto\">**open\nand <em>on\non</em></p>\n" },
		{ "\\*a\\* <b>", "<p dir=\"auto\">*a* &lt;b&gt;</p>\n" },
		{ "[the *page*](https://x.example/_a_?b=1&c)",
		  "<p dir=\"auto\"><a href=\"https://x.example/_a_?b=1&amp;c\" "
		  "rel=\"nofollow "
		  "ugc\">the "
		  "<em>page</em></a></p>\n" },
		{ "[x](javascript:alert(1)) [bank.example](https://evil.example/)",
		  "<p dir=\"auto\">[x](javascript:alert(1)) <a "
		  "href=\"https://evil.example/\" "
		  "rel=\"nofollow ugc\">bank.example</a></p>\n" },
		{ "[https://bank.example/](https://evil.example/)",
		  "<p dir=\"auto\">[<a "
		  "href=\"https://bank.example/](https://evil.example/)\" "
		  "rel=\"nofollow "
		  "ugc\">https://bank.example/](https://evil.example/)</a></p>\n" },
		{ "[me](mailto:me@x.example) me\\_too@x.example _anna_@x.example",
		  "<p dir=\"auto\">[me](mailto:me@…) me_too@… _anna_@…</p>\n" },
		{ "text\n- a\n- b\n  - c\n  more\n\nend",
		  "<p dir=\"auto\">text</p>\n<ul>\n<li dir=\"auto\">a</li>\n<li "
		  "dir=\"auto\">b<ul>\n<li dir=\"auto\">c\nmore</li>\n</ul>\n"
		  "</li>\n</ul>\n<p dir=\"auto\">end</p>\n" },
		{ "3. c\n4. d\n\n5. e",
		  "<ol start=\"3\">\n<li dir=\"auto\">c</li>\n<li "
		  "dir=\"auto\">d</li>\n<li dir=\"auto\">e</li>\n</ol>\n" },
		{ "in version\n2. The end",
		  "<p dir=\"auto\">in version\n2. The end</p>\n" },
		{ "```c\n*x*\n\n- y\n-- \n```\nz",
		  "<pre tabindex=\"0\"><code>*x*\n\n- y\n-- </code></pre>\n<p "
		  "dir=\"auto\">z</p>\n" },
		{ "~~~\nnever closed",
		  "<pre tabindex=\"0\"><code>never closed</code></pre>\n" },
		{ "a\n\n---\n\nb",
		  "<p dir=\"auto\">a</p>\n<hr>\n<p dir=\"auto\">b</p>\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		str got = render(
			a, str_from(cases[i].text),
			(struct render_how){
				.marked = true,
				.hide_addresses = !!strstr(cases[i].text, "mailto:") });
		str want = arena_cat(a, STR("<div class=\"body\">\n"),
				     str_from(cases[i].inside), STR("</div>\n"));
		CHECK(str_eq(got, want));
		if (!str_eq(got, want))
			fprintf(stderr, "  %.*s\n  %.*s\n", STR_F(got), STR_F(want));
		CHECK(!str_find(render(a, str_from(cases[i].text),
				       (struct render_how){ 0 }),
				STR("<em>"))
			       .n);
	}
}

/* What opens everywhere and closes nowhere costs as much as its length. */
static void test_marked_bombs(void)
{
	static const char *const pieces[] = { "*a ",          "_a ",      "`a ``b ",
					      "[a](",         "[",        "- ",
					      "- a\n\nx\n\n", "1. a\n  ", "```\n",
					      "*a* _b_ " };
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		ARENA(a);
		BUF(text);
		while (text.n < 1000000)
			buf_add(&text, str_from(pieces[i]));
		clock_t before = clock();
		render(a, buf_str(&text), (struct render_how){ .marked = true });
		CHECK(clock() - before < 20 * CLOCKS_PER_SEC);
	}
}

int main(void)
{
	test_marked();
	test_marked_bombs();
	return check_done();
}

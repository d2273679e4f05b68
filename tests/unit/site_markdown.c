#include "web/site/markdown.h"

#include "base/buf.h"
#include "tests/check.h"

static void shown(void)
{
	static const struct {
		const char *text;
		bool lower;
		const char *html, *title;
	} cases[] = {
		{ "a *b*", false, "<p>a <em>b</em></p>\n", "" },
		{ "# A `b`\n\n# C", false, "<h1>A <code>b</code></h1>\n<h2>C</h2>\n",
		  "A b" },
		{ "# A\n\n#### B", true, "<h2>A</h2>\n<h3>B</h3>\n", "A" },
		{ "### B", false, "<h2>B</h2>\n", "" },
		{ "<script>x</script>", false, "\n", "" },
		{ "a <b onclick=x>b</b>", false, "<p>a b</p>\n", "" },
		{ "[x](javascript:y)", false, "<p><a href=\"\">x</a></p>\n", "" },
		{ "[x](JaVaScRiPt:y)", false, "<p><a href=\"\">x</a></p>\n", "" },
		{ "[x](data:text/html,y)", false, "<p><a href=\"\">x</a></p>\n", "" },
		{ "![x](y \"z\")", false,
		  "<p><img src=\"y\" alt=\"x\" title=\"z\"></p>\n", "" },
		{ "`<br />`", false, "<p><code>&lt;br /&gt;</code></p>\n", "" },
		{ "    x", false, "<pre tabindex=\"0\"><code>x\n</code></pre>\n", "" },
		{ "`<!-- raw HTML omitted -->`", false,
		  "<p><code>&lt;!-- raw HTML omitted --&gt;</code></p>\n", "" },
		{ "", false, "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct markdown m;
		markdown_read(a, str_from(cases[i].text), cases[i].lower, &m);
		if (!str_eq(m.html, str_from(cases[i].html)))
			fprintf(stderr, "%s: %.*s\n", cases[i].text, STR_F(m.html));
		CHECK(str_eq(m.html, str_from(cases[i].html)));
		CHECK(str_eq(m.title, str_from(cases[i].title)));
	}
}

static void begins(void)
{
	static const struct {
		const char *text, *opening;
	} cases[] = {
		{ "# A\n\n- b\n\nWhat *we* do,\n`in` [short](/x).\n\nMore.",
		  "What we do, in short." },
		{ "# A", "" },
		{ "", "" },
	};
	ARENA(a);
	struct markdown m;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		markdown_read(a, str_from(cases[i].text), false, &m);
		CHECK(str_eq(m.opening, str_from(cases[i].opening)));
	}
	BUF(longer);
	for (size_t i = 0; i < 300; i++)
		buf_add(&longer, STR("\u00e4"));
	markdown_read(a, buf_str(&longer), false, &m);
	CHECK(m.opening.n == MARKDOWN_OPENING_MAX);
}

int main(void)
{
	shown();
	begins();
	return check_done();
}

#include "rendered.h"

#include "archive/content.h"

static void test_blocks(void)
{
	static const struct {
		const char *text, *html;
	} cases[] = {
		{ "Hello.\n",
		  "<div class=\"body\">\n<p dir=\"auto\">Hello.</p>\n</div>\n" },
		{ "One\ntwo\n\n\nThree",
		  "<div class=\"body\">\n<p dir=\"auto\">One\ntwo</p>\n<p "
		  "dir=\"auto\">Three</p>\n</div>\n" },
		{ "", "" },
		{ " \n\t\n", "" },
		{ "1 < 2 & \"x\"", "<div class=\"body\">\n<p dir=\"auto\">1 &lt; 2 &amp; "
				   "&quot;x&quot;</p>\n</div>\n" },
		{ "> a\n>\n>> b\n> c\nd",
		  "<div class=\"body\">\n<blockquote>\n<p "
		  "dir=\"auto\">a</p>\n<blockquote>\n<p dir=\"auto\">b</p>\n"
		  "</blockquote>\n<p dir=\"auto\">c</p>\n</blockquote>\n<p "
		  "dir=\"auto\">d</p>\n</div>\n" },
		{ "Text\n-- \nAnna\nUni",
		  "<div class=\"body\">\n<p dir=\"auto\">Text</p>\n</div>\n"
		  "<p class=\"sig\" dir=\"auto\">Anna<br>\nUni</p>\n" },
		{ "Top\n\n-- \nAnna\n\n> below",
		  "<div class=\"body\">\n<p dir=\"auto\">Top</p>\n</div>\n"
		  "<p class=\"sig\" dir=\"auto\">Anna</p>\n<div class=\"body\">\n"
		  "<blockquote>\n<p dir=\"auto\">below</p>\n</blockquote>\n</div>\n" },
		{ "x\n_______________________________________________\nlist info",
		  "<div class=\"body\">\n<p dir=\"auto\">x</p>\n</div>\n"
		  "<p class=\"sig\" dir=\"auto\">list info</p>\n" },
		{ "See\n\n    $ make\n    ok\n\nthen",
		  "<div class=\"body\">\n<p dir=\"auto\">See</p>\n</div>\n"
		  "<pre tabindex=\"0\"><code>    $ make\n    ok</code></pre>\n"
		  "<div class=\"body\">\n<p dir=\"auto\">then</p>\n</div>\n" },
		{ "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ f\n "
		  "c\n-<old>\n+new\n-- \n2.7",
		  "<pre class=\"diff\" tabindex=\"0\" aria-label=\"Patch to x\">"
		  "<b>diff --git a/x b/x</b><b>--- a/x</b><b>+++ b/x</b><b>@@ -1,2 +1,2 "
		  "@@ f</b> c\n"
		  "<del>-&lt;old&gt;</del><ins>+new</ins></pre>\n"
		  "<p class=\"sig\" dir=\"auto\">2.7</p>\n" },
		{ "@@ -1,3 +1,2 @@\n-a\n-b\n c\n+d\n",
		  "<pre class=\"diff\" tabindex=\"0\" aria-label=\"Patch\">"
		  "<b>@@ -1,3 +1,2 @@</b><del>-a\n-b</del> c\n<ins>+d</ins></pre>\n" },
		{ "a\xe2\x80\xae"
		  "b",
		  "<div class=\"body\">\n<p dir=\"auto\">a<span class=\"ctl\" "
		  "title=\"Right-to-left "
		  "override, U+202E: shown as a mark, not "
		  "obeyed\">U+202E</span>b</p>\n</div>\n" },
		{ "a\001b\xff",
		  "<p class=\"note small\">Read as windows-1252; it says utf-8.</p>\n"
		  "<div class=\"body\">\n<p dir=\"auto\">a\xef\xbf\xbd"
		  "b\xc3\xbf</p>\n</div>\n" },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str h = render(a, PLAIN, str_from(cases[i].text),
			       (struct render_how){ 0 });
		CHECK(str_eq(h, str_from(cases[i].html)));
		if (!str_eq(h, str_from(cases[i].html)))
			fprintf(stderr, "  %s\n-> %.*s\n", cases[i].text, STR_F(h));
	}
}

/* What was filled to a width may run on; where a line ended on purpose it still does. */
static void test_fill(void)
{
	ARENA(a);
	static const struct {
		const char *text, *html;
	} rows[] = {
		{ "The quick brown fox jumps over the lazy dog, and so does\n"
		  "another one that nobody has ever seen in these woods at\n"
		  "night.",
		  "<p class=\"run\" dir=\"auto\">The quick brown fox jumps over the lazy "
		  "dog, and so "
		  "does\n"
		  "another one that nobody has ever seen in these woods at\nnight.</p>" },
		{ "Hi Anna,\n"
		  "the quick brown fox jumps over the lazy dog, and so does\n"
		  "another one that nobody has ever seen in these woods at\n"
		  "night.\n"
		  "- but not by day",
		  "<p class=\"run\" dir=\"auto\">Hi Anna,<br>the quick brown fox jumps "
		  "over the lazy "
		  "dog, and "
		  "so does\nanother one that nobody has ever seen in these woods at\n"
		  "night.<br>- but not by day</p>" },
		{ "Reviewed-by: A long name of somebody <somebody@uni.example>\n"
		  "Signed-off-by: A longer name of somebody <body@uni.example>",
		  "<p dir=\"auto\">Reviewed-by: " },
		{ "One short line\nand another\nand the third of them, which is longer "
		  "than the "
		  "others",
		  "<p dir=\"auto\">One short line\nand another" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		str h = render_plain(a, str_from(rows[i].text), &(struct render_how){ 0 })
				.s;
		CHECK(str_find(h, str_from(rows[i].html)).n);
	}
}

static void test_links(void)
{
#define MAIL(to)  "<a href=\"mailto:" to "\" rel=\"nofollow ugc\">" to "</a>"
#define DOI(doi)  "<a href=\"https://doi.org/" doi "\" rel=\"nofollow ugc\">" doi "</a>"
#define LINK(url) "<a href=\"" url "\" rel=\"nofollow ugc\">" url "</a>"
	static const struct {
		const char *text;
		bool hide;
		const char *html;
	} cases[] = {
		{ "see http://x.example/a.", false,
		  "see " LINK("http://x.example/a") "." },
		{ "(https://x.example/a_(b))", false,
		  "(" LINK("https://x.example/a_(b)") ")" },
		{ "<HTTP://x.example>", false, "&lt;" LINK("HTTP://x.example") "&gt;" },
		{ "http://", false, "http://" },
		{ "xhttp://y", false, "xhttp://y" },
		{ "javascript:alert(1)", false, "javascript:alert(1)" },
		{ "data:text/html,x", false, "data:text/html,x" },
		{ "http://a http://b", false, LINK("http://a") " " LINK("http://b") },
		{ "mailto:a@b.example", false, LINK("mailto:a@b.example") },
		{ "mailto:a@b.example", true, "mailto:a@…" },
		{ "a@b.example", false, MAIL("a@b.example") },
		{ "ask anna.b+c@uni.example, or (d@e.example).", false,
		  "ask " MAIL("anna.b+c@uni.example") ", or (" MAIL("d@e.example") ")." },
		{ "git@h.example:x/y o'b@c.example a@host \xc3\xbc@c.example", false,
		  "git@h.example:x/y o&#39;b@c.example a@host \xc3\xbc@c.example" },
		{ "doi:10.1107/S0108768195001844.", false,
		  "doi:" DOI("10.1107/S0108768195001844") "." },
		{ "DOI 10.1000/182; (10.1016/j.x(2001)y)", false,
		  "DOI " DOI("10.1000/182") "; (" DOI("10.1016/j.x(2001)y") ")" },
		{ "10.2017/11 10.0.0.1/8 1.10.1107/a 10.11/b x10.1107/c", true,
		  "10.2017/11 10.0.0.1/8 1.10.1107/a 10.11/b x10.1107/c" },
		{ "https://doi.org/10.1107/a 10.1107/a?b#c%d", true,
		  LINK("https://doi.org/10.1107/a") " <a href=\"https://doi.org/"
						    "10.1107/a%3Fb%23c%25d\" "
						    "rel=\"nofollow ugc\">"
						    "10.1107/a?b#c%d</a>" },
		{ "a@b.example 10.1107/x@y.example c@d.example", true,
		  "a@… " DOI("10.1107/x@y.example") " c@…" },
		{ "ask anna@uni.example, or b@c.example.", true, "ask anna@…, or b@…." },
		{ "http://x.example/?q=a@b.example c@d.example", true,
		  LINK("http://x.example/?q=a@b.example") " c@…" },
		{ "meet @ noon, a@host", true, "meet @ noon, a@host" },
		{ "http://x.example/\"onload=1", false,
		  LINK("http://x.example/") "&quot;onload=1" },
		{ "http://x.example/'a'", false,
		  "<a href=\"http://x.example/&#39;a\" rel=\"nofollow "
		  "ugc\">http://x.example/&#39;a</a>"
		  "&#39;" },
		{ "https://x.example/?a=1&b=2", false,
		  "<a href=\"https://x.example/?a=1&amp;b=2\" rel=\"nofollow ugc\">"
		  "https://x.example/?a=1&amp;b=2</a>" },
		{ "http://ü.example/ö", false,
		  "<a href=\"http://%C3%BC.example/%C3%B6\" rel=\"nofollow "
		  "ugc\">http://ü.example/ö</a>" },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str h = render_line(a, str_from(cases[i].text), cases[i].hide).s;
		CHECK(str_eq(h, str_from(cases[i].html)));
		if (!str_eq(h, str_from(cases[i].html)))
			fprintf(stderr, "  %s\n-> %.*s\n", cases[i].text, STR_F(h));
	}
	CHECK(str_eq(render_hide(a, STR("a@b.example and c@d")), STR("a@… and c@d")));
	CHECK(str_eq(render_hidden(a, STR("a@b.example")), STR("a@…")));
	CHECK(str_eq(render_initials(a, STR("R. Okafor"), STR("")), STR("RO")));
	CHECK(str_eq(render_initials(a, STR("anna"), STR("")), STR("A")));
	CHECK(str_eq(render_initials(a, STR("Anna Maria van Meyer"), STR("")),
		     STR("AM")));
	CHECK(str_eq(render_initials(a, STR(""), STR("bob@x.example")), STR("B")));
	CHECK(str_eq(render_initials(a, STR("<>"), STR("")), STR("?")));
}

static void test_fold(void)
{
	ARENA(a);
	struct render_memory above = { 0 }, none = { 0 };
	const char *text = "line one\nline two\nline three\n\nline four\nline five\n";
	render(a, PLAIN, str_from(text), (struct render_how){ .memory = &above });
	const char *all =
		"> line one\n> line two\n> line three\n>\n> line four\n> line five\nyes";
	const char *most =
		"> line one\n> line two\n> line three\n> line four\n> line FIVE\nyes";
	const char *few = "> line one\n> line two\nyes";
	str folded = STR(
		"<details><summary>Quotes <bdi>Anna</bdi>, 5 lines, all of them above");
	struct render_how how = { .parent = &above, .parent_name = STR("Anna") };
	CHECK(str_find(render(a, PLAIN, str_from(all), how), folded).n);
	CHECK(!str_find(render(a, PLAIN, str_from(most), how), STR("<details>")).n);
	CHECK(!str_find(render(a, PLAIN, str_from(few), how), STR("<details>")).n);
	how.parent = &none;
	CHECK(!str_find(render(a, PLAIN, str_from(all), how), STR("<details>")).n);
}

static void test_flowed(void)
{
	ARENA(a);
	const char *type =
		"Content-Type: text/plain; format=flowed; charset=us-ascii\r\n\r\n";
	str h = render(
		a, type,
		STR("A long \r\nline \r\nhere.\r\n> quoted \r\n> text\r\n-- \r\nsig"),
		(struct render_how){ 0 });
	CHECK(str_find(h, STR("<p dir=\"auto\">A long line here.</p>")).n);
	CHECK(str_find(h, STR("<p dir=\"auto\">quoted text</p>")).n);
	CHECK(str_find(h, STR("class=\"sig\" dir=\"auto\">sig</p>")).n);
	CHECK(str_eq(content_unflow(a, STR("a \nb\n"), true), STR("ab\n")));
	CHECK(str_eq(content_unflow(a, STR(" From x\n"), false), STR("From x\n")));
	CHECK(str_eq(content_unflow(a, STR(">> a \n>> b\n> c\n"), false),
		     STR(">> a b\n> c\n")));
}

static bool html_reads(struct arena *a, const char *html, const char *text)
{
	bool cut;
	str t = content_html_text(a, str_from(html), &cut);
	bool same = !cut && str_eq(t, str_from(text));
	if (!same)
		fprintf(stderr, "  %s\n-> %.*s\n", html, STR_F(t));
	return same;
}

static void test_html_mail(void)
{
	static const struct {
		const char *html, *text;
	} cases[] = {
		{ "<p>Hello <b>you</b></p><p>Bye</p>", "Hello you\n\nBye\n" },
		{ "a<br>b<br><br>c", "a\nb\n\nc\n" },
		{ "<ul><li>one<li>two</ul>x", "* one\n* two\n\nx\n" },
		{ "<script>alert(1)</script><style>p{}</style>x", "x\n" },
		{ "<a href='http://x.example/'>here</a>", "here <http://x.example/>\n" },
		{ "<a href='http://x.example/'>http://x.example/</a>",
		  "http://x.example/\n" },
		{ "<a href='javascript:alert(1)'>here</a>", "here\n" },
		{ "<img src=http://t.example/1.gif alt='a &lt;b&gt;'>", "[a <b>]\n" },
		{ "x<blockquote>y<blockquote>z</blockquote></blockquote>w",
		  "x\n\n> y\n>\n>> z\n\nw\n" },
		{ "<pre>a\n  b</pre>", "a\n  b\n" },
		{ "<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc\n" },
		{ "<div style='display:none'>spy</div>x", "x\n" },
		{ "a &amp; b &lt;i&gt;", "a & b <i>\n" },
		{ "", "" },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(html_reads(a, cases[i].html, cases[i].text));
	str h = render(a, "Content-Type: text/html\r\n\r\n",
		       STR("<p onclick=x>Hi<script>alert(1)</script>"),
		       (struct render_how){ 0 });
	CHECK(str_find(h, STR("sent as HTML only")).n
	      && str_find(h, STR("<p dir=\"auto\">Hi</p>")).n);
}

/* Odd ways to write what a browser reads well. */
static void test_odd_markup(void)
{
	static const struct {
		const char *html, *text;
	} cases[] = {
		{ "a<!-- <p>b -->c<!-->d<!--->e", "acde\n" },
		{ "a<!DOCTYPE x>b<?xml x?>c</>d</ x>e", "abcde\n" },
		{ "1 < 2 <3 a<b>c</b>", "1 < 2 <3 ac\n" },
		{ "<A HREF=\"http://x.example/?a=1&amp;b='2'\">y</A>",
		  "y <http://x.example/?a=1&b='2'>\n" },
		{ "<a title='>' href = 'http://x.example/\"'>y</a>",
		  "y <http://x.example/\">\n" },
		{ "<o:p>a</o:p><textarea>b<p>c</textarea>", "a\n\nb<p>c\n" },
		{ "a<span style='DISPLAY:none'>b<span>c</span>d</span>e", "ae\n" },
		{ "<style><p>x</style><title><p>y</title>z", "z\n" },
		{ "a<b", "a\n" },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(html_reads(a, cases[i].html, cases[i].text));
}

static void test_files(void)
{
	ARENA(a);
	char hash[32] = { 1, 2, 3 };
	struct archive_attachment list[] = {
		{ .n = 1,
		  .filename = STR("../<b>\"x\".csv"),
		  .declared = STR("text/csv"),
		  .sniffed = STR("application/zip"),
		  .size = 22016,
		  .sha256 = { hash, 32 } },
		{ .n = 2,
		  .declared = STR("image/png"),
		  .sniffed = STR("image/png"),
		  .size = 5,
		  .sha256 = { hash, 32 } },
	};
	struct archive_attachments files = { list, 2 };
	str h = render(a, PLAIN, STR("x"), (struct render_how){ .attachments = &files });
	CHECK(str_find(h, STR("href=\"/lists/dev/17/a/1/..%2F%3Cb%3E%22x%22.csv\"")).n);
	CHECK(str_find(h, STR("<bdi>../&lt;b&gt;&quot;x&quot;.csv</bdi>")).n);
	CHECK(str_find(h, STR("Mismatch</span> declared CSV table (text/csv), content is "
			      "Archive of files (application/zip)"))
		      .n);
	CHECK(str_find(h, STR("<dd>22 KB</dd>")).n
	      && str_find(h, STR("<dd>5 bytes</dd>")).n);
	CHECK(str_find(h, STR(">010203000000")).n && str_find(h, STR("unnamed")).n);
	CHECK(!str_find(h, STR("<img")).n && !str_find(h, STR("Virus check")).n);
	list[0].width = 1600;
	list[0].height = 1000;
	h = render(a, PLAIN, STR("x"),
		   (struct render_how){ .attachments = &files,
					.checked = HTML("<b>Clean</b>"),
					.pictures = true });
	CHECK(str_find(h,
		       STR("<a href=\"/lists/dev/17/a/1/..%2F%3Cb%3E%22x%22.csv\"><img "
			   "loading=\"lazy\" "
			   "src=\"/lists/dev/17/a/1/shown/"
			   "..%2F%3Cb%3E%22x%22.csv\" width=\"512\" height=\"320\" "
			   "alt=\"Picture ../&lt;b&gt;&quot;x&quot;.csv\"></a>"))
		      .n);
	CHECK(!str_find(h, STR("a/2/shown")).n);
	CHECK(str_find(h, STR("<dt>Virus check</dt><dd><b>Clean</b></dd>")).n);
}

static void test_sniff(void)
{
	static const struct {
		str bytes;
		const char *declared, *seen;
	} cases[] = {
		{ STR("%PDF-1.4"), "application/pdf", "application/pdf" },
		{ STR("%PDF-1.4"), "text/plain", "application/pdf" },
		{ STR("PK\3\4xx"), "application/vnd.oasis.opendocument.text",
		  "application/vnd.oasis.opendocument.text" },
		{ STR("PK\3\4xx"), "text/csv", "application/zip" },
		{ STR("MZ\x90"), "image/png", "application/x-msdownload" },
		{ STR("hello"), "image/png", "text/plain" },
		{ STR("  <!DOCTYPE HTML><p>"), "text/plain", "text/html" },
		{ STR("<svg onload=x>"), "image/png", "text/html" },
		{ STR("<svg/>"), "image/svg+xml", "image/svg+xml" },
		{ STR("a\0b"), "text/plain", "application/octet-stream" },
		{ STR("a,b\n"), "text/csv", "text/csv" },
		{ STR(""), "text/plain", "text/plain" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(str_eq(content_sniff(cases[i].bytes, str_from(cases[i].declared)),
			     str_from(cases[i].seen)));
}

/* An octet reads the same alone and anywhere among sixteen that are taken at once. */
static void octets_in_any_place(void)
{
	ARENA(a);
	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < 34; at++) {
			char text[34];
			char one[1] = { (char)c };
			memset(text, 'x', sizeof text);
			text[at] = (char)c;
			str alone = html_text(a, (str){ one, 1 }).s;
			str before = { text, at }, after = { text + at + 1, 33 - at };
			str want = arena_cat(a, at ? before : STR(""), alone,
					     at < 33 ? after : STR(""));
			CHECK(str_eq(html_text(a, (str){ text, 34 }).s, want));
		}
}

int main(void)
{
	octets_in_any_place();
	test_blocks();
	test_fill();
	test_links();
	test_fold();
	test_flowed();
	test_html_mail();
	test_odd_markup();
	test_files();
	test_sniff();
	return check_done();
}

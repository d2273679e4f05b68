#include "archive/html_mail.h"

#include "base/file.h"
#include "tests/check.h"
#include "tests/unit/payloads.h"
#include "tests/unit/safe_html.h"

static const struct html_mail_picture pictures[] = {
	{ STR("plot@x.example"), STR("plot one.png"),
	  STR("/lists/dev/1/a/2/shown/plot%20one.png"), 640, 480 },
};

static str format(struct arena *a, str html, bool hide)
{
	bool cut;
	struct html_mail_how how = { hide, pictures, sizeof pictures / sizeof *pictures };
	str h = html_mail(a, html, &how, &cut).s;
	const char *wrong = unsafe_formatted(a, h);
	CHECK(!wrong);
	if (wrong)
		fprintf(stderr, "  %s in:\n%.*s\n", wrong, STR_F(h));
	return h;
}

struct row {
	const char *html, *shown;
};

static void try(const struct row *rows, size_t count, bool hide)
{
	ARENA(a);
	for (size_t i = 0; i < count; i++) {
		str h = format(a, str_from(rows[i].html), hide);
		CHECK(str_eq(h, str_from(rows[i].shown)));
		if (!str_eq(h, str_from(rows[i].shown)))
			fprintf(stderr, "  %s\n-> %.*s\n", rows[i].html, STR_F(h));
	}
}
#define TRY_ROWS(rows, hide) try(rows, sizeof(rows) / sizeof *(rows), hide)
#define TO(url, words) \
	"<a href=\"" url "\" rel=\"nofollow ugc noopener noreferrer\">" words "</a>"
#define SCROLL \
	"<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Table\">\n"

#define PLOT(alt)                                                                    \
	"<img loading=\"lazy\" src=\"/lists/dev/1/a/2/shown/plot%20one.png\" width=" \
	"\"640\" height=\"480\" alt=\"" alt "\">"

/* A picture of the same message, and nothing that is loaded from elsewhere. */
static void test_pictures(void)
{
	static const struct row rows[] = {
		{ "<p><img src=cid:plot@x.example> is it",
		  "<p>" PLOT("Picture plot one.png") " is it</p>\n" },
		{ "<p>See <b><img src=' CID:plot%40x.example ' alt='a \"plot\"'></b>.",
		  "<p>See <b>" PLOT("a &quot;plot&quot;") "</b>.</p>\n" },
		{ "<div><img src=cid:plot@x.example alt=x></div>",
		  "<div>" PLOT("x") "</div>\n" },
		{ "<td><a href=https://x.example/><img src=cid:plot@x.example alt=x></a>",
		  TO("https://x.example/", PLOT("x")) },
		{ "<img src=cid:plot@x.example onload=x style=x class=x width=1 alt=x>",
		  PLOT("x") },
		/* no such picture; another kind of address */
		{ "<img src=cid:other@x.example alt=x>", "[x]" },
		{ "<img src=cid: alt=x><img src=cid:%zz alt=y>", "[x][y]" },
		{ "<img src=https://evil.example/cid:plot@x.example alt=x>", "[x]" },
		{ "<img src=//evil.example/ alt=x>", "[x]" },
		{ "<img srcset=cid:plot@x.example alt=x>", "[x]" },
		{ "<p style='background:url(cid:plot@x.example)'>x", "<p>x</p>\n" },
		{ "<input type=image src=cid:plot@x.example>", "" },
	};
	TRY_ROWS(rows, false);
	static const struct row hidden[] = {
		{ "<img src=cid:plot@x.example alt='by bob@y.example'>",
		  PLOT("by bob@…") },
	};
	TRY_ROWS(hidden, true);
}

static void test_words(void)
{
	static const struct row rows[] = {
		{ "<p>a <b>b</b> <em>c</em>\n d</p>",
		  "<p>a <b>b</b> <em>c</em> d</p>\n" },
		{ "<p><font color=red>a</font><span style='x'>b</span>", "<p>ab</p>\n" },
		{ "<p><b>a<i>b</b>c</i>", "<p><b>a<i>b</i></b><i>c</i></p>\n" },
		{ "<p></p><p> </p><p>&nbsp;</p><p><br></p><div></div>x", "x" },
		{ "<div>a<br></div><div><br></div>",
		  "<div>a<br>\n</div>\n<div><br>\n</div>\n" },
		{ "<b><div>a</div><div>b</div></b>",
		  "<div><b>a</b></div>\n<div><b>b</b></div>\n" },
		{ "<pre>a\n  b<b>\nc</b></pre>",
		  "<pre tabindex=\"0\">a\n  b<b>\nc</b></pre>\n" },
		{ "<p>H<sub>2</sub>O <tt>x</tt> <strike>y</strike>",
		  "<p>H<sub>2</sub>O <code>x</code> <s>y</s></p>\n" },
		{ "a<hr>b", "a<hr>\nb" },
		{ "<p>a<hr>b", "<p>a</p>\n<hr>\nb" },
		{ "&lt;b&gt; &amp; \"", "&lt;b&gt; &amp; &quot;" },
		{ "<p>\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d</p><p dir=rtl>a",
		  "<p dir=\"rtl\">\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d</p>\n"
		  "<p dir=\"rtl\">a</p>\n" },
		{ "", "" },
	};
	TRY_ROWS(rows, false);
}

static void test_blocks(void)
{
	static const struct row rows[] = {
		{ "<h1>a</h1><h4>b</h4><h2>c</h2><h6>d<h6>",
		  "<h3>a</h3>\n<h4>b</h4>\n<h4>c</h4>\n<h5>d</h5>\n" },
		{ "<h4>first</h4>", "<h3>first</h3>\n" },
		{ "<ul><li>a<li><p>b</ul>",
		  "<ul>\n<li>a</li>\n<li><p>b</p>\n</li>\n</ul>\n" },
		{ "<ol start=3><li>a<ul><li>b</ul></ol>",
		  "<ol start=\"3\">\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n</ol>\n" },
		{ "<ul><ul><li>a</ul>b<li>c</ul>",
		  "<ul>\n<li><ul>\n<li>a</li>\n</ul>\nb</li>\n<li>c</li>\n</ul>\n" },
		{ "<li>a<dt>b", "<div>a<div>b</div>\n</div>\n" },
		{ "<dl><dt>a<dd>b<p>c</dl>",
		  "<dl>\n<dt>a</dt>\n<dd>b<p>c</p>\n</dd>\n</dl>\n" },
		{ "<h2>a<div>b</div>c</h2>", "<h3>a<br>\nb<br>\nc</h3>\n" },
		{ "<blockquote>a<blockquote>b",
		  "<blockquote>a<blockquote>b</blockquote>\n</blockquote>\n" },
	};
	TRY_ROWS(rows, false);
}

static void test_tables(void)
{
	static const struct row rows[] = {
		{ "<table><caption>n</caption><tr><th>a<td "
		  "colspan=2>b<tr><td><td>c</table>",
		  SCROLL "<table>\n<caption>n</caption>\n<tbody>\n<tr>\n<th "
			 "scope=\"row\">a</th>\n"
			 "<td colspan=\"2\">b</td>\n</tr>\n<tr>\n<td></td>\n<td>c</td>\n"
			 "</tr>\n</tbody>\n</table>\n</div>\n" },
		{ "<table><tr><td colspan=9999 "
		  "rowspan=x><table><tr><td>a</table></table>",
		  SCROLL
		  "<table>\n<tbody>\n<tr>\n<td><table>\n<tbody>\n<tr>\n<td>a</td>\n"
		  "</tr>\n</tbody>\n</table>\n</td>\n</tr>\n</tbody>\n</table>\n"
		  "</div>\n" },
		{ "<p>a<table><tr><td>b</table>",
		  "<p>a</p>\n" SCROLL "<table>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n"
		  "</tbody>\n</table>\n</div>\n" },
	};
	TRY_ROWS(rows, false);
}

static void test_links(void)
{
	static const struct row rows[] = {
		{ "<a href=' https://x.example/?a=1&amp;b=2 ' onclick=x "
		  "target=_top>y</a>",
		  TO("https://x.example/?a=1&amp;b=2", "y") },
		{ "<a href=mailto:a@b.example>y</a>", TO("mailto:a@b.example", "y") },
		{ "<a href=javascript:alert(1)>y</a><a href=data:x>z</a><a "
		  "href='//e.x'>w</a>",
		  "yzw" },
		{ "<a href='java\nscript:alert(1)'>y</a><a name=x>z</a>", "yz" },
		{ "<a href=https://x.example/>x.example</a>",
		  TO("https://x.example/", "x.example") },
		{ "<a href=https://evil.example/>https://bank.example/</a>",
		  "https://bank.example/ &lt;" TO("https://evil.example/",
						  "https://evil.example/") "&gt;" },
		{ "<a href=https://evil.example/>www.<b>bank</b>.example</a>",
		  "www.<b>bank</b>.example &lt;" TO("https://evil.example/",
						    "https://evil.example/") "&gt;" },
		{ "<a href=https://x.example/><img src=https://t.example/1.gif></a>z",
		  "z" },
		{ "<a href=https://x.example/><img alt='a \"plot\"'></a>",
		  TO("https://x.example/", "[a &quot;plot&quot;]") },
		{ "<a href=https://x.example/><p>y</p><p>z</p></a>",
		  "<p>" TO("https://x.example/", "y") "</p>\n<p>" TO("https://x.example/",
								     "z") "</p>\n" },
	};
	TRY_ROWS(rows, false);
}

/* However an address is dressed, guests see what stands before its @. */
static void test_hidden(void)
{
	static const struct row rows[] = {
		{ "<p>ask anna@uni.example, or <b>b@c.example</b>.",
		  "<p>ask anna@…, or <b>b@…</b>.</p>\n" },
		{ "<p>anna@<b>uni</b>.exa<i>mple</i> x", "<p>anna@<b>…</b> x</p>\n" },
		{ "<p>anna<!-- -->@uni.<span>example</span>", "<p>anna@…</p>\n" },
		{ "<a href=mailto:anna@uni.example>Anna</a> anna&#64;uni.example",
		  "Anna anna@…" },
		{ "<code>git@x.example</code> git@x.example",
		  "<code>git@x.example</code> git@…" },
		{ "<pre>anna@uni.example\nb</pre>",
		  "<pre tabindex=\"0\">anna@…\nb</pre>\n" },
	};
	TRY_ROWS(rows, true);
}

static void test_gone(void)
{
	static const struct row rows[] = {
		{ "<style>p{}</style><script>alert(1)</script><title>t</title>x", "x" },
		{ "<p style='background:url(//e.x)' class=c id=i onload=x title=t>a",
		  "<p>a</p>\n" },
		{ "<div style='display: none'>spy</div>x", "x" },
		{ "<svg><p>a</p></svg><math><mi>b</mi></math><form "
		  "action=//e.x>c<input>d</form>",
		  "<p>a</p>\ncd" },
		{ "<iframe src=//e.x>a</iframe><object data=//e.x>b</object><embed "
		  "src=x>c",
		  "c" },
		{ "<img src=https://t.example/1.gif width=1><img src=cid:x alt='A plot'>",
		  "[A plot]" },
		{ "<button>a<p>b</button>", "a<p>b</p>\n" },
		{ "<textarea><script>a</script></textarea>",
		  "<pre tabindex=\"0\">&lt;script&gt;a&lt;/script&gt;</pre>\n" },
	};
	TRY_ROWS(rows, false);
}

/* Nothing that nests, or grows when it is shown, costs more than a page may be. */
static void test_bombs(void)
{
	static const char *const repeated[] = {
		"<div>x",
		"<b>x",
		"<a href=http://x>x",
		"<table><tr><td>x",
		"<ul>x",
		"<ul><li>x",
		"<blockquote>x",
		"<b><i><u>x</u></i></b>",
		"<dl><dt>x<dd>y",
		"<p>x",
		"\xe2\x80\xae",
		"a@b.example ",
		"<h1><div>x",
		"<td>",
		"<br>",
		"<b>x</b><i>y</i>",
		"<table><table>x",
		"<a href=http://x><p>x</p></a>",
	};
	for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++) {
		ARENA(a);
		BUF(b);
		while (b.n < 2000000)
			buf_add(&b, str_from(repeated[i]));
		str h = format(a, buf_str(&b), true);
		CHECK(h.n < 12 << 20);
	}
}

static str wrapped(struct arena *a, const char *around, str attack)
{
	str before, behind;
	str_cut(str_from(around), '|', &before, &behind);
	return arena_cat(a, before, attack, behind);
}

/* Each attack alone and within every kind of element, and what comes of it once more. */
static void attack(struct arena *a, str payload)
{
	static const char *const around[] = {
		"|",
		"<p>|</p>",
		"<table><tr><td>|</table>",
		"<ul>|</ul>",
		"<a href=\"|\">x</a>",
		"<img alt='|'>",
		"<pre>|</pre>",
		"<svg>|</svg>",
		"<math><mtext>|</math>",
		"<b>|<p></b>",
	};
	for (size_t k = 0; k < sizeof around / sizeof *around; k++) {
		str shown = format(a, wrapped(a, around[k], payload), k % 2);
		format(a, shown, false);
	}
}

int main(void)
{
	test_words();
	test_pictures();
	test_blocks();
	test_tables();
	test_links();
	test_hidden();
	test_gone();
	test_bombs();
	each_payload(attack);
	return check_done();
}

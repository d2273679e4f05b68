/* What is made to cost much, or to live on in a page. */
#include "payloads.h"
#include "rendered.h"

#include "archive/content.h"
#include "base/file.h"
#include "mail/mbox.h"

#include <sys/resource.h>
#include <unistd.h>

/* Nothing that nests may cost more than it is long. */
static void test_deep(void)
{
	static const char *const repeated[] = {
		"<div>", "<b a=1>", "<a>", "<table><tr><td>", "<font>", "<div></x>",
		"<b><p></b>", "<p><b a=1>", "<svg>", "<select>", "<button>", "<i><p>",
		"</p>", "<td>",
		/* tags where there are none, end tags that end nothing */
		"<div a=\"</div>\">", "<div><!-- </div> -->", "<div><? </div>",
		"<tr><td><table></tr>", "<div><textarea></div></textarea>", "<br>",
		"<b><script></b></script>", "<p a='"
	};
	for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++) {
		ARENA(a);
		BUF(b);
		while (b.n < 1000000)
			buf_add(&b, str_from(repeated[i]));
		bool cut;
		str text = content_html_text(a, buf_str(&b), &cut);
		CHECK(text.n < 1000 || !cut);
	}
	ARENA(a);
	BUF(b);
	for (int i = 0; i < 5000; i++)
		buf_add_char(&b, '>');
	buf_add(&b, STR(" deep"));
	str h = render(a, PLAIN, buf_str(&b), (struct render_how){ 0 });
	CHECK(str_find(h, STR("deep")).n);
}

static long largest(void) /* KB */
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

/* What a parser compares pair by pair, and what one line of text makes many of. */
static void test_bombs(void)
{
	ARENA(a);
	bool cut;
	BUF(attributes);
	long before = largest();
	buf_add(&attributes, STR("<p"));
	for (int i = 0; attributes.n < 2000000; i++)
		buf_addf(&attributes, " a%d", i);
	buf_add(&attributes, STR(">x</p>"));
	str text = content_html_text(a, buf_str(&attributes), &cut);
	CHECK(!cut && str_eq(text, STR("x\n")));
	BUF(quotes);
	for (int i = 0; i < 250; i++)
		buf_add(&quotes, STR("<blockquote>"));
	for (int i = 0; i < 100000; i++)
		buf_add(&quotes, STR("<br>x"));
	text = content_html_text(a, buf_str(&quotes), &cut);
	CHECK(!cut && text.n < 5000000);
	CHECK(largest() - before < 300 * 1024);
}

static size_t how_often(str text, str word)
{
	size_t n = 0;
	for (str at; (at = str_find(text, word)).n;
	     text = str_skip(text, (size_t)(at.p - text.p) + word.n))
		n++;
	return n;
}

/* Quotes that begin and end with each line make a page of many times their size. */
static void test_too_long(void)
{
	ARENA(a);
	BUF(b);
	buf_add(&b, STR("Content-Type: text/plain\r\n\r\n"));
	while (b.n < 2000000)
		buf_add(&b, STR(">>>>>>>>>>> n\r\na\r\n"));
	str page = render_post(a, buf_str(&b), &(struct render_how){ .number = 1 }).s;
	CHECK(page.n > 4000000 && page.n < 4300000);
	CHECK(str_find(page, STR("too long to be shown whole")).n > 0);
	CHECK(how_often(page, STR("<blockquote>"))
	      == how_often(page, STR("</blockquote>")));
	CHECK(how_often(page, STR("<div")) == how_often(page, STR("</div>")));
}

/* One attack in every place where a sender's text is shown. */
static void attack(struct arena *a, str payload)
{
	static const char *const types[] = {
		"Content-Type: text/plain; charset=utf-8\r\n\r\n",
		"Content-Type: text/html; charset=utf-8\r\n\r\n",
		"Content-Type: text/plain; format=flowed\r\n\r\n",
		"Content-Type: text/plain; charset=utf-7\r\n\r\n",
		"\r\n> ",
		"\r\n-- \n",
		"\r\n    ",
		"\r\ndiff --git ",
		"\r\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-",
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		render(a, types[i], payload,
		       (struct render_how){ .hide_addresses = i % 2 });
	struct render_memory above = { .text = payload };
	struct archive_attachment x = { .n = 1,
					.filename = payload,
					.declared = payload,
					.sniffed = payload,
					.sha256 = payload };
	struct archive_attachments files = { &x, 1 };
	render(a, PLAIN, STR("> a\n> b\n> c\n> d\n> e\n> f"),
	       (struct render_how){
		       .attachments = &files, .parent = &above, .parent_name = payload });
	BUF(b);
	html_add(&b, HTML("<p title=\""));
	html_add_attr(&b, payload);
	html_add(&b, HTML("\"><bdi>"));
	html_add_text(&b, payload);
	html_add(&b, HTML("</bdi></p>"));
	CHECK(!unsafe_html(a, buf_str(&b)));
}

/* Attacks mixed into a made list: nothing of them lives. */
static void test_hostile(void)
{
	ARENA(a);
	str script = shared(a, "gen.py"), bytes;
	char path[] = "/tmp/postern-hostile-XXXXXX";
	int fd = mkstemp(path);
	CHECK(fd >= 0);
	close(fd);
	str command = arena_cat(a, STR("python3 '"), script,
				STR("' -n 1000 --hostile 0.3 > "), str_from(path));
	if (access(arena_z(a, script), R_OK) || system(arena_z(a, command))
	    || file_read(a, path, 64 << 20, &bytes).kind) {
		printf("skipped: no shared data gen.py, or no python3\n");
		unlink(path);
		return;
	}
	unlink(path);
	struct mbox m;
	struct mbox_message one;
	size_t count = 0, hostile = 0;
	mbox_open(&m, bytes);
	for (ARENA(mine); mbox_next(&m, mine, &one); count++) {
		struct html h = render_post(
			mine, one.bytes,
			&(struct render_how){ .hide_addresses = count % 2 });
		const char *wrong = unsafe_html(mine, h.s);
		CHECK(!wrong);
		if (wrong)
			fprintf(stderr, "  %s in message %zu\n", wrong, count);
		hostile += str_find(one.bytes, STR("XSS-")).n > 0;
	}
	CHECK(count == 1000 && hostile > 200);
}

int main(void)
{
	test_deep();
	test_bombs();
	test_too_long();
	each_payload(attack);
	test_hostile();
	return check_done();
}

#include "web/pages/checked.h"

#include "archive/add.h"
#include "base/language.h"

static const struct {
	const char *word, *style, *text;
} rows[] = {
	{ "clean", "ok", N_("Clean") },
	{ "infected", "bad", N_("Infected") },
	{ "suspicious", "warn", N_("Suspicious") },
	{ "imported", "none", N_("Not checked (imported)") },
	{ "", "none", N_("Not checked") },
};

str checked_word(const struct archive_leaf *leaf)
{
	if (leaf->verdict.result.n)
		return leaf->verdict.result;
	return str_starts(leaf->post.source, ARCHIVE_IMPORTED) ? STR("imported")
							       : STR("");
}

static void add_time(struct buf *b, int64_t at)
{
	buf_add(b, STR(" <time datetime=\""));
	show_iso(b, at);
	buf_add(b, STR("\">"));
	show_minute(b, at);
	buf_add(b, STR("</time>"));
}

struct html checked_html(struct arena *a, const struct archive_leaf *leaf)
{
	const struct archive_verdict *v = &leaf->verdict;
	str word = checked_word(leaf);
	size_t i = 0, last = sizeof rows / sizeof *rows - 1;
	BUF(b);
	if (!leaf->attachments.count)
		return HTML("");
	while (i < last && !str_eq(word, str_from(rows[i].word)))
		i++;
	buf_addf(&b, "<span class=\"st %s\">", rows[i].style);
	html_add_text(&b, S_(rows[i].text));
	buf_add(&b, STR("</span>"));
	if (v->signature.n) {
		buf_add(&b, STR(" <bdi>"));
		html_add_text(&b, v->signature);
		buf_add(&b, STR("</bdi>,"));
	}
	if (v->at)
		add_time(&b, v->at);
	if (v->engine.n) {
		buf_add(&b, STR(", "));
		html_add_text(&b, v->engine);
	}
	return html_take(a, &b);
}

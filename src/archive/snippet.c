#include "archive/snippet.h"

#include "archive/render.h"
#include "base/utf8.h"

#include <unicase.h>
#include <unistr.h>
#include <unictype.h>
#include <uninorm.h>

enum {
	LOOKED_AT = 128 * 1024, /* octets of a text */
	WORD_MAX = 128,         /* octets of a word that are compared */
	SHOWN = 40,
	BEFORE = 10, /* words before the first mark */
	LINES = 5,   /* of a patch */
	LINES_BEFORE = 1,
	LINE_MOST = 200, /* octets */
};

struct word {
	size_t start, end; /* octets of the text */
	str folded;
	size_t marks; /* so many words from here on are marked */
};

static bool is_mark(uint32_t c) /* an accent that stands by itself */
{
	return c >= 0x300 && uc_is_general_category_withtable(c, UC_CATEGORY_MASK_M);
}

static bool is_word(uint32_t c)
{
	if (c < 0x80)
		return chr_is_alpha((char)c) || chr_is_digit((char)c);
	return c != 0xfffd
	       && uc_is_general_category_withtable(
		       c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_Co
				  | UC_CATEGORY_MASK_M);
}

/* Lower case without diacritics, as FTS5's unicode61 has it. */
static str fold(struct arena *a, str s)
{
	s = str_first(s, WORD_MAX);
	uint8_t *out = arena_alloc(a, 4 * s.n + 4);
	size_t n = 0;
	while (s.n) {
		uint32_t c = utf8_next(&s);
		ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
		if (c >= 0x80 && uc_canonical_decomposition(c, parts) > 0)
			c = parts[0];
		if (is_mark(c))
			continue;
		int more = u8_uctomb(
			out + n, c < 0x80 ? (ucs4_t)chr_lower((char)c) : uc_tolower(c),
			4);
		n += more > 0 ? (size_t)more : 0;
	}
	return (str){ (char *)out, n };
}

/* The next word at or behind *at. Of a script without blanks each character is one, and
 * what is looked for a sequence of them. */
static bool next_word(struct arena *a, str text, size_t *at, struct word *w)
{
	bool inside = false;
	*w = (struct word){ 0 };
	for (str rest = str_skip(text, *at); rest.n;) {
		size_t here = text.n - rest.n;
		uint32_t c = utf8_next(&rest);
		bool letter = is_word(c), alone = letter && utf8_is_east(c);
		if (inside && (!letter || alone))
			break;
		if (letter && !inside)
			w->start = here;
		inside |= letter;
		w->end = letter ? text.n - rest.n : w->end;
		if (alone)
			break;
	}
	*at = inside ? w->end : text.n;
	if (inside)
		w->folded = fold(a, (str){ text.p + w->start, w->end - w->start });
	return inside;
}

void marks_read(struct arena *a, const str *texts, size_t count, struct marks *m)
{
	m->count = 0;
	for (size_t i = 0; i < count && m->count < MARKS_MAX; i++) {
		struct mark *k = &m->list[m->count];
		struct word w;
		*k = (struct mark){ .prefix = str_ends(texts[i], STR("*")) };
		for (size_t at = 0;
		     k->count < MARK_WORDS && next_word(a, texts[i], &at, &w);)
			k->words[k->count++] = w.folded;
		m->count += k->count > 0;
	}
}

static bool same(str word, str wanted, bool prefix)
{
	return prefix ? str_starts(word, wanted) : str_eq(word, wanted);
}

/* How many words from w on one of the marks covers. */
static size_t covered(const struct marks *m, const struct word *w, size_t left)
{
	size_t most = 0;
	for (size_t i = 0; i < m->count; i++) {
		const struct mark *k = &m->list[i];
		size_t n = 0;
		while (n < k->count && n < left
		       && same(w[n].folded, k->words[n], k->prefix && n + 1 == k->count))
			n++;
		if (n == k->count && n > most)
			most = n;
	}
	return most;
}

static struct word *words_of(struct arena *a, const struct marks *m, str text,
			     size_t *count)
{
	size_t room = 64, n = 0;
	struct word *list = arena_alloc(a, room * sizeof *list), w;
	for (size_t at = 0; next_word(a, text, &at, &w);) {
		if (n == room) {
			struct word *more = arena_alloc(a, 2 * room * sizeof *more);
			memcpy(more, list, n * sizeof *more);
			list = more;
			room *= 2;
		}
		list[n++] = w;
	}
	for (size_t i = 0; i < n; i++)
		list[i].marks = covered(m, list + i, n - i);
	*count = n;
	return list;
}

/* The words [from, to) with what stands between them. */
static void add_words(struct buf *b, str text, const struct word *w, size_t from,
		      size_t to)
{
	size_t at = w[from].start;
	for (size_t i = from; i < to; i++) {
		if (!w[i].marks)
			continue;
		size_t last = i + w[i].marks < to ? i + w[i].marks - 1 : to - 1;
		html_add_text(b, (str){ text.p + at, w[i].start - at });
		html_add(b, HTML("<mark>"));
		html_add_text(b, (str){ text.p + w[i].start, w[last].end - w[i].start });
		html_add(b, HTML("</mark>"));
		at = w[last].end;
		i = last;
	}
	html_add_text(b, (str){ text.p + at, w[to - 1].end - at });
}

struct html marked(struct arena *a, const struct marks *m, str text)
{
	ARENA(mine);
	size_t n;
	struct word *w = words_of(mine, m, text, &n);
	BUF(b);
	if (!n) {
		html_add_text(&b, text);
		return html_take(a, &b);
	}
	html_add_text(&b, str_first(text, w[0].start));
	add_words(&b, text, w, 0, n);
	html_add_text(&b, str_skip(text, w[n - 1].end));
	return html_take(a, &b);
}

/* Where the SHOWN words with the most marks have the first; n: there is none. */
static size_t best_place(const struct word *w, size_t n)
{
	size_t best = 0, most = 0, sum = 0;
	for (size_t i = 0; i < n; i++) {
		sum += w[i].marks > 0;
		if (i >= SHOWN)
			sum -= w[i - SHOWN].marks > 0;
		if (sum > most) {
			most = sum;
			best = i >= SHOWN ? i - SHOWN + 1 : 0;
		}
	}
	while (best < n && !w[best].marks)
		best++;
	return best;
}

/* The line at text[at], without its end. */
static str line_at(str text, size_t at)
{
	str rest = str_skip(text, at);
	const char *lf = rest.n ? memchr(rest.p, '\n', rest.n) : NULL;
	return lf ? str_first(rest, (size_t)(lf - rest.p)) : rest;
}

/* Where lines become a patch, which ends a text: with what git counts before it. */
static size_t patch_begin(str text)
{
	static const str heads[] = { STR("diff --git "), STR("--- "), STR("Index: "),
				     STR("@@ -") };
	if (!str_find(text, STR("\n@@ -")).n)
		return text.n;
	for (size_t at = 0; at < text.n;) {
		str line = line_at(text, at);
		if (str_eq(line, STR("---")))
			return at;
		for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
			if (str_starts(line, heads[i]))
				return at;
		at += line.n + 1;
	}
	return text.n;
}

/* The octets [from, to), of which the words w are to be marked. */
static void add_octets(struct buf *b, str text, const struct word *w, size_t n,
		       size_t from, size_t to)
{
	size_t i = 0, end;
	while (i < n && w[i].start < from)
		i++;
	for (end = i; end < n && w[end].end <= to; end++)
		;
	if (end > i) {
		html_add_text(b, (str){ text.p + from, w[i].start - from });
		add_words(b, text, w, i, end);
		from = w[end - 1].end;
	}
	html_add_text(b, (str){ text.p + from, to - from });
}

static struct html code_lines(struct arena *a, str text, const struct word *w, size_t n,
			      size_t begin, size_t place)
{
	size_t at = w[place].start;
	for (int lines = 0; at > begin && lines < LINES_BEFORE + 1; at--)
		lines += text.p[at - 1] == '\n';
	at += at > begin; /* behind the end of line that stopped it */
	BUF(b);
	for (int i = 0; i < LINES && at < text.n; i++) {
		str line = line_at(text, at);
		bool head = str_starts(line, STR("@@ -"))
			    || str_starts(line, STR("diff "))
			    || str_starts(line, STR("--- "))
			    || str_starts(line, STR("+++ "));
		char c = !line.n || str_eq(line, STR("---")) ? ' ' : line.p[0];
		html_add(&b, head       ? HTML("<b>")
			     : c == '+' ? HTML("<ins>")
			     : c == '-' ? HTML("<del>")
					: HTML(""));
		add_octets(&b, text, w, n, at, at + utf8_first(line, LINE_MOST).n);
		html_add(&b, head       ? HTML("</b>")
			     : c == '+' ? HTML("</ins>")
			     : c == '-' ? HTML("</del>")
					: HTML("\n"));
		at += line.n + 1;
	}
	return html_take(a, &b);
}

struct html snippet(struct arena *a, const struct marks *m, str text, bool hide_addresses,
		    bool *code)
{
	size_t n;
	if (hide_addresses) /* before it is cut into words, or a mark would part an
			       address */
		text = render_hide_text(a, text, STR("…"));
	struct word *w = words_of(a, m, text, &n);
	size_t place = best_place(w, n), begin = patch_begin(text);
	*code = place < n && w[place].start >= begin;
	if (*code)
		return code_lines(a, text, w, n, begin, place);
	BUF(b);
	if (!n)
		return html_take(a, &b);
	size_t from = place < n && place > BEFORE ? place - BEFORE : 0;
	size_t to = from + SHOWN < n ? from + SHOWN : n;
	if (from)
		html_add(&b, HTML("… "));
	add_words(&b, text, w, from, to);
	if (to < n)
		html_add(&b, HTML(" …"));
	return html_take(a, &b);
}

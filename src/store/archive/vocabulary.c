/* FTS5's own table of its vocabulary (fts5vocab) counts the posts of each word, which takes
 * seconds where there are a million. The words alone stand on the leaves of its runs, whose
 * form does not change (https://sqlite.org/fts5.html, "FTS5 Data Structure"; fts5_index.c):
 * a leaf begins with two numbers of 16 bits, the second the offset of its page index, which
 * holds where each word begins: an absolute offset, then differences. The first word of a
 * leaf stands whole, each other as so many octets of the one before and what follows. */
#include "store/archive/vocabulary.h"

#include "base/buf.h"
#include "store/sqlite.h"

enum {
	LEAVES = 4000,
	WORD_MOST = 64,    /* octets; longer ones are no words that people misspell */
	SEGMENT_BITS = 37, /* of a row of words_data the segment stands above so many */
	MAIN = '0',        /* before each word of the main index */
};

/* SQLite's varint: seven bits an octet, the most significant first, nine octets at most. */
static bool varint(str *s, size_t *value)
{
	*value = 0;
	for (int i = 0; i < 5 && s->n; i++) {
		unsigned char c = (unsigned char)s->p[0];
		*s = str_skip(*s, 1);
		*value = *value << 7 | (c & 0x7f);
		if (!(c & 0x80))
			return true;
	}
	return false;
}

static size_t two(str s, size_t at)
{
	return (size_t)(unsigned char)s.p[at] << 8 | (unsigned char)s.p[at + 1];
}

struct walk {
	str first;
	void (*each)(void *arg, str word);
	void *arg;
	struct buf word; /* the one before */
};

/* The word at `at`; false: the leaf is not as it should be. */
static bool next_word(struct walk *w, str leaf, size_t at, bool whole)
{
	size_t keep = 0, n;
	if (at >= leaf.n)
		return false;
	str rest = str_skip(leaf, at);
	if ((!whole && !varint(&rest, &keep)) || !varint(&rest, &n) || n > rest.n
	    || keep > w->word.n)
		return false;
	w->word.n = keep;
	buf_add(&w->word, str_first(rest, n));
	str word = buf_str(&w->word);
	if (word.n && word.p[0] == MAIN && word.n <= WORD_MOST
	    && str_starts(str_skip(word, 1), w->first))
		w->each(w->arg, str_skip(word, 1));
	return true;
}

static void read_leaf(struct walk *w, str leaf)
{
	if (leaf.n < 4 || two(leaf, 2) > leaf.n)
		return;
	str index = str_skip(leaf, two(leaf, 2));
	bool whole = true;
	buf_clear(&w->word);
	for (size_t at = 0, more; varint(&index, &more); whole = false) {
		at += more;
		if (!next_word(w, str_first(leaf, two(leaf, 2)), at, whole))
			return;
	}
}

err archive_vocabulary(struct book *b, struct arena *a, str first,
		       void (*each)(void *arg, str word), void *arg)
{
	BUF(word);
	struct walk w = { .first = first, .each = each, .arg = arg };
	struct rows r;
	str from = arena_cat(a, STR("0"), first), until = arena_copy(a, from);
	char *last = arena_alloc(a, until.n);
	memcpy(last, until.p, until.n);
	last[until.n - 1]++; /* no octet of UTF-8 is 255 */
	TRY(book_rows(b, &r,
		      "SELECT d.block FROM words_idx i CROSS JOIN words_data d "
		      "ON d.id = (i.segid << ?3) + (i.pgno >> 1) WHERE i.term < ?2 "
		      "AND i.term >= coalesce((SELECT max(k.term) FROM words_idx k WHERE "
		      "k.segid = i.segid AND k.term <= ?1), x'') LIMIT ?4",
		      SQL_B(from), SQL_B(((str){ last, until.n })), SQL_I(SEGMENT_BITS),
		      SQL_I(LEAVES)));
	w.word = word;
	while (rows_next(&r))
		read_leaf(&w, rows_view(&r, 0));
	word = w.word;
	return rows_end(&r);
}

err archive_word_posts(struct book *b, str word, int64_t most, int64_t *posts)
{
	bool found;
	return book_number(b, posts, &found,
			   "SELECT count(*) FROM (SELECT rowid FROM words WHERE words "
			   "MATCH ?1 LIMIT ?2)",
			   SQL_S(word), SQL_I(most));
}

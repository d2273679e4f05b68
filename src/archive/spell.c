#include "archive/spell.h"

#include "base/utf8.h"
#include "store/archive/vocabulary.h"

#include <stdlib.h>

enum {
	SHORTEST = 4, /* letters of a word that is looked at */
	LONGEST = 32,
	NEAR = 24,    /* words that are looked at more closely */
	TRIED = 3,    /* of them searched for */
	WORDS = 4,    /* of the query that are looked up, of those that the index lacks */
	POSTS = 500,  /* a word in more of them is none the better for it */
	FARTHER = 20, /* so many times the posts has one that is two letters away */
	ONE_LETTER = 5 /* shorter words differ by one letter only */
};

struct near {
	char text[2 * LONGEST];
	size_t n;
	int distance;
	int64_t posts;
};

struct looked {
	str word;
	struct near list[NEAR];
	size_t count;
};

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* How many letters were left out, put in, mistaken or swapped with their neighbour (Damerau
 * and Levenshtein, the restricted form), in octets. */
static int distance(str a, str b)
{
	int rows[3][2 * LONGEST + 1];
	int *older = rows[0], *old = rows[1], *now = rows[2];
	for (size_t j = 0; j <= b.n; j++)
		old[j] = (int)j;
	for (size_t i = 1; i <= a.n; i++) {
		now[0] = (int)i;
		for (size_t j = 1; j <= b.n; j++) {
			bool same = a.p[i - 1] == b.p[j - 1];
			now[j] = least(least(old[j], now[j - 1]) + 1, old[j - 1] + !same);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2]
			    && a.p[i - 2] == b.p[j - 1])
				now[j] = least(now[j], older[j - 2] + 1);
		}
		int *spare = older;
		older = old;
		old = now;
		now = spare;
	}
	return old[b.n];
}

static bool has(const struct looked *x, str word)
{
	for (size_t i = 0; i < x->count; i++)
		if (str_eq((str){ x->list[i].text, x->list[i].n }, word))
			return true;
	return false;
}

static void look(void *arg, str word)
{
	struct looked *x = arg;
	size_t apart = word.n > x->word.n ? word.n - x->word.n : x->word.n - word.n;
	if (apart > 2 || word.n > LONGEST || word.n < 2)
		return;
	int d = distance(word, x->word), most = x->word.n < ONE_LETTER ? 1 : 2;
	if (!d || d > most || has(x, word))
		return;
	size_t at = x->count;
	if (at == NEAR) { /* one that is farther away makes room */
		for (at = 0; at < NEAR && x->list[at].distance <= d; at++)
			;
		if (at == NEAR)
			return;
	} else {
		x->count++;
	}
	x->list[at] = (struct near){ .n = word.n, .distance = d };
	memcpy(x->list[at].text, word.p, word.n);
}

static int better(const void *x, const void *y)
{
	const struct near *a = x, *b = y;
	int64_t m = a->posts * (a->distance > 1 ? 1 : FARTHER),
		n = b->posts * (b->distance > 1 ? 1 : FARTHER);
	if (m != n)
		return m > n ? -1 : 1;
	return memcmp(a->text, b->text, a->n < b->n ? a->n : b->n);
}

/* A word of letters, as the index would have it. */
static bool is_simple(struct arena *a, str mark, str *word)
{
	*word = arena_lower(a, mark);
	if (mark.n < SHORTEST || mark.n > LONGEST)
		return false;
	for (size_t i = 0; i < mark.n; i++)
		if (!chr_is_alpha(mark.p[i]))
			return false;
	return true;
}

/* text with word, wherever it stands, written otherwise. */
static str with(struct arena *a, str text, str word, str other)
{
	for (size_t i = 0; i + word.n <= text.n; i++)
		if (str_ieq((str){ text.p + i, word.n }, word))
			return arena_cat(a, str_first(text, i), other,
					 str_skip(text, i + word.n));
	return STR("");
}

static err try(struct book *b, struct arena *a, const struct search *s, struct looked *x,
	       str *other)
{
	struct search again = *s;
	struct search_found found;
	again.bare = true;
	again.facets = again.by_thread = false;
	again.limit = 1;
	again.skip = again.after_date = again.after_id = 0;
	for (size_t i = 0; i < x->count && i < TRIED && !other->n; i++) {
		str word = { x->list[i].text, x->list[i].n };
		again.text = with(a, s->text, x->word, word);
		if (!again.text.n)
			return OK;
		err e = search_run(b, a, &again, &found);
		if (err_is_passing(e) || e.kind == ERR_IO)
			return e;
		if (!e.kind && found.count)
			*other = again.text;
	}
	return OK;
}

static str best(struct arena *a, const struct search *s, const struct looked *x)
{
	str text = x->count ? with(a, s->text, x->word,
				   (str){ x->list[0].text, x->list[0].n })
			    : STR("");
	return text.n ? text : s->text;
}

/* As many as `most` of the posts, whoever may read them, that have the word where this
 * search looks. */
static err count(struct book *b, struct arena *a, const struct search_found *nothing,
		 str word, int64_t most, int64_t *posts)
{
	str phrase = arena_cat(a, STR("\""), word, STR("\""));
	if (nothing->names_only)
		phrase = query_names_only(a, phrase);
	return archive_word_posts(b, phrase, most, posts);
}

err search_spell(struct book *b, struct arena *a, const struct search *s,
		 const struct search_found *nothing, str *other)
{
	const struct query *q = &nothing->query;
	struct search now = *s;
	size_t words = 0;
	*other = STR("");
	for (size_t i = 0; i < q->mark_count && words < WORDS && !other->n; i++) {
		struct looked x = { 0 };
		int64_t posts;
		if (!is_simple(a, q->marks[i], &x.word))
			continue;
		TRY(count(b, a, nothing, x.word, 1, &posts));
		if (posts && q->mark_count > 1)
			continue;
		words++;
		TRY(archive_vocabulary(b, a, str_first(x.word, 1), look, &x));
		for (size_t k = 0; k < x.count; k++)
			TRY(count(b, a, nothing, (str){ x.list[k].text, x.list[k].n },
				  POSTS, &x.list[k].posts));
		qsort(x.list, x.count, sizeof *x.list, better);
		TRY(try(b, a, &now, &x, other));
		if (!other->n) /* perhaps with the next word, too */
			now.text = best(a, &now, &x);
	}
	return OK;
}

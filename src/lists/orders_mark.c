/* Orders about what people keep for themselves of an archive: stars and tags, and what they follow.
 * No line of audit says so, since owners read that. */
#include "lists/orders_inside.h"

#include "archive/read.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "lists/follow.h"
#include "store/lists/mark.h"

enum {
	THREADS_MOST = 1000, /* of a person */
	TAGS_MOST = 10,      /* of a thread */
	TAG_OCTETS = 60,
};

struct marking {
	struct order *x;
	int64_t number; /* of the post at which the thread begins */
	str posts;      /* all of its numbers, as JSON */
	str *words;     /* that it has already */
	size_t count;
};

/* Whoever may read a public archive may be nobody. */
static err find_thread(struct order *x, struct marking *m)
{
	int64_t number;
	bool found = false;
	struct archive_thread t;
	struct book *b = x->books->archive;
	if (!x->by.person)
		return FAIL(ERR_DENIED, "you may not do that as a guest: sign in first");
	if (str_i64(order_text(x, "number"), &number))
		TRY(archive_read_thread_row(b, x->a, x->list->id, number, &t, &found));
	if (!found)
		return FAIL(ERR_NOTFOUND, "there is no such thread");
	*m = (struct marking){ .x = x, .number = t.number };
	return archive_thread_numbers(b, x->a, x->list->id, t.number, &m->posts);
}

static bool has_word(const struct marking *m, str word)
{
	for (size_t i = 0; i < m->count; i++)
		if (str_eq(m->words[i], word))
			return true;
	return false;
}

static void note_word(struct marking *m, str word)
{
	str *all = arena_alloc(m->x->a, (m->count + 1) * sizeof *all);
	for (size_t i = 0; i < m->count; i++)
		all[i] = m->words[i];
	all[m->count++] = word;
	m->words = all;
}

static err add_word(struct marking *m, str word)
{
	struct order *x = m->x;
	int64_t threads;
	struct mark_row row = { .list = x->list->id,
				.number = m->number,
				.word = word,
				.made_at = clock_now() };
	if (has_word(m, word))
		return OK;
	if (!m->count)
		TRY(mark_count(x->books->lists, x->by.person, &threads));
	if (!m->count && threads >= THREADS_MOST)
		return FAIL(ERR_DENIED, "you have marked 1,000 threads, which is the "
					"most: take some marks away first");
	TRY(mark_add(x->books->lists, x->by.person, &row));
	note_word(m, word);
	return OK;
}

/* So that tag:WORD can name it in a search. */
static bool is_tag(str word)
{
	if (!word.n || word.n > TAG_OCTETS || word.p[0] == '-' || !utf8_valid(word))
		return false;
	for (size_t i = 0; i < word.n; i++) {
		unsigned char c = (unsigned char)word.p[i];
		if (c < 128 && !chr_is_alpha(word.p[i]) && !chr_is_digit(word.p[i])
		    && (!c || !strchr("-_.+#", c)))
			return false;
	}
	return true;
}

/* Parted by blanks and commas; all of them or none. */
static err add_tags(struct marking *m, str words)
{
	char *text = arena_z(m->x->a, words);
	for (size_t i = 0; i < words.n; i++)
		if (text[i] == ',')
			text[i] = ' ';
	str rest = arena_lower(m->x->a, (str){ text, words.n }), word;
	while (str_word(&rest, &word)) {
		if (!is_tag(word))
			return FAIL(ERR_SYNTAX,
				    "a tag is one word of letters, digits and - _ . + #, "
				    "of at most 60 octets");
		if (has_word(m, word))
			continue;
		if (m->count - has_word(m, STR("")) >= TAGS_MOST)
			return FAIL(ERR_DENIED,
				    "a thread has at most 10 tags: remove one first");
		TRY(add_word(m, word));
	}
	return OK;
}

static err change(struct marking *m)
{
	struct order *x = m->x;
	struct book *b = x->books->lists;
	str star = order_text(x, "star"), gone = order_text(x, "untag");
	if (str_eq(star, STR("no")))
		TRY(mark_remove(b, x->by.person, x->list->id, m->posts, STR("")));
	if (gone.n)
		TRY(mark_remove(b, x->by.person, x->list->id, m->posts, gone));
	TRY(mark_of_thread(b, x->a, x->by.person, x->list->id, m->posts, &m->words,
			   &m->count));
	if (str_eq(star, STR("yes")))
		TRY(add_word(m, STR("")));
	return add_tags(m, order_text(x, "tags"));
}

err order_mark(struct order *x)
{
	struct marking m;
	bool mine;
	TRY(find_thread(x, &m));
	TRY(book_join(x->books->lists, &mine));
	return book_leave(x->books->lists, mine, change(&m));
}

/* ---- by mail */

err order_follow(struct order *x)
{
	int64_t number;
	if (!x->by.person)
		return FAIL(ERR_DENIED, "you may not do that as a guest: sign in first");
	if (!str_i64(order_text(x, "number"), &number))
		return FAIL(ERR_NOTFOUND, "there is no such thread");
	return str_eq(order_text(x, "do"), STR("stop"))
		       ? follow_end(x->books, x->a, x->list, x->by.person, number)
		       : follow_begin(x->books, x->a, x->list, x->by.person, number);
}

err order_follow_link(struct order *x)
{
	return follow_end_by_link(x->books, x->a, x->list, order_text(x, "token"));
}

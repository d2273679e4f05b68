#include "archive/learn.h"

#include "archive/prepare.h"
#include "archive/pseudonym_text.h"
#include "base/buf.h"

enum {
	FROM = 1000,  /* posts that a dictionary is trained with */
	GROWN = 8,    /* a list so many times as large learns again */
	OTHERS = 100, /* posts whose words are everybody's */
	WORD = 6,     /* octets that can be somebody's own */
	PIECE = 12,   /* of longer ones */
	AT_ONCE = 100,
};

static err learn(struct book *b, int64_t list)
{
	ARENA(a);
	struct archive_posts posts;
	TRY(archive_posts_spread(b, a, list, FROM, &posts));
	str *messages = arena_alloc(a, (posts.count + 1) * sizeof *messages);
	for (size_t i = 0; i < posts.count; i++)
		TRY(archive_blob_read(b, a, posts.list[i].id, ARCHIVE_SAMPLE,
				      &messages[i]));
	return archive_dictionary_train(b, a, list, messages, posts.count);
}

static err learn_first(struct book *b, int64_t list)
{
	bool wanted;
	TRY(archive_dictionary_wanted(b, list, &wanted));
	return wanted ? learn(b, list) : OK;
}

err archive_learn(struct book *b, int64_t list, int64_t number)
{
	int64_t grown = LEARN_FROM;
	if (number % LEARN_FROM)
		return OK;
	while (grown < number)
		grown *= GROWN;
	return number == grown ? learn(b, list) : learn_first(b, list);
}

/* ---- does a dictionary hold what is a post's own? */

struct looking {
	str dictionary, others;
	bool hit;
};

static void look_at(struct looking *x, str piece)
{
	x->hit = x->hit
		 || (str_find(x->dictionary, piece).n && !str_find(x->others, piece).n);
}

static void look_at_word(struct looking *x, str word)
{
	if (word.n < WORD)
		return;
	if (word.n <= PIECE) {
		look_at(x, word);
		return;
	}
	for (size_t at = 0; at + PIECE <= word.n && !x->hit; at += WORD)
		look_at(x, str_first(str_skip(word, at), PIECE));
}

static bool in_word(char c)
{
	return chr_is_alpha(c) || chr_is_digit(c) || (unsigned char)c >= 0x80;
}

static bool holds(struct looking *x, str message)
{
	message = str_first(message, ARCHIVE_SAMPLE_EVER);
	for (size_t i = 0, n = 0; i < message.n && !x->hit; i += n + 1) {
		for (n = 0; i + n < message.n && in_word(message.p[i + n]);)
			n++;
		look_at_word(x, str_first(str_skip(message, i), n));
	}
	return x->hit;
}

static err read_others(struct book *b, struct arena *a, const struct archive_post *p,
		       str *all)
{
	struct archive_posts posts;
	BUF(out);
	TRY(archive_posts_newest(b, a, p->list, 0, OTHERS, &posts));
	for (size_t i = 0; i < posts.count; i++) {
		str message;
		if (posts.list[i].id == p->id)
			continue;
		TRY(archive_blob_read(b, a, posts.list[i].id, ARCHIVE_SAMPLE_EVER,
				      &message));
		buf_cat(&out, message, STR("\n"));
	}
	*all = arena_copy(a, buf_str(&out));
	return OK;
}

err archive_unlearn(struct book *b, struct arena *a, const struct archive_post *p,
		    str message)
{
	struct archive_dictionary *d;
	size_t n;
	struct looking x = { 0 };
	TRY(archive_dictionaries(b, a, p->list, &d, &n));
	if (!n)
		return OK;
	TRY(read_others(b, a, p, &x.others));
	for (size_t i = 0; i < n; i++) {
		x.dictionary = d[i].bytes;
		x.hit = false;
		if (holds(&x, message))
			TRY(archive_dictionary_retire(b, d[i].id));
	}
	return OK;
}

err archive_unlearn_addresses(struct book *b, struct arena *a, int64_t list,
			      const struct pseudonym *who)
{
	const struct pseudonym_text *clean = pseudonym_text_new(a, who);
	struct archive_dictionary *d;
	size_t n;
	TRY(archive_dictionaries(b, a, list, &d, &n));
	for (size_t i = 0; i < n; i++)
		if (!str_eq(pseudonym_text_clean(a, clean, d[i].bytes, 0, NAMES_NOWHERE),
			    d[i].bytes))
			TRY(archive_dictionary_retire(b, d[i].id));
	return OK;
}

/* ---- packing anew */

static err pack_one(struct book *b, int64_t id)
{
	ARENA(a);
	struct archive_post p;
	struct archive_packer *packer;
	struct prepared now;
	bool found;
	TRY(archive_post_by_id(b, a, id, &p, &found));
	if (!found)
		return OK;
	TRY(archive_packer_kept(b, p.list, &packer));
	TRY(archive_prepare_again(b, a, &p, packer, &now));
	return archive_blob_replace(b, id, &now.packed);
}

static err pack_hidden(struct book *b, int64_t id)
{
	ARENA(a);
	struct archive_post p;
	struct archive_packer *packer;
	struct archive_packed z;
	str message;
	bool found;
	TRY(archive_post_by_id(b, a, id, &p, &found));
	if (found)
		TRY(archive_hidden_read(b, a, id, &message, &found));
	if (!found)
		return OK;
	TRY(archive_packer_kept(b, p.list, &packer));
	archive_pack(packer, a, message, 0, &z);
	return archive_hidden_replace(b, id, &z);
}

static err pack_some(struct book *b, struct arena *a, const struct archive_dictionary *d,
		     int64_t *after, bool *more)
{
	int64_t ids[AT_ONCE];
	size_t n;
	TRY(learn_first(b, d->list));
	TRY(archive_blobs_of_dictionary(b, d->id, *after, AT_ONCE, ids, &n));
	for (size_t i = 0; i < n; i++) {
		TRY(pack_one(b, ids[i]));
		*after = ids[i];
	}
	*more = true;
	if (n)
		return OK;
	int64_t *hidden;
	TRY(archive_hidden_of_dictionary(b, a, d->id, &hidden, &n));
	for (size_t i = 0; i < n; i++)
		TRY(pack_hidden(b, hidden[i]));
	*after = 0;
	return archive_dictionary_drop(b, d->id);
}

err archive_unlearn_continue(struct book *b, struct arena *a, int64_t *after, bool *more)
{
	struct archive_dictionary d;
	bool mine;
	int64_t at = *after;
	TRY(archive_dictionary_retired(b, a, &d, more));
	if (!*more)
		return OK;
	TRY(book_join(b, &mine));
	TRY(book_leave(b, mine, pack_some(b, a, &d, &at, more)));
	*after = at;
	return OK;
}

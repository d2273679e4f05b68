/* What a new list's dictionary is trained with: messages from the whole of what is imported,
 * as one of the first year knows little of the words of the last. */
#include "archive/import_inside.h"
#include "store/archive/blob.h"

enum {
	MOST = 4000, /* kept at once; never fewer than half of them, if there are */
	LOOK_OCTETS = 1024 * 1024
		      * 1024, /* of a source that is longer, what follows is not asked */
};

/* Every stride-th message: when there are too many, every second goes and the stride doubles. */
struct samples {
	struct arena *a;
	str list[MOST];
	size_t count, stride, seen;
};

static void keep(struct samples *x, str message)
{
	if (x->seen++ % x->stride)
		return;
	if (x->count == MOST) {
		for (x->count = 0; x->count < MOST / 2; x->count++)
			x->list[x->count] = x->list[2 * x->count];
		x->stride *= 2;
		if ((x->seen - 1) % x->stride)
			return;
	}
	x->list[x->count++] = arena_copy(x->a, str_first(message, ARCHIVE_SAMPLE));
}

static err read_samples(struct arena *a, struct import_source *s, struct samples *x)
{
	ARENA(one);
	for (size_t octets = 0; octets < LOOK_OCTETS;) {
		struct import_message m = { 0 };
		bool more;
		arena_reset(one);
		err e = s->next(s, one, &m, &more);
		if (e.kind) /* its text may live in what goes with us */
			return err_in(a, e.kind, "%s", e.msg);
		if (!more)
			return OK;
		if (m.bytes.n)
			keep(x, m.bytes);
		octets += m.bytes.n;
	}
	return OK;
}

err import_learn(struct book *b, struct arena *a, const struct import_job *job,
		 struct import_source *s)
{
	bool wanted;
	TRY(archive_dictionary_wanted(b, job->list, &wanted));
	if (!wanted)
		return OK;
	ARENA(mine);
	struct samples *x = arena_zero(mine, sizeof *x);
	x->a = mine;
	x->stride = 1;
	TRY(s->open(s));
	err e = read_samples(a, s, x);
	s->close(s);
	TRY(e);
	TRY(book_begin(b));
	e = archive_dictionary_train(b, mine, job->list, x->list, x->count);
	return book_end(b, e);
}

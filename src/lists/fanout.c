#include "lists/fanout.h"

#include "base/clock.h"
#include "lists/shadow.h"
#include "mail/reader.h"
#include "store/lists/member.h"
#include "store/outbound/delivery.h"
#include "store/outbound/ledger.h"

#include <time.h>

enum { BATCH = 1000, WORTH_A_LOOK = 10 * BATCH };

/* The fan-out's batch: members, and those of them whom the post passes over. */
struct batch {
	struct member_copy *members;
	size_t n;
	bool *gone; /* NULL: nobody */
};

static bool gets_copy(const struct batch *b, size_t i)
{
	return !b->gone || !b->gone[i];
}

/* Copies to members of another list are of this list's post: its shadow holds them, too. */
static err deliver(struct books *books, struct arena *a, const struct list_entry *of,
		   const struct outbound_message *to, struct delivery *d, size_t count)
{
	bool shadow;
	TRY(shadow_is(books, a, of, &shadow));
	return shadow_deliver(books, a, shadow ? of->address : to->list, to, d, count);
}

/* Their names, where the copies bear them. */
static err add_readers(struct books *books, struct arena *a, int64_t list,
		       const struct batch *b, struct delivery *d)
{
	struct member_reader *r;
	size_t n, at = 0, k = 0;
	if (!b->n)
		return OK;
	TRY(member_readers(books->lists, a, list, b->members[0].id,
			   b->members[b->n - 1].id, &r, &n));
	for (size_t i = 0; i < b->n; i++) {
		if (!gets_copy(b, i))
			continue;
		while (at < n && r[at].id < b->members[i].id)
			at++;
		struct reader who = { 0 };
		if (at < n && r[at].id == b->members[i].id)
			who = (struct reader){ .name = r[at].name,
					       .language = r[at].language };
		d[k++].reader = reader_pack(a, &who);
	}
	return OK;
}

static err add_deliveries(struct books *books, struct arena *a,
			  const struct outgoing *out, struct outbound_message *to,
			  const struct batch *b)
{
	const struct member_copy *m = b->members;
	struct delivery *d = arena_alloc(a, b->n * sizeof *d);
	size_t count = 0;
	for (size_t i = 0; i < b->n; i++)
		if (gets_copy(b, i))
			d[count++] = (struct delivery){ .destination = destination_of(
								a, m[i].key),
							.recipient = m[i].text,
							.member = m[i].id,
							.notify = STR(""),
							.orcpt = STR(""),
							.reader = STR(""),
							.last_reply = STR("") };
	if (to->marks.n || str_ends(to->personal, STR(READER_TO)))
		TRY(add_readers(books, a, out->audience.list, b, d));
	TRY(deliver(books, a, out->post->list, to, d, count));
	to->copies += (int64_t)count;
	return OK;
}

err queued_note(struct books *books, struct arena *a, const struct outbound_message *m,
		str of, int64_t recipients, str more)
{
	struct ledger_entry e = { .at = clock_now_ms(),
				  .inbound = m->inbound,
				  .message = m->id,
				  .recipient = of,
				  .what = STR("queued"),
				  .detail = arena_printf(
					  a, "%.*s to %lld recipient%s%.*s",
					  STR_F(m->kind), (long long)recipients,
					  recipients == 1 ? "" : "s", STR_F(more)) };
	return ledger_add(books->outbound, &e, 1);
}

err fanout_batch(struct books *books, struct arena *a, int64_t list,
		 const struct outgoing *out, struct outbound_message *m)
{
	struct batch b;
	TRY(member_after(books->lists, a, list, out->digest_post, m->fanned_to, BATCH,
			 &b.members, &b.n));
	TRY(audience_passes_over(books->lists, a, &out->audience, m->fanned_to, b.members,
				 b.n, &b.gone));
	TRY(add_deliveries(books, a, out, m, &b));
	if (b.n)
		m->fanned_to = b.members[b.n - 1].id;
	m->complete = b.n < BATCH;
	TRY(outbound_progress(books->outbound, m->id, m->fanned_to, m->complete));
	return m->complete ? queued_note(books, a, m, out->post->list->address, m->copies,
					 STR(""))
			   : OK;
}

/* Who sends them begins while more are made. Each look finds so many that no session waits
 * for single copies. */
static void say_so(const struct books *books, int64_t before, int64_t now)
{
	if (books->copies_made && before / WORTH_A_LOOK < now / WORTH_A_LOOK)
		books->copies_made(books->ctx);
}

/* Between batches others get their turn at the book: a waiting writer looks for
 * the lock every 0.3 ms. */
static void pause_for_others(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 600000 }, NULL);
}

err fanout_rest(struct books *books, int64_t list, const struct outgoing *out,
		struct outbound_message *m)
{
	while (!m->complete) {
		ARENA(batch);
		int64_t before = m->copies;
		TRY(book_begin(books->outbound));
		err e = fanout_batch(books, batch, list, out, m);
		TRY(book_end(books->outbound, e));
		say_so(books, before, m->copies);
		pause_for_others();
	}
	return OK;
}

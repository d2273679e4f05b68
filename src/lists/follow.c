#include "archive/read.h"
#include "base/clock.h"
#include "base/log.h"
#include "lists/fanout.h"
#include "lists/follow_inside.h"
#include "lists/members.h"
#include "lists/shadow.h"
#include "mail/bounce.h"
#include "mail/reader.h"
#include "store/lists/address.h"
#include "store/lists/follow.h"
#include "store/outbound/delivery.h"

/* ---- the copies */

/* RFC 8058: of that thread alone. */
static str way_out(const struct sending *s)
{
	return arena_cat(s->a, STR("List-Unsubscribe: <"),
			 list_token_url(s->a, s->books, s->list),
			 STR("/follow?f={leave}>\r\n"
			     "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
}

/* A copy that all members share names how to leave the list. */
static err without_leave(const struct sending *s, str *text, int64_t *split)
{
	static const str names[] = { { "List-Unsubscribe", 16 },
				     { "List-Unsubscribe-Post", 21 } };
	struct header h;
	struct header_edit edit = { .drop = names, .drop_count = 2 };
	TRY(header_scan(s->a, *text, &h));
	if (!header_find(&h, names[0]))
		return OK;
	str header = header_apply(s->a, &h, &edit);
	*text = arena_cat(s->a, header, STR("\r\n"), h.body);
	*split = (int64_t)header.n;
	return OK;
}

static err make_message(const struct sending *s, const struct outbound_message *like,
			str *text, struct outbound_message *m)
{
	bool names = str_ends(like->personal, STR(READER_TO));
	*m = *like;
	m->id = m->fanned_to = m->copies = 0;
	m->complete = false;
	m->kind = STR("follow");
	m->source = arena_cat(s->a, like->source, STR("/follow"));
	m->verp = true;
	m->reverse_path = STR("");
	m->personal = arena_cat(s->a, way_out(s), names ? STR(READER_TO) : STR(""));
	TRY(without_leave(s, text, &m->split));
	m->size = (int64_t)text->n;
	return OK;
}

static err start(const struct sending *s, str text, struct outbound_message *m)
{
	bool fresh, frozen = m->frozen;
	struct book *b = s->books->outbound;
	TRY(outbound_add(b, m, &fresh));
	if (fresh)
		TRY(outbound_body_write(b, m->id, text));
	return fresh && frozen ? outbound_freeze(b, m->id, true) : OK;
}

/* Those of a batch who are behind the message's own cursor. */
static err add_batch(const struct sending *s, const struct targets *batch,
		     struct outbound_message *m)
{
	struct arena *a = s->a;
	struct delivery *d = arena_alloc(a, (batch->count + 1) * sizeof *d);
	size_t n = 0;
	bool shadow, named = m->marks.n || str_ends(m->personal, STR(READER_TO));
	for (size_t i = 0; i < batch->count; i++) {
		const struct target *t = &batch->list[i];
		if (t->follow <= m->fanned_to)
			continue;
		d[n++] = (struct delivery){ .destination = destination_of(a, t->address),
					    .recipient = t->address,
					    .member = -t->follow,
					    .notify = STR(""),
					    .orcpt = STR(""),
					    .reader = named ? t->reader : STR(""),
					    .last_reply = STR("") };
	}
	TRY(shadow_is(s->books, a, s->list, &shadow));
	TRY(shadow_deliver(s->books, a, shadow ? s->list->address : m->list, m, d, n));
	m->copies += (int64_t)n;
	m->fanned_to = batch->upto > m->fanned_to ? batch->upto : m->fanned_to;
	m->complete = !batch->more;
	TRY(outbound_progress(s->books->outbound, m->id, m->fanned_to, m->complete));
	return m->complete
		       ? queued_note(s->books, a, m, s->list->address, m->copies, STR(""))
		       : OK;
}

/* With nobody to get a copy there is no message. */
static err send_batch(const struct sending *s, const struct outbound_message *like,
		      str text, const struct targets *batch, struct outbound_message *m)
{
	struct sending whole = *s;
	struct book *b = s->books->outbound;
	if (!m->id && !batch->count)
		return OK;
	if (!m->id) {
		whole.a = s->whole;
		TRY(make_message(&whole, like, &text, m));
		TRY(book_begin(b));
		TRY(book_end(b, start(&whole, text, m)));
	}
	if (m->complete)
		return OK;
	TRY(book_begin(b));
	return book_end(b, add_batch(s, batch, m));
}

/* *any: somebody follows it. */
static err send_all(struct sending *s, const struct outbound_message *like, str text,
		    bool *any)
{
	struct outbound_message m = { 0 };
	struct targets batch = { .more = true };
	*any = false;
	while (batch.more && !m.complete) {
		ARENA(a);
		s->a = a;
		TRY(follow_targets(s, batch.upto, &batch));
		*any = *any || batch.upto;
		TRY(send_batch(s, like, text, &batch, &m));
	}
	return OK;
}

err follow_send(struct books *books, struct arena *a, const struct outgoing *out,
		const struct outbound_message *m, str text)
{
	struct sending s = { books, a, a, out, out->post->list, STR("[]") };
	bool any = false;
	if (out->number)
		TRY(follow_any(books->lists, s.list->id, &any));
	if (!any)
		return OK;
	TRY(archive_thread_numbers(books->archive, a, s.list->id, out->number, &s.posts));
	TRY(send_all(&s, m, text, &any));
	return any ? follow_touch(books->lists, s.list->id, s.posts, clock_now()) : OK;
}

/* ---- beginning and ending */

static err check_begin(struct books *books, struct arena *a, int64_t person)
{
	struct address_row *own;
	size_t n, i = 0;
	int64_t threads;
	TRY(address_of_person(books->lists, a, person, &own, &n));
	while (i < n && !own[i].verified_at)
		i++;
	if (i == n)
		return FAIL(ERR_DENIED,
			    "no address of the account is shown to be yours: prove one "
			    "first, with the link that your account's page sends there");
	TRY(follow_count(books->lists, person, &threads));
	return threads >= FOLLOW_MOST
		       ? FAIL(ERR_DENIED, "you follow 500 threads, which is the most: "
					  "stop following some first")
		       : OK;
}

err follow_begin(struct books *books, struct arena *a, const struct list_entry *list,
		 int64_t person, int64_t number)
{
	struct archive_thread t;
	bool found, follows;
	str posts;
	struct follow_row f = { .person = person, .list = list->id };
	TRY(archive_read_thread_row(books->archive, a, list->id, number, &t, &found));
	if (!found)
		return FAIL(ERR_NOTFOUND, "there is no such thread");
	TRY(archive_thread_numbers(books->archive, a, list->id, number, &posts));
	TRY(follow_is(books->lists, person, list->id, posts, &follows));
	if (follows)
		return OK;
	TRY(check_begin(books, a, person));
	f.number = t.number;
	f.made_at = f.last_at = clock_now();
	return follow_add(books->lists, &f);
}

err follow_end(struct books *books, struct arena *a, const struct list_entry *list,
	       int64_t person, int64_t number)
{
	int64_t gone;
	str posts;
	TRY(archive_thread_numbers(books->archive, a, list->id, number, &posts));
	return follow_stop(books->lists, person, list->id, posts, &gone);
}

bool follow_is_number(int64_t member)
{
	return member < 0;
}

/* The row itself, too: the archive may have been emptied meanwhile. */
err follow_end_by_link(struct books *books, struct arena *a,
		       const struct list_entry *list, str token)
{
	int64_t number;
	struct follow_row f;
	TRY(leave_token_read(a, &books->mac, list, token, &number));
	if (!follow_is_number(number))
		return FAIL(ERR_DENIED, "this link is not one that ends following a "
					"thread: end it on the thread's page");
	err e = follow_get(books->lists, a, -number, &f);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e; /* pressed twice */
	TRY(follow_end(books, a, list, f.person, f.number));
	return follow_remove(books->lists, f.id);
}

err follow_came_back(struct books *books, const struct ledger_entry *e)
{
	static const enum bounce_class ends[] = { BOUNCE_MAILBOX, BOUNCE_DOMAIN };
	bool over = str_eq(e->class, STR("complaint"));
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		over = over || str_eq(e->class, str_from(bounce_class_word(ends[i])));
	if (!over)
		return OK;
	log_info("follow-ended", KN("follow", -e->member), KS("class", e->class),
		 KS("says", e->detail));
	return follow_remove(books->lists, -e->member);
}

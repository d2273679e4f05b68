#include "lists/arrivals.h"

#include "base/log.h"
#include "lists/forward.h"
#include "lists/sort_inside.h"
#include "store/inbound/file.h"
#include "store/outbound/arrival.h"
#include "store/outbound/ledger.h"
#include "wall/verdict.h"

enum { TOGETHER = 16 * 1024 * 1024 }; /* octets: others wait for the book meanwhile */

struct one {
	const struct inbound_message *m;
	struct sorting s;
	struct inbound_recipient *r;
	size_t n;
	err failed; /* to be tried again */
};

struct ticked {
	int64_t message, recipient;
};

struct arrivals {
	struct books *books;
	struct arena *a;
	struct one *each;
	size_t count, next; /* next: of those that are dealt with one by one */
	struct ticked *ticked;
	size_t ticked_count;
};

static err read_path(struct arena *a, str text, struct address *x)
{
	str rest;
	*x = (struct address){ 0 };
	return text.n ? address_path(a, arena_cat(a, STR("<"), text, STR(">")), true, x,
				     &rest)
		      : OK;
}

/* ---- reading and noting */

static err read_message(struct arrivals *x, struct one *one)
{
	const struct inbound_message *m = one->m;
	struct sorting *s = &one->s;
	*s = (struct sorting){
		.books = x->books, .a = x->a, .arrival = m, .message = m->body
	};
	TRY(inbound_recipients(x->books->inbound, x->a, m->id, &one->r, &one->n));
	if (m->file.n)
		TRY(inbound_file_read(x->a, x->books->conf->site_data, m->file,
				      (size_t)m->size, &s->message));
	err path = read_path(x->a, m->reverse_path, &s->reverse_path);
	s->broken = header_scan(x->a, s->message, &s->header);
	if (!s->broken.kind)
		s->broken = path;
	return OK;
}

/* What the wall said of it; once, however often the arrival is tried. */
static err note_wall(struct arena *a, const struct one *one)
{
	struct wall_verdict v;
	struct arrival known;
	if (!one->n || !wall_get(a, one->m->trust, &v))
		return OK;
	err e = arrival_get(one->s.books->outbound, a, one->m->id, &known);
	if (e.kind != ERR_NOTFOUND)
		return e;
	struct ledger_entry row = { .at = one->m->received_at,
				    .inbound = one->m->id,
				    .recipient = one->r[0].address,
				    .what = STR("scanned"),
				    .detail = wall_text(a, &v) };
	return ledger_add(one->s.books->outbound, &row, 1);
}

static err note(struct arena *a, const struct sorting *s)
{
	str *ids;
	struct mailbox *from = NULL;
	size_t n = 0;
	const struct field *f = header_find(&s->header, STR("From"));
	if (f && address_list(a, f->value, &from, &n).kind)
		n = 0;
	struct arrival x = {
		.inbound = s->arrival->id,
		.at = s->arrival->received_at,
		.message_id = header_ids(a, header_find(&s->header, STR("Message-ID")),
					 &ids)
				      ? ids[0]
				      : STR(""),
		.reverse_path = s->arrival->reverse_path,
		.author = n ? address_key(a, &from[0].address) : STR(""),
		.subject = header_text(a, header_find(&s->header, STR("Subject"))),
		.client = s->arrival->client
	};
	return arrival_add(s->books->outbound, &x);
}

/* ---- one arrival, all of its recipients */

static void tick(struct arrivals *x, const struct sorting *s)
{
	x->ticked[x->ticked_count++] = (struct ticked){ s->arrival->id, s->recipient->n };
}

static err find_meaning(struct sorting *s, const struct inbound_recipient *r)
{
	struct address to;
	s->recipient = r;
	TRY(read_path(s->a, r->address, &to));
	s->meaning = addressbook_find(s->books->addresses, s->a, &to);
	return OK;
}

static err submit(struct sorting *s)
{
	struct forward f = { .arrival = s->arrival,
			     .message = s->message,
			     .to = s->foreign,
			     .to_count = s->foreign_count };
	return forward_submission(s->books, s->a, &f);
}

/* A person's mail to other sites: one message, however many recipients. one->r keeps the
 * others. */
static err send_foreign(struct arrivals *x, struct one *one)
{
	struct sorting *s = &one->s;
	struct inbound_recipient *out = arena_alloc(s->a, one->n * sizeof *out);
	size_t count = 0, stay = 0;
	for (size_t i = 0; i < one->n; i++) {
		TRY(find_meaning(s, &one->r[i]));
		if (s->meaning.what == MEANS_FOREIGN && s->arrival->account)
			out[count++] = one->r[i];
		else
			one->r[stay++] = one->r[i];
	}
	one->n = stay;
	if (!count)
		return OK;
	s->foreign = out;
	s->foreign_count = count;
	err e = sort_in_part(s, submit);
	if (err_is_passing(e))
		return e;
	for (size_t i = 0; i < count; i++) {
		s->recipient = &out[i];
		if (e.kind)
			TRY(sort_give_up(s, e));
		tick(x, s);
	}
	return OK;
}

static err sort_each(struct arrivals *x, struct one *one)
{
	struct sorting *s = &one->s;
	if (!s->broken.kind)
		TRY(send_foreign(x, one));
	for (size_t i = 0; i < one->n; i++) {
		TRY(find_meaning(s, &one->r[i]));
		/* smtpd refused it, and leaves word of that. */
		TRY(one->r[i].refused.n ? sort_note(s, "rejected", one->r[i].refused)
					: sort_take(s));
		tick(x, s);
	}
	return OK;
}

/* A failure does not hold up the next one. */
static void fail(struct arrivals *x, struct one *one, err e)
{
	log_error("arrival-not-sorted", KN("inbound", one->m->id), KE(e),
		  KZ("do", "nothing is lost; it is tried again in seconds. If it stays, "
			   "mend what the error names"));
	one->failed = err_in(x->a, e.kind, "%s", e.msg);
}

static void sort(struct arrivals *x, struct one *one)
{
	ARENA(mine); /* what a message takes is of no use to the next one */
	one->s.a = mine;
	err e = sort_each(x, one);
	one->s.a = x->a;
	if (e.kind)
		fail(x, one, e);
}

/* ---- those that only leave again, together */

static bool only_leaves(struct one *one)
{
	if (one->s.broken.kind)
		return true;
	for (size_t i = 0; i < one->n; i++) {
		if (one->r[i].refused.n)
			continue;
		if (find_meaning(&one->s, &one->r[i]).kind || !sort_only_leaves(&one->s))
			return false;
	}
	return true;
}

static err sort_together(struct arrivals *x)
{
	int64_t octets = 0;
	for (size_t i = 0; i < x->count; i++) {
		struct one *one = &x->each[i];
		if (one->failed.kind)
			continue;
		TRY(note_wall(x->a, one));
		TRY(note(x->a, &one->s));
		octets += one->m->size * (int64_t)one->n;
		one->s.together = octets < TOGETHER && only_leaves(one);
		if (!one->s.together)
			continue;
		sort(x, one);
		/* Nothing more may be written outside of what was to be one. */
		if (!book_in_transaction(x->books->outbound))
			return FAIL(ERR_TEMP, "the transaction was ended, as where the "
					      "disk is full; the line before says why");
	}
	return OK;
}

static size_t next_by_itself(const struct arrivals *x, size_t i)
{
	while (i < x->count && (x->each[i].s.together || x->each[i].failed.kind))
		i++;
	return i;
}

static err take(struct books *books, struct arena *a, const struct inbound_message *m,
		size_t count, err broken, struct arrivals **out)
{
	struct arrivals *x = arena_zero(a, sizeof *x);
	size_t recipients = 0;
	*x = (struct arrivals){ .books = books,
				.a = a,
				.each = arena_zero(a, count * sizeof *x->each),
				.count = count };
	TRY(books_refresh(books));
	for (size_t i = 0; i < count; i++) {
		x->each[i].m = &m[i];
		err e = read_message(x, &x->each[i]);
		if (broken.kind)
			x->each[i].s.broken = broken;
		if (e.kind)
			fail(x, &x->each[i], e);
		recipients += x->each[i].n;
	}
	x->ticked = arena_alloc(a, (recipients + 1) * sizeof *x->ticked);
	TRY(book_begin(books->outbound));
	TRY(book_end(books->outbound, sort_together(x)));
	x->next = next_by_itself(x, 0);
	*out = x;
	return OK;
}

err arrivals_take(struct books *books, struct arena *a, const struct inbound_message *m,
		  size_t count, struct arrivals **x)
{
	return take(books, a, m, count, OK, x);
}

err arrivals_give_up(struct books *books, struct arena *a,
		     const struct inbound_message *m, struct arrivals **x)
{
	return take(books, a, m, 1,
		    FAIL(ERR_LIMIT, "the server could not read it to its end"), x);
}

bool arrivals_left(const struct arrivals *x)
{
	return x->next < x->count;
}

void arrivals_sort(struct arrivals *x)
{
	struct one *one = &x->each[x->next];
	x->next = next_by_itself(x, x->next + 1);
	err e = books_refresh(x->books);
	if (e.kind)
		fail(x, one, e);
	else
		sort(x, one);
}

err arrivals_failed(const struct arrivals *x)
{
	for (size_t i = 0; i < x->count; i++)
		if (x->each[i].failed.kind)
			return x->each[i].failed;
	return OK;
}

/* ---- ticking off */

static err tick_all(struct arrivals *x, str *files, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < x->ticked_count; i++) {
		const struct ticked *t = &x->ticked[i];
		str file;
		TRY(inbound_done(x->books->inbound, x->a, t->message, t->recipient,
				 &file));
		if (file.n)
			files[(*count)++] = file;
	}
	return OK;
}

err arrivals_tick(struct arrivals *x)
{
	struct book *b = x->books->inbound;
	size_t count;
	if (!x->ticked_count)
		return OK;
	str *files = arena_alloc(x->a, x->ticked_count * sizeof *files);
	TRY(book_begin(b));
	TRY(book_end(b, tick_all(x, files, &count)));
	x->ticked_count = 0;
	for (size_t i = 0; i < count; i++)
		inbound_file_remove(x->a, x->books->conf->site_data, files[i]);
	return OK;
}

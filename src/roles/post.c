/* The role post: sorts what smtpd accepted, runs what pages ordered, and lets
 * time do its work. One thread writes; a second one keeps the books' logs short. */
#include "archive/refill.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "lists/arrivals.h"
#include "lists/caution.h"
#include "lists/dmarc_carry.h"
#include "lists/token_carry.h"
#include "lists/erase.h"
#include "lists/expire.h"
#include "lists/moderate.h"
#include "lists/orders.h"
#include "lists/redact.h"
#include "lists/style.h"
#include "lists/roster_batch.h"
#include "lists/score_run.h"
#include "roles/post_inside.h"
#include "roles/role.h"
#include "store/inbound/file.h"

enum {
	LOOK_MS = 1000,
	CHECKPOINT_MS = 1000,
	EXPIRE_MS = 60000,
	CARRY_MS = 3000,
	RETRY_MS = 5000,
	GIVE_WAY_MS = 100,
	BEHIND_MS = 2000,
	SINGLY_MS = 2000,
	AT_ONCE = 100, /* arrivals, then pages' orders have their turn */
	FLOOD = 16,    /* arrivals that wait, the newest of them new */
	TICK_EACH = 16,
	AT_ONCE_OCTETS = 1024 * 1024, /* and one more arrival */
};

struct post_role {
	struct role *role;
	struct books books;
	struct caution caution;
	int64_t after;    /* the last arrival that was looked at */
	bool at_end;      /* none stands behind it */
	int64_t retry_at; /* when those that failed are looked at again */
	int64_t rest_until;
	bool gives_way; /* to smtpd: rests a little before it goes on */
	bool failed; /* some did; they stay where they are and do not hold up the next */
	int64_t expire_at, carry_at;
	struct cleaning cleaning;
	int64_t batch; /* the file of members that had its turn last */
};

/* As many as are noted and ticked off together. */
static err next_arrivals(struct post_role *p, struct arena *a, struct inbound_message *m,
			 size_t *count)
{
	int64_t octets = 0, after = p->after;
	bool found;
	size_t most = caution_alone(&p->caution, p->after) ? 1 : AT_ONCE;
	for (*count = 0; *count < most && octets < AT_ONCE_OCTETS; ++*count) {
		TRY(inbound_next(p->books.inbound, a, after, &m[*count], &found));
		if (!found)
			return OK;
		octets += m[*count].size;
		after = m[*count].id;
	}
	p->at_end = false;
	return OK;
}

/* In a flood the machine is for those who wait for a 250: once, for a while, until all
 * that came has been dealt with. */
static err look_for_flood(struct post_role *p)
{
	struct inbound_waiting w;
	int64_t mono = clock_mono_ms(), age;
	TRY(inbound_waiting(p->books.inbound, p->after, &w));
	age = clock_now_ms() - w.newest;
	if (w.messages < FLOOD || age < 0 || age >= GIVE_WAY_MS)
		return OK;
	if (!p->rest_until)
		p->rest_until = mono + BEHIND_MS;
	p->gives_way = mono < p->rest_until;
	return OK;
}

static void try_again(struct post_role *p)
{
	if (!p->failed)
		p->retry_at = clock_mono_ms() + RETRY_MS;
	p->failed = true;
}

static void hindered(err e)
{
	if (e.kind)
		log_error("post-hindered", KE(e),
			  KZ("do", "mend what the error names; it goes on by itself"));
}

static void tick(struct post_role *p, struct arrivals *x)
{
	err e = arrivals_tick(x);
	hindered(e);
	if (e.kind)
		try_again(p);
}

static err sort_all(struct post_role *p, struct arrivals *x)
{
	tick(p, x);
	wake_send(p->role, ROLE_send);
	for (int n = 1; arrivals_left(x) && !role_draining(p->role); n++) {
		arrivals_sort(x);
		wake_send(p->role, ROLE_send);
		if (n % TICK_EACH == 0)
			tick(p, x);
	}
	tick(p, x);
	if (arrivals_failed(x).kind)
		try_again(p);
	return OK;
}

static err sort_batch(struct post_role *p, struct arena *a,
		      const struct inbound_message *m, size_t count)
{
	struct arrivals *x;
	TRY(arrivals_take(&p->books, a, m, count, &x));
	return sort_all(p, x);
}

/* One that may end the role, by itself; noted before it is read. */
static err sort_careful(struct post_role *p, struct arena *a,
			const struct inbound_message *m)
{
	struct arrivals *x;
	bool deadly;
	TRY(caution_note(&p->books, &p->caution, m->id, &deadly));
	TRY(deadly ? arrivals_give_up(&p->books, a, m, &x)
		   : arrivals_take(&p->books, a, m, 1, &x));
	return sort_all(p, x);
}

/* Where one hinders all of a batch each has its own turn; where the book is what hinders
 * them, the rest waits like those that failed. */
static void sort_singly(struct post_role *p, const struct inbound_message *m,
			size_t count)
{
	int64_t until = clock_mono_ms() + SINGLY_MS;
	for (size_t i = 0; i < count && !role_draining(p->role); i++) {
		ARENA(a);
		if (clock_mono_ms() >= until) {
			try_again(p);
			return;
		}
		err e = sort_batch(p, a, &m[i], 1);
		hindered(e);
		if (e.kind)
			try_again(p);
	}
}

static err sort_some(struct post_role *p)
{
	ARENA(a);
	struct inbound_message m[AT_ONCE];
	size_t count;
	p->gives_way = false;
	p->at_end = true; /* also where the book cannot be read */
	if (p->failed && clock_mono_ms() >= p->retry_at) {
		p->failed = false;
		p->after = 0;
	}
	TRY(look_for_flood(p));
	if (p->gives_way) {
		p->at_end = false;
		return OK;
	}
	TRY(next_arrivals(p, a, m, &count));
	if (p->at_end)
		p->rest_until = 0;
	if (!count)
		return OK;
	bool alone = caution_alone(&p->caution, p->after);
	p->after = m[count - 1].id;
	if (alone) {
		err e = sort_careful(p, a, m);
		if (e.kind)
			try_again(p);
		return e;
	}
	if (sort_batch(p, a, m, count).kind)
		sort_singly(p, m, count);
	return OK;
}

static err run_orders(struct post_role *p, struct arena *a)
{
	size_t ran;
	TRY(orders_run(&p->books, a, &ran));
	if (!ran)
		return OK;
	wake_send(p->role, ROLE_web);
	wake_send(p->role, ROLE_smtpd);
	wake_send(p->role, ROLE_send);
	return OK;
}

static err expire(struct post_role *p, struct arena *a)
{
	if (clock_mono_ms() < p->expire_at)
		return OK;
	p->expire_at = clock_mono_ms() + EXPIRE_MS;
	return expire_run(&p->books, a, clock_now());
}

static err score(struct post_role *p, struct arena *a)
{
	bool more;
	TRY(score_round(&p->books, a, &more));
	if (more)
		p->at_end = false;
	return OK;
}

/* A step between batches of mail, until the posts of all who have gone bear another
 * name. */
static err erase(struct post_role *p, struct arena *a)
{
	bool more;
	TRY(erase_continue(&p->books, a, &more));
	if (more)
		p->at_end = false;
	return OK;
}

/* The same, until the archives of lists that went with them are gone. */
static err purge(struct post_role *p, struct arena *a)
{
	bool more;
	TRY(list_purge_continue(&p->books, a, &more));
	if (more)
		p->at_end = false;
	return OK;
}

/* The same, until no file holds what was redacted. */
static err clean(struct post_role *p, struct arena *a)
{
	bool more;
	TRY(clean_continue(&p->books, a, &p->cleaning, &more));
	if (more)
		p->at_end = false;
	return OK;
}

/* The same, until the archive's index has all words again. */
static err refill(struct post_role *p)
{
	bool more;
	TRY(archive_refill(p->books.archive, &more));
	if (more)
		p->at_end = false;
	return OK;
}

/* Members out of a file, some between batches of mail. */
static err enter(struct post_role *p, struct arena *a)
{
	bool more;
	TRY(batch_continue(&p->books, a, &p->batch, &more));
	if (!more)
		return OK;
	p->at_end = false;
	wake_send(p->role, ROLE_web);
	return OK;
}

static err carry(struct post_role *p, struct arena *a)
{
	bool more;
	if (clock_mono_ms() < p->carry_at)
		return OK;
	p->carry_at = clock_mono_ms() + CARRY_MS;
	TRY(token_carry(&p->books, a));
	TRY(dmarc_carry(&p->books, a, &more));
	if (more)
		p->carry_at = 0;
	return OK;
}

/* What hinders one hinders none of the others: expiry makes room on a full disk. */
static void work(struct post_role *p)
{
	ARENA(a);
	hindered(run_orders(p, a));
	hindered(sort_some(p));
	if (p->at_end || p->after >= p->caution.until)
		hindered(caution_end(&p->books, &p->caution));
	hindered(score(p, a));
	hindered(erase(p, a));
	hindered(purge(p, a));
	hindered(refill(p));
	hindered(clean(p, a));
	hindered(enter(p, a));
	hindered(carry(p, a));
	hindered(expire(p, a));
}

struct checkpointer {
	struct role *role;
	struct book *books[BOOK_KINDS];
};

static void *checkpoint(void *arg)
{
	struct checkpointer *c = arg;
	while (!role_draining(c->role)) {
		for (int i = 0; i < BOOK_KINDS; i++) {
			err e = book_checkpoint(c->books[i]);
			if (e.kind)
				log_debug("checkpoint-put-off",
					  KZ("book", book_name((enum book_kind)i)),
					  KE(e));
		}
		thread_sleep(CHECKPOINT_MS);
	}
	return NULL;
}

static err keep_logs_short(struct role *role)
{
	struct checkpointer *c = arena_zero(role->a, sizeof *c);
	c->role = role;
	for (int i = 0; i < BOOK_KINDS; i++)
		TRY(book_open(role->a, role->conf->site_data, (enum book_kind)i,
			      BOOK_WRITE, &c->books[i]));
	return thread_start(checkpoint, c);
}

static void wake_sender(void *role)
{
	wake_send(role, ROLE_send);
}

/* What a predecessor left half done is its own until it has ended. */
static err start(struct post_role *p)
{
	struct mac_key mac;
	int64_t removed;
	TRY(books_mac_from(role_key(p->role, STR("mac.key")), &mac));
	TRY(books_open(p->role->a, p->role->conf, BOOKS_WRITE, &mac, &p->books));
	p->books.copies_made = wake_sender;
	p->books.ctx = p->role;
	role_ready(p->role);
	hindered(caution_begin(&p->books, &p->caution)); /* a full disk is no reason */
	TRY(inbound_sweep_files(p->books.inbound, p->role->a, p->role->conf->site_data,
				&removed));
	TRY(held_resume(&p->books, p->role->a));
	TRY(post_inside_start(p->role));
	return keep_logs_short(p->role);
}

int post_main(struct role *role)
{
	struct post_role p = { .role = role };
	err e = start(&p);
	if (e.kind) {
		log_error("role-not-started", KE(e),
			  KZ("do", "mend what the error names; it is tried again"));
		return 1;
	}
	while (!role_draining(role)) {
		struct wake w;
		work(&p);
		if (p.gives_way)
			thread_sleep(GIVE_WAY_MS);
		wake_wait(role, WAKE_ALL, clock_mono_ms() + (p.at_end ? LOOK_MS : 0), &w);
	}
	hindered(caution_end(&p.books, &p.caution));
	books_close(&p.books);
	return 0;
}

/* The role post: sorts what smtpd accepted, runs what pages ordered, and lets
 * time do its work. One thread writes; a second one keeps the books' logs short. */
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "lists/expire.h"
#include "lists/moderate.h"
#include "lists/orders.h"
#include "lists/sort.h"
#include "roles/role.h"
#include "store/inbound/file.h"

enum { LOOK_MS = 1000, CHECKPOINT_MS = 1000, EXPIRE_MS = 60000, RETRY_MS = 5000 };

struct desk {
	struct role *role;
	struct office o;
	int64_t after;    /* the last arrival that was looked at */
	int64_t retry_at; /* when those that failed are looked at again */
	bool failed;      /* some did */
	int64_t expire_at;
};

/* An arrival that fails stays where it is and does not hold up the next; all are
 * tried again a little later, in their order. */
static void sort_one(struct desk *p, struct arena *a, const struct inbound_message *m)
{
	err e = arrival_sort(&p->o, a, m);
	if (!e.kind)
		return;
	log_error("arrival-not-sorted", KN("inbound", m->id), KE(e),
		  KZ("do", "nothing is lost; it is tried again in seconds. If it stays, "
			   "mend what the error names"));
	p->failed = true;
}

static err sort_all(struct desk *p)
{
	if (p->failed && clock_mono_ms() >= p->retry_at) {
		p->failed = false;
		p->after = 0;
	}
	bool had_failed = p->failed;
	for (;;) {
		ARENA(a);
		struct inbound_message m;
		bool found;
		TRY(inbound_next(p->o.inbound, a, p->after, &m, &found));
		if (!found || role_draining(p->role))
			break;
		sort_one(p, a, &m);
		p->after = m.id;
		wake_send(p->role, ROLE_send);
	}
	if (p->failed && !had_failed)
		p->retry_at = clock_mono_ms() + RETRY_MS;
	return OK;
}

static err run_orders(struct desk *p)
{
	ARENA(a);
	size_t ran;
	TRY(orders_run(&p->o, a, &ran));
	if (!ran)
		return OK;
	wake_send(p->role, ROLE_web);
	wake_send(p->role, ROLE_smtpd);
	wake_send(p->role, ROLE_send);
	return OK;
}

static err expire(struct desk *p)
{
	ARENA(a);
	if (clock_mono_ms() < p->expire_at)
		return OK;
	p->expire_at = clock_mono_ms() + EXPIRE_MS;
	return expire_run(&p->o, a, clock_now());
}

static void work(struct desk *p)
{
	err e = run_orders(p);
	if (!e.kind)
		e = sort_all(p);
	if (!e.kind)
		e = expire(p);
	if (e.kind)
		log_error("post-hindered", KE(e),
			  KZ("do", "mend what the error names; it goes on by itself"));
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

/* What a predecessor left half done is its own until it has ended. */
static err start(struct desk *p)
{
	struct mac_key mac;
	int64_t removed;
	TRY(office_mac_from(role_key(p->role, STR("mac.key")), &mac));
	TRY(office_open(p->role->a, p->role->conf, OFFICE_WRITE, &mac, &p->o));
	role_ready(p->role);
	TRY(inbound_sweep_files(p->o.inbound, p->role->a, p->role->conf->site_data,
				&removed));
	TRY(held_resume(&p->o, p->role->a));
	return keep_logs_short(p->role);
}

int post_main(struct role *role)
{
	struct desk p = { .role = role };
	err e = start(&p);
	if (e.kind) {
		log_error("role-not-started", KE(e),
			  KZ("do", "mend what the error names; it is tried again"));
		return 1;
	}
	while (!role_draining(role)) {
		struct wake w;
		work(&p);
		wake_wait(role, WAKE_ALL, clock_mono_ms() + LOOK_MS, &w);
	}
	office_close(&p.o);
	return 0;
}

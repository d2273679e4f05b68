/* roles/smtpd_commit.c: many sessions, few syncs, and no 250 for what is not kept. */
#include "store_folder.h"

#include "base/clock.h"
#include "roles/smtpd_inside.h"

#include <sys/socket.h>

enum { THREADS = 64, EACH = 20, ALL = THREADS * EACH };

static struct commit *committer;

struct worker {
	pthread_t id;
	int number;
	int64_t ids[EACH];
	int failed;
};

static err add(struct arena *a, int number, int i, int64_t *id)
{
	str body = arena_printf(a, "From: x\r\n\r\nmessage %d of %d\r\n", i, number);
	struct inbound_message m = { .received_at = clock_now_ms(),
				     .reverse_path = STR("a@b.example"),
				     .client = STR("192.0.2.1"),
				     .helo = STR("h"),
				     .protocol = STR("ESMTP"),
				     .trust = STR("{}"),
				     .envid = STR(""),
				     .ret = STR(""),
				     .size = (int64_t)body.n,
				     .body = body,
				     .file = STR("") };
	struct inbound_recipient r[2] = {
		{ .address = arena_printf(a, "to%d.%d@lists.example", number, i),
		  .notify = STR(""),
		  .orcpt = STR("") },
		{ .address = STR("dev@lists.example"),
		  .notify = STR("NEVER"),
		  .orcpt = STR("") },
	};
	err e = commit_add(committer, &m, r, 1 + (size_t)(i % 2));
	*id = m.id;
	return e;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	for (int i = 0; i < EACH; i++) {
		ARENA(a);
		w->failed += add(a, w->number, i, &w->ids[i]).kind != ERR_NONE;
	}
	return NULL;
}

static int ring_count(int fd)
{
	char bytes[4096];
	ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
	return n < 0 ? 0 : (int)n;
}

/* Every message that heard 250 is in the book, whole, under the id it was given. */
static void check_book(struct arena *a, str data, struct worker *w)
{
	struct book *b = book_at(a, data, BOOK_INBOUND, BOOK_READ);
	int64_t n;
	int good = 0;
	CHECK(ok(inbound_count(b, &n)) && n == ALL);
	for (int t = 0; t < THREADS; t++)
		for (int i = 0; i < EACH; i++) {
			struct inbound_message m;
			struct inbound_recipient *r;
			size_t count;
			if (!ok(inbound_get(b, a, w[t].ids[i], &m))
			    || !ok(inbound_recipients(b, a, m.id, &r, &count)))
				continue;
			good += str_eq(m.body,
				       arena_printf(a,
						    "From: x\r\n\r\nmessage %d of %d\r\n",
						    i, t))
				&& count == 1 + (size_t)(i % 2)
				&& str_eq(r[0].address,
					  arena_printf(a, "to%d.%d@lists.example", t, i));
		}
	CHECK(good == ALL);
	book_close(b);
}

/* The book fails: each session that waits hears so, in words of ours; after it is mended
 * mail is taken again. */
static void test_failure(struct arena *a, str data)
{
	struct book *b = book_at(a, data, BOOK_INBOUND, BOOK_WRITE);
	int64_t id, before, after;
	CHECK(ok(inbound_count(b, &before)));
	CHECK(ok(book_run(b, "CREATE TRIGGER broken BEFORE INSERT ON message BEGIN "
			     "SELECT raise(ABORT, 'secret path'); END")));
	err e = add(a, 1, 1, &id);
	CHECK(e.kind == ERR_TEMP && has_word(e, "try again later")
	      && !has_word(e, "secret"));
	CHECK(ok(inbound_count(b, &after)) && after == before);
	CHECK(ok(book_run(b, "DROP TRIGGER broken")));
	CHECK(ok(add(a, 1, 1, &id)) && id > 0);
	CHECK(ok(inbound_count(b, &after)) && after == before + 1);
	book_close(b);
}

int main(void)
{
	static struct arena *a; /* stays: the committer works until the process ends */
	static struct worker w[THREADS];
	a = arena_new();
	str data = folder_make(a);
	struct conf conf = { .site_data = data };
	struct role role = { .name = "smtpd", .a = a, .conf = &conf };
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)
	    || !ok(book_create(a, data, BOOK_INBOUND)))
		return 1;
	for (int i = 0; i < ROLE_COUNT; i++)
		role.wake_fds[i] = -1;
	role.wake_fds[ROLE_post] = pair[0];
	if (!ok(commit_new(a, &conf, &role, &committer)))
		return 1;
	for (int i = 0; i < THREADS; i++) {
		w[i].number = i;
		CHECK(ok(thread_start_joinable(&w[i].id, work, &w[i])));
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(w[i].id, NULL);
		CHECK(w[i].failed == 0);
	}
	check_book(a, data, w);
	/* post is rung once a sync; the sessions shared them */
	int rings = ring_count(pair[1]);
	CHECK(rings > 0 && rings < ALL);
	test_failure(a, data);
	folder_remove(a, data);
	return check_done();
}

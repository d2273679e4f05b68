/* bench/store_rate.c: how fast the tables are that a fan-out goes through, durable,
 * in batches of 1,000 (WAL, synchronous = FULL).
 *
 *     store_rate FOLDER [DELIVERIES [ROUNDS]]     FOLDER: empty or absent
 *
 * Rounds go on in the same book, so that later ones show what a grown ledger costs. */
#include "store/inbound/message.h"
#include "store/lists/address.h"
#include "store/lists/domain.h"
#include "store/lists/list.h"
#include "store/lists/member.h"
#include "store/outbound/delivery.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

#include "base/file.h"
#include "base/thread.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 1000, DOMAINS = 100 };

static void must(err e)
{
	if (e.kind) {
		fprintf(stderr, "%s\n", e.msg);
		exit(1);
	}
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void say(const char *what, int64_t rows, double since)
{
	double took = seconds() - since;
	printf("%-34s %9.0f /s   (%.2f s)\n", what, (double)rows / took, took);
	fflush(stdout);
}

struct checkpoints {
	str data;
	enum book_kind kind;
	atomic_bool over;
};

/* What the role that writes the book most does once a second. */
static void *checkpoint_loop(void *arg)
{
	struct checkpoints *c = arg;
	ARENA(a);
	struct book *b;
	must(book_open(a, c->data, c->kind, BOOK_WRITE, &b));
	for (int64_t n = 0; !c->over; n++) {
		usleep(20000);
		if (n % 50 == 49)
			must(book_checkpoint(b));
	}
	book_close(b);
	return NULL;
}

static void add_lists(struct arena *a, str data, int64_t members)
{
	struct book *b;
	int64_t domain, list, id;
	must(book_create(a, data, BOOK_LISTS));
	must(book_open(a, data, BOOK_LISTS, BOOK_WRITE, &b));
	must(domain_add(b, STR("lists.example"), &domain));
	must(list_create(b, STR("dev@lists.example"), 0, &list));
	double start = seconds();
	for (int64_t i = 0; i < members;) {
		ARENA(round);
		must(book_begin(b));
		for (int n = 0; n < BATCH && i < members; n++, i++) {
			struct address_row x;
			str key = arena_printf(round, "member%lld@d%lld.example",
					       (long long)i, (long long)i % DOMAINS);
			must(address_ensure(b, round, key, key, STR_NONE, 0, &x));
			must(member_add(b, list, x.id, 0, &id));
		}
		must(book_commit(b));
	}
	say("members added", members, start);
	book_close(b);
}

static void fan_out(struct book *lists, struct book *b, int64_t message)
{
	int64_t after = 0, rows = 0;
	double start = seconds();
	for (size_t n = BATCH; n == BATCH;) {
		ARENA(a);
		struct member_copy *m;
		must(member_after(lists, a, 1, 0, after, BATCH, &m, &n));
		struct delivery *d = arena_zero(a, (n + 1) * sizeof *d);
		for (size_t i = 0; i < n; i++) {
			str local;
			str_cut(m[i].text, '@', &local, &d[i].destination);
			d[i].recipient = m[i].text;
			d[i].member = m[i].id;
		}
		after = n ? m[n - 1].id : after;
		rows += (int64_t)n;
		must(book_begin(b));
		must(delivery_add(b, message, d, n));
		must(outbound_progress(b, message, after, n < BATCH));
		must(book_commit(b));
	}
	say("members read, deliveries added", rows, start);
}

static void add_only(struct book *b, int64_t message, int64_t rows)
{
	static struct delivery d[BATCH];
	double start = seconds();
	for (int64_t i = 0; i < rows; i += BATCH) {
		ARENA(a);
		for (int n = 0; n < BATCH; n++)
			d[n] = (struct delivery){
				.destination = arena_printf(a, "d%d.example",
							    n % DOMAINS),
				.recipient = arena_printf(a, "member%lld@d%d.example",
							  (long long)i + n, n % DOMAINS),
				.member = i + n + 1,
			};
		must(book_begin(b));
		must(delivery_add(b, message, d, BATCH));
		must(book_commit(b));
	}
	say("deliveries added", rows, start);
}

static void record(struct book *b, struct delivery *d, size_t n)
{
	must(book_begin(b));
	for (size_t i = 0; i < n; i++) {
		struct ledger_entry e = {
			.at = 1,
			.inbound = 1,
			.message = d[i].message,
			.recipient = d[i].recipient,
			.member = d[i].member,
			.what = STR("delivered"),
			.detail = STR("250 2.0.0 Ok: queued as 4F9B91234"),
		};
		must(delivery_done(b, d[i].id));
		must(ledger_add(b, &e, 1));
	}
	must(book_commit(b));
}

static void deliver(struct book *b)
{
	int64_t after = 0, rows = 0;
	double claiming = 0, start = seconds();
	for (size_t n = 1; n;) {
		ARENA(a);
		struct delivery *d;
		double before = seconds();
		must(delivery_claim(b, a, &after, BATCH, &d, &n));
		claiming += seconds() - before;
		record(b, d, n);
		rows += (int64_t)n;
	}
	printf("%-34s %9.0f /s\n", "claimed", (double)rows / claiming);
	say("claimed, deleted, with event", rows, start);
}

static void accept_mail(struct arena *a, str data, int64_t rows, size_t size)
{
	struct book *b;
	must(book_open(a, data, BOOK_INBOUND, BOOK_WRITE, &b));
	str body = { arena_zero(a, size), size };
	struct inbound_recipient to = { .address = STR("dev@lists.example") };
	double start = seconds();
	for (int64_t i = 0; i < rows;) {
		must(book_begin(b));
		for (int n = 0; n < 20; n++, i++) {
			struct inbound_message m = { .client = STR("127.0.0.1"),
						     .body = body };
			must(inbound_add(b, &m, &to, 1));
		}
		must(book_commit(b));
	}
	say("messages of 5 KB in, 20 a commit", rows, start);
	book_close(b);
}

static void one_round(str data, struct book *b, int64_t round)
{
	ARENA(a);
	struct book *lists;
	bool fresh;
	struct outbound_message m = { .source = arena_printf(a, "%lld/dev@lists.example",
							     (long long)round) };
	must(book_open(a, data, BOOK_LISTS, BOOK_READ, &lists));
	must(outbound_add(b, &m, &fresh));
	fan_out(lists, b, m.id);
	book_close(lists);
	deliver(b);
}

static void find(struct book *b)
{
	ARENA(a);
	struct ledger_entry *e;
	size_t n;
	double start = seconds();
	must(ledger_by_recipient(b, a, STR("member77@d77.example"), 0, 1000, &e, &n));
	printf("%-34s %9zu entries in %.1f ms\n", "one recipient's history", n,
	       (seconds() - start) * 1e3);
}

int main(int argc, char **argv)
{
	ARENA(a);
	int64_t rows = argc > 2 ? atoll(argv[2]) : 100000,
		rounds = argc > 3 ? atoll(argv[3]) : 2;
	if (argc < 2) {
		fprintf(stderr, "usage: store_rate FOLDER [DELIVERIES [ROUNDS]]\n");
		return 2;
	}
	struct checkpoints c = { .data = str_from(argv[1]), .kind = BOOK_OUTBOUND };
	struct outbound_message m = { .source = STR("0") };
	struct book *b;
	bool fresh;
	pthread_t thread;
	must(file_mkdir(a, argv[1], 0750));
	must(book_create(a, c.data, BOOK_INBOUND));
	must(book_create(a, c.data, BOOK_OUTBOUND));
	must(thread_start_joinable(&thread, checkpoint_loop, &c));
	accept_mail(a, c.data, 20000, 5000);
	add_lists(a, c.data, rows);
	must(book_open(a, c.data, BOOK_OUTBOUND, BOOK_WRITE, &b));
	must(outbound_add(b, &m, &fresh));
	add_only(b, m.id, rows);
	deliver(b);
	for (int64_t i = 1; i <= rounds; i++)
		one_round(c.data, b, i);
	find(b);
	c.over = true;
	pthread_join(thread, NULL);
	book_close(b);
	return 0;
}

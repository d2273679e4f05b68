/* tests/shim/inbound.c: the power goes while messages are accepted. Whatever was
 * promised before the cut must be there after it; and with syncs switched off the same
 * test must find losses, or it could not find any.
 *
 *     shim_inbound POWERCUT.SO REPLAY        the test
 *     shim_inbound write DATA LOG SEED       the program under the shim */
#include "powercut.h"

#include "base/file.h"
#include "store/inbound/file.h"
#include "store/inbound/message.h"
#include "tests/check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { COMMITS = 200, CUTS = 36, CUTS_WITHOUT = 12 };

static uint64_t chance;

static uint64_t random_to(uint64_t n)
{
	chance = chance * 6364136223846793005u + 1442695040888963407u;
	return (chance >> 33) % n;
}

static void must(err e)
{
	if (e.kind) {
		fprintf(stderr, "shim_inbound: %s\n", e.msg);
		exit(3);
	}
}

/* A body that tells whether it is whole: all of it follows from its size. */
static str body_of(struct arena *a, size_t size)
{
	char *p = arena_alloc(a, size + 1);
	for (size_t i = 0; i < size; i++)
		p[i] = (char)(i * 31 + size + i / 509);
	return (str){ p, size };
}

static void add_one(struct arena *a, struct book *b, str data, int64_t *id)
{
	static const struct inbound_recipient to = { .address = STR(
							     "dev@lists.example") };
	size_t size = random_to(12) ? random_to(9000)
				    : INBOUND_ROW_MAX + random_to(60000);
	struct inbound_message m = { .size = (int64_t)size };
	m.body = body_of(a, size);
	if (size > INBOUND_ROW_MAX)
		must(inbound_file_write(a, data, m.body, &m.file));
	must(book_begin(b));
	for (uint64_t more = random_to(4); more; more--) { /* others in the same commit */
		struct inbound_message small = { .size = (int64_t)more,
						 .body = body_of(a, more) };
		must(inbound_add(b, &small, &to, 1));
	}
	must(inbound_add(b, &m, &to, 1));
	must(book_commit(b));
	*id = m.id;
}

/* Says "done" before it does it: from then on the message may be there or not. */
static void deal_with(struct arena *a, struct book *b, str data, int log, int64_t id)
{
	str file = STR_NONE;
	powercut_mark(log, arena_z(a, arena_printf(a, "done %lld", (long long)id)));
	must(inbound_done(b, a, id, 0, &file));
	inbound_file_remove(a, data, file);
}

static int write_many(str data, const char *log_path)
{
	ARENA(a);
	struct book *b, *copier;
	int log = open(log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
	int64_t id, next = 1;
	must(book_open(a, data, BOOK_INBOUND, BOOK_WRITE, &b));
	must(book_open(a, data, BOOK_INBOUND, BOOK_WRITE, &copier));
	for (int i = 0; i < COMMITS; i++) {
		ARENA(each);
		add_one(each, b, data, &id);
		powercut_mark(log, arena_z(each, arena_printf(each, "have %lld",
							      (long long)id)));
		if (!random_to(3))
			deal_with(each, b, data, log, next++);
		if (!random_to(40))
			must(book_checkpoint(copier));
	}
	book_close(b);
	book_close(copier);
	return 0;
}

struct run {
	const char *shim, *replay;
	str data, base, log_path;
	str log;
	size_t *marks; /* number of records up to and with each mark */
	size_t mark_count;
};

static int run_program(char *const argv[], const struct run *r, bool sync)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		if (r) {
			ARENA(a);
			setenv("POWERCUT_DIR", arena_z(a, r->data), 1);
			setenv("POWERCUT_LOG", arena_z(a, r->log_path), 1);
			setenv("LD_PRELOAD", r->shim, 1);
			setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
			if (!sync)
				setenv("POWERCUT_NOSYNC", "1", 1);
		}
		execv(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void find_marks(struct arena *a, struct run *r)
{
	const char *path, *data;
	size_t at = 0, records = 0;
	r->marks = arena_alloc(a, 4 * COMMITS * sizeof *r->marks);
	r->mark_count = 0;
	for (const struct powercut_record *x;
	     (x = powercut_next(r->log.p, r->log.n, &at, &path, &data));) {
		records++;
		if (x->kind == CUT_MARK && !memcmp(data, "have", 4))
			r->marks[r->mark_count++] = records;
	}
	CHECK(at == r->log.n);
}

static void record_run(struct arena *a, struct run *r, bool sync)
{
	char *self = arena_z(a, STR("/proc/self/exe"));
	char *argv[] = { self, "write", arena_z(a, r->data), arena_z(a, r->log_path),
			 "7",  NULL };
	CHECK(!close(open(argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)));
	CHECK(run_program(argv, r, sync) == 0);
	must(file_read(a, argv[3], (size_t)1 << 31, &r->log));
	find_marks(a, r);
	CHECK(r->mark_count == COMMITS);
}

/* What was promised in the first records: up to *have, without those that may be done. */
static void promised(const struct run *r, size_t cut, int64_t *have, int64_t *done)
{
	const char *path, *data;
	size_t at = 0;
	*have = *done = 0;
	for (size_t i = 0; i < cut; i++) {
		const struct powercut_record *x = powercut_next(r->log.p, r->log.n, &at,
								&path, &data);
		if (!x || x->kind != CUT_MARK)
			continue;
		char text[32] = { 0 };
		memcpy(text, data, x->data < 31 ? x->data : 31);
		sscanf(text, "have %ld", have);
		sscanf(text, "done %ld", done);
	}
}

static bool is_whole(struct arena *a, struct book *b, str data, int64_t id)
{
	struct inbound_message m;
	struct inbound_recipient *to;
	size_t n;
	if (inbound_get(b, a, id, &m).kind || inbound_recipients(b, a, id, &to, &n).kind
	    || n != 1)
		return false;
	if (m.file.n && inbound_file_read(a, data, m.file, 1 << 20, &m.body).kind)
		return false;
	return str_eq(m.body, body_of(a, (size_t)m.size));
}

/* How many promised messages the power cut took; all of them where the book does not
 * open any more. */
static int64_t lost_after(struct arena *a, const struct run *r, size_t cut, uint64_t seed)
{
	str out = arena_cat(a, r->data, STR(".after"));
	char *argv[] = { arena_z(a, str_from(r->replay)),
			 arena_z(a, r->log_path),
			 arena_z(a, r->base),
			 arena_z(a, out),
			 arena_z(a, arena_printf(a, "%zu", cut)),
			 arena_z(a, arena_printf(a, "%llu", (unsigned long long)seed)),
			 arena_z(a, r->data),
			 NULL };
	struct book *b = NULL;
	int64_t have, done, lost = 0;
	CHECK(run_program(argv, NULL, true) == 0);
	promised(r, cut, &have, &done);
	err e = book_open(a, out, BOOK_INBOUND, BOOK_WRITE, &b);
	if (e.kind)
		lost = have;
	for (int64_t id = done + 1; !e.kind && id <= have; id++) {
		ARENA(each);
		lost += !is_whole(each, b, out, id);
	}
	book_close(b);
	CHECK(!system(arena_z(a, arena_cat(a, STR("rm -rf '"), out, STR("'")))));
	return lost;
}

/* Cuts right after a promise, or a few records later. */
static int64_t cut_often(const struct run *r, int cuts)
{
	int64_t lost = 0;
	for (int i = 0; i < cuts; i++) {
		ARENA(a);
		size_t at = r->marks[random_to(r->mark_count)]
			    + random_to(3) * random_to(9);
		lost += lost_after(a, r, at, (uint64_t)i);
	}
	return lost;
}

static void make_base(struct arena *a, const struct run *r)
{
	must(file_mkdir(a, arena_z(a, r->data), 0755));
	must(book_create(a, r->data, BOOK_INBOUND));
	CHECK(!system(
		arena_z(a, arena_cat(a, STR("rm -rf '"), r->base, STR("' && cp -r '"),
				     r->data, STR("' '"), r->base, STR("'")))));
}

static void test(struct arena *a, str top, struct run *r, bool sync)
{
	r->data = arena_cat(a, top, sync ? STR("/with") : STR("/without"));
	r->base = arena_cat(a, r->data, STR(".base"));
	r->log_path = arena_cat(a, r->data, STR(".log"));
	make_base(a, r);
	record_run(a, r, sync);
	int64_t lost = cut_often(r, sync ? CUTS : CUTS_WITHOUT);
	printf("%s syncs: %lld promised messages lost in %d power cuts\n",
	       sync ? "with" : "without", (long long)lost, sync ? CUTS : CUTS_WITHOUT);
	if (sync)
		CHECK(lost == 0);
	else
		CHECK(lost > 0);
}

int main(int argc, char **argv)
{
	ARENA(a);
	chance = argc == 5 ? strtoull(argv[4], NULL, 10) : 1;
	if (argc == 5 && !strcmp(argv[1], "write"))
		return write_many(str_from(argv[2]), argv[3]);
	if (argc != 3) {
		fprintf(stderr, "usage: shim_inbound POWERCUT.SO REPLAY\n");
		return 2;
	}
	/* In memory, where real syncs cost nothing: only the recorded ones matter. */
	char shm[] = "/dev/shm/postern-powercut-XXXXXX",
	     tmp[] = "/tmp/postern-powercut-XXXXXX";
	char *top = mkdtemp(shm);
	if (!top)
		top = mkdtemp(tmp);
	if (!top)
		return 2;
	struct run r = { .shim = argv[1], .replay = argv[2] };
	test(a, str_from(top), &r, true);
	test(a, str_from(top), &r, false);
	CHECK(!system(
		arena_z(a, arena_cat(a, STR("rm -rf '"), str_from(top), STR("'")))));
	return check_done();
}

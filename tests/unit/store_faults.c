/* What the machine does to a book: processes killed, a disk full, a file damaged, a
 * reader who may not write. */
#include "store_folder.h"

#include "store/inbound/file.h"
#include "store/inbound/message.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { NOBODY = 65534, WRITERS = 3, ROUNDS = 8 };

static const struct inbound_recipient one = { .address = STR("dev@lists.example") };

static err add(struct book *b, str body, int64_t *id)
{
	struct inbound_message m = { .client = STR("192.0.2.1"),
				     .helo = STR("x"),
				     .body = body,
				     .size = (int64_t)body.n };
	TRY(inbound_add(b, &m, &one, 1));
	*id = m.id;
	return OK;
}

static void pause_ms(long ms)
{
	nanosleep(
		&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 },
		NULL);
}

/* Adds until it is killed; says each id through the pipe once it is committed. */
static void write_forever(str data, int out)
{
	ARENA(a);
	struct book *b = book_at(a, data, BOOK_INBOUND, BOOK_WRITE);
	for (int64_t id;;)
		if (!ok(add(b, STR("body"), &id))
		    || write(out, &id, sizeof id) != sizeof id)
			_exit(1);
}

static void read_forever(str data)
{
	ARENA(a);
	struct book *b = book_at(a, data, BOOK_INBOUND, BOOK_READ);
	for (int64_t before = 0, now = 0;; before = now)
		if (!ok(inbound_count(b, &now)) || now < before)
			_exit(1);
}

static pid_t start(str data, int out)
{
	pid_t pid = fork();
	if (pid == 0) {
		if (out >= 0)
			write_forever(data, out);
		read_forever(data);
	}
	return pid;
}

/* Every id that was said must be there. */
static void check_ids(struct arena *a, str data, int in, int *seen)
{
	struct book *b = book_at(a, data, BOOK_INBOUND, BOOK_WRITE);
	int lost = 0;
	for (int64_t id; read(in, &id, sizeof id) == sizeof id; ++*seen) {
		ARENA(each);
		struct inbound_message m;
		lost += inbound_get(b, each, id, &m).kind != ERR_NONE;
	}
	CHECK(lost == 0);
	int64_t bad;
	bool found;
	CHECK(ok(book_number(b, &bad, &found,
			     "SELECT count(*) FROM pragma_integrity_check "
			     "WHERE integrity_check <> 'ok'")));
	CHECK(bad == 0);
	book_close(b);
}

static void test_killed(struct arena *a, str data)
{
	int seen = 0;
	for (int round = 0; round < ROUNDS; round++) {
		int ends[2];
		pid_t pids[WRITERS + 1];
		CHECK(!pipe2(ends, O_CLOEXEC));
		fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
		for (int i = 0; i <= WRITERS; i++)
			pids[i] = start(data, i < WRITERS ? ends[1] : -1);
		pause_ms(60 + 17 * round);
		for (int i = 0; i <= WRITERS; i++) {
			int status;
			CHECK(waitpid(pids[i], &status, WNOHANG)
			      == 0); /* nobody gave up */
			kill(pids[i], SIGKILL);
			waitpid(pids[i], &status, 0);
		}
		close(ends[1]);
		check_ids(a, data, ends[0], &seen);
		close(ends[0]);
	}
	CHECK(seen > ROUNDS * WRITERS);
}

/* 0: read what there is, and was refused to write. */
static int read_as_nobody(str data)
{
	ARENA(a);
	struct book *b;
	int64_t n, id;
	if (setgid(NOBODY) || setuid(NOBODY))
		return 1;
	if (!ok(book_open(a, data, BOOK_INBOUND, BOOK_READ, &b)))
		return 2;
	for (int i = 0; i < 2000; i++)
		if (!ok(inbound_count(b, &n)) || n == 0)
			return 3;
	return add(b, STR("x"), &id).kind ? 0 : 4;
}

static int run_reader(str data)
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(read_as_nobody(data));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Reads while nobody has it open, while it is written, and after the writer was
 * killed with its log unfinished. */
static void test_reader_without_rights(struct arena *a, str data)
{
	if (geteuid()) {
		printf("skipped: only root can become somebody else\n");
		return;
	}
	int ends[2];
	struct book *b = fresh_book(a, data, BOOK_INBOUND);
	int64_t id;
	CHECK(ok(add(b, STR("x"), &id)));
	book_close(b);
	const char *command = arena_z(
		a, arena_cat(a, STR("chmod -R a+rX '"), data, STR("'")));
	CHECK(system(command) == 0);
	CHECK(run_reader(data) == 0);
	CHECK(!pipe2(ends, O_CLOEXEC));
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	pid_t writer = start(data, ends[1]);
	pause_ms(100);
	CHECK(run_reader(data) == 0);
	kill(writer, SIGKILL);
	waitpid(writer, NULL, 0);
	CHECK(run_reader(data) == 0);
	close(ends[0]);
	close(ends[1]);
}

/* Fills the disk (or meets the limit), then finds all that was acknowledged, and goes
 * on once there is room. */
static int fill(str data, rlim_t most)
{
	ARENA(a);
	struct book *b = book_at(a, data, BOOK_INBOUND, BOOK_WRITE);
	char *large = arena_zero(a, 60000);
	str body = { large, 60000 }, file;
	int64_t added = 0, there, id;
	struct rlimit limit = { most, RLIM_INFINITY };
	signal(SIGXFSZ, SIG_IGN);
	if (most && setrlimit(RLIMIT_FSIZE, &limit))
		return 1;
	err e = OK;
	while (!e.kind && added < 10000)
		added += !(e = add(b, body, &id)).kind;
	if (e.kind != ERR_TEMP || !has_word(e, "free space")
	    || !has_word(e, "inbound.db"))
		return 2;
	if (!ok(inbound_count(b, &there)) || there != added)
		return 3;
	str big = { arena_zero(a, 64 << 20), 64 << 20 };
	e = inbound_file_write(a, data, big, &file);
	if (e.kind != ERR_TEMP || !has_word(e, "free space"))
		return 4;
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	if (most && (!ok(add(b, body, &id)) || !ok(inbound_count(b, &there))))
		return 5;
	book_close(b);
	b = book_at(a, data, BOOK_INBOUND, BOOK_READ);
	int64_t again;
	if (!ok(inbound_count(b, &again)) || again != there)
		return 6;
	book_close(b);
	return added > 10 ? 0 : 7;
}

static void test_disk_full(struct arena *a)
{
	str data = folder_make(a);
	bool mounted = !geteuid()
		       && !mount("tmpfs", arena_z(a, data), "tmpfs", 0, "size=6m");
	if (!mounted)
		printf("no small disk can be mounted here: a limit on file size "
		       "instead\n");
	CHECK(ok(book_create(a, data, BOOK_INBOUND)));
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(fill(data, mounted ? 0 : 4 << 20));
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	if (WIFEXITED(status) && WEXITSTATUS(status))
		fprintf(stderr, "  fill: step %d\n", WEXITSTATUS(status));
	if (mounted)
		CHECK(!umount2(arena_z(a, data), MNT_DETACH));
	folder_remove(a, data);
}

static void test_size_limit(struct arena *a)
{
	str data = folder_make(a);
	CHECK(ok(book_create(a, data, BOOK_INBOUND)));
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(fill(data, 4 << 20));
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	if (WIFEXITED(status) && WEXITSTATUS(status))
		fprintf(stderr, "  fill: step %d\n", WEXITSTATUS(status));
	folder_remove(a, data);
}

/* Overwrites the middle of the file. */
static void test_damaged(struct arena *a)
{
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_INBOUND);
	int64_t id;
	for (int i = 0; i < 50; i++)
		CHECK(ok(add(b, (str){ arena_zero(a, 20000), 20000 }, &id)));
	book_close(b);
	const char *path = arena_z(a, arena_cat(a, data, STR("/inbound/inbound.db")));
	int fd = open(path, O_WRONLY);
	struct stat s;
	CHECK(fd >= 0 && !fstat(fd, &s));
	for (off_t at = 4096; at < s.st_size; at += 4096)
		CHECK(pwrite(fd, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, at) == 8);
	close(fd);
	b = NULL;
	err e = book_open(a, data, BOOK_INBOUND, BOOK_READ, &b);
	struct inbound_message m;
	bool found;
	if (!e.kind)
		e = inbound_next(b, a, 0, &m, &found);
	CHECK(e.kind == ERR_IO && has_word(e, "inbound.db") && has_word(e, "damaged"));
	book_close(b);
	folder_remove(a, data);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	CHECK(ok(book_create(a, data, BOOK_INBOUND)));
	test_killed(a, data);
	folder_remove(a, data);
	data = folder_make(a);
	chmod(arena_z(a, data), 0755);
	test_reader_without_rights(a, data);
	folder_remove(a, data);
	test_disk_full(a);
	test_size_limit(a);
	test_damaged(a);
	return check_done();
}

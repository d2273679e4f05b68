#include "base/child.h"

#include "base/buf.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PIECE = 65536,
	LINE_MAX_OCTETS = 65536,
	SAID = 1000,
	SILENT_MS = 120 * 1000,
	LAST_MS = 1000,
	LAST_READS = 1000,
};

struct child {
	struct arena *a;
	const char *name;
	pid_t pid;
	int out, says;
	struct buf octets; /* read and not yet given */
	size_t given;      /* of them */
	char said[SAID];
	size_t said_n;
	bool ended; /* its output */
};

static err spawn(struct child *c, const char *const *argv, int in, int out, int says)
{
	posix_spawn_file_actions_t f;
	posix_spawnattr_t group; /* of its own, so that all of it can be ended */
	posix_spawnattr_init(&group);
	posix_spawnattr_setflags(&group, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&group, 0);
	posix_spawn_file_actions_init(&f);
	if (in < 0)
		posix_spawn_file_actions_addopen(&f, STDIN_FILENO, "/dev/null", O_RDONLY,
						 0);
	else
		posix_spawn_file_actions_adddup2(&f, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&f, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&f, says, STDERR_FILENO);
	int code = posix_spawnp(&c->pid, argv[0], &f, &group,
				(char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&f);
	posix_spawnattr_destroy(&group);
	if (code == ENOENT)
		return err_in(c->a, ERR_NOTFOUND,
			      "there is no program %s here; install it", argv[0]);
	return code ? err_in(c->a, ERR_IO, "%s cannot be started: %s", argv[0],
			     strerror(code))
		    : OK;
}

err child_start(struct arena *a, const char *const *argv, int in, struct child **out)
{
	struct child *c = arena_zero(a, sizeof *c);
	int pipes[2][2] = { { -1, -1 }, { -1, -1 } };
	*c = (struct child){ .a = a, .name = argv[0], .out = -1, .says = -1 };
	err e = pipe2(pipes[0], O_CLOEXEC) || pipe2(pipes[1], O_CLOEXEC)
			? err_in(a, ERR_IO, "%s: %s", argv[0], strerror(errno))
			: spawn(c, argv, in, pipes[0][1], pipes[1][1]);
	fd_close(&pipes[0][1]);
	fd_close(&pipes[1][1]);
	if (e.kind) {
		fd_close(&pipes[0][0]);
		fd_close(&pipes[1][0]);
		return e;
	}
	c->out = pipes[0][0];
	c->says = pipes[1][0];
	*out = c;
	return OK;
}

/* Of what it says the first is kept, and the rest read, lest it wait. */
static void hear(struct child *c)
{
	char more[1000];
	ssize_t n = read(c->says, more, sizeof more);
	if (n <= 0) {
		fd_close(&c->says);
		c->says = -1;
		return;
	}
	size_t room = SAID - c->said_n, keep = (size_t)n < room ? (size_t)n : room;
	memcpy(c->said + c->said_n, more, keep);
	c->said_n += keep;
}

/* Its last words, as far as they come soon and have an end. */
static bool hear_last(struct child *c)
{
	for (int i = 0; i < LAST_READS && c->says >= 0; i++) {
		struct pollfd p = { .fd = c->says, .events = POLLIN };
		if (poll(&p, 1, LAST_MS) <= 0)
			break;
		hear(c);
	}
	bool ended = c->says < 0;
	fd_close(&c->says);
	c->says = -1;
	return ended;
}

static err read_more(struct child *c)
{
	buf_drop(&c->octets, c->given);
	c->given = 0;
	for (;;) {
		struct pollfd p[] = { { .fd = c->out, .events = POLLIN },
				      { .fd = c->says, .events = POLLIN } };
		int ready = poll(p, 2, SILENT_MS);
		if (!ready)
			return err_in(c->a, ERR_IO, "%s says nothing for two minutes",
				      c->name);
		if (ready < 0 && errno != EINTR)
			return err_in(c->a, ERR_IO, "%s: %s", c->name, strerror(errno));
		if (ready > 0 && p[1].revents)
			hear(c);
		if (ready > 0 && p[0].revents)
			break;
	}
	ssize_t n = read(c->out, buf_room(&c->octets, PIECE), PIECE);
	c->octets.n += n > 0 ? (size_t)n : 0;
	c->ended = n <= 0;
	return OK;
}

static str waiting(const struct child *c)
{
	return str_skip(buf_str(&c->octets), c->given);
}

err child_octets(struct child *c, size_t n, str *octets)
{
	while (waiting(c).n < n && !c->ended)
		TRY(read_more(c));
	if (waiting(c).n < n)
		return err_in(c->a, ERR_IO, "%s ended before its time", c->name);
	*octets = str_first(waiting(c), n);
	c->given += n;
	return OK;
}

err child_line(struct child *c, str *line, bool *more)
{
	str rest;
	while (!str_has(waiting(c), '\n') && !c->ended) {
		if (waiting(c).n > LINE_MAX_OCTETS)
			return err_in(c->a, ERR_LIMIT, "%s prints a line without end",
				      c->name);
		TRY(read_more(c));
	}
	*more = str_cut(waiting(c), '\n', line, &rest);
	c->given += *more ? line->n + 1 : 0;
	return OK;
}

/* All in one line, without what could act on a terminal. */
static str said(struct child *c)
{
	for (size_t i = 0; i < c->said_n; i++)
		if ((unsigned char)c->said[i] < ' ' || c->said[i] == 0x7F)
			c->said[i] = ' ';
	str s = { c->said, c->said_n };
	while (s.n && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

err child_end(struct child *c, err e)
{
	int status = 0;
	bool whole = c->ended && !e.kind;
	if (!whole)
		kill(-c->pid, SIGKILL); /* with what it started */
	fd_close(&c->out);
	if (!hear_last(c))
		kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	buf_free(&c->octets);
	bool failed = WIFEXITED(status) ? WEXITSTATUS(status) : whole;
	if (!failed || (e.kind && e.kind != ERR_IO))
		return e;
	str words = said(c);
	return err_in(c->a, ERR_IO, "%s failed%s%.*s", c->name, words.n ? ": " : "",
		      STR_F(words));
}

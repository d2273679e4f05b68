#include "wall/paper.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "net/addr.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSOR_S = 10, MEMORY = 512 * 1024 * 1024, FILES = 32, PIECE = 65536 };

const char *paper_program(struct arena *a)
{
	const char *path = getenv("PATH");
	str rest = str_from(path ? path : "/usr/local/bin:/usr/bin:/bin"), folder;
	while (rest.n) {
		if (!str_cut(rest, ':', &folder, &rest)) {
			folder = rest;
			rest = STR_NONE;
		}
		char *file = arena_z(a, arena_cat(a, folder, STR("/pdftotext")));
		if (str_starts(folder, STR("/")) && !access(file, X_OK))
			return file;
	}
	return NULL;
}

const char *paper_program_file(struct arena *a)
{
	char file[PATH_MAX];
	const char *program = paper_program(a);
	if (!program || !realpath(program, file))
		return NULL;
	return arena_z(a, str_from(file));
}

/* ---- the child: nothing but system calls from here to its program */

static void limit(__rlimit_resource_t what, rlim_t most)
{
	if (setrlimit(what, &(struct rlimit){ most, most }))
		_exit(126);
}

#define REFUSE(call)                                            \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

/* On top of what the role may: a filter can only take away. */
static void shut_in(void)
{
	static const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		REFUSE(socket),
		REFUSE(socketpair),
		REFUSE(connect),
		REFUSE(sendto),
		REFUSE(sendmsg),
		REFUSE(clone),
		REFUSE(memfd_create),
		REFUSE(renameat2),
		REFUSE(linkat),
		REFUSE(unlinkat),
		REFUSE(mkdirat),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	static const struct sock_fprog filter = {
		.len = sizeof code / sizeof *code,
		.filter = (struct sock_filter *)(uintptr_t)code,
	};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && errno != EPERM)
		_exit(126);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		_exit(126);
}

static void become(const char *program, int file, int out)
{
	char *argv[] = {
		"pdftotext", "-q", "-enc", "UTF-8", "-l", "200", "-", "-", NULL
	};
	char *environment[] = { NULL };
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || dup2(out, 1) < 0 || dup2(0, 2) < 0
	    || dup2(file, 0) < 0 || lseek(0, 0, SEEK_SET))
		_exit(126);
	close_range(3, ~0u, 0);
	limit(RLIMIT_CPU, PROCESSOR_S);
	limit(RLIMIT_AS, MEMORY);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NOFILE, FILES);
	limit(RLIMIT_CORE, 0);
	shut_in();
	execve(program, argv, environment);
	_exit(127);
}

/* ---- and who waits for it */

struct paper {
	struct arena *a;
	pid_t child;
	int fd; /* of the child: it can be read when that has ended */
	int64_t begun, deadline;
};

/* Up to its end, or until there is enough. */
static err read_all(const struct paper *p, int pipe_end, size_t most, struct buf *text)
{
	while (text->n < most) {
		if (!net_wait(pipe_end, POLLIN, p->deadline))
			return FAIL(ERR_LIMIT, "pdftotext took longer than it may");
		size_t want = most - text->n < PIECE ? most - text->n : PIECE;
		ssize_t n = read(pipe_end, buf_room(text, want), want);
		if (n == 0)
			return OK;
		if (n < 0 && errno != EINTR)
			return FAIL(ERR_IO, "pdftotext cannot be read from");
		text->n += n > 0 ? (size_t)n : 0;
	}
	return OK;
}

/* Whatever it has made of itself, it cannot keep this off. */
static void end_it(const struct paper *p)
{
	if (syscall(SYS_pidfd_send_signal, p->fd, SIGKILL, NULL, 0) && errno != ESRCH)
		log_error("pdf-program-stays", KN("pid", p->child),
			  KZ("why", strerror(errno)), KZ("do", "end it by hand"));
}

static err status_of(const struct paper *p)
{
	int status = 0;
	while (waitpid(p->child, &status, 0) < 0)
		if (errno != EINTR)
			return FAIL(ERR_IO, "pdftotext ended unseen");
	if (WIFSIGNALED(status))
		return err_in(p->a, ERR_LIMIT, "pdftotext was ended: %s",
			      strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127)
		return FAIL(ERR_IO, "pdftotext cannot be started");
	return WEXITSTATUS(status) ? err_in(p->a, ERR_SYNTAX,
					    "pdftotext reads no PDF in it (status %d)",
					    WEXITSTATUS(status))
				   : OK;
}

/* Whoever has been read from to the end is gone in a moment. Who is not, whom nobody reads from
 * any more and whose time is over is ended, and nobody is left behind. */
static err finish(const struct paper *p, err e, bool enough)
{
	bool late = e.kind == ERR_LIMIT
		    || (!e.kind && !enough && !net_wait(p->fd, POLLIN, p->deadline));
	if (late || enough || e.kind)
		end_it(p);
	err end = status_of(p);
	if (late)
		log_warn("pdf-program-killed", KN("pid", p->child),
			 KN("after_ms", clock_mono_ms() - p->begun),
			 KZ("do", "nothing: the texts of that file are not searched"));
	if (late)
		return FAIL(ERR_LIMIT, "pdftotext took longer than it may");
	return e.kind ? e : enough ? OK : end;
}

/* Not fork(): the descriptor comes with the child, so that nobody else's can be ended by it. */
static pid_t fork_seen(int *fd)
{
	return (pid_t)syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, NULL, fd, NULL, NULL);
}

err paper_text(struct arena *a, const char *program, int fd, size_t most,
	       int64_t within_ms, str *text)
{
	BUF(out);
	int ends[2];
	struct paper p = { .a = a, .begun = clock_mono_ms() };
	p.deadline = p.begun + within_ms;
	if (pipe2(ends, O_CLOEXEC))
		return err_in(a, ERR_IO, "no pipe: %s", strerror(errno));
	p.child = fork_seen(&p.fd);
	if (p.child == 0)
		become(program, fd, ends[1]);
	close(ends[1]);
	if (p.child < 0) {
		close(ends[0]);
		return err_in(a, ERR_IO, "no process: %s", strerror(errno));
	}
	err e = read_all(&p, ends[0], most, &out);
	close(ends[0]);
	e = finish(&p, e, !e.kind && out.n >= most);
	close(p.fd);
	if (!e.kind)
		*text = arena_copy(a, buf_str(&out));
	return e;
}

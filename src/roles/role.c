/* roles/role.c: from the first instruction of `postern role NAME` to its body. */
#include "roles/role.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "roles/manifest.h"
#include "roles/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* One second less than the supervisor waits before it kills. */
enum { STOP_MS = 19000, STEP_ASIDE_MS = 599000, ORPHAN_MS = 2000, ORPHAN_ALARM_S = 3 };
enum { LOCK_LOOK_MS = 10 };

/* A process is one role; what its signal handlers touch stands here. */
static struct {
	struct role role;
	pid_t supervisor;
	_Atomic int64_t deadline;
} self = { .deadline = INT64_MAX };

bool role_draining(const struct role *r)
{
	return role_deadline(r) != INT64_MAX;
}

int64_t role_deadline(const struct role *r)
{
	(void)r; /* one a process */
	return atomic_load(&self.deadline);
}

/* Without exit(): threads may still use what it would tear down. */
static void __attribute__((noreturn)) end(int code)
{
	fflush(NULL);
	_exit(code);
}

str role_key(const struct role *r, str name)
{
	for (size_t i = 0; i < r->key_count; i++)
		if (str_eq(r->keys[i].name, name))
			return r->keys[i].content;
	return STR_NONE;
}

/* The lock is the kernel's, so a predecessor that was killed has left it, too. Who is
 * told to end before its turn came has nothing to finish. */
static void wait_until_alone(const struct role *r)
{
	struct pollfd drain = { .fd = r->drain_fd, .events = POLLIN };
	while (r->lock_fd >= 0 && flock(r->lock_fd, LOCK_EX | LOCK_NB)) {
		if (role_draining(r))
			end(0);
		poll(&drain, 1, LOCK_LOOK_MS);
	}
}

void role_ready(struct role *r)
{
	(void)!send(r->control_fd, "R", 1, MSG_NOSIGNAL);
	wait_until_alone(r);
}

static void drain_within(int64_t ms)
{
	int64_t until = clock_mono_ms() + ms;
	if (until < atomic_load(&self.deadline))
		atomic_store(&self.deadline, until);
	(void)!write(self.role.drain_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
}

/* The supervisor died, so nobody will kill us when our time is up, and whoever
 * starts the server again needs our ports now. */
static void drain_as_orphan(void)
{
	drain_within(ORPHAN_MS);
	for (size_t i = 0; i < self.role.listener_count; i++)
		if (!self.role.listeners[i].activated)
			shutdown(self.role.listeners[i].fd, SHUT_RDWR);
	alarm(ORPHAN_ALARM_S);
}

static void on_signal(int number)
{
	int saved = errno;
	if (getppid() != self.supervisor)
		drain_as_orphan();
	else
		drain_within(number == SIGTERM ? STOP_MS : STEP_ASIDE_MS);
	errno = saved;
}

/* A terminal sends SIGINT and SIGHUP to all of us: the supervisor alone decides
 * what they mean. SIGUSR1: a newer process of this role serves. */
static void watch_signals(void)
{
	struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	sigset_t none;
	sigfillset(&act.sa_mask);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGUSR1, &act, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void adopt_descriptors(struct role *r)
{
	r->control_fd = FD_CONTROL;
	fcntl(FD_CONTROL, F_SETFD, FD_CLOEXEC);
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		int fd = FD_WAKE + (int)i;
		r->wake_fds[i] = fcntl(fd, F_SETFD, FD_CLOEXEC) ? -1 : fd;
	}
	for (size_t i = 0; i < r->listener_count; i++)
		fcntl(r->listeners[i].fd, F_SETFD, FD_CLOEXEC);
}

static void open_log(const struct role *r)
{
	enum log_level least = LOG_INFO;
	log_level_from(r->conf->log_level, &least);
	log_open(r->name, least, str_eq(r->conf->log_format, STR("json")));
}

static err open_lock(struct role *r)
{
	r->lock_fd = -1;
	if (!role_works_alone(r->id))
		return OK;
	str path = arena_cat(r->a, r->conf->site_data, STR("/run/"), str_from(r->name),
			     STR(".lock"));
	r->lock_fd = open(arena_z(r->a, path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (r->lock_fd < 0)
		return err_in(r->a, ERR_IO, "cannot open %.*s: %s", STR_F(path),
			      strerror(errno));
	return OK;
}

/* The order matters: changing the user clears the signal for a parent's death,
 * and a parent that died before that signal was asked for is noticed by
 * asking who it is. */
static err set_up(struct role *r)
{
	TRY(manifest_read(r, FD_MANIFEST, &self.supervisor));
	close(FD_MANIFEST);
	open_log(r);
	adopt_descriptors(r);
	r->drain_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->drain_fd < 0)
		return err_in(r->a, ERR_IO, "no eventfd: %s", strerror(errno));
	TRY(open_lock(r));
	TRY(identity_drop(r->a, r->id, r->conf->site_data));
	watch_signals();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != self.supervisor)
		return FAIL(ERR_TEMP, "the supervisor has died");
	return sandbox_enter(r->a, r->id, r->conf);
}

void role_run(role_main *const bodies[ROLE_COUNT], const char *name)
{
	struct role *r = &self.role;
	r->id = role_from(name);
	if (r->id == ROLE_COUNT || !bodies[r->id] || fcntl(FD_MANIFEST, F_GETFD) < 0) {
		fprintf(stderr, "postern role %s: only postern serve starts roles\n",
			name);
		_exit(2);
	}
	r->name = rights[r->id].name;
	log_open(r->name, LOG_INFO, false);
	r->a = arena_new();
	char title[16];
	snprintf(title, sizeof title, "postern-%s", r->name);
	prctl(PR_SET_NAME, title);
	err e = set_up(r);
	int code = 1;
	if (e.kind)
		log_error("role-setup-failed", KE(e));
	else
		code = bodies[r->id](r);
	end(code);
}

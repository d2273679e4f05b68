/* roles/supervisor.c: `postern serve`. One thread, one loop: signals, what roles say,
 * what is due. It opens no book and reads no byte of a peer. */
#include "roles/supervisor.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "roles/notify.h"
#include "roles/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_TRIES = 30, BUSY_WAIT_MS = 100 };

static void setup_free(struct setup *setup)
{
	arena_free(setup->a);
	free(setup);
}

static err check_uploads(struct arena *a, const struct conf *conf, const char *site)
{
	str rest = conf->web_uploads, word;
	const char *folder;
	while (conf_word(&rest, &word))
		TRY(sandbox_uploads(a, site, word, &folder));
	return OK;
}

/* What stands in the file now, with its sockets; those of old that fit stay.
 * NULL, with e, where something is wrong with it. */
static struct setup *setup_read(const struct super *s, const char *path,
				const struct listen_set *old, err *e)
{
	const char *site = NULL;
	struct setup *fresh = mem_zero(sizeof *fresh);
	fresh->a = arena_new();
	*e = conf_read(fresh->a, path, &fresh->path, &fresh->text);
	if (!e->kind)
		*e = conf_parse(fresh->a, fresh->path, fresh->text, s->sets, s->set_count,
				&fresh->conf);
	if (!e->kind)
		*e = sandbox_site(fresh->a, &fresh->conf, &site);
	if (!e->kind && site)
		*e = check_uploads(fresh->a, &fresh->conf, site);
	if (!e->kind)
		*e = listen_open(fresh->a, &fresh->conf, old, &fresh->listening);
	return fresh;
}

static void open_log(const struct conf *conf)
{
	enum log_level least = LOG_INFO;
	log_level_from(conf->log_level, &least);
	log_open("serve", least, str_eq(conf->log_format, STR("json")));
}

/* One server a data folder: two would both believe that they alone write inbound. The
 * lock is the kernel's and ends with the process, however it ends. */
static err lock_data(struct arena *a, const struct conf *conf, int *lock)
{
	str other;
	const char *run = arena_z(a, arena_cat(a, conf->site_data, STR("/run")));
	const char *path = arena_z(a, arena_cat(a, str_from(run), STR("/lock")));
	TRY(file_mkdir(a, run, 0750));
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_in(a, ERR_IO, "cannot open %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		err e = file_read_fd(a, fd, 32, &other);
		close(fd);
		other = e.kind ? STR("?") : str_trim(other);
		return err_in(
			a, ERR_DENIED,
			"a server (process %.*s) runs on %.*s already; stop it first",
			STR_F(other), STR_F(conf->site_data));
	}
	str pid = arena_printf(a, "%d\n", (int)getpid());
	if (ftruncate(fd, 0) || pwrite(fd, pid.p, pid.n, 0) != (ssize_t)pid.n)
		log_warn("lock-unwritten", KZ("path", path),
			 KZ("error", strerror(errno)));
	*lock = fd;
	return OK;
}

/* What everybody who reads the log should know about this machine, once. */
static void log_shortcomings(const struct conf *conf)
{
	int landlock = sandbox_landlock();
	if (sandbox_missing(landlock)[0])
		log_warn(
			"sandbox-degraded", KN("landlock", landlock),
			KZ("missing", sandbox_missing(landlock)),
			KZ("do", "run a kernel with Landlock version 6 or later (6.12)"));
	if (geteuid() == 0 && !identity_known())
		log_warn("users-missing", KS("data", conf->site_data),
			 KZ("do", "make the group postern and the users postern-smtpd, "
				  "postern-post, postern-send, postern-web, "
				  "postern-fetch and postern-wall (the package does); "
				  "until then all "
				  "roles run as the owner "
				  "of the data folder"));
}

/* A session is a descriptor, and the default is 1,024 of them. */
static void raise_limit(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files))
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

static int open_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The roles of a server that was killed may hold its ports for two more seconds. */
static err open_setup(struct super *s, const char *path, const struct conf *conf)
{
	err e = OK;
	struct listen_set activated = { .count = 0 };
	listen_activated(conf, &activated);
	for (int i = 0; i < BUSY_TRIES; i++) {
		s->setup = setup_read(s, path, &activated, &e);
		if (e.kind != ERR_IO)
			return e;
		if (i == 0)
			log_warn("listen-busy", KE(e), KZ("do", "trying for 3 seconds"));
		if (i < BUSY_TRIES - 1)
			setup_free(s->setup);
		usleep(BUSY_WAIT_MS * 1000);
	}
	return e;
}

static void reload(struct super *s)
{
	err e;
	notify_reloading();
	struct setup *fresh = setup_read(s, s->setup->path, &s->setup->listening, &e);
	bool moved = !e.kind && !str_eq(fresh->conf.site_data, s->setup->conf.site_data);
	if (moved)
		e = FAIL(ERR_DENIED, "[site] data cannot change while the server runs; "
				     "restart it");
	struct setup *old = s->setup;
	if (!e.kind)
		s->setup = fresh;
	if (!e.kind && !children_replace(s)) {
		s->setup = old;
		e = FAIL(ERR_LIMIT, "processes of earlier reloads still drain; try again "
				    "in a few minutes");
	}
	if (e.kind) {
		log_error("reload-refused", KE(e),
			  KZ("do", "the old one stays in force"));
		listen_close_gone(&fresh->listening, &old->listening);
		setup_free(fresh);
		notify("READY=1");
		return;
	}
	log_info("reloaded", KZ("path", s->setup->path));
	listen_close_gone(&old->listening, &s->setup->listening);
	setup_free(old);
	open_log(&s->setup->conf);
	s->announced = false;
}

static void stop(struct super *s, unsigned number)
{
	log_info("stopping", KZ("signal", strsignal((int)number)),
		 KZ("how", s->stopping ? "at once" : "sessions have 20 seconds"));
	notify("STOPPING=1");
	children_stop(s);
}

static void on_signals(struct super *s, int fd)
{
	struct signalfd_siginfo info;
	while (read(fd, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			children_reap(s);
		else if (info.ssi_signo == SIGHUP && !s->stopping)
			reload(s);
		else if (info.ssi_signo != SIGHUP)
			stop(s, info.ssi_signo);
	}
}

static int wait_ms(const struct super *s, int64_t watchdog_at)
{
	int64_t at = children_deadline(s);
	at = watchdog_at < at ? watchdog_at : at;
	if (at == INT64_MAX)
		return -1;
	int64_t left = at - clock_mono_ms();
	return left < 0 ? 0 : left < INT32_MAX ? (int)left : INT32_MAX;
}

static void poll_once(struct super *s, int signals, int timeout)
{
	struct pollfd p[CHILDREN_MAX + 1] = { { .fd = signals, .events = POLLIN } };
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		bool open = s->children[i].stage != STAGE_FREE;
		p[i + 1] = (struct pollfd){ .fd = open ? s->children[i].control : -1,
					    .events = POLLIN };
	}
	if (poll(p, CHILDREN_MAX + 1, timeout) <= 0)
		return;
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (p[i + 1].revents && s->children[i].control >= 0)
			children_heard(s, &s->children[i]);
	if (p[0].revents)
		on_signals(s, signals);
}

static void supervise(struct super *s, int signals)
{
	int64_t watchdog_at = notify_watchdog() ? clock_mono_ms() : INT64_MAX;
	while (!s->stopping || !children_empty(s)) {
		children_start_due(s);
		children_kill_due(s);
		if (!s->announced && !s->stopping && children_settled(s)) {
			s->announced = true;
			notify("READY=1");
			log_info("serving", KS("data", s->setup->conf.site_data));
		}
		if (clock_mono_ms() >= watchdog_at) {
			notify("WATCHDOG=1");
			watchdog_at = clock_mono_ms() + notify_watchdog();
		}
		poll_once(s, signals, wait_ms(s, watchdog_at));
	}
}

static err serve_until_stopped(struct arena *a, struct super *s, const char *path)
{
	struct conf conf;
	FD_AUTO signals = -1;
	FD_AUTO lock = -1;
	TRY(conf_load(a, path, s->sets, s->set_count, &conf));
	open_log(&conf);
	TRY(lock_data(a, &conf, &lock));
	raise_limit();
	notify_open();
	log_shortcomings(&conf);
	TRY(identity_own(a, conf.site_data));
	signals = open_signals();
	if (signals < 0)
		return err_in(a, ERR_IO, "no signalfd: %s", strerror(errno));
	TRY(open_setup(s, path, &conf));
	TRY(spawn_pairs(a, s));
	children_want(s);
	supervise(s, signals);
	log_info("stopped", KS("data", conf.site_data));
	return OK;
}

int serve(role_main *const bodies[ROLE_COUNT], const char *conf_path,
	  const char *const *sets, size_t set_count)
{
	ARENA(a);
	struct super *s = mem_zero(sizeof *s);
	s->bodies = bodies;
	s->sets = sets;
	s->set_count = set_count;
	err e = serve_until_stopped(a, s, conf_path);
	if (e.kind)
		log_error("serve-failed", KE(e));
	if (s->setup)
		setup_free(s->setup);
	free(s);
	return e.kind ? 1 : 0;
}

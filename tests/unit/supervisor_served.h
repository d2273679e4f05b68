/* tests/unit/supervisor_served.h: the server as a test sees it: started, asked, watched in
 * its log, ended. The test's program is the server, too. */
#pragma once

#include "tests/check.h"

#include "roles/supervisor.h"
#include "supervisor_bodies.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>

static struct {
	struct arena *a;
	char dir[64], log[80], conf[80], notify[80];
	unsigned port;
	pid_t server;
	int told; /* what systemd would be told */
} t;

static inline void write_conf(const char *rest)
{
	str text = arena_printf(t.a,
				"[site]\ndata = .\n%s[smtp]\nlisten = 127.0.0.1:%u\n"
				"submission =\nsubmissions =\n[web]\nlisten =\n",
				rest, t.port);
	CHECK(!file_write(t.a, t.conf, 0600, text).kind);
}

static inline unsigned free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof in;
	FD_AUTO s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s, (struct sockaddr *)&in, n)
	    || getsockname(s, (struct sockaddr *)&in, &n))
		abort();
	return ntohs(in.sin_port);
}

/* Starts `unit_supervisor serve CONF`; listening: a socket to pass as systemd does. */
static inline pid_t start_server(int listening)
{
	pid_t pid = fork();
	if (pid)
		return pid;
	char *argv[] = { "postern", "serve", t.conf, NULL };
	char text[32];
	int log = open(t.log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(log, STDERR_FILENO);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* no server survives a test that failed */
	setenv("NOTIFY_SOCKET", t.notify, 1);
	setenv("WATCHDOG_USEC", "6000000", 1);
	if (listening >= 0) {
		dup2(listening, 3);
		snprintf(text, sizeof text, "%d", (int)getpid());
		setenv("LISTEN_PID", text, 1);
		setenv("LISTEN_FDS", "1", 1);
		setenv("LISTEN_FDNAMES", "smtp", 1);
	}
	execv("/proc/self/exe", argv);
	_exit(127);
}

/* Waits until systemd has been told a text that holds what. */
static inline bool told(const char *what)
{
	int64_t until = clock_mono_ms() + 20000;
	char text[256];
	while (clock_mono_ms() < until) {
		struct pollfd p = { .fd = t.told, .events = POLLIN };
		poll(&p, 1, 100);
		ssize_t n = recv(t.told, text, sizeof text - 1, MSG_DONTWAIT);
		text[n > 0 ? n : 0] = 0;
		if (n > 0 && strstr(text, what))
			return true;
	}
	return false;
}

static inline bool logged(const char *what)
{
	str text = STR_NONE;
	for (int i = 0; i < 400; i++) {
		if (!file_read(t.a, t.log, 1 << 20, &text).kind
		    && str_find(text, str_from(what)).n)
			return true;
		usleep(25000);
	}
	return false;
}

static inline bool ended(pid_t pid, int *status)
{
	for (int i = 0; i < 1200; i++) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		usleep(25000);
	}
	return false;
}

/* A failed test's server says why. */
static inline void fresh_log(void)
{
	static int failed;
	str text;
	if (check_failed > failed && !file_read(t.a, t.log, 1 << 20, &text).kind)
		fwrite(text.p, 1, text.n, stderr);
	failed = check_failed;
	unlink(t.log);
}

static inline void start(void)
{
	fresh_log();
	t.server = start_server(-1);
	CHECK(told("READY=1"));
}

static inline void stop(void)
{
	int status = -1;
	kill(t.server, SIGTERM);
	CHECK(ended(t.server, &status) && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static inline int dial(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)t.port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(s, (struct sockaddr *)&in, sizeof in) == 0)
		return s;
	close(s);
	return -1;
}

/* One word to smtpd and its answer, "" when the session broke. */
static const char *say(int s, const char *word)
{
	static char answer[512];
	size_t n = 0;
	struct pollfd p = { .fd = s, .events = POLLIN };
	answer[0] = 0;
	if (s < 0 || send(s, word, strlen(word), MSG_NOSIGNAL) < 0)
		return answer;
	while (n < sizeof answer - 1 && poll(&p, 1, 15000) == 1) {
		ssize_t got = recv(s, answer + n, sizeof answer - 1 - n, 0);
		n += got > 0 ? (size_t)got : 0;
		if (got <= 0 || answer[n - 1] == '\n')
			break;
	}
	answer[n && answer[n - 1] == '\n' ? n - 1 : n] = 0;
	return answer;
}

static const char *ask(const char *word)
{
	FD_AUTO s = dial();
	return say(s, word);
}

static inline bool alive(pid_t pid)
{
	return kill(pid, 0) == 0;
}

static inline bool gone(pid_t pid, int seconds)
{
	for (int i = 0; i < seconds * 40 && alive(pid); i++)
		usleep(25000);
	return !alive(pid);
}

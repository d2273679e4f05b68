/* net/dial.c: the half of net/addr.h that opens sockets. */
#include "net/addr.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096, FLAGS = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK };

bool net_wait(int fd, short events, int64_t deadline)
{
	for (;;) {
		int64_t left = deadline - clock_mono_ms();
		if (left <= 0)
			return false;
		struct pollfd p = { .fd = fd, .events = events };
		int ready = poll(&p, 1, left < INT32_MAX ? (int)left : INT32_MAX);
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return true; /* the call that follows meets the error */
	}
}

static bool set_flag(int fd, int level, int option)
{
	return setsockopt(fd, level, option, &(int){ 1 }, sizeof(int)) == 0;
}

static const char *listen_advice(int code)
{
	switch (code) {
	case EADDRINUSE:
		return "; another program listens there: stop it or choose another port";
	case EACCES:
		return "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
	case EADDRNOTAVAIL:
		return "; this machine does not have that address";
	default:
		return "";
	}
}

err net_listen(struct arena *a, const struct net_addr *at, int *fd)
{
	int s = socket(at->ss.ss_family, FLAGS, 0);
	/* [::] and 0.0.0.0 are two sockets, whatever the system's default is. */
	if (s < 0 || !set_flag(s, SOL_SOCKET, SO_REUSEADDR)
	    || (at->ss.ss_family == AF_INET6 && !set_flag(s, IPPROTO_IPV6, IPV6_V6ONLY))
	    || bind(s, (const struct sockaddr *)&at->ss, at->len) || listen(s, BACKLOG)) {
		int code = errno;
		str text = net_text(a, at);
		fd_close(&s);
		return err_in(a, ERR_IO, "cannot listen on %.*s: %s%s", STR_F(text),
			      strerror(code), listen_advice(code));
	}
	*fd = s;
	return OK;
}

static bool unix_addr(const char *path, struct sockaddr_un *un)
{
	size_t n = strlen(path);
	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (n == 0 || n >= sizeof un->sun_path)
		return false;
	memcpy(un->sun_path, path, n);
	return true;
}

static err path_too_long(struct arena *a, const char *path)
{
	return err_in(a, ERR_IO, "the socket's name must have 1 to 107 octets: %s", path);
}

/* A socket that a dead process left behind refuses connections; a living one,
 * or a file of another kind, stays. */
static void remove_stale(const struct sockaddr_un *un)
{
	struct stat st;
	if (stat(un->sun_path, &st) || !S_ISSOCK(st.st_mode))
		return;
	FD_AUTO s = socket(AF_UNIX, FLAGS, 0);
	if (s >= 0 && connect(s, (const struct sockaddr *)un, sizeof *un)
	    && errno == ECONNREFUSED)
		unlink(un->sun_path);
}

err net_listen_unix(struct arena *a, const char *path, unsigned mode, int *fd)
{
	struct sockaddr_un un;
	if (!unix_addr(path, &un))
		return path_too_long(a, path);
	remove_stale(&un);
	int s = socket(AF_UNIX, FLAGS, 0);
	/* Nobody can connect before listen, so the mode is set in time. */
	if (s < 0 || bind(s, (const struct sockaddr *)&un, sizeof un) || chmod(path, mode)
	    || listen(s, BACKLOG)) {
		int code = errno;
		fd_close(&s);
		return err_in(a, ERR_IO, "cannot listen on %s: %s%s", path,
			      strerror(code), listen_advice(code));
	}
	*fd = s;
	return OK;
}

/* Waits for a connect that is under way; the errno it ended with, 0 for none. */
static int finish_connect(int s, int64_t deadline)
{
	int code = 0;
	socklen_t n = sizeof code;
	if (!net_wait(s, POLLOUT, deadline))
		return ETIMEDOUT;
	return getsockopt(s, SOL_SOCKET, SO_ERROR, &code, &n) ? errno : code;
}

err net_dial(struct arena *a, const struct net_addr *to, int64_t deadline, int *fd)
{
	int code = 0;
	int s = socket(to->ss.ss_family, FLAGS, 0);
	if (s < 0)
		code = errno;
	else if (connect(s, (const struct sockaddr *)&to->ss, to->len))
		code = errno == EINPROGRESS ? finish_connect(s, deadline) : errno;
	if (code) {
		str text = net_text(a, to);
		fd_close(&s);
		return err_in(a, ERR_TEMP, "cannot connect to %.*s: %s", STR_F(text),
			      code == ETIMEDOUT ? "no answer in time" : strerror(code));
	}
	set_flag(s, IPPROTO_TCP, TCP_NODELAY); /* a delay at worst */
	*fd = s;
	return OK;
}

err net_dial_unix(struct arena *a, const char *path, int64_t deadline, int *fd)
{
	enum { RETRY_MS = 5 };
	struct sockaddr_un un;
	if (!unix_addr(path, &un))
		return path_too_long(a, path);
	int s = socket(AF_UNIX, FLAGS, 0);
	bool done = s >= 0 && connect(s, (const struct sockaddr *)&un, sizeof un) == 0;
	/* EAGAIN: the listener's queue is full, and poll cannot wait for that. */
	while (!done && s >= 0 && errno == EAGAIN && clock_mono_ms() < deadline) {
		usleep(RETRY_MS * 1000);
		done = connect(s, (const struct sockaddr *)&un, sizeof un) == 0;
	}
	if (!done) {
		int code = errno;
		fd_close(&s);
		return err_in(a, ERR_TEMP, "cannot connect to %s: %s", path,
			      code == EAGAIN ? "no answer in time" : strerror(code));
	}
	*fd = s;
	return OK;
}

#include "roles/notify.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static struct {
	struct sockaddr_un to;
	socklen_t len; /* 0: nobody to tell */
	int64_t watchdog;
} systemd;

static void read_socket(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	size_t n = name ? strlen(name) : 0;
	if (n < 2 || n >= sizeof systemd.to.sun_path || !strchr("/@", name[0]))
		return;
	systemd.to.sun_family = AF_UNIX;
	memcpy(systemd.to.sun_path, name, n);
	if (name[0] == '@') /* the abstract name space */
		systemd.to.sun_path[0] = 0;
	systemd.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
}

void notify_open(void)
{
	uint64_t usec = 0, pid;
	const char *whose = getenv("WATCHDOG_PID");
	read_socket();
	bool ours = !whose
		    || (str_u64(str_from(whose), &pid) && pid == (uint64_t)getpid());
	if (ours && str_u64(str_from(getenv("WATCHDOG_USEC")), &usec))
		systemd.watchdog = (int64_t)(usec / 2000); /* twice as often as asked */
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void notify(const char *state)
{
	if (!systemd.len)
		return;
	int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return;
	/* systemd reads promptly; were its queue full, READY must not be lost, and
	 * no role may wait for long either. */
	struct timeval patience = { .tv_usec = 500000 };
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	(void)!sendto(s, state, strlen(state), MSG_NOSIGNAL,
		      (const struct sockaddr *)&systemd.to, systemd.len);
	close(s);
}

void notify_reloading(void)
{
	char text[96];
	snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld",
		 (long long)clock_mono_ms() * 1000);
	notify(text);
}

int64_t notify_watchdog(void)
{
	return systemd.watchdog;
}

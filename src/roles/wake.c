#include "roles/role.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RING = 'w', HAND = 'h' };
enum { HAND_WAIT_MS = 1000 };

int wake_fd(const struct role *r, enum role_id from)
{
	return r->wake_fds[from];
}

void wake_send(const struct role *r, enum role_id to)
{
	char byte = RING;
	/* A full queue has rung already; nobody there looks every second. */
	if (r->wake_fds[to] >= 0)
		(void)!send(r->wake_fds[to], &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

static ssize_t send_descriptor(int channel, int fd)
{
	char byte = HAND;
	union control c = { 0 };
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = c.room,
			    .msg_controllen = sizeof c.room };
	c.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof fd),
				   .cmsg_level = SOL_SOCKET,
				   .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&c.head), &fd, sizeof fd);
	return sendmsg(channel, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

err wake_hand(const struct role *r, enum role_id to, int fd)
{
	int channel = r->wake_fds[to];
	if (channel < 0)
		return FAIL(ERR_DENIED, "rights.def gives no way to that role");
	if (send_descriptor(channel, fd) == 1)
		return OK;
	struct pollfd p = { .fd = channel, .events = POLLOUT };
	if (errno == EAGAIN && poll(&p, 1, HAND_WAIT_MS) == 1
	    && send_descriptor(channel, fd) == 1)
		return OK;
	return FAIL(ERR_TEMP, "the other role takes nothing at the moment; try again");
}

/* One record: a ring, or a descriptor, which is closed where it came unasked. */
static bool receive(int channel, bool *rang, int *handed)
{
	char byte = 0;
	union control c;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = c.room,
			    .msg_controllen = sizeof c.room };
	if (recvmsg(channel, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
		return false;
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS
	    && h->cmsg_len == CMSG_LEN(sizeof *handed))
		memcpy(handed, CMSG_DATA(h), sizeof *handed);
	else
		*rang = true;
	return true;
}

bool wake_take(const struct role *r, unsigned mask, struct wake *w)
{
	*w = (struct wake){ .handed = -1 };
	if (role_draining(r))
		return false; /* the successor reads from the same socketpair */
	for (unsigned i = 0; i < ROLE_COUNT && w->handed < 0; i++) {
		bool rang = false;
		if (!(mask & 1u << i) || r->wake_fds[i] < 0)
			continue;
		while (w->handed < 0 && receive(r->wake_fds[i], &rang, &w->handed))
			;
		if (rang)
			w->from |= 1u << i;
		if (w->handed >= 0)
			w->by = (enum role_id)i;
	}
	return w->from || w->handed >= 0;
}

bool wake_wait(const struct role *r, unsigned mask, int64_t deadline, struct wake *w)
{
	struct pollfd p[ROLE_COUNT + 1];
	nfds_t n = 0;
	p[n++] = (struct pollfd){ .fd = r->drain_fd, .events = POLLIN };
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (mask & 1u << i && r->wake_fds[i] >= 0)
			p[n++] = (struct pollfd){ .fd = r->wake_fds[i],
						  .events = POLLIN };
	for (;;) {
		if (wake_take(r, mask, w))
			return true;
		int64_t left = deadline - clock_mono_ms();
		if (left <= 0 || role_draining(r))
			return false;
		poll(p, n, left < INT32_MAX ? (int)left : INT32_MAX);
	}
}

#include "wall/door.h"

#include "base/clock.h"
#include "base/file.h"
#include "net/addr.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

enum { PACKET_MAX = 4096, GRACE_MS = 2000 };

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

/* A packet, and a descriptor unless it is -1. */
static bool send_packet(int channel, str text, int fd)
{
	union control c = { 0 };
	struct iovec iov = { (void *)(uintptr_t)text.p, text.n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	if (fd >= 0) {
		m.msg_control = c.room;
		m.msg_controllen = sizeof c.room;
		c.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof fd),
					   .cmsg_level = SOL_SOCKET,
					   .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&c.head), &fd, sizeof fd);
	}
	return sendmsg(channel, &m, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)text.n;
}

/* *fd: -1 where none came. */
static err receive(int channel, int64_t deadline, char room[static PACKET_MAX], str *text,
		   int *fd)
{
	union control c;
	struct iovec iov = { room, PACKET_MAX };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = c.room,
			    .msg_controllen = sizeof c.room };
	*fd = -1;
	if (!net_wait(channel, POLLIN, deadline))
		return FAIL(ERR_TEMP, "no answer in time");
	ssize_t n = recvmsg(channel, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return FAIL(ERR_IO, strerror(errno));
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS
	    && h->cmsg_len == CMSG_LEN(sizeof *fd))
		memcpy(fd, CMSG_DATA(h), sizeof *fd);
	if (n == 0)
		return FAIL(ERR_IO, "the other end is closed");
	if (m.msg_flags & MSG_TRUNC)
		return FAIL(ERR_IO, "a packet that is too long");
	*text = (str){ room, (size_t)n };
	return OK;
}

err wall_ask(struct arena *a, int channel, int message, int64_t within_ms,
	     struct wall_verdict *v)
{
	char room[PACKET_MAX];
	str text;
	int fd;
	if (!send_packet(channel, arena_printf(a, "SCAN %lld", (long long)within_ms),
			 message))
		return FAIL(ERR_IO, "the role wall takes no question");
	err e = receive(channel, clock_mono_ms() + within_ms + GRACE_MS, room, &text,
			&fd);
	fd_close(&fd);
	if (e.kind)
		return err_in(a, e.kind, "no answer of the role wall: %s", e.msg);
	return wall_from_json(a, text, v)
		       ? OK
		       : FAIL(ERR_IO, "the role wall answers something unknown");
}

static err read_question(str text, struct wall_question *q)
{
	str word;
	int64_t ms;
	if (!str_word(&text, &word) || !str_eq(word, STR("SCAN"))
	    || !str_word(&text, &word) || !str_i64(word, &ms) || ms < 1
	    || ms > WALL_MS_MAX || str_trim(text).n || q->message < 0)
		return FAIL(ERR_SYNTAX, "not a question for the role wall");
	q->within_ms = ms;
	return OK;
}

err wall_hear(int channel, int64_t deadline, struct wall_question *q)
{
	char room[PACKET_MAX];
	struct wall_question x;
	str text;
	err e = receive(channel, deadline, room, &text, &x.message);
	if (!e.kind)
		e = read_question(text, &x);
	if (e.kind)
		fd_close(&x.message);
	else
		*q = x;
	return e;
}

err wall_answer(struct arena *a, int channel, const struct wall_verdict *v)
{
	return send_packet(channel, wall_json(a, v), -1)
		       ? OK
		       : FAIL(ERR_IO, "whoever asked has gone");
}

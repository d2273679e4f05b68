#include "wall/door.h"

#include "base/clock.h"
#include "base/file.h"
#include "net/addr.h"
#include "wall/paper.h"

#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* ---- texts: "TAKEN" at once, then one of the words below; with OK comes a memory file */

enum { TEXT_MAX = 64 * 1024 * 1024, TAKE_MS = 3000 };

static const struct {
	str word;
	enum err_kind kind;
} refusals[] = {
	{ { "LATER", 5 }, ERR_TEMP },    /* not now */
	{ { "NONE", 4 }, ERR_NOTFOUND }, /* no program is there */
	{ { "FAIL", 4 }, ERR_SYNTAX },   /* never: it is the file's fault */
};

static err read_file(struct arena *a, int fd, size_t most, str *text)
{
	struct stat st;
	if (fd < 0 || fstat(fd, &st) || st.st_size < 0 || (size_t)st.st_size > most)
		return FAIL(ERR_IO, "the role wall answers something unknown");
	char *to = arena_alloc(a, (size_t)st.st_size + 1);
	ssize_t n = pread(fd, to, (size_t)st.st_size, 0);
	if (n != st.st_size)
		return FAIL(ERR_IO, "the text of the role wall cannot be read");
	*text = (str){ to, (size_t)n };
	return OK;
}

static err read_text(struct arena *a, str answer, int fd, size_t most, str *text)
{
	str word;
	bool any = str_word(&answer, &word);
	if (any && str_eq(word, STR("OK")))
		return read_file(a, fd, most, text);
	for (size_t i = 0; any && i < sizeof refusals / sizeof *refusals; i++)
		if (str_eq(word, refusals[i].word))
			return err_in(a, refusals[i].kind, "%.*s",
				      STR_F(str_trim(answer)));
	return FAIL(ERR_IO, "the role wall answers something unknown");
}

err wall_ask_text(struct arena *a, int channel, int pdf, size_t most, str *text)
{
	char room[PACKET_MAX];
	str answer;
	int fd;
	if (!send_packet(channel, arena_printf(a, "TEXT %zu", most), pdf))
		return FAIL(ERR_TEMP, "the role wall takes no question");
	err e = receive(channel, clock_mono_ms() + TAKE_MS, room, &answer, &fd);
	if (e.kind)
		return err_in(a, ERR_TEMP, "the role wall takes no question: %s", e.msg);
	if (str_eq(answer, STR("TAKEN"))) {
		fd_close(&fd);
		e = receive(channel, clock_mono_ms() + PAPER_MS + GRACE_MS, room, &answer,
			    &fd);
	}
	if (e.kind)
		return err_in(a, ERR_IO, "no answer of the role wall: %s", e.msg);
	e = read_text(a, answer, fd, most, text);
	fd_close(&fd);
	return e;
}

err wall_take_text(int channel)
{
	return send_packet(channel, STR("TAKEN"), -1)
		       ? OK
		       : FAIL(ERR_IO, "whoever asked has gone");
}

static str refusal(enum err_kind kind)
{
	if (kind == ERR_TEMP || kind == ERR_IO)
		return refusals[0].word;
	return refusals[kind == ERR_NOTFOUND ? 1 : 2].word;
}

err wall_answer_text(struct arena *a, int channel, str text, err failed)
{
	str said = STR("OK");
	FD_AUTO fd = -1;
	if (!failed.kind) {
		fd = memfd_create("postern-text", MFD_CLOEXEC);
		failed = fd < 0 ? FAIL(ERR_IO, "no memory file")
				: file_write_all(a, fd, text);
	}
	if (failed.kind)
		said = arena_cat(a, refusal(failed.kind), STR(" "),
				 str_first(str_from(failed.msg), 200));
	return send_packet(channel, said, failed.kind ? -1 : fd)
		       ? OK
		       : FAIL(ERR_IO, "whoever asked has gone");
}

/* ---- what is asked */

static err read_question(str text, struct wall_question *q)
{
	str word;
	int64_t n;
	bool scan = str_word(&text, &word) && str_eq(word, STR("SCAN"));
	if ((!scan && !str_eq(word, STR("TEXT"))) || !str_word(&text, &word)
	    || !str_i64(word, &n) || n < 1 || n > (scan ? WALL_MS_MAX : TEXT_MAX)
	    || str_trim(text).n || q->message < 0)
		return FAIL(ERR_SYNTAX, "not a question for the role wall");
	q->within_ms = scan ? n : PAPER_MS;
	q->text_most = scan ? 0 : (size_t)n;
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

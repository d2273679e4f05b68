/* However input is cut into pieces on its way, the same lines come out, and whatever
 * calls take it, each octet once and in its order; what is written leaves whole. The
 * first octet gives the size of the pieces, the second the longest line and, in its
 * lowest bits, how the network behaves. */
#include "fuzz.h"

#include "base/buf.h"
#include "net/conn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static str unsent;
static struct buf sent;
static size_t piece, room; /* octets that can be sent; then the peer is gone */
static bool hesitates;     /* every second call finds the socket not ready after all */
static int end;            /* 0: the peer closes; else the errno that ends it */

static bool hesitate(void)
{
	static bool now;
	now = hesitates && !now;
	errno = EAGAIN;
	return now;
}

/* In place of the system's: the network is a view. */
ssize_t recv(int fd, void *to, size_t n, int flags)
{
	(void)fd;
	if (hesitate())
		return -1;
	str s = str_first(unsent, n < piece ? n : piece);
	if (s.n)
		memcpy(to, s.p, s.n);
	if (!(flags & MSG_PEEK))
		unsent = str_skip(unsent, s.n);
	errno = end;
	return s.n || !end ? (ssize_t)s.n : -1;
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	size_t before = sent.n;
	(void)fd, (void)flags;
	if (hesitate())
		return -1;
	size_t most = room - before < piece ? room - before : piece;
	for (size_t i = 0; i < m->msg_iovlen; i++) {
		str part = { m->msg_iov[i].iov_base, m->msg_iov[i].iov_len };
		buf_add(&sent, str_first(part, most - (sent.n - before)));
	}
	errno = EPIPE;
	return most ? (ssize_t)(sent.n - before) : -1;
}

int ioctl(int fd, unsigned long what, ...)
{
	va_list arguments;
	(void)fd;
	must(what == FIONREAD);
	va_start(arguments, what);
	*va_arg(arguments, int *) = (int)unsent.n;
	va_end(arguments);
	return 0;
}

static struct conn *open_on(str in)
{
	unsent = in;
	return conn_new(open("/dev/null", O_RDONLY | O_CLOEXEC)); /* always ready */
}

/* What the next call must find: a line, one that is too long, or the end. */
static enum err_kind expect(str *rest, size_t max, str *line)
{
	const char *lf = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	size_t n = lf ? (size_t)(lf - rest->p) + 1 : rest->n;
	*line = str_first(*rest, n);
	*rest = str_skip(*rest, n);
	return n > max || (!lf && n == max) ? ERR_LIMIT : lf ? ERR_NONE : ERR_IO;
}

static void lines(str rest, size_t max)
{
	struct conn *c = open_on(rest);
	str line = STR_NONE, want;
	enum err_kind kind;
	do {
		kind = conn_line(c, max, &line).kind;
		must(kind == expect(&rest, max, &want));
		must(kind != ERR_NONE || str_eq(line, want));
	} while (kind != ERR_IO);
	conn_free(c);
}

/* One of the calls that take input; *rest is what has not been taken. */
static err take(struct conn *c, unsigned turn, str *rest)
{
	str got = STR_NONE;
	err e;
	if (turn % 3 == 0) {
		e = conn_wait(c);
		must(e.kind || conn_buffered(c));
	} else if (turn % 3 == 1) {
		e = conn_peek(c, &got);
		must(e.kind || got.n);
		must(str_starts(*rest, got) && conn_at_hand(c) == got.n);
		got.n -= got.n / 2;
		conn_take(c, got.n);
	} else {
		e = conn_line(c, rest->n + 1, &got);
		must(e.kind || (str_ends(got, STR("\n")) && str_starts(*rest, got)));
	}
	*rest = str_skip(*rest, got.n);
	return e;
}

static void mixed(str rest)
{
	struct conn *c = open_on(rest);
	err e = OK;
	for (unsigned turn = 0; !e.kind; turn++) {
		size_t here = conn_at_hand(c);
		must(conn_buffered(c) == (here ? here : rest.n));
		e = take(c, turn, &rest);
	}
	must(e.kind == ERR_IO && !str_has(rest, '\n') && conn_at_hand(c) == rest.n);
	conn_free(c);
}

/* When the time is over, what is at hand is still given, and nothing is waited for. */
static void late(str in)
{
	struct conn *c = open_on(in);
	str got;
	if (!conn_peek(c, &got).kind) {
		conn_deadline(c, 0);
		must(!conn_peek(c, &got).kind);
		conn_take(c, got.n);
		must(conn_peek(c, &got).kind == ERR_TEMP);
	}
	conn_free(c);
}

static void written(str text)
{
	enum { PARTS = 200 };
	str parts[PARTS], rest = text;
	size_t count = 0;
	struct conn *c = open_on(STR_NONE);
	while (rest.n && count < PARTS)
		expect(&rest, SIZE_MAX, &parts[count++]);
	buf_clear(&sent);
	err e = conn_write_all(c, parts, count);
	if (!e.kind)
		e = conn_write(c, rest);
	must(e.kind == (text.n > room ? ERR_IO : ERR_NONE));
	must(str_eq(buf_str(&sent), str_first(text, room)));
	conn_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const int ends[] = { 0, ECONNRESET, EIO, 0 };
	if (n < 2)
		return 0;
	str in = { (const char *)data + 2, n - 2 };
	piece = 1 + data[0] * (size_t)data[0];
	hesitates = data[1] & 1;
	end = ends[data[1] >> 1 & 3];
	room = data[1] & 8 ? data[1] * (size_t)2 : SIZE_MAX;
	lines(in, 1 + data[1] * (size_t)40);
	in = str_first(in, 800); /* octet by octet, long ones take long */
	mixed(in);
	late(in);
	written(in);
	return 0;
}

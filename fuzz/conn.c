/* However input is cut into pieces on its way, the same lines come out. The
 * first octet gives the size of the pieces, the second the longest line. */
#include "fuzz.h"

#include "net/conn.h"

#include <fcntl.h>
#include <sys/socket.h>

static str unsent;
static size_t piece;

/* In place of the system's: the network is a view. */
ssize_t recv(int fd, void *to, size_t n, int flags)
{
	(void)fd, (void)flags;
	str s = str_first(unsent, n < piece ? n : piece);
	if (s.n)
		memcpy(to, s.p, s.n);
	unsent = str_skip(unsent, s.n);
	return (ssize_t)s.n;
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n < 2)
		return 0;
	str rest = { (const char *)data + 2, n - 2 }, line = STR_NONE, want;
	size_t max = 1 + data[1] * (size_t)40;
	enum err_kind kind;
	unsent = rest;
	piece = 1 + data[0] * (size_t)data[0];
	struct conn *c = conn_new(
		open("/dev/null", O_RDONLY | O_CLOEXEC)); /* always ready */
	do {
		kind = conn_line(c, max, &line).kind;
		must(kind == expect(&rest, max, &want));
		must(kind != ERR_NONE || str_eq(line, want));
	} while (kind != ERR_IO);
	conn_free(c);
	return 0;
}

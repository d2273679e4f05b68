/* What rspamd answers, as octets of a connection and as JSON: whatever it is, nothing of it
 * is longer than it may be, a field that it wants is one line, and nothing but a whole answer
 * is a verdict. */
#include "fuzz.h"

#include "base/clock.h"
#include "net/conn.h"
#include "wall/http.h"
#include "wall/rspamd_reply.h"

#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 4096 };

static void reply(struct arena *a, str body)
{
	struct wall_finding f = { .ms = 7777 };
	struct wall_verdict v = { 0 }, x;
	err e = rspamd_reply_read(a, body, &f, &v);
	must(!e.kind || (f.ms == 7777 && !v.edit_count));
	if (e.kind)
		return;
	must(f.result < WALL_RESULTS && f.result != WALL_INFECTED);
	must(f.result != WALL_CLEAN || str_find(body, STR("action")).n);
	must(v.edit_count <= WALL_EDITS_MAX);
	for (size_t i = 0; i < v.edit_count; i++)
		must(v.edits[i].name.n && !str_has(v.edits[i].value, '\n')
		     && !str_has(v.edits[i].value, '\r'));
	wall_add(a, &v, &f);
	must(v.why.n <= WALL_TEXT_MAX);
	must(wall_from_json(a, wall_json(a, &v), &x));
	must(x.result == v.result && x.edit_count == v.edit_count);
}

static void stream(struct arena *a, str octets)
{
	int pair[2];
	struct http_answer h = { .status = 7777 };
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair))
		abort();
	ssize_t n = octets.n ? write(pair[1], octets.p, octets.n) : 0;
	must(n == (ssize_t)octets.n);
	shutdown(pair[1], SHUT_WR);
	struct conn *c = conn_new(pair[0]);
	conn_deadline(c, clock_mono_ms() + 5000);
	err e = http_exchange(c, a, STR("GET / HTTP/1.1\r\n"), -1, 0, MOST, &h);
	must(e.kind != ERR_TEMP);
	if (e.kind)
		must(h.status == 7777);
	else
		must(h.status >= 100 && h.status <= 999 && h.body.n <= MOST
		     && h.server.n <= 100);
	if (!e.kind)
		reply(a, h.body);
	conn_free(c);
	close(pair[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str in = { (const char *)data, n < 60000 ? n : 60000 };
	if (str_starts(in, STR("HTTP")))
		stream(a, in);
	else
		reply(a, in);
	return 0;
}

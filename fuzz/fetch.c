/* The role fetch and whoever asks it: whatever comes over the socket as a question or
 * as an answer is within its limits or refused, and what was refused changed nothing. */
#include "fuzz.h"

#include "base/clock.h"
#include "net/fetch.h"

#include <sys/socket.h>
#include <unistd.h>

enum { INPUT_MOST = 60000 };

/* One end of a socketpair; from the other came the input, and nothing more will. */
static int open_on(str in, int *other)
{
	int fd[2];
	must(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd));
	must(write(fd[1], in.n ? in.p : "", in.n) == (ssize_t)in.n);
	shutdown(fd[1], SHUT_WR);
	*other = fd[1];
	return fd[0];
}

static void question(struct arena *a, str in)
{
	struct fetch_request r = { .most = 77 };
	int other;
	struct conn *c = conn_new(open_on(in, &other));
	conn_deadline(c, clock_mono_ms() + 5000);
	err e = fetch_read(a, c, &r);
	must(e.kind ? r.most == 77 && e.msg : r.url.n && r.url.n <= FETCH_URL_MAX);
	must(e.kind || (r.most <= FETCH_BODY_MAX && r.within_ms <= FETCH_MS_MAX));
	must(e.kind || (r.within_ms >= 0 && r.body.n <= in.n));
	conn_free(c);
	close(other);
}

static void answer(struct arena *a, str in)
{
	struct fetch_request r = { .url = STR("https://uni.example/"),
				   .most = 1000,
				   .within_ms = 100 };
	struct fetch_answer x = { .status = 7777 };
	int other;
	err e = fetch_ask(a, open_on(in, &other), &r, &x);
	must(e.kind ? x.status == 7777 && e.msg : x.status >= 0 && x.status <= 999);
	must(e.kind || (x.result < FETCH_RESULTS && x.body.n <= r.most));
	must(e.kind || x.type.n + x.why.n + x.body.n < in.n);
	close(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str in = { (const char *)data, n < INPUT_MOST ? n : INPUT_MOST };
	question(a, in);
	answer(a, in);
	return 0;
}

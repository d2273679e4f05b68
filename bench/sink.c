/* bench/sink.c: an SMTP server that counts and forgets. Listens on 127.0.1.1 to
 * 127.0.1.DESTINATIONS, ends when COUNT different recipients have come or nothing
 * came for IDLE seconds.
 *
 *     sink DESTINATIONS PORT COUNT IDLE CHUNKING(0|1) READY_FILE [SLOW_MS]
 *
 * With SLOW_MS the first destination gives each of its answers that late, and nothing of
 * what it gets is counted.
 *
 * prints: got=N dups=N paths=N messages=N connections=N first=SECONDS last=SECONDS */
#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "net/addr.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { AFTER_MS = 300 /* the last replies and QUITs */, EVENTS = 256 };

enum mode { COMMAND, BODY, CHUNK, LISTENER };

struct peer {
	int fd;
	enum mode mode;
	bool last;        /* the chunk is */
	size_t left;      /* of the chunk */
	unsigned matched; /* of CR LF . CR LF */
	size_t rcpts;     /* of this transaction */
	bool apart;       /* a connection to the first destination, not counted */
	double due;       /* when its answer goes out; 0: there is none */
	struct peer *next_late;
	struct buf in, out;
	char rcpt[320], path[320];
};

static struct {
	int epoll;
	bool chunking;
	size_t want, dups, messages, connections;
	struct map rcpts, paths;
	double first, last;
	bool has_apart;
	double slow;       /* seconds */
	struct peer *late; /* their answers wait */
} sink;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void say(struct peer *p, const char *line)
{
	buf_add(&p->out, str_from(line));
}

static str inside(str line)
{
	str head, tail, address;
	return str_cut(line, '<', &head, &tail) && str_cut(tail, '>', &address, &tail)
		       ? address
		       : STR("");
}

static void keep(char to[static 320], str s)
{
	snprintf(to, 320, "%.*s", (int)(s.n < 319 ? s.n : 319), s.n ? s.p : "");
}

static void count_message(struct peer *p)
{
	if (!p->apart) {
		sink.last = now();
		sink.first = sink.first > 0 ? sink.first : sink.last;
		sink.messages++;
		map_set(&sink.paths, str_from(p->path), &sink);
	}
	p->rcpts = 0;
	say(p, "250 2.0.0 ok\r\n");
}

static void add_rcpt(struct peer *p, str line)
{
	keep(p->rcpt, inside(line));
	if (map_get(&sink.rcpts, str_from(p->rcpt)))
		sink.dups++;
	else if (!p->apart)
		map_set(&sink.rcpts, str_from(p->rcpt), &sink);
	p->rcpts++;
	say(p, "250 2.1.5 ok\r\n");
}

static void start_chunk(struct peer *p, str line)
{
	str word, rest = line;
	uint64_t n = 0;
	str_word(&rest, &word);
	if (str_word(&rest, &word))
		str_u64(str_trim(word), &n);
	p->left = n;
	p->last = str_ifind(rest, STR("LAST")).n;
	p->mode = CHUNK;
}

static bool command(struct peer *p, str line)
{
	if (str_istarts(line, STR("MAIL"))) {
		keep(p->path, inside(line));
		say(p, "250 2.1.0 ok\r\n");
	} else if (str_istarts(line, STR("RCPT"))) {
		add_rcpt(p, line);
	} else if (str_istarts(line, STR("DATA"))) {
		say(p, "354 go\r\n");
		p->mode = BODY;
		p->matched = 2; /* a dot at once ends it, too */
	} else if (str_istarts(line, STR("BDAT"))) {
		start_chunk(p, line);
	} else if (str_istarts(line, STR("EHLO"))) {
		say(p, sink.chunking
			       ? "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-"
				 "CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n"
			       : "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 "
				 "ENHANCEDSTATUSCODES\r\n");
	} else if (str_istarts(line, STR("QUIT"))) {
		say(p, "221 2.0.0 bye\r\n");
		return false;
	} else {
		say(p, "250 2.0.0 ok\r\n");
	}
	return true;
}

/* The end of DATA in what came; how much of it was used. */
static size_t body(struct peer *p, str in)
{
	static const char end[] = "\r\n.\r\n";
	size_t i = 0;
	while (i < in.n && p->matched < 5) {
		if (p->matched == 0) { /* most octets: jump to the next CR */
			const char *cr = memchr(in.p + i, '\r', in.n - i);
			if (!cr)
				return in.n;
			i = (size_t)(cr - in.p);
		}
		char c = in.p[i++];
		p->matched = c == end[p->matched] ? p->matched + 1 : c == '\r' ? 1 : 0;
	}
	if (p->matched == 5) {
		p->mode = COMMAND;
		count_message(p);
	}
	return i;
}

static size_t chunk(struct peer *p, str in)
{
	size_t n = p->left < in.n ? p->left : in.n;
	p->left -= n;
	if (p->left)
		return n;
	p->mode = COMMAND;
	if (p->last)
		count_message(p);
	else
		say(p, "250 2.0.0 chunk\r\n");
	return n;
}

static bool eat(struct peer *p)
{
	str in = buf_str(&p->in);
	bool open = true;
	while (open && (in.n || (p->mode == CHUNK && !p->left))) {
		size_t used;
		if (p->mode == COMMAND) {
			const char *lf = memchr(in.p, '\n', in.n);
			if (!lf)
				break;
			used = (size_t)(lf - in.p) + 1;
			open = command(p, str_first(in, used));
		} else {
			used = p->mode == BODY ? body(p, in) : chunk(p, in);
		}
		in = str_skip(in, used);
	}
	buf_drop(&p->in, p->in.n - in.n);
	return open;
}

static void end(struct peer *p)
{
	close(p->fd);
	buf_free(&p->in);
	buf_free(&p->out);
	free(p);
}

/* Its answer waits, and nothing more is read until it has gone out. */
static void hold(struct peer *p)
{
	epoll_ctl(sink.epoll, EPOLL_CTL_DEL, p->fd, NULL);
	p->due = now() + sink.slow;
	p->next_late = sink.late;
	sink.late = p;
}

static void let_go(struct peer *p)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = p };
	if (write(p->fd, p->out.p, p->out.n) < 0) {
		end(p);
		return;
	}
	buf_clear(&p->out);
	epoll_ctl(sink.epoll, EPOLL_CTL_ADD, p->fd, &e);
}

static void let_go_all(void)
{
	struct peer **at = &sink.late, *p;
	double at_time = now();
	while ((p = *at)) {
		if (p->due > at_time) {
			at = &p->next_late;
			continue;
		}
		*at = p->next_late;
		let_go(p);
	}
}

static void serve(struct peer *p)
{
	char *at = buf_room(&p->in, 65536);
	ssize_t n = read(p->fd, at, 65536);
	if (n <= 0) {
		end(p);
		return;
	}
	p->in.n += (size_t)n;
	bool open = eat(p);
	if (p->apart && sink.slow > 0 && open && p->out.n) {
		hold(p);
		return;
	}
	if (p->out.n && write(p->fd, p->out.p, p->out.n) < 0)
		open = false;
	buf_clear(&p->out);
	if (!open)
		end(p);
}

static void watch(int fd, enum mode mode, bool apart)
{
	struct peer *p = mem_zero(sizeof *p);
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = p };
	p->fd = fd;
	p->mode = mode;
	p->apart = apart;
	epoll_ctl(sink.epoll, EPOLL_CTL_ADD, fd, &e);
}

static void admit(const struct peer *listener)
{
	int fd;
	while ((fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		sink.connections++;
		if (write(fd, "220 sink\r\n", 10) == 10)
			watch(fd, COMMAND, listener->apart);
		else
			close(fd);
	}
}

static void listen_all(struct arena *a, int destinations, const char *port)
{
	for (int i = 1; i <= destinations; i++) {
		struct net_addr at;
		int fd;
		err e = net_parse(a, arena_printf(a, "127.0.1.%d:%s", i, port), &at);
		if (!e.kind)
			e = net_listen(a, &at, &fd);
		if (e.kind) {
			fprintf(stderr, "%s\n", e.msg);
			exit(1);
		}
		watch(fd, LISTENER, sink.has_apart && i == 1);
	}
}

static int idle_ms(double until)
{
	double left = (until - now()) * 1000;
	return left > 0 ? (int)left + 1 : 0;
}

/* 0: nothing came for so long, or all is there. */
static int wait_for(struct epoll_event events[static EVENTS], int idle)
{
	double until = now() + (sink.rcpts.used < sink.want ? idle : AFTER_MS) / 1000.0;
	int n;
	while ((n = epoll_wait(sink.epoll, events, EVENTS,
			       sink.late ? 50 : idle_ms(until)))
		       == 0
	       && now() < until)
		let_go_all();
	return n;
}

int main(int argc, char **argv)
{
	if (argc != 7 && argc != 8) {
		fputs("usage: sink DESTINATIONS PORT COUNT IDLE CHUNKING READY_FILE "
		      "[SLOW_MS]\n",
		      stderr);
		return 2;
	}
	ARENA(a);
	struct epoll_event events[EVENTS];
	int idle = atoi(argv[4]) * 1000, n;
	sink.epoll = epoll_create1(EPOLL_CLOEXEC);
	sink.want = (size_t)atoll(argv[3]);
	sink.chunking = argv[5][0] == '1';
	sink.has_apart = argc == 8;
	sink.slow = sink.has_apart ? atof(argv[7]) / 1000 : 0;
	listen_all(a, atoi(argv[1]), argv[2]);
	close(open(argv[6], O_CREAT | O_WRONLY, 0644));
	while ((n = wait_for(events, idle)) > 0) {
		for (int i = 0; i < n; i++) {
			struct peer *p = events[i].data.ptr;
			if (p->mode == LISTENER)
				admit(p);
			else
				serve(p);
		}
		let_go_all();
	}
	printf("got=%zu dups=%zu paths=%zu messages=%zu connections=%zu first=%.6f "
	       "last=%.6f\n",
	       sink.rcpts.used, sink.dups, sink.paths.used, sink.messages,
	       sink.connections, sink.first, sink.last);
	return sink.rcpts.used < sink.want;
}

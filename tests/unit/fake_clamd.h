/* A clamd that does what it is told, on a Unix socket of a test's own. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/thread.h"
#include "net/addr.h"
#include "net/conn.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FAKE_LONG_MS = 3000 }; /* who asks will not wait for it */

enum fake_mood {
	FAKE_GOOD,    /* finds EICAR, calls suspicious what says LOCKED, clean the rest */
	FAKE_SILENT,  /* takes connections and says nothing */
	FAKE_STALLS,  /* greets, reads the message and never answers */
	FAKE_GARBAGE, /* another program's words */
	FAKE_CUTS,    /* ends in the middle of the message */
	FAKE_LIMITS,  /* takes no message as large as that */
	FAKE_HASTY,   /* calls clean what it has not read */
	FAKE_OTHER,   /* answers a command that was not given */
	FAKE_FAILS,   /* an error of its own */
	FAKE_NO_WORD, /* no version */
	FAKE_ONCE,    /* one message a connection, then it hangs up */
};

struct fake_clamd {
	char path[64];
	int fd;
	_Atomic enum fake_mood mood;
	atomic_int dials, scans;
	_Atomic int64_t octets; /* of the last message */
};

struct fake_talk {
	struct fake_clamd *f;
	int fd;
};

static const char *fake_answer(enum fake_mood mood, bool eicar, bool locked)
{
	switch (mood) {
	case FAKE_GARBAGE:
		return "2: <html>404 not found</html>\n";
	case FAKE_OTHER:
		return "77: stream: OK\n";
	case FAKE_FAILS:
		return "%d: Can't create temporary file ERROR\n";
	case FAKE_LIMITS:
		return "%d: INSTREAM size limit exceeded. ERROR\n";
	default:
		return eicar    ? "%d: stream: Eicar-Test FOUND\n"
		       : locked ? "%d: stream: Heuristics.Encrypted.Zip FOUND\n"
				: "%d: stream: OK\n";
	}
}

static err fake_octets(struct arena *a, struct conn *c, size_t n, str *out)
{
	char *to = arena_alloc(a, n + 1);
	for (size_t have = 0; have < n;) {
		str some;
		TRY(conn_peek(c, &some));
		some = str_first(some, n - have);
		memcpy(to + have, some.p, some.n);
		have += some.n;
		conn_take(c, some.n);
	}
	*out = (str){ to, n };
	return OK;
}

/* Reads one stream; *answer: none where the connection is to end without one. */
static err fake_stream(struct arena *a, struct fake_clamd *f, struct conn *c,
		       const char **answer)
{
	bool eicar = false, locked = false;
	enum fake_mood mood = f->mood;
	int64_t octets = 0;
	str piece;
	*answer = NULL;
	for (uint32_t n = 1; n;) {
		if (mood == FAKE_HASTY || (mood == FAKE_LIMITS && octets))
			break;
		if (mood == FAKE_CUTS && octets)
			return OK;
		TRY(fake_octets(a, c, 4, &piece));
		memcpy(&n, piece.p, 4);
		n = ntohl(n);
		TRY(fake_octets(a, c, n, &piece));
		octets += n;
		eicar = eicar || str_find(piece, STR("EICAR")).n;
		locked = locked || str_find(piece, STR("LOCKED")).n;
	}
	f->octets = octets;
	f->scans++;
	if (mood == FAKE_STALLS)
		thread_sleep(FAKE_LONG_MS);
	*answer = fake_answer(mood, eicar, locked);
	return OK;
}

static err fake_session(struct arena *a, struct fake_clamd *f, struct conn *c)
{
	const char *answer;
	str line;
	int commands = 1;
	TRY(conn_line(c, 100, &line));
	if (!str_eq(line, STR("nIDSESSION\n")))
		return FAIL(ERR_SYNTAX, "no session");
	TRY(conn_line(c, 100, &line));
	TRY(conn_write(c, f->mood == FAKE_NO_WORD
				  ? STR("1: UNKNOWN COMMAND ERROR\n")
				  : STR("1: ClamAV 1.4.6/27743/Sun Aug 24 08:29:49 "
					"2025\n")));
	for (;;) {
		TRY(conn_line(c, 100, &line));
		if (!str_eq(line, STR("nINSTREAM\n")))
			return FAIL(ERR_SYNTAX, "no stream");
		TRY(fake_stream(a, f, c, &answer));
		if (!answer)
			return OK;
		char text[200];
		snprintf(text, sizeof text, answer, ++commands);
		TRY(conn_write(c, str_from(text)));
		if (f->mood == FAKE_ONCE || f->mood == FAKE_LIMITS)
			return OK;
	}
}

static void *fake_talk(void *arg)
{
	ARENA(a);
	struct fake_talk t = *(struct fake_talk *)arg;
	free(arg);
	struct conn *c = conn_new(t.fd);
	conn_deadline(c, clock_mono_ms() + 20000);
	if (t.f->mood == FAKE_SILENT)
		thread_sleep(FAKE_LONG_MS);
	else
		(void)!fake_session(a, t.f, c).kind;
	conn_free(c);
	return NULL;
}

static void *fake_run(void *arg)
{
	struct fake_clamd *f = arg;
	for (;;) {
		if (!net_wait(f->fd, POLLIN, clock_mono_ms() + 60000))
			continue;
		int fd = accept4(f->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return NULL;
		struct fake_talk *t = malloc(sizeof *t);
		*t = (struct fake_talk){ f, fd };
		f->dials++;
		if (thread_start(fake_talk, t).kind)
			abort();
	}
}

/* Its threads may outlive a test, so it is never freed. */
static inline struct fake_clamd *fake_start(enum fake_mood mood)
{
	ARENA(a);
	static struct fake_clamd all[64];
	static int count;
	struct fake_clamd *f = &all[count];
	snprintf(f->path, sizeof f->path, "/tmp/fake-clamd-%d-%d", (int)getpid(),
		 count++);
	f->mood = mood;
	if (net_listen_unix(a, f->path, 0600, &f->fd).kind
	    || thread_start(fake_run, f).kind)
		abort();
	return f;
}

static inline void fake_end(struct fake_clamd *f)
{
	shutdown(f->fd, SHUT_RDWR);
	unlink(f->path);
}

/* A message as a descriptor. */
static inline int fake_message(struct arena *a, str text)
{
	int fd = memfd_create("message", MFD_CLOEXEC);
	if (fd < 0 || file_write_all(a, fd, text).kind)
		abort();
	return fd;
}

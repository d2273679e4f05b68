/* Both ends of a question to the role wall: the message arrives as a descriptor, the
 * verdict comes back, and what neither would write is refused. */
#include "tests/check.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/thread.h"
#include "fake_clamd.h"
#include "wall/door.h"

#include <sys/socket.h>

static void make_pair(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair))
		abort();
}

enum { EDITS = 20 }; /* so many that the answer is longer than a packet */

static void add_edits(struct arena *a, struct wall_verdict *v)
{
	char value[300];
	memset(value, 'x', sizeof value);
	for (int i = 0; i < EDITS; i++)
		CHECK(wall_edit_add(
			a, v,
			&(struct wall_edit){
				true, i, STR("X-Seen"), { value, sizeof value } }));
}

struct talk {
	int channel;
	bool has_context, has_edits;
};

static void *answer_once(void *arg)
{
	ARENA(a);
	struct talk *t = arg;
	struct wall_question q;
	char text[16] = "";
	struct wall_verdict v = { .result = WALL_INFECTED,
				  .signature = STR("Eicar"),
				  .at = 9 };
	err e = wall_hear(a, t->channel, clock_mono_ms() + 5000, &q);
	CHECK(!e.kind && q.within_ms == 1234 && q.wants == WALL_WANTS_VERDICT);
	if (!e.kind) {
		CHECK(pread(q.message, text, sizeof text, 0) == 5
		      && !strcmp(text, "hello"));
		CHECK(str_eq(q.context.client,
			     t->has_context ? STR("192.0.2.7") : STR("")));
		close(q.message);
	}
	if (t->has_edits)
		add_edits(a, &v);
	CHECK(!wall_answer(a, t->channel, &v).kind);
	return NULL;
}

static void there_and_back(bool has_context, bool has_edits)
{
	ARENA(a);
	int pair[2];
	pthread_t id;
	struct wall_verdict v;
	str to[200]; /* with many it is longer than a packet */
	for (size_t i = 0; i < 200; i++)
		to[i] = STR("somebody@lists.example.test");
	struct wall_context c = { .client = STR("192.0.2.7"),
				  .to = to,
				  .to_count = has_edits ? 200 : 1 };
	make_pair(pair);
	struct talk t = { pair[1], has_context, has_edits };
	FD_AUTO message = fake_message(a, STR("hello"));
	if (thread_start_joinable(&id, answer_once, &t).kind)
		abort();
	err e = wall_ask(a, pair[0], message, has_context ? &c : NULL, 1234, &v);
	pthread_join(id, NULL);
	CHECK(!e.kind && v.result == WALL_INFECTED && v.at == 9
	      && str_eq(v.signature, STR("Eicar")));
	CHECK(v.edit_count == (has_edits ? EDITS : 0));
	CHECK(!has_edits || (v.edits[19].index == 19 && v.edits[19].value.n == 300));
	close(pair[0]);
	close(pair[1]);
}

struct told {
	int fd;
	bool taken; /* says so first */
	err answer;
	bool ends; /* in the place of an answer */
};

static void *tell(void *arg)
{
	ARENA(a);
	struct wall_question q;
	const struct told *t = arg;
	if (wall_hear(a, t->fd, clock_mono_ms() + 5000, &q).kind || q.text_most != 5)
		abort();
	close(q.message);
	if (t->taken && wall_take_text(t->fd).kind)
		abort();
	if (t->ends)
		shutdown(t->fd, SHUT_WR);
	else if (wall_answer_text(a, t->fd, STR("opal"), t->answer).kind)
		abort();
	return NULL;
}

/* What is passing, on either side, is told from what lies in the file. */
static void texts(void)
{
	static const struct {
		struct told told;
		enum err_kind kind;
	} rows[] = {
		{ { .taken = true }, ERR_NONE },
		{ { .taken = true, .answer = { ERR_LIMIT, "why" } }, ERR_SYNTAX },
		{ { .taken = true, .answer = { ERR_SYNTAX, "why" } }, ERR_SYNTAX },
		{ { .taken = true, .answer = { ERR_IO, "why" } }, ERR_TEMP },
		{ { .answer = { ERR_TEMP, "why" } }, ERR_TEMP },
		{ { .answer = { ERR_NOTFOUND, "why" } }, ERR_NOTFOUND },
		{ { .ends = true }, ERR_TEMP },
		{ { .taken = true, .ends = true }, ERR_IO },
	};
	ARENA(a);
	FD_AUTO pdf = fake_message(a, STR("%PDF"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int pair[2];
		pthread_t id;
		struct told told = rows[i].told;
		str text = STR("none");
		make_pair(pair);
		told.fd = pair[1];
		if (thread_start_joinable(&id, tell, &told).kind)
			abort();
		err e = wall_ask_text(a, pair[0], pdf, 5, &text);
		pthread_join(id, NULL);
		CHECK(e.kind == rows[i].kind);
		CHECK(str_eq(text, e.kind ? STR("none") : STR("opal")));
		CHECK(!told.answer.kind || !strcmp(e.msg, "why"));
		close(pair[0]);
		close(pair[1]);
	}
}

/* Nobody hears it at all: a role that starts, or does not. */
static void nobody(void)
{
	ARENA(a);
	int pair[2];
	str text = STR("none");
	FD_AUTO pdf = fake_message(a, STR("%PDF"));
	make_pair(pair);
	CHECK(wall_ask_text(a, pair[0], pdf, 5, &text).kind == ERR_TEMP);
	close(pair[0]);
	CHECK(wall_take_text(pair[1]).kind == ERR_IO); /* and who hears it then is told */
	close(pair[1]);
}

static const char *const questions[] = {
	"SCAN",         "SCAN 0", "SCAN -1", "SCAN 600001", "SCAN 10 more", "scan 10",
	"SCAN 10 {}",   "",       "SCAN x",  "TEXT",        "TEXT 0",       "TEXT -1",
	"TEXT 67108865"
};

static void send_text(int fd, const char *text)
{
	CHECK(send(fd, text, strlen(text), MSG_NOSIGNAL) >= 0);
}

static void bad_questions(void)
{
	ARENA(a);
	struct wall_question q = { .message = 7777 };
	int pair[2];
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		make_pair(pair);
		send_text(pair[0], questions[i]);
		CHECK(wall_hear(a, pair[1], clock_mono_ms() + 1000, &q).kind);
		close(pair[0]);
		close(pair[1]);
	}
	make_pair(pair);
	send_text(pair[0], "SCAN 10"); /* and no message */
	CHECK(wall_hear(a, pair[1], clock_mono_ms() + 1000, &q).kind == ERR_SYNTAX);
	CHECK(wall_hear(a, pair[1], clock_mono_ms() + 50, &q).kind == ERR_TEMP);
	close(pair[0]);
	CHECK(wall_hear(a, pair[1], clock_mono_ms() + 1000, &q).kind == ERR_IO);
	close(pair[1]);
	CHECK(q.message == 7777);
}

/* One end says that, or ends; whoever asked hears of it at once. */
static void bad_answers(void)
{
	static const char *const answers[] = { "{}", "OK", "{\"verdict\":\"perhaps\"}",
					       NULL };
	ARENA(a);
	FD_AUTO message = fake_message(a, STR("hello"));
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		int pair[2];
		struct wall_verdict v = { .at = 7777 };
		make_pair(pair);
		if (answers[i])
			send_text(pair[1], answers[i]);
		else
			shutdown(pair[1], SHUT_WR);
		err e = wall_ask(a, pair[0], message, NULL, 1000, &v);
		CHECK(e.kind == ERR_IO && v.at == 7777);
		close(pair[0]);
		close(pair[1]);
	}
}

int main(void)
{
	there_and_back(false, false);
	there_and_back(true, false);
	there_and_back(true, true);
	texts();
	nobody();
	bad_questions();
	bad_answers();
	return check_done();
}

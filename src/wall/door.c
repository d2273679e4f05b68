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

enum { PACKET_MAX = 4096, GRACE_MS = 2000, FILES = 2, TEXT_MAX = 64 * 1024 * 1024 };

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(FILES * sizeof(int))];
};

/* A packet with so many descriptors. */
static bool send_packet(int channel, str text, const int *files, size_t count)
{
	union control c = { 0 };
	struct iovec iov = { (void *)(uintptr_t)text.p, text.n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	if (count) {
		m.msg_control = c.room;
		m.msg_controllen = CMSG_SPACE(count * sizeof *files);
		c.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(count * sizeof *files),
					   .cmsg_level = SOL_SOCKET,
					   .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&c.head), files, count * sizeof *files);
	}
	return sendmsg(channel, &m, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)text.n;
}

/* files: -1 where none came. */
static err receive(int channel, int64_t deadline, char room[static PACKET_MAX], str *text,
		   int files[static FILES])
{
	union control c;
	struct iovec iov = { room, PACKET_MAX };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = c.room,
			    .msg_controllen = sizeof c.room };
	files[0] = files[1] = -1;
	if (!net_wait(channel, POLLIN, deadline))
		return FAIL(ERR_TEMP, "no answer in time");
	ssize_t n = recvmsg(channel, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return FAIL(ERR_IO, strerror(errno));
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS
	    && h->cmsg_len <= CMSG_LEN(FILES * sizeof *files))
		memcpy(files, CMSG_DATA(h), h->cmsg_len - CMSG_LEN(0));
	if (n == 0)
		return FAIL(ERR_IO, "the other end is closed");
	if (m.msg_flags & MSG_TRUNC)
		return FAIL(ERR_IO, "a packet that is too long");
	*text = (str){ room, (size_t)n };
	return OK;
}

static void close_all(int files[static FILES])
{
	for (size_t i = 0; i < FILES; i++)
		fd_close(&files[i]);
}

static err write_file(struct arena *a, str text, int *fd)
{
	*fd = memfd_create("postern-text", MFD_CLOEXEC);
	return *fd < 0 ? FAIL(ERR_IO, "no memory file") : file_write_all(a, *fd, text);
}

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

/* ---- verdicts: the answer is JSON, in a memory file where it is long */

static err hear_json(struct arena *a, int channel, int64_t deadline, str *json)
{
	char room[PACKET_MAX];
	str text;
	int files[FILES];
	err e = receive(channel, deadline, room, &text, files);
	if (e.kind)
		e = err_in(a, e.kind, "no answer of the role wall: %s", e.msg);
	else if (str_eq(text, STR("FILE")))
		e = read_file(a, files[0], WALL_CONTEXT_MAX, json);
	else
		*json = arena_copy(a, text);
	close_all(files);
	return e;
}

static err answer_json(struct arena *a, int channel, str json)
{
	FD_AUTO fd = -1;
	if (json.n > PACKET_MAX) {
		TRY(write_file(a, json, &fd));
		json = STR("FILE");
	}
	return send_packet(channel, json, &fd, fd >= 0)
		       ? OK
		       : FAIL(ERR_IO, "whoever asked has gone");
}

/* What is known of the message goes within the packet where there is room for it. */
static err ask(struct arena *a, int channel, str question, int message,
	       const struct wall_context *c)
{
	FD_AUTO context = -1;
	str json = c ? arena_cat(a, STR(" "), wall_context_json(a, c)) : STR("");
	if (question.n + json.n <= PACKET_MAX)
		question = arena_cat(a, question, json);
	else
		TRY(write_file(a, json, &context));
	return send_packet(channel, question, (int[]){ message, context },
			   context < 0 ? 1 : 2)
		       ? OK
		       : FAIL(ERR_IO, "the role wall takes no question");
}

err wall_ask(struct arena *a, int channel, int message, const struct wall_context *c,
	     int64_t within_ms, struct wall_verdict *v)
{
	str json;
	TRY(ask(a, channel, arena_printf(a, "SCAN %lld", (long long)within_ms), message,
		c));
	TRY(hear_json(a, channel, clock_mono_ms() + within_ms + GRACE_MS, &json));
	return wall_from_json(a, json, v)
		       ? OK
		       : FAIL(ERR_IO, "the role wall answers something unknown");
}

err wall_answer(struct arena *a, int channel, const struct wall_verdict *v)
{
	return answer_json(a, channel, wall_json(a, v));
}

/* ---- texts: "TAKEN" at once, then one of the words below; with OK comes a memory file */

enum { TAKE_MS = 3000 };

static const struct {
	str word;
	enum err_kind kind;
} refusals[] = {
	{ { "LATER", 5 }, ERR_TEMP },    /* not now */
	{ { "NONE", 4 }, ERR_NOTFOUND }, /* no program is there */
	{ { "FAIL", 4 }, ERR_SYNTAX },   /* never: it is the file's fault */
};

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
	int files[FILES];
	if (ask(a, channel, arena_printf(a, "TEXT %zu", most), pdf, NULL).kind)
		return FAIL(ERR_TEMP, "the role wall takes no question");
	err e = receive(channel, clock_mono_ms() + TAKE_MS, room, &answer, files);
	if (e.kind)
		return err_in(a, ERR_TEMP, "the role wall takes no question: %s", e.msg);
	if (str_eq(answer, STR("TAKEN"))) {
		close_all(files);
		e = receive(channel, clock_mono_ms() + PAPER_MS + GRACE_MS, room, &answer,
			    files);
	}
	if (e.kind)
		return err_in(a, ERR_IO, "no answer of the role wall: %s", e.msg);
	e = read_text(a, answer, files[0], most, text);
	close_all(files);
	return e;
}

err wall_take_text(int channel)
{
	return send_packet(channel, STR("TAKEN"), NULL, 0)
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
	if (!failed.kind)
		failed = write_file(a, text, &fd);
	if (failed.kind)
		said = arena_cat(a, refusal(failed.kind), STR(" "),
				 str_first(str_from(failed.msg), 200));
	return send_packet(channel, said, &fd, !failed.kind)
		       ? OK
		       : FAIL(ERR_IO, "whoever asked has gone");
}

/* ---- what is asked */

static const struct wants {
	const char *word;
	enum wall_wants wants;
	int64_t most; /* the number behind the word */
} wants[] = {
	{ "SCAN", WALL_WANTS_VERDICT, WALL_MS_MAX },
	{ "TEXT", WALL_WANTS_TEXT, TEXT_MAX },
};

/* context: what stands behind it. */
static err read_question(str text, struct wall_question *q, str *context)
{
	str word;
	int64_t n;
	const struct wants *w = NULL;
	if (str_word(&text, &word))
		for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
			if (str_eq(word, str_from(wants[i].word)))
				w = &wants[i];
	if (!w || !str_word(&text, &word) || !str_i64(word, &n) || n < 1 || n > w->most
	    || q->message < 0)
		return FAIL(ERR_SYNTAX, "not a question for the role wall");
	q->wants = w->wants;
	q->within_ms = w->wants == WALL_WANTS_TEXT ? PAPER_MS : n;
	q->text_most = w->wants == WALL_WANTS_TEXT ? (size_t)n : 0;
	*context = str_trim(text);
	return OK;
}

static err read_context(struct arena *a, str json, int fd, struct wall_question *q)
{
	if (fd >= 0)
		TRY(read_file(a, fd, WALL_CONTEXT_MAX, &json));
	return !json.n || wall_context_read(a, json, &q->context)
		       ? OK
		       : FAIL(ERR_SYNTAX, "not what is known of a message");
}

err wall_hear(struct arena *a, int channel, int64_t deadline, struct wall_question *q)
{
	char room[PACKET_MAX];
	int files[FILES];
	str text, context = STR("");
	err e = receive(channel, deadline, room, &text, files);
	struct wall_question x = { .message = files[0] };
	if (!e.kind)
		e = read_question(text, &x, &context);
	if (!e.kind)
		e = read_context(a, context, files[1], &x);
	if (!e.kind) {
		*q = x;
		files[0] = -1;
	}
	close_all(files);
	return e;
}

/* The role wall: what engines make of messages (wall/README.md). It opens no book, holds
 * no key and asks no name server; a message is a descriptor, read in pieces. It starts
 * pdftotext for who looks into files (wall/paper.h), and nothing else. A thread a
 * message, few of which are at an engine at one time (wall/clamd.c). */
#include "roles/role.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "base/thread_pool.h"
#include "wall/door.h"
#include "wall/engines.h"
#include "wall/paper.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { QUESTIONS = 1000, QUESTION_MS = 10000, LEAVE_MS = 1000 };

struct wall {
	struct role *role;
	struct engines *engines; /* NULL: none is named */
	const char *program;     /* pdftotext; NULL: it is not installed */
	struct thread_pool *threads;
	atomic_size_t under_way;
};

struct asked { /* one allocation */
	struct wall *w;
	int channel;
};

static err read_text(struct wall *w, struct arena *a, int channel,
		     const struct wall_question *q, str *text)
{
	if (!w->program)
		return FAIL(ERR_NOTFOUND, "pdftotext is not installed");
	TRY(wall_take_text(channel));
	return paper_text(a, w->program, q->message, q->text_most, q->within_ms, text);
}

/* One at a time, however many ask: each may take half a gigabyte. */
static err answer_text(struct wall *w, struct arena *a, int channel,
		       const struct wall_question *q)
{
	static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
	str text = STR("");
	err e = FAIL(ERR_TEMP, "pdftotext is at another file");
	if (!pthread_mutex_trylock(&turn)) {
		e = read_text(w, a, channel, q, &text);
		pthread_mutex_unlock(&turn);
	}
	close(q->message);
	return wall_answer_text(a, channel, text, e);
}

static err answer_one(struct wall *w, struct arena *a, int channel)
{
	struct wall_question q;
	struct wall_verdict v;
	TRY(wall_hear(a, channel, clock_mono_ms() + QUESTION_MS, &q));
	if (q.wants == WALL_WANTS_TEXT)
		return answer_text(w, a, channel, &q);
	if (!w->engines) {
		close(q.message);
		return FAIL(ERR_DENIED, "no engine is named");
	}
	struct engine_ask ask = { .message = q.message,
				  .context = &q.context,
				  .deadline = clock_mono_ms() + q.within_ms };
	engines_scan(w->engines, a, &ask, &v);
	close(q.message);
	log_info("scanned", KZ("verdict", wall_word(v.result)), KS("engine", v.engine),
		 KS("signature", v.signature), KS("why", v.why), KN("ms", v.ms));
	return wall_answer(a, channel, &v);
}

static void serve_one(void *arg)
{
	ARENA(a);
	struct asked x = *(struct asked *)arg;
	free(arg);
	err e = answer_one(x.w, a, x.channel);
	if (e.kind)
		log_warn("scan-not-answered", KE(e),
			 KZ("do", "nothing: whoever asked puts the message off"));
	close(x.channel);
	atomic_fetch_sub(&x.w->under_way, 1);
}

/* Who finds no room sees the connection end, and the message is put off. */
static void take(struct wall *w, int channel)
{
	struct asked *x = mem_alloc(sizeof *x);
	*x = (struct asked){ w, channel };
	if (atomic_fetch_add(&w->under_way, 1) < QUESTIONS
	    && !thread_pool_run(w->threads, serve_one, x).kind)
		return;
	atomic_fetch_sub(&w->under_way, 1);
	close(channel);
	free(x);
}

int wall_main(struct role *role)
{
	static struct wall w; /* threads may outlive this call */
	w.role = role;
	w.engines = engines_new(role->conf);
	w.threads = thread_pool_new();
	w.program = paper_program_file(role->a);
	if (!w.engines && !w.program)
		return 1; /* the supervisor starts it where there is one of them */
	role_ready(role);
	while (!role_draining(role)) {
		struct wake woken;
		if (wake_wait(role, WAKE_ALL, clock_mono_ms() + 1000, &woken)
		    && woken.handed >= 0)
			take(&w, woken.handed);
		else if (w.engines)
			engines_prune(w.engines);
	}
	while (atomic_load(&w.under_way)
	       && clock_mono_ms() < role_deadline(role) - LEAVE_MS)
		thread_sleep(20);
	return 0;
}

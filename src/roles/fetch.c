/* The role fetch: HTTPS for the others (net/fetch.h). It alone has libcurl in it, reads
 * and writes no book and holds no key: what a web server answers can reach nothing. A
 * thread a question, of which few are in the network at one time (net/fetch_places). */
#include "roles/fetch_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"

#include <stdlib.h>
#include <unistd.h>

enum {
	QUESTIONS = 384, /* DNS is asked, or a place is waited for */
	OF_WEB = 16,     /* of these */
	PLACES = 32,     /* at web servers; of which one network has: */
	PLACES_OF_NETWORK = 4,
	FAIR_MS = 5000, /* a slow server keeps its place as long, if others wait */
	QUESTION_MS = 10000,
};

struct asked { /* one allocation */
	struct fetcher *f;
	int fd;
	bool by_web;
};

static err answer_one(const struct asked *x, struct arena *a, struct conn *c)
{
	struct fetch_request r;
	conn_deadline(c, clock_mono_ms() + QUESTION_MS);
	TRY(fetch_read(a, c, &r));
	struct job j = { .f = x->f, .a = a, .r = &r, .by_web = x->by_web };
	fetch_perform(&j);
	fetch_provider_learn(&j);
	log_info("fetched", KS("url", r.url), KN("result", j.answer.result),
		 KN("status", j.answer.status), KN("octets", j.answer.body.n),
		 KS("why", j.answer.why));
	conn_deadline(c, clock_mono_ms() + QUESTION_MS);
	err e = fetch_write(c, &j.answer);
	fetch_forget(&j);
	return e;
}

static bool enter(const struct asked *x)
{
	bool room = atomic_fetch_add(&x->f->under_way, 1) < QUESTIONS;
	return (!x->by_web || atomic_fetch_add(&x->f->of_web, 1) < OF_WEB) && room;
}

static void leave(const struct asked *x)
{
	atomic_fetch_sub(&x->f->under_way, 1);
	if (x->by_web)
		atomic_fetch_sub(&x->f->of_web, 1);
}

static void *serve_one(void *arg)
{
	ARENA(a);
	struct asked x = *(struct asked *)arg;
	free(arg);
	struct conn *c = conn_new(x.fd);
	err e = answer_one(&x, a, c);
	if (e.kind)
		log_warn("fetch-not-answered", KE(e),
			 KZ("do", "nothing: whoever asked asks again"));
	conn_free(c);
	leave(&x);
	return NULL;
}

/* Who finds no room sees the connection end and asks again later. */
static void take(struct fetcher *f, int fd, bool by_web)
{
	struct asked *x = mem_alloc(sizeof *x);
	*x = (struct asked){ f, fd, by_web };
	if (enter(x) && !thread_start(serve_one, x).kind)
		return;
	leave(x);
	close(fd);
	free(x);
}

static err read_allowed(struct fetcher *f)
{
	struct arena *a = f->role->a;
	str rest = f->role->conf->fetch_allow, word;
	f->allow = arena_alloc(a, (rest.n + 1) * sizeof *f->allow);
	while (conf_word(&rest, &word))
		if (net_parse_block(word, &f->allow[f->allow_count++]).kind)
			return err_in(a, ERR_SYNTAX,
				      "[fetch] allow: \"%.*s\" is no network; write "
				      "192.0.2.0/24, 2001:db8::/32 or one address",
				      STR_F(word));
	return OK;
}

static err read_templates(struct fetcher *f)
{
	str rest = f->role->conf->fetch_templates, word;
	f->templates = arena_alloc(f->role->a, (rest.n + 1) * sizeof *f->templates);
	while (conf_word(&rest, &word))
		TRY(url_read(word, &f->templates[f->template_count++]));
	return OK;
}

static err start(struct fetcher *f)
{
	struct role *role = f->role;
	TRY(read_allowed(f));
	TRY(read_templates(f));
	TRY(fetch_providers_read(f));
	f->places = fetch_places_new(PLACES, PLACES_OF_NETWORK, FAIR_MS);
	f->authorities = (struct curl_blob){
		.data = (void *)(uintptr_t)role->authorities.p,
		.len = role->authorities.n,
		.flags = CURL_BLOB_NOCOPY
	};
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return FAIL(ERR_IO, "libcurl cannot be set up");
	TRY(resolver_new(role->a, role->conf->dns_server, role->conf->dns_trust_anchor,
			 &f->resolver));
	role_ready(role);
	return OK;
}

int fetch_main(struct role *role)
{
	static struct fetcher f; /* threads may outlive this call */
	f.role = role;
	err e = start(&f);
	if (e.kind) {
		log_error("role-not-started", KE(e),
			  KZ("do", "mend what the error names; it is tried again"));
		return 1;
	}
	while (!role_draining(role)) {
		struct wake w;
		if (wake_wait(role, WAKE_ALL, clock_mono_ms() + 1000, &w)
		    && w.handed >= 0)
			take(&f, w.handed, w.by == ROLE_web);
	}
	while (atomic_load(&f.under_way) && clock_mono_ms() < role_deadline(role) - 1000)
		thread_sleep(20);
	return 0;
}

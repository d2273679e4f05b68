#include "net/resolver.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "net/resolver_inside.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	OPEN_MAX = 4096, /* questions without an answer yet */
	TTL_MOST = 3600,
	TTL_NEGATIVE = 60, /* where the zone gives none with its SOA (RFC 2308) */
	TTL_FAILED = 5,
	CLASS_IN = 1,
	KEY_MAX = 2 + DNS_NAME_MAX, /* the type, the name */
};

struct asker {
	struct resolver face;
	struct ub_ctx *ctx;
	char *server; /* for the log */
	int stop;     /* an eventfd that ends the thread */
	pthread_t thread;

	pthread_mutex_t lock; /* over all that follows and every query */
	bool running;
	struct dns_cache cache;
	struct dns_silence silence;
	struct query *open;
	size_t open_count;
};

/* A question under way. Whoever asks the same meanwhile waits for it too. */
struct query {
	struct asker *r;
	struct query *next;
	char key[KEY_MAX];
	size_t key_n;
	int64_t asked;
	enum dns_type type;
	pthread_cond_t answered;
	struct dns_kept *kept; /* NULL until answered */
	int users;             /* those who wait, and libunbound until it answers */
};

static void fail(struct dns_answer *answer, const char *why)
{
	*answer = (struct dns_answer){ .status = DNS_FAILED, .why = why };
}

/* --- queries; the lock is held --- */

static struct query *query_find(struct asker *r, str key)
{
	struct query *q = r->open;
	while (q && !str_eq((str){ q->key, q->key_n }, key))
		q = q->next;
	return q;
}

static struct query *query_new(struct asker *r, str key, enum dns_type type)
{
	struct query *q = mem_zero(sizeof *q);
	q->r = r;
	q->type = type;
	q->users = 1;
	memcpy(q->key, key.p, key.n);
	q->key_n = key.n;
	q->asked = clock_mono_ms();
	thread_cond_init(&q->answered);
	q->next = r->open;
	r->open = q;
	r->open_count++;
	return q;
}

static void query_leave(struct query *q)
{
	if (--q->users)
		return;
	pthread_cond_destroy(&q->answered);
	free(q->kept);
	free(q);
}

static void query_close(struct query *q)
{
	struct query **at = &q->r->open;
	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	q->r->open_count--;
	query_leave(q);
}

/* Told once when it begins, once when it is over. What DNSSEC does not let through is no
 * answer either: without a server that lives nothing can be proven. */
static void note_silence(struct query *q, const char *failure)
{
	struct asker *r = q->r;
	int64_t now = clock_mono_ms();
	str name = { q->key + 2, q->key_n - 2 };
	if (!failure && dns_silence_answered(&r->silence, now))
		log_warn("dns-answers", KZ("server", r->server),
			 KZ("do", "nothing; mail that waits is tried by the schedule, "
				  "or at once: postern queue retry"));
	else if (failure && dns_silence_failed(&r->silence, name, q->asked, now))
		log_error("dns-silent", KZ("server", r->server), KZ("error", failure),
			  KN("seconds", (now - r->silence.since) / 1000),
			  KZ("do",
			     "look at that name server and the way to it, or name "
			     "another in [dns] server; no mail comes or goes by DNS "
			     "until then"));
}

static int64_t lifetime(const struct dns_answer *answer, int ttl)
{
	if (answer->status == DNS_FAILED)
		return TTL_FAILED;
	if (answer->status != DNS_FOUND && ttl <= 0)
		return TTL_NEGATIVE;
	return ttl < 0 ? 0 : ttl < TTL_MOST ? ttl : TTL_MOST;
}

/* --- the answer comes (the resolver's thread) --- */

static void answer_query(struct query *q, const struct dns_answer *answer, int ttl)
{
	struct asker *r = q->r;
	struct dns_kept *kept = dns_pack(answer);
	pthread_mutex_lock(&r->lock);
	dns_cache_put(&r->cache, (str){ q->key, q->key_n }, answer,
		      clock_mono_ms() + lifetime(answer, ttl) * 1000);
	q->kept = kept;
	note_silence(q, answer->status == DNS_FAILED ? answer->why : NULL);
	pthread_cond_broadcast(&q->answered);
	query_close(q);
	pthread_mutex_unlock(&r->lock);
}

static void answered(void *arg, int code, struct ub_result *result)
{
	struct query *q = arg;
	struct dns_answer answer;
	ARENA(a);
	if (code)
		fail(&answer, ub_strerror(code));
	else
		dns_answer(a, q->type, result, &answer);
	answer_query(q, &answer, code ? 0 : result->ttl);
	ub_resolve_free(result);
}

static void *serve(void *arg)
{
	struct asker *r = arg;
	struct pollfd p[] = { { .fd = ub_fd(r->ctx), .events = POLLIN },
			      { .fd = r->stop, .events = POLLIN } };
	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue; /* EINTR */
		if (p[1].revents)
			return NULL;
		ub_process(r->ctx);
	}
}

/* --- asking --- */

/* Hands a new query to libunbound. The thread starts with the first one, so
 * that a process can make its resolver before it shuts itself in. */
static void ask_unbound(struct asker *r, struct query *q, char *name)
{
	pthread_mutex_lock(&r->lock);
	err e = OK;
	if (!r->running)
		e = thread_start_joinable(&r->thread, serve, r);
	r->running = !e.kind;
	pthread_mutex_unlock(&r->lock);

	/* Without the lock: it may wait for room in libunbound's pipe. */
	int code = e.kind ? 0
			  : ub_resolve_async(r->ctx, name, (int)q->type, CLASS_IN, q,
					     answered, NULL);
	if (e.kind || code) {
		struct dns_answer answer;
		fail(&answer, e.kind ? e.msg : ub_strerror(code));
		answer_query(q, &answer, 0);
	}
}

/* Waits for a query, our use of it counted already. */
static void await(struct asker *r, struct query *q, struct arena *a, int64_t deadline,
		  struct dns_answer *answer)
{
	pthread_mutex_lock(&r->lock);
	while (!q->kept && thread_wait_until(&q->answered, &r->lock, deadline))
		;
	if (q->kept) {
		dns_unpack(a, q->kept, answer);
	} else {
		fail(answer, "no answer from DNS in time");
		note_silence(q, answer->why);
	}
	if (answer->status == DNS_FAILED && r->silence.silent)
		answer->why = DNS_SILENT;
	query_leave(q);
	pthread_mutex_unlock(&r->lock);
}

static str make_key(char key[static KEY_MAX], enum dns_type type, str name)
{
	key[0] = (char)((unsigned)type >> 8);
	key[1] = (char)type;
	for (size_t i = 0; i < name.n; i++)
		key[2 + i] = chr_lower(name.p[i]);
	return (str){ key, 2 + name.n };
}

static void ask(struct resolver *face, struct arena *a, str name, enum dns_type type,
		int64_t deadline, struct dns_answer *answer)
{
	struct asker *r = (struct asker *)face;
	char space[KEY_MAX], *question = NULL;
	if (str_ends(name, STR(".")))
		name.n--;
	if (name.n == 0 || name.n > DNS_NAME_MAX) {
		*answer = (struct dns_answer){ .status = DNS_NXDOMAIN };
		return;
	}
	str key = make_key(space, type, name);

	pthread_mutex_lock(&r->lock);
	bool known = dns_cache_get(&r->cache, key, a, answer);
	if (known && answer->status == DNS_FAILED && r->silence.silent)
		answer->why = DNS_SILENT;
	struct query *q = known ? NULL : query_find(r, key);
	if (!known && !q) {
		if (!(question = dns_question(a, name)))
			*answer = (struct dns_answer){ .status = DNS_NXDOMAIN };
		else if (r->open_count >= OPEN_MAX)
			fail(answer, "too many DNS questions are open");
		else
			q = query_new(r, key, type);
	}
	if (q)
		q->users++;
	pthread_mutex_unlock(&r->lock);

	if (q && question)
		ask_unbound(r, q, question);
	if (q)
		await(r, q, a, deadline, answer);
}

static char *copy_z(str s)
{
	char *z = mem_alloc(s.n + 1);
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	return z;
}

err resolver_new(struct arena *a, str server, str trust_anchor, struct resolver **face)
{
	struct ub_ctx *ctx;
	TRY(dns_context(a, server, trust_anchor, &ctx));
	int stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop < 0) {
		ub_ctx_delete(ctx);
		return FAIL(ERR_IO, "no descriptor is left for DNS; raise LimitNOFILE");
	}
	struct asker *r = mem_zero(sizeof *r);
	r->face.ask = ask;
	r->ctx = ctx;
	r->server = copy_z(server.n ? server : STR("the system's, /etc/resolv.conf"));
	r->stop = stop;
	pthread_mutex_init(&r->lock, NULL);
	dns_cache_init(&r->cache);
	*face = &r->face;
	return OK;
}

void resolver_free(struct resolver *face)
{
	struct asker *r = (struct asker *)face;
	if (!r)
		return;
	if (r->running && eventfd_write(r->stop, 1) == 0)
		pthread_join(r->thread, NULL);
	ub_ctx_delete(r->ctx); /* from here on no answer comes */
	while (r->open)
		query_close(r->open);
	dns_cache_free(&r->cache);
	close(r->stop);
	free(r->server);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

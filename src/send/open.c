/* The way to a destination: which of its servers takes us, and by which TLS. */
#include "send/session_inside.h"

#include "base/clock.h"
#include "base/log.h"

enum { DIAL_MS = 30000, LOOKUP_MS = 20000, SPARE_MS = 10000 };

struct attempt { /* at one server */
	struct session *x;
	const struct hop *hop;
	struct tls_policy policy;
	struct smtp_outcome why; /* where it failed */
	bool by_policy; /* the server may be well; what TLS must be is not there */
	bool dialled;
};

/* Everything that waits for the destination shares one fate: no way there. */
void session_fail(struct session *x, int code, const char *status, str why)
{
	struct item *i;
	str reply = arena_printf(x->a, "%d %s %.*s", code, status, STR_F(why));
	log_info("destination-unreachable", KS("destination", x->d->name),
		 KS("why", reply));
	while ((i = session_take(x)))
		outcome_tell(x->s, i, code / 100 == 5 ? OUTCOME_REFUSED : OUTCOME_LATER,
			     &(struct outcome_words){
				     .status = str_from(status),
				     .reply = reply,
				     .class = bounce_classify(str_from(status), why) });
}

static err dial(struct session *x, const struct hop *hop, int *fd)
{
	int64_t patience = x->s->conf->send_timeout * 1000;
	int64_t deadline = clock_mono_ms() + (patience < DIAL_MS ? patience : DIAL_MS);
	if (hop->own)
		return x->s->dial_own(x->s->ctx, x->a, fd);
	return hop->path.n ? net_dial_unix(x->a, arena_z(x->a, hop->path), deadline, fd)
			   : net_dial(x->a, &hop->addr, deadline, fd);
}

/* --- what came of TLS --- */

static enum tls_result result_of(const struct attempt *t, const struct smtp_client *c)
{
	static const enum tls_result of_fault[] = {
		[TLS_FINE] = TLS_RESULT_SUCCESS,
		[TLS_WRONG_NAME] = TLS_RESULT_WRONG_NAME,
		[TLS_EXPIRED] = TLS_RESULT_EXPIRED,
		[TLS_NOT_TRUSTED] = TLS_RESULT_NOT_TRUSTED,
		[TLS_BROKEN] = TLS_RESULT_FAILED,
	};
	enum tls_fault fault = smtp_client_fault(c);
	bool judged = t->policy.peer.check != TLS_ANYONE
		      || t->policy.kind == TLS_POLICY_STS_TESTING;
	if (fault == TLS_BROKEN && !smtp_client_offers(c)->starttls)
		return TLS_RESULT_NOT_OFFERED;
	return fault == TLS_BROKEN || judged ? of_fault[fault] : TLS_RESULT_SUCCESS;
}

static void tell(const struct attempt *t, enum tls_result result, str reason, bool sent)
{
	const struct sender *s = t->x->s;
	struct tls_attempt told = { &t->policy,    t->x->d->name, t->hop->name,
				    &t->hop->addr, t->hop->by_mx, result,
				    reason,        sent };
	bool usual = result == TLS_RESULT_NOT_OFFERED
		     && t->policy.kind == TLS_POLICY_OPPORTUNISTIC;
	if (result != TLS_RESULT_SUCCESS && !usual)
		log_info("tls-failed", KS("destination", told.destination),
			 KS("hop", told.mx),
			 KS("policy", tls_policy_word(t->policy.kind)),
			 KS("result", tls_result_word(result)), KS("why", reason));
	if (s->told)
		s->told(s->told_ctx, &told);
}

static str explain(const struct attempt *t, enum tls_result result)
{
	struct arena *a = t->x->a;
	if (t->policy.kind == TLS_POLICY_DANE && result == TLS_RESULT_NOT_TRUSTED)
		return arena_printf(
			a, "DANE: none of %zu TLSA records fits the certificate of %.*s",
			t->policy.peer.tlsa_count, STR_F(t->hop->name));
	return arena_cat(a, t->policy.why, STR(": "), t->why.text);
}

/* The server is not used, though it may be well. */
static void refuse(struct attempt *t, const char *status, str why)
{
	t->by_policy = true;
	t->why = (struct smtp_outcome){ .code = *status == '5' ? 550 : 451,
					.status = str_from(status),
					.text = why,
					.stage = SMTP_AT_TLS,
					.ours = true };
}

/* --- one server --- */

static struct smtp_client *make_client(const struct attempt *t, int fd, bool tls)
{
	struct session *x = t->x;
	int64_t patience = x->s->conf->send_timeout * 1000;
	struct tls_peer peer = t->policy.peer;
	peer.outdated = t->policy.kind == TLS_POLICY_OPPORTUNISTIC && !t->policy.must;
	struct smtp_client_conf *conf = arena_alloc(x->a, sizeof *conf);
	*conf = (struct smtp_client_conf){ .helo = x->s->conf->site_hostname,
					   .lmtp = t->hop->lmtp,
					   .tls = tls ? x->s->tls : NULL,
					   .tls_peer = peer,
					   .tls_must = t->policy.must,
					   .times = { .greeting = patience,
						      .command = patience,
						      .data = patience,
						      .block = patience,
						      .end = patience * 2 } };
	return smtp_client_new(conn_new(fd), conf);
}

/* It is open; TLS was tried if tls is set. */
static void opened(struct attempt *t, bool tls)
{
	struct session *x = t->x;
	if (!tls)
		return;
	enum tls_result result = result_of(t, x->client);
	tell(t, result,
	     result == TLS_RESULT_SUCCESS ? STR("")
	     : result == TLS_RESULT_NOT_OFFERED
		     ? STR("the server offers no TLS")
		     : arena_cat(x->a, t->policy.why,
				 STR(": the certificate does not hold")),
	     true);
}

/* What REQUIRETLS asks for is not there; a handshake that broke off may go better. */
static bool is_for_good(const struct attempt *t, enum tls_result result)
{
	return t->policy.kind == TLS_POLICY_NAMED
	       && (result == TLS_RESULT_NOT_OFFERED || result == TLS_RESULT_WRONG_NAME
		   || result == TLS_RESULT_NOT_TRUSTED);
}

static void failed(struct attempt *t)
{
	struct session *x = t->x;
	t->why.text = arena_copy(x->a, t->why.text);
	t->why.status = arena_copy(x->a, t->why.status);
	if (t->why.stage == SMTP_AT_TLS) {
		enum tls_result result = result_of(t, x->client);
		str why = explain(t, result);
		tell(t, result, why, !t->policy.must);
		refuse(t, is_for_good(t, result) ? "5.7.30" : "4.7.5", why);
	}
	smtp_client_quit(x->client);
	x->client = NULL;
}

/* Greeting, EHLO, STARTTLS. Where TLS fails and nothing says that it must be, mail goes
 * in clear rather than not at all (RFC 7435). */
static err open_once(struct attempt *t, bool tls)
{
	struct session *x = t->x;
	int fd;
	t->dialled = true;
	err e = dial(x, t->hop, &fd);
	if (e.kind) {
		t->why = (struct smtp_outcome){ .code = 451,
						.status = STR("4.4.1"),
						.text = str_from(e.msg),
						.ours = true };
		return e;
	}
	x->client = make_client(t, fd, tls);
	e = smtp_client_open(x->client, &t->why);
	if (!e.kind)
		opened(t, tls);
	else
		failed(t);
	return e;
}

/* RFC 8689 section 4.2.1. Our own door and a mailbox on this machine are no network. */
static bool keeps_required(const struct attempt *t)
{
	return t->x->d->want != TLS_WANT_REQUIRED || t->policy.kind == TLS_POLICY_NONE
	       || smtp_client_offers(t->x->client)->require_tls;
}

static err open_hop(struct attempt *t)
{
	struct session *x = t->x;
	bool tls = x->s->tls && t->policy.kind != TLS_POLICY_NONE;
	if (t->policy.status) {
		if (t->policy.refused != TLS_RESULT_SUCCESS)
			tell(t, t->policy.refused, t->policy.why, false);
		refuse(t, t->policy.status, t->policy.why);
		return FAIL(ERR_DENIED, "not what TLS must be");
	}
	err e = open_once(t, tls);
	if (e.kind && t->by_policy && !t->policy.must) {
		t->by_policy = false;
		e = open_once(t, false);
	}
	if (e.kind || keeps_required(t))
		return e;
	smtp_client_quit(x->client);
	x->client = NULL;
	refuse(t, "5.7.30",
	       STR("REQUIRETLS: the server does not offer it, and the message is for no "
		   "other"));
	return FAIL(ERR_DENIED, "no REQUIRETLS");
}

/* --- all of them --- */

/* Where other sessions to there go on, one that is turned away says only that the
 * server wants no more of them. */
static bool is_one_too_many(struct session *x, bool by_policy)
{
	struct destination *d = x->d;
	pthread_mutex_lock(&x->s->lock);
	d->ending++; /* or each of two that fail at once would trust the other */
	size_t here = d->sessions - d->ending, there = 0;
	/* That mail with other wishes goes on says nothing about TLS. */
	if (!by_policy && x->hop)
		there = destination_sessions(d) - d->sessions;
	if (here)
		d->most = here;
	x->failed = !here && there; /* a pause, then again */
	x->ending = true;
	pthread_mutex_unlock(&x->s->lock);
	return here || there;
}

/* For the ledger, behind the server's words: who said them, and what kept it. */
static str describe(struct session *x, const struct tls_policy *p)
{
	static const str by[] = {
		[TLS_POLICY_STS_TESTING] = STR(", TLS by MTA-STS in testing"),
		[TLS_POLICY_STS_ENFORCE] = STR(", TLS by MTA-STS"),
		[TLS_POLICY_DANE] = STR(", TLS by DANE"),
		[TLS_POLICY_NAMED] = STR(", TLS by name"),
	};
	if (p->kind == TLS_POLICY_NONE)
		return x->hop->name;
	str tls = smtp_client_tls(x->a, x->client);
	bool outdated = str_starts(tls, STR("TLSv1 "))
			|| str_starts(tls, STR("TLSv1.1 "));
	return arena_cat(x->a, x->hop->name,
			 !tls.n          ? STR(", in clear")
			 : by[p->kind].n ? by[p->kind]
			 : outdated      ? STR(", TLS of an outdated version")
					 : STR(", TLS"));
}

/* What the last attempt left: where a greylist is, which is often kept by one server of
 * several, so that the second attempt goes to the server of the first; and whether
 * somebody asked for an attempt now, whatever is known of its servers. */
static void recall(struct session *x, const struct route *r)
{
	pthread_mutex_lock(&x->s->lock);
	struct net_addr at = x->d->greylists;
	x->d->greylists.len = 0;
	x->insists = x->d->asked_for;
	x->d->asked_for = false;
	pthread_mutex_unlock(&x->s->lock);
	for (size_t i = 1; at.len && i < r->count; i++) {
		struct hop hop = r->hops[i];
		if (hop.addr.len != at.len || memcmp(&hop.addr.ss, &at.ss, at.len) != 0)
			continue;
		memmove(r->hops + 1, r->hops, i * sizeof *r->hops);
		r->hops[0] = hop;
		return;
	}
}

/* Who does not even greet is as far away as who cannot be dialled. */
static bool was_reached(const struct smtp_outcome *why)
{
	return why->stage != SMTP_AT_GREETING || (why->code && !why->ours);
}

static bool try_hop(struct session *x, const struct hop *hop, struct attempt *t)
{
	*t = (struct attempt){ .x = x, .hop = hop };
	x->hop = hop;
	tls_policy_find(&x->s->rules, x->a,
			&(struct tls_question){ x->d->name, hop, x->d->want,
						clock_mono_ms() + LOOKUP_MS },
			&t->policy);
	int64_t begun = clock_mono_ms(); /* from here on it is the server that is slow */
	bool open = !open_hop(t).kind;
	if (t->dialled)
		reach_told(x->s->reach, hop, clock_now_ms(),
			   open || was_reached(&t->why));
	x->heard.slow = x->heard.slow || clock_mono_ms() - begun > PACE_SLOW_MS;
	if (open) {
		x->by = describe(x, &t->policy);
		return true;
	}
	log_info("hop-failed", KS("destination", x->d->name), KS("hop", hop->name),
		 KN("code", t->why.code), KS("tls", tls_policy_word(t->policy.kind)),
		 KS("why", t->why.text));
	return false;
}

struct search { /* for a server that takes us */
	struct attempt last;
	bool by_policy; /* TLS was not what it must be at one of them */
	size_t never;   /* servers that cannot keep what the message requires */
	int64_t until;  /* when one that was left out may be dialled; 0: none was */
};

/* The first hop that takes us. A 5yz to the greeting speaks for that server, not
 * for the domain: the others are tried, and later again. */
static bool try_hops(struct session *x, const struct route *r, struct search *s)
{
	for (size_t i = 0; i < r->count && !atomic_load(&x->s->stopping); i++) {
		const struct hop *hop = &r->hops[i];
		int64_t at;
		bool may = reach_may_dial(x->s->reach, hop, clock_now_ms(), &at);
		if (!may && !x->insists) {
			s->until = s->until && s->until < at ? s->until : at;
			continue;
		}
		if (try_hop(x, hop, &s->last))
			return true;
		if (may && !s->last.dialled)
			reach_let_go(x->s->reach, hop, clock_now_ms());
		s->by_policy = s->by_policy || s->last.by_policy;
		s->never += s->last.by_policy && s->last.why.code == 550;
	}
	return false;
}

/* No server was dialled. Where one may be soon what waits waits for that; but not for
 * long, since others could fail to reach it for ever. */
static bool is_spared(struct session *x, int64_t until)
{
	int64_t now = clock_now_ms();
	pthread_mutex_lock(&x->s->lock);
	int64_t since = x->d->spared_since;
	bool spared = !x->hop && until && until - now <= SPARE_MS
		      && (!since || (now >= since && now - since <= REACH_PROBE_MS));
	x->d->spared_since = !spared ? 0 : since ? since : now;
	if (spared)
		x->d->pace.closed_until = until;
	pthread_mutex_unlock(&x->s->lock);
	return spared;
}

/* What a message requires is refused for good where no server can keep it. */
bool session_open(struct session *x, const struct route *r)
{
	struct search s = { .last.why.text = STR("its servers could not be reached a "
						 "moment ago") };
	recall(x, r);
	if (try_hops(x, r, &s))
		return true;
	if (atomic_load(&x->s->stopping) || is_spared(x, s.until)
	    || is_one_too_many(x, s.by_policy))
		return false;
	bool for_good = s.never == r->count && !r->partial;
	str name = x->hop ? arena_cat(x->a, x->hop->name, STR(": ")) : STR("");
	x->failed = !for_good;
	session_fail(x, for_good ? 550 : 451,
		     for_good      ? "5.7.30"
		     : s.by_policy ? "4.7.5"
				   : "4.4.1",
		     arena_cat(x->a, name, s.last.why.text));
	return false;
}

/* The way to a destination: which of its servers takes us, by TLS or in clear. */
#include "send/session_inside.h"

#include "base/clock.h"
#include "base/log.h"

enum { DIAL_MS = 30000, SPARE_MS = 10000 };

/* Everything that waits for the destination shares one fate: no way there. */
void session_fail(struct session *x, int code, const char *status, str why)
{
	struct item *i;
	str text = arena_printf(x->a, "%d %s %.*s", code, status, STR_F(why));
	log_info("destination-unreachable", KS("destination", x->d->name),
		 KS("why", text));
	while ((i = session_take(x)))
		outcome_tell(x->s, i, code / 100 == 5 ? OUTCOME_REFUSED : OUTCOME_LATER,
			     &(struct outcome_words){
				     status, text, STR(""), false,
				     bounce_classify(str_from(status), why), false });
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

/* Greeting, EHLO, STARTTLS. TLS is opportunistic (RFC 7435): where it fails and is
 * not required, mail goes in clear rather than not at all. */
static err open_hop(struct session *x, const struct hop *hop, bool tls,
		    struct smtp_outcome *why)
{
	bool must = x->s->conf->send_require_tls && !hop->own;
	int64_t patience = x->s->conf->send_timeout * 1000;
	struct smtp_client_conf *conf = arena_alloc(x->a, sizeof *conf);
	int fd;
	*conf = (struct smtp_client_conf){ .helo = x->s->conf->site_hostname,
					   .lmtp = hop->lmtp,
					   .tls = tls && !hop->own ? x->s->tls : NULL,
					   .tls_name = hop->name,
					   .tls_must = must,
					   .times = { .greeting = patience,
						      .command = patience,
						      .data = patience,
						      .block = patience,
						      .end = patience * 2 } };
	err e = dial(x, hop, &fd);
	if (e.kind) {
		*why = (struct smtp_outcome){ .code = 451,
					      .status = STR("4.4.1"),
					      .text = str_from(e.msg),
					      .ours = true };
		return e;
	}
	x->client = smtp_client_new(conn_new(fd), conf);
	e = smtp_client_open(x->client, why);
	if (!e.kind)
		return OK;
	why->text = arena_copy(x->a, why->text);
	why->status = arena_copy(x->a, why->status);
	smtp_client_quit(x->client);
	x->client = NULL;
	return why->stage == SMTP_AT_TLS && tls && !must ? open_hop(x, hop, false, why)
							 : e;
}

/* Where other sessions to there go on, one that is turned away says only that the
 * server wants no more of them. */
static bool is_one_too_many(struct session *x)
{
	pthread_mutex_lock(&x->s->lock);
	x->d->turned_away++; /* or each of two that fail at once would trust the other */
	size_t others = x->d->sessions - x->d->turned_away;
	if (others)
		x->d->most = others;
	x->turned_away = true;
	pthread_mutex_unlock(&x->s->lock);
	return others > 0;
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

/* The first hop that takes us. A 5yz to the greeting speaks for that server, not
 * for the domain: the others are tried, and later again. */
static bool try_hops(struct session *x, const struct route *r, struct smtp_outcome *why,
		     int64_t *until)
{
	for (size_t i = 0; i < r->count && !atomic_load(&x->s->stopping); i++) {
		const struct hop *hop = &r->hops[i];
		int64_t at, begun = clock_mono_ms();
		if (!reach_may_dial(x->s->reach, hop, clock_now_ms(), &at)
		    && !x->insists) {
			*until = *until && *until < at ? *until : at;
			continue;
		}
		x->hop = hop;
		bool open = !open_hop(x, hop, x->s->tls != NULL, why).kind;
		reach_told(x->s->reach, hop, clock_now_ms(), open || was_reached(why));
		x->heard.slow = x->heard.slow || clock_mono_ms() - begun > PACE_SLOW_MS;
		if (open)
			return true;
		log_info("hop-failed", KS("destination", x->d->name),
			 KS("hop", x->hop->name), KN("code", why->code),
			 KS("why", why->text));
	}
	return false;
}

/* No server was dialled. Where one may be soon what waits waits for that; but once only,
 * since others could fail to reach it for ever. */
static bool is_spared(struct session *x, int64_t until)
{
	pthread_mutex_lock(&x->s->lock);
	bool spared = !x->hop && until && !x->d->spared
		      && until - clock_now_ms() <= SPARE_MS;
	x->d->spared = spared;
	if (spared)
		x->d->pace.closed_until = until;
	pthread_mutex_unlock(&x->s->lock);
	return spared;
}

bool session_open(struct session *x, const struct route *r)
{
	struct smtp_outcome why = { .text = STR("its servers could not be reached a "
						"moment ago") };
	int64_t until = 0;
	recall(x, r);
	if (try_hops(x, r, &why, &until))
		return true;
	if (atomic_load(&x->s->stopping) || is_spared(x, until) || is_one_too_many(x))
		return false;
	x->failed = true;
	str name = x->hop ? arena_cat(x->a, x->hop->name, STR(": ")) : STR("");
	session_fail(x, 451, "4.4.1", arena_cat(x->a, name, why.text));
	return false;
}

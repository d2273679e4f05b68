/* What the site does with mail that nobody has signed in for: lists in DNS, and a first
 * wait for who is not known. All of it is off until somebody turns it on. */
#include "roles/smtpd_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/dnslist.h"
#include "net/greylist.h"
#include "trust/spf.h"

enum {
	LISTS_MS = 5000, /* for all lists together: a session waits for them */
	SPF_MS = 5000,
	WORDS_MAX = 100,
	LISTED_MAX = 400, /* of a reply's 512 octets (RFC 5321 section 4.5.3.1.5) */
};

struct site {
	struct dnslist *deny, *allow;
	size_t deny_count, allow_count;
	struct net_block *networks;
	size_t network_count;
	struct rate *silences; /* a line an hour of a list that does not answer */
};

static err read_allow(struct arena *a, str words, struct site *site)
{
	str word;
	while (conf_word(&words, &word)) {
		bool is_network = !str_has(word, '=')
				  && !net_parse_block(
					      word, &site->networks[site->network_count])
					      .kind;
		if (is_network)
			site->network_count++;
		else
			dnslist_read(word, &site->allow[site->allow_count++]);
		if (site->network_count + site->allow_count == WORDS_MAX)
			return err_in(a, ERR_SYNTAX,
				      "[smtp] allow takes less than %d "
				      "words",
				      WORDS_MAX);
	}
	return OK;
}

err smtpd_site_new(struct smtpd *d)
{
	struct arena *a = d->role->a;
	struct site *site = arena_zero(a, sizeof *site);
	str words = d->conf->smtp_dnsbl, word;
	site->deny = arena_alloc(a, WORDS_MAX * sizeof *site->deny);
	site->allow = arena_alloc(a, WORDS_MAX * sizeof *site->allow);
	site->networks = arena_alloc(a, WORDS_MAX * sizeof *site->networks);
	for (; conf_word(&words, &word); site->deny_count++) {
		if (site->deny_count == WORDS_MAX)
			return err_in(a, ERR_SYNTAX,
				      "[smtp] dnsbl takes at most %d words", WORDS_MAX);
		dnslist_read(word, &site->deny[site->deny_count]);
	}
	TRY(read_allow(a, d->conf->smtp_allow, site));
	site->silences = rate_new(1, 1);
	if (d->conf->smtp_greylist)
		d->greylist = greylist_new(d->conf->smtp_greylist);
	d->site = site;
	return OK;
}

/* ---- who the client is: asked once a session */

static bool is_on(struct visit *v, const struct dnslist *list, int64_t deadline, str *why)
{
	ARENA(a); /* the answers; the session keeps the words */
	str words = STR("");
	enum dnslist_answer x = dnslist_ask(v->d->resolver, a, list, &v->peer, deadline,
					    &words);
	if (x == DNSLIST_SILENT && rate_take(v->d->site->silences, list->zone, 1))
		log_warn("dns-list-silent", KS("zone", list->zone),
			 KS("client", v->client));
	*why = arena_copy(v->a, words);
	return x == DNSLIST_HAS;
}

static bool is_allowed(struct visit *v, int64_t deadline)
{
	const struct site *site = v->d->site;
	str why;
	for (size_t i = 0; i < site->network_count; i++)
		if (net_in_block(&site->networks[i], &v->peer))
			return true;
	for (size_t i = 0; i < site->allow_count; i++)
		if (is_on(v, &site->allow[i], deadline, &why))
			return true;
	return false;
}

static enum standing look_up(struct visit *v)
{
	const struct site *site = v->d->site;
	int64_t deadline = clock_mono_ms() + LISTS_MS;
	str why;
	if (is_allowed(v, deadline))
		return STANDS_WELL;
	for (size_t i = 0; i < site->deny_count; i++) {
		if (!is_on(v, &site->deny[i], deadline, &why))
			continue;
		v->listed = str_first(arena_cat(v->a, v->client, STR(" is listed at "),
						site->deny[i].zone,
						why.n ? STR(": ") : STR(""), why),
				      LISTED_MAX);
		log_info("dnsbl-refused", KS("client", v->client),
			 KS("zone", site->deny[i].zone), KS("text", why));
		return STANDS_LISTED;
	}
	return STANDS_UNKNOWN;
}

/* ---- who waits */

/* An answer to what we sent is waited for, and its address is nobody's guess. */
static bool is_answer(const struct smtp_session *s, const struct meaning *m)
{
	return address_is_null(&s->mail.from)
	       && (m->what == MEANS_SRS || (m->what == MEANS_BOUNCE && m->member));
}

static bool has_spf_pass(struct visit *v, const struct smtp_session *s, str sender)
{
	ARENA(a);
	struct spf_result spf;
	struct spf_ask ask = { v->d->resolver, clock_mono_ms() + SPF_MS,
			       &v->peer,       s->helo,
			       sender,         v->d->conf->site_hostname };
	spf_check(a, &ask, &spf);
	return spf.verdict == SPF_PASS;
}

static void greylist(struct visit *v, struct smtp_session *s, const struct smtp_rcpt *to,
		     struct smtp_reply *r)
{
	struct greylist *g = v->d->greylist;
	str sender = address_is_null(&s->mail.from)
			     ? STR("")
			     : address_text(smtp_scratch(s), &s->mail.from);
	if (greylist_knows(g, &v->peer) || has_spf_pass(v, s, sender))
		return;
	int64_t left = greylist_wait(g, &v->peer, sender, to->to.domain);
	if (!left)
		return;
	log_info("greylisted", KS("client", v->client), KS("from", sender),
		 KN("seconds", left));
	smtp_say(r, 451, "4.7.1",
		 arena_printf(smtp_scratch(s),
			      "greylisted: your network is not known here yet; try again "
			      "in %lld seconds",
			      (long long)left));
}

/* Those who run the place are there for whoever is refused elsewhere (RFC 5321
 * section 4.5.1). */
void smtpd_site_rcpt(struct visit *v, struct smtp_session *s, const struct smtp_rcpt *to,
		     const struct meaning *m, struct smtp_reply *r)
{
	const struct site *site = v->d->site;
	if (v->is_local || v->is_back || v->is_upstream || s->account
	    || m->what == MEANS_ADMIN || (!site->deny_count && !v->d->greylist))
		return;
	if (v->standing == STANDS_NOT_ASKED)
		v->standing = look_up(v);
	if (v->standing == STANDS_LISTED)
		smtp_say(r, 550, "5.7.1", v->listed);
	else if (v->standing == STANDS_UNKNOWN && v->d->greylist && !is_answer(s, m))
		greylist(v, s, to, r);
}

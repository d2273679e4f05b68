#include "send/seal.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "trust/authres.h"
#include "trust/suffix.h"
#include "trust/trust.h"

enum { ARC_MS = 20000, KEY_MS = 5000 };

static struct signing signing_of(const struct signer *s, str domain)
{
	return (struct signing){ s->key, domain, s->selector, clock_now() };
}

/* --- once a letter */

/* True: it is the caller's to do, and to end. What asks DNS is done without the lock, so
 * that the letter's other forms can be made meanwhile. */
static bool is_mine(struct letter *l, _Atomic int *work)
{
	if (*work == LETTER_DONE)
		return false;
	pthread_mutex_lock(&l->lock);
	while (*work == LETTER_AT_WORK)
		pthread_cond_wait(&l->done, &l->lock);
	bool mine = *work == LETTER_OPEN;
	if (mine)
		*work = LETTER_AT_WORK;
	pthread_mutex_unlock(&l->lock);
	return mine;
}

static void is_done(struct letter *l, _Atomic int *work)
{
	pthread_mutex_lock(&l->lock);
	*work = LETTER_DONE;
	pthread_cond_broadcast(&l->done);
	pthread_mutex_unlock(&l->lock);
}

/* --- in which domain's name */

/* How well a signature of the domain serves From (RFC 9989 section 4.4). */
static int alignment(struct arena *a, str domain, str from)
{
	return str_ieq(domain, from) ? 2 : suffix_same_registrant(a, domain, from);
}

/* The one beside the site's that a copy could bear: a list's own, and From's of what was
 * written here or by an account, to whom smtpd leaves no other From than their own. A
 * post's From is a stranger's word. */
static str other_domain(struct arena *a, const struct letter *l, str from)
{
	str name, list;
	if (str_cut_last(l->row.list, '@', &name, &list))
		return domain_ascii(a, list);
	return str_eq(l->row.kind, STR("forward")) ? STR_NONE : from;
}

/* Whichever is nearer to From, since that one proves it; but where DNS has our record
 * for the site alone, that. Our record is its owner's word that we may sign. Where DNS
 * gives no answer a list's domain is ours all the same; From's may be anybody's. */
static str domain_of(struct arena *a, const struct letter *l, const struct sealer *by,
		     const struct header *h)
{
	struct trust_author author;
	const struct signer *first = &by->ring->signers[0];
	trust_author(a, h, &author);
	str from = domain_ascii(a, author.domain);
	str other = other_domain(a, l, from);
	if (!other.n || str_ieq(other, by->domain)
	    || alignment(a, by->domain, from) > alignment(a, other, from))
		return by->domain;
	err e = keyring_published(a, by->resolver, clock_mono_ms() + KEY_MS, first,
				  other);
	if (!e.kind || (l->row.list.n && e.kind != ERR_NOTFOUND))
		return other;
	if (l->row.list.n) /* From's is mostly somebody else's, and nothing is wrong */
		log_info("key-not-published", KN("message", l->row.id),
			 KS("domain", other), KE(e));
	return by->domain;
}

/* --- ARC */

/* Do the results that we wrote when it came say arc=pass? */
static bool came_whole(struct arena *a, str results)
{
	str id;
	struct authres_said s;
	str_cut(results, ';', &id, &results);
	while (authres_next(a, &results, &s))
		if (str_eq(s.method, STR("arc")) && str_eq(s.result, STR("pass")))
			return true;
	return false;
}

static err check_whole(struct arena *a, const struct sealer *by,
		       const struct arc_sealing *s, struct canon_cache *body, str whole)
{
	struct header h;
	struct arc_result r;
	struct keyring_resolver own = keyring_overlay(by->ring, s->by->domain,
						      by->resolver);
	TRY(header_scan(a, whole, &h));
	struct verify v = { &h, body, &own.resolver, clock_mono_ms() + ARC_MS,
			    clock_now() };
	arc_verify(a, &v, &r);
	return r.verdict == ARC_PASS ? OK
				     : err_in(a, ERR_DENIED, "the set would not hold: %s",
					      r.why ? r.why : "");
}

/* As a verifier will find it: the header that leaves, the personal fields in it. */
static err check_set(struct arena *a, const struct letter *l, const struct sealer *by,
		     const struct arc_sealing *s, str fields)
{
	return check_whole(a, by, s, s->body,
			   arena_cat(a, fields, l->head.bytes, l->row.personal,
				     str_skip(l->whole, l->head.bytes.n)));
}

/* A list may have changed what the newest message signature of the chain covers: cv= is
 * the state in which the post came (RFC 8617 section 5.1). */
static err plan_set(struct arena *a, const struct letter *l, const struct sealer *by,
		    const struct header *h, str domain, struct arc_sealing *s)
{
	struct arc_result *chain = arena_zero(a, sizeof *chain);
	struct signing *as = arena_zero(a, sizeof *as);
	struct canon_cache *body = arena_zero(a, sizeof *body);
	body->body = h->body;
	struct verify v = { h, body, by->resolver, clock_mono_ms() + ARC_MS,
			    clock_now() };
	*as = signing_of(&by->ring->signers[0], domain);
	if (sign_key_alg(as->key) != SIGN_RSA) /* RFC 8617 section 4.1.1 */
		return FAIL(ERR_NOTFOUND, "there is no RSA key");
	arc_verify(a, &v, chain);
	str results = authres_collect(a, h, by->hostname);
	if (chain->verdict == ARC_FAIL && !chain->ended && !chain->temporary
	    && came_whole(a, results))
		chain->verdict = ARC_PASS;
	*s = (struct arc_sealing){
		.by = as,
		.chain = chain,
		.h = h,
		.body = body,
		.results = results.n ? results
				     : arena_cat(a, by->hostname, STR("; none")),
		.skip = str_ends(l->row.personal, STR(READER_TO)) ? STR("to") : STR("")
	};
	return OK;
}

static err make_set(struct arena *a, const struct letter *l, const struct sealer *by,
		    const struct header *h, str domain, struct arc_sealing *s,
		    str *fields)
{
	TRY(plan_set(a, l, by, h, domain, s));
	TRY(arc_seal(a, s, fields));
	return check_set(a, l, by, s, *fields);
}

/* One set for all copies; where their bodies differ, one for each (copy_sign). */
static void seal(struct arena *a, struct letter *l, const struct sealer *by,
		 const struct header *h, str domain)
{
	str fields;
	struct arc_sealing *s = arena_zero(a, sizeof *s);
	err e = make_set(a, l, by, h, domain, s, &fields);
	if (e.kind) {
		log_info("not-sealed", KN("message", l->row.id), KE(e));
	} else if (l->gap_count) {
		l->set = s;
		l->by = by;
	} else {
		str bytes = arena_cat(l->a, fields, l->head.bytes);
		struct smtp_part head = { bytes, smtp_stuff(l->a, bytes) };
		pthread_mutex_lock(&l->lock);
		l->head = head;
		pthread_mutex_unlock(&l->lock);
	}
}

/* --- mail of ours */

/* The names of the personal fields, twice where no other field bears one: then nobody
 * can put a second, false one above (RFC 6376 section 8.15). */
static err personal_names(struct arena *a, const struct letter *l,
			  const struct header *shared, str *names)
{
	struct header h;
	BUF(out);
	TRY(header_scan(a, l->row.personal, &h));
	for (size_t i = 0; i < h.count; i++) {
		str name = arena_lower(a, h.fields[i].name);
		buf_cat(&out, out.n ? STR(":") : STR(""), name);
		if (!header_find(shared, name))
			buf_cat(&out, STR(":"), name);
	}
	*names = arena_copy(l->a, buf_str(&out));
	return OK;
}

/* One plan a key: both stand on every copy (RFC 8463 section 3). */
static void plan(struct arena *a, struct letter *l, const struct sealer *by,
		 const struct header *h, str domain)
{
	struct canon_body body;
	str names;
	err e = personal_names(a, l, h, &names);
	if (e.kind) {
		log_info("not-signed", KN("message", l->row.id), KE(e));
		return;
	}
	canon_body(h->body, CANON_RELAXED, CANON_ALL, &body);
	for (size_t i = 0; i < by->ring->count; i++) {
		struct signing as = signing_of(&by->ring->signers[i], domain);
		l->plans[l->plan_count++] = dkim_plan(l->a, &as, h, &body, names);
	}
}

/* The fields of a set over this copy's body; none where it cannot be made after all. */
static str set_of(struct arena *a, const struct letter *l, const struct canon_body *body)
{
	struct canon_cache own = { .known = { [CANON_RELAXED] = true },
				   .whole = { [CANON_RELAXED] = *body } };
	struct arc_sealing s = *l->set;
	str fields;
	s.body = &own;
	return arc_seal(a, &s, &fields).kind ? STR("") : fields;
}

/* all: the fields before the copy's own parts, the set among them. */
static bool holds(struct arena *a, const struct letter *l, const struct copy_parts *p,
		  str all)
{
	str *parts = arena_alloc(a, (p->count + 1) * sizeof *parts);
	parts[0] = all;
	for (size_t i = 0; i < p->count; i++)
		parts[i + 1] = p->parts[i].bytes;
	struct canon_cache body = { .body = copy_body(a, p) };
	err e = check_whole(a, l->by, l->set, &body, arena_join(a, parts, p->count + 1));
	if (e.kind)
		log_info("not-sealed", KN("message", l->row.id), KE(e));
	return !e.kind;
}

/* Once a letter, for what it costs: the others differ in what the body says of their reader
 * alone. They wait for it. */
static bool set_holds(struct arena *a, struct letter *l, const struct copy_parts *p,
		      str all)
{
	if (is_mine(l, &l->set_checked)) {
		l->set_holds = holds(a, l, p, all);
		is_done(l, &l->set_checked);
	}
	return l->set_holds;
}

void copy_sign(struct arena *a, struct letter *l, struct copy_parts *p)
{
	struct header h = { 0 };
	struct canon_body body;
	str fields[KEYRING_MAX + 1];
	size_t n = 0;
	bool own = l->gap_count && (l->plan_count || l->set);
	if ((!l->plan_count && !l->set)
	    || (p->fields.n && header_scan(a, p->fields, &h).kind))
		return;
	if (own)
		canon_body(copy_body(a, p), CANON_RELAXED, CANON_ALL, &body);
	for (size_t i = 0; i < l->plan_count; i++)
		fields[n++] = dkim_sign(a, l->plans[i], h.fields, h.count,
					own ? &body : NULL);
	str all = arena_join(a, fields, n);
	if (l->set && (l->set_checked != LETTER_DONE || l->set_holds)) {
		str sealed = arena_cat(a, all, set_of(a, l, &body));
		all = sealed.n > all.n && set_holds(a, l, p, sealed) ? sealed : all;
	}
	memmove(p->parts + 1, p->parts, p->count++ * sizeof *p->parts);
	p->body++;
	p->parts[0] = (struct smtp_part){ all, all };
}

/* Posts, and what was forwarded with our From in place of the author's. */
static bool is_both(const struct letter *l)
{
	return str_eq(l->row.kind, STR("post")) || str_eq(l->row.kind, STR("follow"))
	       || str_eq(l->row.kind, STR("rewritten"));
}

/* Forwarded mail is sealed and not signed, posts are both, what we write is signed. */
static void vouch(struct letter *l, const struct sealer *by)
{
	ARENA(own);
	struct arena *a = l->gap_count ? l->a : own; /* each copy needs it again */
	struct header *h = arena_zero(a, sizeof *h);
	bool forwarded = str_eq(l->row.kind, STR("forward"));
	err e = header_scan(a, l->whole, h);
	if (e.kind) {
		log_info(forwarded ? "not-sealed" : "not-signed",
			 KN("message", l->row.id), KE(e));
		return;
	}
	str domain = arena_copy(l->a, domain_of(a, l, by, h));
	if (by->arc && (forwarded || is_both(l)))
		seal(a, l, by, h, domain);
	if (!forwarded)
		plan(a, l, by, h, domain);
}

void letter_seal(struct letter *l, const struct sealer *by)
{
	if (!by->ring || !by->ring->count)
		return;
	if (is_mine(l, &l->sealed)) {
		vouch(l, by);
		is_done(l, &l->sealed);
	}
}

#include "trust/dmarc.h"

#include "mail/address.h"
#include "trust/name.h"
#include "trust/suffix.h"

struct check { /* one evaluation at work */
	struct arena *a;
	const struct dmarc_ask *ask;
	struct dmarc_result *out;
	struct dmarc_walk walk; /* from the author's domain */
	const struct dmarc_found *policy;
	unsigned walks; /* made for identifiers */
};

/* Section 4.10.1: the author's own record, else the organization's, else that
 * of the public suffix above it. */
static const struct dmarc_found *choose(const struct dmarc_walk *w, str domain)
{
	for (size_t i = 0; i < w->count; i++)
		if (str_eq(w->found[i].domain, domain))
			return &w->found[i];
	for (size_t i = 0; i < w->count && !w->failed; i++)
		if (str_eq(w->found[i].domain, w->org))
			return &w->found[i];
	bool psd = w->count && !w->failed
		   && w->found[w->count - 1].record.psd == DMARC_PSD_YES;
	return psd ? &w->found[w->count - 1] : NULL;
}

/* RFC 9989 section 3.2.13: NXDOMAIN, and nothing else, is not existing. */
static err exists(struct check *c, bool *yes)
{
	struct dns_answer answer;
	*yes = false;
	if (!name_fits(c->out->domain))
		return OK;
	resolver_ask(c->ask->resolver, c->a, c->out->domain, DNS_A, c->ask->deadline,
		     &answer);
	if (answer.status == DNS_FAILED)
		return FAIL(ERR_TEMP,
			    "no answer from DNS whether the author's domain exists");
	*yes = answer.status != DNS_NXDOMAIN;
	return OK;
}

static err apply_policy(struct check *c)
{
	const struct dmarc_record *r = &c->policy->record;
	bool there = true;
	c->out->policy = c->out->published = r->p; /* should nothing better be known */
	if (!str_eq(c->policy->domain, c->out->domain)) {
		if (r->has_np)
			TRY(exists(c, &there));
		c->out->published = there ? r->sp : r->np;
	}
	c->out->policy = c->out->published;
	if (r->testing && c->out->policy > DMARC_POLICY_NONE)
		c->out->policy--; /* section 4.7, t */
	return OK;
}

/* Section 4.4: does id belong to the author's domain? ERR_TEMP: not known. */
static err aligned(struct check *c, str id, bool strict, bool *yes)
{
	enum { WALKS_MAX = 10 }; /* a message may carry many signatures */
	struct dmarc_walk theirs;
	*yes = false;
	if (!id.n)
		return OK;
	id = domain_ascii(c->a, id);
	*yes = str_eq(id, c->out->domain);
	if (*yes || strict)
		return OK;
	if (!c->policy) { /* the public suffix list is all there is to go by */
		*yes = suffix_same_registrant(c->a, id, c->out->domain);
		return OK;
	}
	if (c->walk.failed)
		return FAIL(ERR_TEMP, c->walk.failed);
	/* Its organization is itself or above it: elsewhere it cannot be ours. */
	if (!name_within(id, c->out->org) || ++c->walks > WALKS_MAX)
		return OK;
	dmarc_walk(c->a, c->ask->resolver, c->ask->deadline, id, &theirs);
	if (theirs.failed)
		return FAIL(ERR_TEMP, theirs.failed);
	*yes = str_eq(theirs.org, c->out->org);
	return OK;
}

static void try_id(struct check *c, str id, bool strict, bool *flag, const char **failed)
{
	bool yes;
	err e = aligned(c, id, strict, &yes);
	if (e.kind)
		*failed = e.msg;
	else if (yes) {
		*flag = true;
		if (!c->out->aligned.n)
			c->out->aligned = id;
	}
}

/* Looks at every pass; *failed: why one could not be decided. */
static void align(struct check *c, const char **failed)
{
	const struct dmarc_ask *ask = c->ask;
	bool spf_strict = c->policy && c->policy->record.spf_strict;
	bool dkim_strict = c->policy && c->policy->record.dkim_strict;
	if (ask->spf->verdict == SPF_PASS)
		try_id(c, ask->spf->domain, spf_strict, &c->out->spf_aligned, failed);
	for (size_t i = 0; i < ask->dkim_count && !c->out->dkim_aligned; i++)
		if (ask->dkim[i].verdict == DKIM_PASS)
			try_id(c, ask->dkim[i].domain, dkim_strict, &c->out->dkim_aligned,
			       failed);
}

/* Could SPF or a signature that got no answer from DNS have been the aligned
 * pass? One for a foreign domain decides nothing: else whoever controls a dead
 * name server could turn any fail into "try again". */
static bool undecided(struct check *c)
{
	const struct dmarc_ask *ask = c->ask;
	bool yes = false;
	if (ask->spf->verdict == SPF_TEMPERROR)
		(void)!aligned(c, ask->spf->domain, c->policy->record.spf_strict, &yes)
			.kind;
	for (size_t i = 0; i < ask->dkim_count && !yes; i++)
		if (ask->dkim[i].verdict == DKIM_TEMPERROR)
			(void)!aligned(c, ask->dkim[i].domain,
				       c->policy->record.dkim_strict, &yes)
				.kind;
	return yes;
}

static enum dmarc_verdict temporary(struct check *c, const char *why)
{
	c->out->why = why;
	return DMARC_TEMPERROR;
}

static enum dmarc_verdict judge(struct check *c)
{
	const char *failed = NULL;
	dmarc_walk(c->a, c->ask->resolver, c->ask->deadline, c->out->domain, &c->walk);
	c->out->org = c->walk.org;
	c->policy = choose(&c->walk, c->out->domain);
	if (c->walk.failed && !c->policy)
		return temporary(c, c->walk.failed);
	if (c->policy && !c->policy->record.usable)
		c->policy = NULL;
	if (!c->policy) {
		if (!c->walk.count)
			c->out->org = suffix_org(c->a, suffix_known(), c->out->domain);
		align(c, &failed);
		return DMARC_NONE;
	}
	c->out->record_domain = c->policy->domain;
	c->out->record = c->policy->text;
	err e = apply_policy(c);
	if (e.kind)
		return temporary(c, e.msg);
	align(c, &failed);
	if (c->out->spf_aligned || c->out->dkim_aligned)
		return DMARC_PASS;
	if (failed)
		return temporary(c, failed);
	if (undecided(c))
		return temporary(c, "SPF or DKIM got no answer from DNS");
	return DMARC_FAIL;
}

void dmarc_check(struct arena *a, const struct dmarc_ask *ask, struct dmarc_result *out)
{
	struct check c = { .a = a, .ask = ask, .out = out };
	*out = (struct dmarc_result){ 0 };
	out->domain = domain_ascii(a, ask->domain);
	if (str_ends(out->domain, STR(".")))
		out->domain.n--;
	out->verdict = judge(&c);
}

#include "trust/trust.h"

#include "base/clock.h"
#include "trust/name.h"

/* RFC 9989 leaves messages whose From names several domains to the receiver: we
 * say permerror, since no policy can speak for them. */
void trust_author(struct arena *a, const struct header *h, struct trust_author *out)
{
	*out = (struct trust_author){ 0 };
	size_t fields = 0;
	const struct field *f = header_find(h, STR("From"));
	for (; f; f = header_next(h, f), fields++) {
		struct mailbox *m;
		size_t n;
		if (address_list(a, f->value, &m, &n).kind)
			continue;
		for (size_t i = 0; i < n; i++) {
			if (!out->count++)
				out->mailbox = m[i];
			else if (!str_ieq(m[i].address.domain,
					  out->mailbox.address.domain))
				out->why = "From names several domains";
		}
	}
	if (fields > 1)
		out->why = "there are several From fields";
	else if (!out->count)
		out->why = "From names nobody";
	else if (!out->why && !name_fits(out->mailbox.address.domain))
		out->why = "the domain in From is no domain name";
	if (!out->why)
		out->domain = out->mailbox.address.domain;
	if (out->count != 1 || fields > 1)
		out->mailbox = (struct mailbox){ 0 };
}

static void judge_dmarc(struct arena *a, struct resolver *r, int64_t deadline,
			struct trust_result *out)
{
	struct dmarc_ask ask = { .resolver = r,
				 .deadline = deadline,
				 .domain = out->author.domain,
				 .spf = &out->spf,
				 .dkim = out->dkim,
				 .dkim_count = out->dkim_count };
	if (out->author.domain.n) {
		dmarc_check(a, &ask, &out->dmarc);
	} else {
		out->dmarc = (struct dmarc_result){ .verdict = DMARC_PERMERROR,
						    .why = out->author.why };
	}
	const struct dmarc_result *d = &out->dmarc;
	out->temporary = d->verdict == DMARC_TEMPERROR;
	out->aligned = d->verdict == DMARC_PASS
		       || (d->verdict == DMARC_NONE
			   && (d->spf_aligned || d->dkim_aligned));
}

/* Without a policy DMARC has no temperror of its own. */
static bool left_open(const struct trust_result *t)
{
	bool open = t->spf.verdict == SPF_TEMPERROR
		    && str_ieq(t->spf.domain, t->dmarc.domain);
	for (size_t i = 0; i < t->dkim_count; i++)
		open |= t->dkim[i].verdict == DKIM_TEMPERROR
			&& str_ieq(t->dkim[i].domain, t->dmarc.domain);
	return open && !t->aligned && t->dmarc.verdict == DMARC_NONE;
}

/* A virus wall may have broken the signature that it saw whole. */
static void judge_vouched(struct arena *a, const struct trust_ask *ask,
			  struct trust_result *out)
{
	struct vouched *v = &out->vouched;
	struct dkim_result dkim[VOUCHED_MAX];
	struct dmarc_result theirs;
	upstream_vouched(a, ask->upstream, &out->via, &out->arc, ask->header, v);
	if (!v->how || out->aligned || !out->author.domain.n)
		return;
	for (size_t i = 0; i < v->dkim_count; i++)
		dkim[i] = (struct dkim_result){ .verdict = DKIM_PASS,
						.domain = v->dkim[i] };
	struct spf_result spf = { .verdict = SPF_PASS, .domain = v->spf };
	struct dmarc_ask by = { .resolver = &out->kept.resolver,
				.deadline = ask->deadline,
				.domain = out->author.domain,
				.spf = &spf,
				.dkim = dkim,
				.dkim_count = v->dkim_count };
	dmarc_check(a, &by, &theirs);
	out->vouched_aligned = theirs.spf_aligned || theirs.dkim_aligned
			       || str_ieq(v->dmarc, theirs.domain);
	out->aligned = out->vouched_aligned;
	out->temporary = out->temporary && !out->aligned;
}

/* Nothing is decided by it, and reverse zones that do not answer are common: last, and
 * with a little time of its own. */
static void judge_iprev(struct arena *a, const struct trust_ask *ask,
			struct trust_result *out)
{
	enum { IPREV_MS = 3000 };
	int64_t soon = clock_mono_ms() + IPREV_MS;
	int64_t deadline = soon < ask->deadline ? soon : ask->deadline;
	iprev_check(a, ask->resolver, deadline, &out->via.client, &out->iprev);
}

void trust_judge(struct arena *a, const struct trust_ask *ask, struct trust_result *out)
{
	*out = (struct trust_result){ 0 };
	kept_record(&out->kept, a, ask->resolver);
	struct canon_cache body = { .body = ask->body };
	upstream_walk(ask->upstream, ask->client, ask->helo, ask->header, &out->via);
	struct spf_ask spf = { ask->resolver, ask->deadline, &out->via.client,
			       out->via.helo, ask->sender,   ask->receiver };
	struct verify v = { ask->header, &body, &out->kept.resolver, ask->deadline,
			    ask->now };
	spf_check(a, &spf, &out->spf);
	dkim_verify(a, &v, &out->dkim, &out->dkim_count);
	arc_verify(a, &v, &out->arc);
	trust_author(a, ask->header, &out->author);
	judge_dmarc(a, &out->kept.resolver, ask->deadline, out);
	out->temporary |= left_open(out);
	judge_vouched(a, ask, out);
	judge_iprev(a, ask, out);
}

/* DKIM and DMARC by what out->kept gives. */
static void judge_author(struct arena *a, const struct header *h, str body,
			 int64_t deadline, int64_t now, struct trust_result *out)
{
	struct canon_cache cache = { .body = body };
	struct verify v = { h, &cache, &out->kept.resolver, deadline, now };
	dkim_verify(a, &v, &out->dkim, &out->dkim_count);
	trust_author(a, h, &out->author);
	judge_dmarc(a, &out->kept.resolver, deadline, out);
}

void trust_policy(struct arena *a, struct resolver *r, int64_t deadline,
		  const struct header *h, struct trust_result *out)
{
	*out = (struct trust_result){ 0 };
	kept_record(&out->kept, a, r);
	judge_author(a, h, h->body, deadline, clock_now(), out);
}

err trust_again(struct arena *a, str json, const struct header *h, str body, int64_t now,
		struct trust_result *out)
{
	json_error_t where;
	json_t *row = json_loadb(json.p ? json.p : "", json.n, 0, &where);
	if (!json_is_object(row)) {
		json_decref(row);
		return err_in(a, ERR_SYNTAX,
			      "the authentication results are no JSON object: %s",
			      where.text);
	}
	*out = (struct trust_result){ 0 };
	kept_replay(&out->kept, a, json_object_get(row, "dns"));
	json_decref(row);
	judge_author(a, h, body, 0, now, out);
	return OK;
}

bool trust_open(const struct trust_result *t)
{
	str author = t->dmarc.domain;
	for (size_t i = 0; i < t->dkim_count; i++) {
		str by = t->dkim[i].domain;
		if (t->dkim[i].verdict == DKIM_TEMPERROR && by.n
		    && (name_within(author, by) || name_within(by, author)))
			return true;
	}
	return false;
}

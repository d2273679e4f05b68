#include "trust/authres.h"
#include "trust/trust.h"

#include "base/buf.h"

static void add_dkim(struct authres *r, const struct trust_result *t)
{
	if (!t->dkim_count)
		authres_add(r, "dkim", "none", NULL);
	for (size_t i = 0; i < t->dkim_count; i++) {
		const struct dkim_result *d = &t->dkim[i];
		authres_add(r, "dkim", dkim_word(d->verdict), d->why);
		authres_property(r, "header.d", d->domain);
		authres_property(r, "header.s", d->selector);
		authres_property(r, "header.a", str_from(d->algorithm));
		authres_property(r, "header.b", d->b);
	}
}

static void add_dmarc(struct authres *r, const struct trust_result *t)
{
	const struct dmarc_result *d = &t->dmarc;
	authres_add(r, "dmarc", dmarc_word(d->verdict), d->why);
	authres_property(r, "header.from", d->domain);
	if (d->record.n)
		authres_property(r, "policy.dmarc",
				 str_from(dmarc_policy_word(d->policy)));
}

/* RFC 8601 section 2.7.7 leaves names to those who need them. */
static void add_upstream(struct arena *a, struct authres *r, const struct trust_ask *ask,
			 const struct trust_result *t)
{
	if (!t->via.top)
		return;
	authres_add(r, "x-upstream", t->vouched_aligned ? "pass" : "none", NULL);
	authres_property(r, "policy.gateway", net_ip_text(a, ask->client));
	authres_property(r, "policy.by", t->via.by);
	if (!t->vouched.how)
		return;
	authres_property(r, "policy.seen-by", t->vouched.by);
	authres_property(r, "policy.seen-in", str_from(t->vouched.how));
	authres_property(r, "policy.spf", t->vouched.spf);
	for (size_t i = 0; i < t->vouched.dkim_count; i++)
		authres_property(r, "policy.dkim", t->vouched.dkim[i]);
	authres_property(r, "policy.dmarc", t->vouched.dmarc);
}

str trust_authres(struct arena *a, const struct trust_ask *ask,
		  const struct trust_result *t)
{
	struct authres r = { 0 };
	bool spf_pass = t->spf.verdict == SPF_PASS;
	authres_add(&r, "iprev", iprev_word(t->iprev.verdict), NULL);
	authres_property(&r, "policy.iprev", net_ip_text(a, &t->via.client));
	authres_add(&r, "spf", spf_word(t->spf.verdict), spf_pass ? NULL : t->spf.why);
	if (t->spf.helo)
		authres_property(&r, "smtp.helo", t->via.helo);
	else
		authres_property(&r, "smtp.mailfrom", ask->sender);
	add_dkim(&r, t);
	authres_add(&r, "arc", arc_word(t->arc.verdict), t->arc.why);
	if (t->arc.count) /* RFC 8617 section 10.2 */
		authres_property(&r, "smtp.remote-ip", net_ip_text(a, &t->via.client));
	add_dmarc(&r, t);
	add_upstream(a, &r, ask, t);
	str text = authres_text(a, ask->receiver, &r);
	authres_free(&r);
	return text;
}

str trust_authres_account(struct arena *a, str receiver)
{
	struct authres r = { 0 };
	authres_add(&r, "auth", "pass", NULL);
	str text = authres_text(a, receiver, &r);
	authres_free(&r);
	return text;
}

/* --- JSON, written by hand: every message that comes has it, and a tree of it took
 * longer than all the rest of its judgement without keys --- */

/* "key":, with the comma before it where another member stands already. */
static void key(struct buf *out, const char *name)
{
	if (out->p[out->n - 1] != '{')
		buf_add_char(out, ',');
	buf_cat(out, STR("\""), str_from(name), STR("\":"));
}

static void set(struct buf *out, struct arena *a, const char *name, str text)
{
	key(out, name);
	kept_text(out, a, text);
}

static void set_flag(struct buf *out, const char *name, bool yes)
{
	key(out, name);
	buf_add(out, yes ? STR("true") : STR("false"));
}

static void add_why(struct buf *out, struct arena *a, const char *why)
{
	if (why)
		set(out, a, "reason", str_from(why));
}

static void dkim_json(struct buf *out, struct arena *a, const struct trust_result *t)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < t->dkim_count; i++) {
		buf_add(out, i ? STR(",{") : STR("{"));
		set(out, a, "result", str_from(dkim_word(t->dkim[i].verdict)));
		set(out, a, "domain", t->dkim[i].domain);
		set(out, a, "selector", t->dkim[i].selector);
		add_why(out, a, t->dkim[i].why);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

static void arc_json(struct buf *out, struct arena *a, const struct trust_result *t)
{
	buf_add_char(out, '{');
	set(out, a, "cv", str_from(arc_word(t->arc.verdict)));
	key(out, "sealers");
	buf_add_char(out, '[');
	for (unsigned i = 0; i < t->arc.count && t->arc.verdict == ARC_PASS; i++) {
		buf_add(out, i ? STR(",") : STR(""));
		kept_text(out, a, t->arc.sets[i].domain);
	}
	buf_add_char(out, ']');
	add_why(out, a, t->arc.why);
	buf_add_char(out, '}');
}

static bool is_unsigned(const struct trust_result *t)
{
	return t->dmarc.published != DMARC_POLICY_NONE && !t->dmarc.dkim_aligned
	       && !trust_open(t);
}

static void dmarc_json(struct buf *out, struct arena *a, const struct trust_result *t)
{
	const struct dmarc_result *d = &t->dmarc;
	buf_add_char(out, '{');
	set(out, a, "result", str_from(dmarc_word(d->verdict)));
	set(out, a, "policy", str_from(d->record.n ? dmarc_policy_word(d->policy) : ""));
	set(out, a, "domain", d->domain);
	if (d->aligned.n)
		set(out, a, "by", d->aligned);
	set_flag(out, "unsigned", is_unsigned(t));
	if (is_unsigned(t))
		set(out, a, "published", str_from(dmarc_policy_word(d->published)));
	add_why(out, a, d->why);
	buf_add_char(out, '}');
}

static void vouched_json(struct buf *out, struct arena *a, const struct trust_result *t)
{
	const struct vouched *v = &t->vouched;
	set(out, a, "seen_in", str_from(v->how));
	set(out, a, "seen_by", v->by);
	set(out, a, "spf", v->spf);
	key(out, "dkim");
	buf_add_char(out, '[');
	for (size_t i = 0; i < v->dkim_count; i++) {
		buf_add(out, i ? STR(",") : STR(""));
		kept_text(out, a, v->dkim[i]);
	}
	buf_add_char(out, ']');
	set(out, a, "dmarc", v->dmarc);
	set_flag(out, "aligned", t->vouched_aligned);
}

static void upstream_json(struct buf *out, struct arena *a, const struct trust_result *t)
{
	if (!t->via.top)
		return;
	key(out, "upstream");
	buf_add_char(out, '{');
	set(out, a, "client", net_ip_text(a, &t->via.client));
	set(out, a, "helo", t->via.helo);
	set(out, a, "by", t->via.by);
	if (t->vouched.how)
		vouched_json(out, a, t);
	buf_add_char(out, '}');
}

str trust_json(struct arena *a, const struct trust_result *t)
{
	BUF(out);
	buf_add_char(&out, '{');
	set(&out, a, "spf", str_from(spf_word(t->spf.verdict)));
	set(&out, a, "spf_domain", t->spf.domain);
	key(&out, "dkim");
	dkim_json(&out, a, t);
	key(&out, "arc");
	arc_json(&out, a, t);
	key(&out, "dmarc");
	dmarc_json(&out, a, t);
	set(&out, a, "iprev", str_from(iprev_word(t->iprev.verdict)));
	upstream_json(&out, a, t);
	set_flag(&out, "aligned", t->aligned);
	key(&out, "dns");
	kept_json(&out, &t->kept);
	buf_add_char(&out, '}');
	return arena_copy(a, buf_str(&out));
}

str trust_json_own(struct arena *a, const char *how, const struct trust_result *t)
{
	BUF(out);
	buf_addf(&out, "{\"%s\":true,\"dns\":", how);
	kept_json(&out, &t->kept);
	buf_add_char(&out, '}');
	return arena_copy(a, buf_str(&out));
}

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static bool is_word(const char *text, const char *word)
{
	return text && !strcmp(text, word);
}

/* The gateway saw SPF pass for the very domain that we judged. */
static bool saw_spf(const json_t *row)
{
	const char *ours = text_of(row, "spf_domain");
	const char *theirs = text_of(json_object_get(row, "upstream"), "spf");
	return ours && *ours && theirs && str_ieq(str_from(ours), str_from(theirs));
}

static bool kept_signature(const json_t *row)
{
	const json_t *all = json_object_get(row, "dkim");
	bool yes = false;
	for (size_t i = 0; i < json_array_size(all); i++) {
		const char *word = text_of(json_array_get(all, i), "result");
		yes = yes || is_word(word, dkim_word(DKIM_PASS))
		      || is_word(word, dkim_word(DKIM_TEMPERROR));
	}
	return yes;
}

static bool has_signature(const struct trust_result *t)
{
	bool yes = false;
	for (size_t i = 0; i < t->dkim_count; i++)
		yes = yes || t->dkim[i].verdict == DKIM_PASS
		      || t->dkim[i].verdict == DKIM_TEMPERROR;
	return yes;
}

struct trust_said trust_said(str json)
{
	json_t *row = json_loadb(json.p ? json.p : "", json.n, 0, NULL);
	const json_t *dmarc = json_object_get(row, "dmarc");
	const char *spf = text_of(row, "spf");
	bool aligned = json_is_true(json_object_get(row, "aligned")), saw = saw_spf(row);
	struct trust_said said = {
		.account = json_is_true(json_object_get(row, "account")),
		.local = json_is_true(json_object_get(row, "local")),
		.aligned = aligned,
		.spf = saw || is_word(spf, spf_word(SPF_PASS)),
		.spf_fail = !saw && is_word(spf, spf_word(SPF_FAIL)),
		.dmarc_fail = !aligned
			      && is_word(text_of(dmarc, "result"),
					 dmarc_word(DMARC_FAIL)),
		.dmarc_reject = !aligned
				&& is_word(text_of(dmarc, "result"),
					   dmarc_word(DMARC_FAIL))
				&& is_word(text_of(dmarc, "policy"),
					   dmarc_policy_word(DMARC_POLICY_REJECT)),
		.is_signed = kept_signature(row),
		.unsigned_strict = json_is_true(json_object_get(dmarc, "unsigned")),
		.quarantine = is_word(text_of(dmarc, "published"),
				      dmarc_policy_word(DMARC_POLICY_QUARANTINE)),
	};
	json_decref(row);
	return said;
}

str trust_aligned_by(struct arena *a, str json)
{
	json_t *row = json_loadb(json.p ? json.p : "", json.n, 0, NULL);
	const char *by = text_of(json_object_get(row, "dmarc"), "by");
	bool aligned = json_is_true(json_object_get(row, "aligned"));
	str out = aligned && by ? arena_lower(a, str_from(by)) : STR("");
	json_decref(row);
	return out;
}

/* The same without the text; a gateway's word counts here as well. */
struct trust_said trust_says(const struct trust_result *t)
{
	const struct dmarc_result *d = &t->dmarc;
	bool saw = t->spf.domain.n && str_ieq(t->spf.domain, t->vouched.spf);
	bool fails = !t->aligned && d->verdict == DMARC_FAIL;
	return (struct trust_said){
		.aligned = t->aligned,
		.spf = saw || t->spf.verdict == SPF_PASS,
		.spf_fail = !saw && t->spf.verdict == SPF_FAIL,
		.dmarc_fail = fails,
		.dmarc_reject = fails && d->record.n && d->policy == DMARC_POLICY_REJECT,
		.is_signed = has_signature(t),
		.unsigned_strict = is_unsigned(t),
		.quarantine = is_unsigned(t) && d->published == DMARC_POLICY_QUARANTINE,
	};
}

#include "trust/authres.h"
#include "trust/trust.h"

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

str trust_authres(struct arena *a, const struct trust_ask *ask,
		  const struct trust_result *t)
{
	struct authres r = { 0 };
	bool spf_pass = t->spf.verdict == SPF_PASS;
	authres_add(&r, "iprev", iprev_word(t->iprev.verdict), NULL);
	authres_property(&r, "policy.iprev", net_ip_text(a, ask->client));
	authres_add(&r, "spf", spf_word(t->spf.verdict), spf_pass ? NULL : t->spf.why);
	if (t->spf.helo)
		authres_property(&r, "smtp.helo", ask->helo);
	else
		authres_property(&r, "smtp.mailfrom", ask->sender);
	add_dkim(&r, t);
	authres_add(&r, "arc", arc_word(t->arc.verdict), t->arc.why);
	if (t->arc.count) /* RFC 8617 section 10.2 */
		authres_property(&r, "smtp.remote-ip", net_ip_text(a, ask->client));
	add_dmarc(&r, t);
	str text = authres_text(a, ask->receiver, &r);
	authres_free(&r);
	return text;
}

static void set(struct arena *a, json_t *o, const char *key, str text)
{
	json_object_set_new(o, key, kept_text(a, text));
}

static json_t *dkim_json(struct arena *a, const struct trust_result *t)
{
	json_t *list = json_array();
	for (size_t i = 0; i < t->dkim_count; i++) {
		json_t *o = json_object();
		set(a, o, "result", str_from(dkim_word(t->dkim[i].verdict)));
		set(a, o, "domain", t->dkim[i].domain);
		set(a, o, "selector", t->dkim[i].selector);
		if (t->dkim[i].why)
			set(a, o, "reason", str_from(t->dkim[i].why));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *arc_json(struct arena *a, const struct trust_result *t)
{
	json_t *o = json_object(), *sealers = json_array();
	set(a, o, "cv", str_from(arc_word(t->arc.verdict)));
	for (unsigned i = 0; i < t->arc.count && t->arc.verdict == ARC_PASS; i++) {
		json_array_append_new(sealers, kept_text(a, t->arc.sets[i].domain));
	}
	json_object_set_new(o, "sealers", sealers);
	if (t->arc.why)
		set(a, o, "reason", str_from(t->arc.why));
	return o;
}

static json_t *dmarc_json(struct arena *a, const struct trust_result *t)
{
	const struct dmarc_result *d = &t->dmarc;
	json_t *o = json_object();
	set(a, o, "result", str_from(dmarc_word(d->verdict)));
	set(a, o, "policy", str_from(d->record.n ? dmarc_policy_word(d->policy) : ""));
	set(a, o, "domain", d->domain);
	if (d->aligned.n)
		set(a, o, "by", d->aligned);
	if (d->why)
		set(a, o, "reason", str_from(d->why));
	return o;
}

str trust_json(struct arena *a, const struct trust_result *t)
{
	json_t *o = json_object();
	set(a, o, "spf", str_from(spf_word(t->spf.verdict)));
	set(a, o, "spf_domain", t->spf.domain);
	json_object_set_new(o, "dkim", dkim_json(a, t));
	json_object_set_new(o, "arc", arc_json(a, t));
	json_object_set_new(o, "dmarc", dmarc_json(a, t));
	set(a, o, "iprev", str_from(iprev_word(t->iprev.verdict)));
	json_object_set_new(o, "aligned", json_boolean(t->aligned));
	json_object_set_new(o, "dns", kept_json(&t->kept));
	char *text = json_dumps(o, JSON_COMPACT);
	str out = arena_copy(a, str_from(text));
	free(text);
	json_decref(o);
	return out;
}

struct trust_said trust_said(str json)
{
	json_t *row = json_loadb(json.p ? json.p : "", json.n, 0, NULL);
	const char *spf = json_string_value(json_object_get(row, "spf"));
	struct trust_said said = {
		.account = json_is_true(json_object_get(row, "account")),
		.local = json_is_true(json_object_get(row, "local")),
		.aligned = json_is_true(json_object_get(row, "aligned")),
		.spf = spf && !strcmp(spf, spf_word(SPF_PASS)),
	};
	json_decref(row);
	return said;
}

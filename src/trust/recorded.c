#include "trust/recorded.h"

#include "mail/address.h"
#include "trust/authres.h"
#include "trust/dmarc.h"
#include "trust/name.h"
#include "trust/suffix.h"

struct record {
	str from;                 /* its domain, as DMARC saw it */
	str dmarc, policy;        /* "fail", "reject" */
	bool spf, dkim, upstream; /* aligned, and passed */
	bool account;             /* somebody signed in */
};

static bool is_word(str said, const char *word)
{
	return str_eq(said, str_from(word));
}

static void take_dmarc(struct arena *a, str text, struct record *r)
{
	struct authres_said s;
	while (authres_next(a, &text, &s)) {
		if (!is_word(s.method, "dmarc"))
			continue;
		r->from = authres_said_property(&s, "header.from");
		r->dmarc = s.result;
		r->policy = authres_said_property(&s, "policy.dmarc");
	}
}

static void take_passes(struct arena *a, str text, struct record *r)
{
	struct authres_said s;
	while (authres_next(a, &text, &s)) {
		if (!is_word(s.result, "pass"))
			continue;
		str path = name_of_identity(authres_said_property(&s, "smtp.mailfrom"));
		str signer = authres_said_property(&s, "header.d");
		r->spf = r->spf
			 || (is_word(s.method, "spf")
			     && suffix_same_registrant(a, path, r->from));
		r->dkim = r->dkim
			  || (is_word(s.method, "dkim")
			      && suffix_same_registrant(a, signer, r->from));
		r->upstream = r->upstream || is_word(s.method, "x-upstream");
		r->account = r->account || is_word(s.method, "auth");
	}
}

/* The administrator, by our own Received (RFC 3848), of whom there are no results; and
 * who signed in, of whom there were none either. */
static str own_mail(str received)
{
	str rest = str_find(received, STR(" with ")), from = received, word;
	bool local = str_word(&from, &word) && is_word(word, "from")
		     && str_word(&from, &word) && is_word(word, "local");
	rest = str_skip(rest, STR(" with ").n);
	if (!str_word(&rest, &word))
		return STR("");
	if (str_ends(word, STR(";")))
		word = str_first(word, word.n - 1);
	if (str_ends(word, STR("A")))
		return STR("{\"aligned\":true}");
	return local ? STR("{\"local\":true}") : STR("");
}

static str results(struct arena *a, str value)
{
	struct record r = { 0 };
	take_dmarc(a, value, &r);
	take_passes(a, value, &r);
	bool aligned = r.account || r.upstream || is_word(r.dmarc, "pass")
		       || (!r.policy.n && (r.spf || r.dkim));
	bool strict = is_word(r.policy, dmarc_policy_word(DMARC_POLICY_REJECT))
		      || is_word(r.policy, dmarc_policy_word(DMARC_POLICY_QUARANTINE));
	bool fail = is_word(r.dmarc, "fail"),
	     reject = is_word(r.policy, dmarc_policy_word(DMARC_POLICY_REJECT));
	return arena_printf(a,
			    "{\"aligned\":%s,\"dmarc\":{\"result\":\"%s\",\"policy\":"
			    "\"%s\",\"unsigned\":%s}}",
			    aligned ? "true" : "false", fail ? "fail" : "none",
			    reject ? "reject" : "none",
			    strict && !r.dkim ? "true" : "false");
}

str trust_recorded(struct arena *a, const struct header *h, str receiver)
{
	const struct field *top = h->count ? &h->fields[0] : NULL;
	if (!top)
		return STR("");
	if (str_ieq(top->name, STR("Received")))
		return own_mail(header_value(a, top));
	if (!str_ieq(top->name, STR("Authentication-Results"))
	    || !str_ieq(authres_id(a, top->value), receiver))
		return STR("");
	return results(a, top->value);
}

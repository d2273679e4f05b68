#include "trust/dmarc.h"

#include "trust/tag.h"

const char *dmarc_word(enum dmarc_verdict v)
{
	static const char *const words[] = {
		[DMARC_NONE] = "none",           [DMARC_PASS] = "pass",
		[DMARC_FAIL] = "fail",           [DMARC_TEMPERROR] = "temperror",
		[DMARC_PERMERROR] = "permerror",
	};
	return words[v];
}

static const char *const policy_words[] = { [DMARC_POLICY_NONE] = "none",
					    [DMARC_POLICY_QUARANTINE] = "quarantine",
					    [DMARC_POLICY_REJECT] = "reject" };

const char *dmarc_policy_word(enum dmarc_policy p)
{
	return policy_words[p];
}

/* Takes the next tag off *text. A piece without = gives an empty name. */
static bool next_tag(str *text, str *name, str *value)
{
	str piece = *text, rest = STR_NONE;
	if (!text->n)
		return false;
	str_cut(*text, ';', &piece, &rest);
	*text = rest;
	*name = *value = STR_NONE;
	if (str_cut(piece, '=', name, value)) {
		*name = str_trim(*name);
		*value = str_trim(*value);
	}
	return true;
}

bool dmarc_is_record(str text)
{
	str name, value;
	return next_tag(&text, &name, &value) && str_eq(name, STR("v"))
	       && str_eq(value, STR("DMARC1"));
}

/* Words of the grammar are ABNF literals: their case does not matter. */
static bool policy(str value, enum dmarc_policy *out)
{
	for (enum dmarc_policy p = DMARC_POLICY_NONE; p <= DMARC_POLICY_REJECT; p++)
		if (str_ieq(value, str_from(policy_words[p]))) {
			*out = p;
			return true;
		}
	return false;
}

/* Does rua= name one place that could be written to: scheme ":" something? */
static bool has_uri(str list)
{
	while (list.n) {
		str uri = list, rest = STR_NONE, scheme, path;
		str_cut(list, ',', &uri, &rest);
		list = rest;
		if (!str_cut(str_trim(uri), ':', &scheme, &path) || !scheme.n || !path.n
		    || !chr_is_alpha(scheme.p[0]))
			continue;
		if (!str_ieq(scheme, STR("mailto")) || str_has(path, '@'))
			return true;
	}
	return false;
}

struct reader {
	struct dmarc_record *r;
	bool has_p, has_sp, wrong; /* wrong: a policy tag with no policy in it */
};

static void policy_tag(struct reader *x, str value, enum dmarc_policy *slot, bool *has)
{
	if (policy(value, slot))
		*has = true;
	else
		x->wrong = true;
}

static void take(struct reader *x, str name, str value)
{
	struct dmarc_record *r = x->r;
	if (str_eq(name, STR("p")))
		policy_tag(x, value, &r->p, &x->has_p);
	else if (str_eq(name, STR("sp")))
		policy_tag(x, value, &r->sp, &x->has_sp);
	else if (str_eq(name, STR("np")))
		policy_tag(x, value, &r->np, &r->has_np);
	else if (str_eq(name, STR("adkim")))
		r->dkim_strict = str_ieq(value, STR("s"));
	else if (str_eq(name, STR("aspf")))
		r->spf_strict = str_ieq(value, STR("s"));
	else if (str_eq(name, STR("t")))
		r->testing = str_ieq(value, STR("y"));
	else if (str_eq(name, STR("psd")))
		r->psd = str_ieq(value, STR("y"))   ? DMARC_PSD_YES
			 : str_ieq(value, STR("n")) ? DMARC_PSD_NO
						    : DMARC_PSD_UNKNOWN;
	else if (str_eq(name, STR("rua")))
		r->rua = value;
	else if (str_eq(name, STR("ruf")))
		r->ruf = value;
	else if (str_eq(name, STR("fo")))
		r->fo = value;
}

static bool seen_before(str text, str here, str name)
{
	str other, value;
	str before = str_first(text, (size_t)(here.p - text.p));
	while (next_tag(&before, &other, &value))
		if (str_eq(other, name))
			return true;
	return false;
}

err dmarc_record_parse(str text, struct dmarc_record *record)
{
	struct dmarc_record out = { 0 };
	struct reader x = { .r = &out };
	str rest = text, name, value;
	if (!dmarc_is_record(text))
		return FAIL(ERR_SYNTAX, "not a DMARC record");
	while (next_tag(&rest, &name, &value))
		if (name.n
		    && !seen_before(text, name, name)) /* the first of a name counts */
			take(&x, name, value);
	/* Section 4.7: no p= at all is p=none. Section 4.10.1: a policy that is wrong
	 * is p=none for a domain that wants reports, and no record for another. */
	out.usable = !x.wrong || has_uri(out.rua);
	if (x.wrong) {
		out.p = DMARC_POLICY_NONE;
		x.has_sp = out.has_np = false;
	}
	if (!x.has_sp)
		out.sp = out.p;
	if (!out.has_np)
		out.np = out.sp;
	*record = out;
	return OK;
}

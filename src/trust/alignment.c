#include "trust/alignment.h"

#include "mail/address.h"
#include "trust/dmarc.h"
#include "trust/kept.h"
#include "trust/name.h"
#include "trust/suffix.h"

static void policy_of(struct arena *a, str json, str domain, struct dmarc_result *out)
{
	struct kept kept;
	struct spf_result spf = { .verdict = SPF_NONE };
	json_t *row = json_loadb(json.p ? json.p : "", json.n, 0, NULL);
	kept_replay(&kept, a, json_object_get(row, "dns"));
	json_decref(row);
	struct dmarc_ask ask = { .resolver = &kept.resolver,
				 .domain = domain,
				 .spf = &spf };
	dmarc_check(a, &ask, out);
}

/* One of the two is enough for a pass. */
static bool is_strict(const struct dmarc_result *d)
{
	struct dmarc_record r;
	return d->record.n && !dmarc_record_parse(d->record, &r).kind && r.dkim_strict
	       && r.spf_strict;
}

enum alignment alignment_of_ours(struct arena *a, str json, str domain, str ours)
{
	struct dmarc_result d;
	ours = domain_ascii(a, ours);
	policy_of(a, json, domain, &d);
	if (str_ieq(d.domain, ours))
		return ALIGNMENT_HOLDS;
	if (is_strict(&d))
		return ALIGNMENT_NONE;
	if (d.record.n && d.org.n && name_within(ours, d.org))
		return ALIGNMENT_HOLDS;
	if (!suffix_same_registrant(a, d.domain, ours))
		return ALIGNMENT_NONE;
	return d.verdict == DMARC_NONE ? ALIGNMENT_UNPUBLISHED : ALIGNMENT_HOLDS;
}

#include "mail/address.h"
#include "trust/dmarc.h"
#include "trust/name.h"

/* Asks at one name. Several DMARC records there are as none (RFC 9989 section
 * 4.10, steps 2 and 6). True: the way up ends here. */
static bool ask_at(struct arena *a, struct resolver *r, int64_t deadline, str domain,
		   struct dmarc_walk *out)
{
	struct dns_answer answer;
	struct dmarc_found found = { .domain = domain };
	str name = arena_cat(a, STR("_dmarc."), domain);
	size_t records = 0;
	if (!name_fits(name))
		return false;
	resolver_ask(r, a, name, DNS_TXT, deadline, &answer);
	if (answer.status == DNS_FAILED) {
		out->failed = err_in(a, ERR_TEMP, "no answer from DNS for %.*s",
				     STR_F(name))
				      .msg;
		return true;
	}
	for (size_t i = 0; i < answer.count; i++)
		if (!dmarc_record_parse(answer.records[i].data, &found.record).kind) {
			found.text = answer.records[i].data;
			records++;
		}
	if (records != 1)
		return false;
	/* Of several only the last was kept: but then we are not here. */
	out->found[out->count++] = found;
	return found.record.psd != DMARC_PSD_UNKNOWN;
}

/* Section 4.10.2. Only the last record can have ended the walk. */
static str organization(const struct dmarc_walk *w, str domain)
{
	if (!w->count)
		return domain;
	const struct dmarc_found *last = &w->found[w->count - 1];
	if (last->record.psd == DMARC_PSD_YES && !str_eq(last->domain, domain))
		return name_last(domain, name_labels(last->domain) + 1);
	return last->domain;
}

void dmarc_walk(struct arena *a, struct resolver *r, int64_t deadline, str domain,
		struct dmarc_walk *out)
{
	enum { LABELS_KEPT = DMARC_QUERIES_MAX - 1 };
	*out = (struct dmarc_walk){ 0 };
	str at = domain;
	bool end = false;
	while (at.n && !end) {
		end = ask_at(a, r, deadline, at, out);
		/* Step 4: from a deep name straight to its last seven labels. */
		at = name_labels(at) > LABELS_KEPT ? name_last(at, LABELS_KEPT)
						   : name_parent(at);
	}
	out->org = organization(out, domain);
}

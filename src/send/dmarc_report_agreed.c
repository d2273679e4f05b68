/* Who may be written to about a domain (RFC 9990 section 4). */
#include "send/dmarc_report.h"
#include "trust/dmarc.h"
#include "trust/name.h"
#include "trust/suffix.h"

struct asking {
	struct arena *a;
	const struct dmarc_asking *by;
	str domain, org; /* where the record stands, and whose that is */
};

static err find_org(struct asking *x, str domain, str *org)
{
	struct dmarc_walk walk;
	dmarc_walk(x->a, x->by->resolver, x->by->deadline, domain, &walk);
	if (walk.failed)
		return FAIL(ERR_TEMP, walk.failed);
	*org = walk.org;
	return OK;
}

static str host_of(struct arena *a, const struct dmarc_report_to *to)
{
	return domain_ascii(a, to->address.domain);
}

/* Step 9: it may name another address, at the same host only; else nobody is written
 * to. */
static bool take_instead(struct asking *x, str rua, struct dmarc_report_to *to)
{
	struct dmarc_report_to instead[DMARC_REPORT_URIS];
	str host = host_of(x->a, to);
	size_t n = dmarc_report_uris(x->a, rua, instead);
	for (size_t i = 0; i < n; i++)
		if (!str_eq(host_of(x->a, &instead[i]), host))
			return false;
	if (n)
		*to = instead[0];
	return true;
}

/* Steps 2 to 9. */
static err ask_outside(struct asking *x, str host, struct dmarc_report_to *to, bool *yes)
{
	struct dns_answer answer;
	str name = arena_cat(x->a, x->domain, STR("._report._dmarc."), host);
	*yes = false;
	if (!name_fits(name))
		return OK;
	resolver_ask(x->by->resolver, x->a, name, DNS_TXT, x->by->deadline, &answer);
	if (answer.status == DNS_FAILED)
		return FAIL(ERR_TEMP, "no answer from DNS whether reports are wanted");
	for (size_t i = 0; answer.status == DNS_FOUND && i < answer.count && !*yes; i++) {
		struct dmarc_record record;
		if (dmarc_record_parse(answer.records[i].data, &record).kind)
			continue;
		if (!take_instead(x, x->by->failures ? record.ruf : record.rua, to))
			return OK;
		*yes = true;
	}
	return OK;
}

static err ask(struct asking *x, struct dmarc_report_to *to, bool *yes)
{
	str host = host_of(x->a, to), org;
	*yes = false;
	if (!domain_valid(host)) /* an address literal is nobody's domain */
		return OK;
	if (atomic_load(x->by->stopping))
		return FAIL(ERR_TEMP, "it is time to stop");
	TRY(find_org(x, host, &org));
	/* Where names are registered below a name whose record is somebody's, all of its
	 * registrants would be one organization. */
	*yes = str_eq(org, x->org) && suffix_same_registrant(x->a, host, x->domain);
	return *yes ? OK : ask_outside(x, host, to, yes);
}

static bool is_among(struct arena *a, const struct dmarc_report_to *all, size_t n,
		     const struct dmarc_report_to *x)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(address_key(a, &all[i].address), address_key(a, &x->address)))
			return true;
	return false;
}

err dmarc_report_agreed(struct arena *a, const struct dmarc_asking *by, str domain,
			str rua, struct dmarc_report_to to[static DMARC_REPORT_URIS],
			size_t *count)
{
	struct asking x = { a, by, domain, STR("") };
	struct dmarc_report_to asked[DMARC_REPORT_URIS], agreed[DMARC_REPORT_URIS];
	size_t n = dmarc_report_uris(a, rua, asked), all = 0;
	if (n)
		TRY(find_org(&x, domain, &x.org));
	for (size_t i = 0; i < n; i++) {
		bool yes;
		TRY(ask(&x, &asked[i], &yes));
		if (yes && !is_among(a, agreed, all, &asked[i]))
			agreed[all++] = asked[i];
	}
	memcpy(to, agreed, all * sizeof *to);
	*count = all;
	return OK;
}

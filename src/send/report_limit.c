#include "send/report_limit.h"

#include "base/clock.h"
#include "store/outbound/budget.h"
#include "trust/suffix.h"

enum { DAY = 86400, SPREAD_S = 4 * 3600 };

/* name+1@ and name+2@ are mostly one mailbox. */
static str mailbox_of(struct arena *a, str address)
{
	str local, domain, name, tag;
	if (!str_cut_last(address, '@', &local, &domain))
		return STR("");
	if (!str_cut(local, '+', &name, &tag))
		name = local;
	return arena_lower(a, arena_cat(a, name, STR("@"), domain));
}

struct report_to report_to(struct arena *a, str domain, str host, str mailbox)
{
	return (struct report_to){ .third = !suffix_same_registrant(a, host, domain),
				   .host = suffix_registrant(a, host),
				   .mailbox = mailbox_of(a, mailbox) };
}

/* The names that budgets are kept under. */
static str host_name(struct arena *a, const struct report_to *to)
{
	return arena_cat(a, STR("reports:"), to->host);
}

static str mailbox_name(struct arena *a, const struct report_to *to)
{
	return arena_cat(a, STR("reports:"), to->mailbox);
}

err report_limit_ask(struct book *outbound, struct arena *a, const struct report_to *to,
		     bool *yes)
{
	int64_t host = 0, mailbox = 0, since = clock_now() - DAY;
	if (!to->third) {
		*yes = true;
		return OK;
	}
	TRY(budget_sum(outbound, host_name(a, to), since, &host));
	if (to->mailbox.n)
		TRY(budget_sum(outbound, mailbox_name(a, to), since, &mailbox));
	int64_t share = to->yields ? 2 : 1;
	*yes = host < REPORTS_TO_HOST / share && mailbox < REPORTS_TO_MAILBOX / share;
	return OK;
}

err report_limit_count(struct book *outbound, struct arena *a, const struct report_to *to)
{
	if (!to->third)
		return OK;
	TRY(budget_add(outbound, host_name(a, to), clock_now(), 1));
	return to->mailbox.n ? budget_add(outbound, mailbox_name(a, to), clock_now(), 1)
			     : OK;
}

int64_t report_spread(str domain)
{
	uint32_t h = 2166136261u; /* FNV-1a */
	for (size_t i = 0; i < domain.n; i++)
		h = (h ^ (unsigned char)domain.p[i]) * 16777619u;
	return h % SPREAD_S;
}

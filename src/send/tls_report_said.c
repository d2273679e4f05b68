#include "send/tls_report_said.h"

#include "base/clock.h"
#include "send/sts.h"
#include "store/outbound/sts.h"
#include "store/outbound/tls_tally.h"

enum {
	DAY = 86400,
	ROWS = 1000,
	OCTETS = 256 * 1024, /* of names, records and reasons in a report */
};

/* What a report has room for: servers and DNS records are a stranger's, who may have as
 * many as they like. What does not fit is in the sums alone. */
static bool fits(size_t *left, size_t octets)
{
	if (octets > *left)
		return false;
	*left -= octets;
	return true;
}

/* What the domain publishes, as it was last fetched. */
static void add_sts(struct book *outbound, struct arena *a, str domain,
		    struct report_tls_policy *p, size_t *left)
{
	struct sts_row row;
	struct sts_policy sts;
	str line, rest;
	if (sts_get(outbound, a, domain, 0, &row).kind
	    || sts_parse(a, row.policy, &sts).kind || !fits(left, 2 * row.policy.n))
		return;
	p->mx = sts.mx;
	p->mx_count = sts.mx_count;
	p->strings = arena_alloc(a, (row.policy.n + 1) * sizeof *p->strings);
	for (rest = row.policy; str_line(&rest, &line);)
		if (str_trim(line).n)
			p->strings[p->string_count++] = str_trim(line);
}

static void add_records(struct arena *a, str lines, struct report_tls_policy *p,
			size_t *left)
{
	str line;
	if (!fits(left, lines.n))
		return;
	p->strings = arena_alloc(a, (lines.n + 1) * sizeof *p->strings);
	while (str_line(&lines, &line))
		p->strings[p->string_count++] = line;
}

static void add_row(struct report_tls_policy *p, const struct tls_tally_row *row,
		    size_t *left)
{
	if (!row->result.n) {
		p->successes += row->sessions;
		return;
	}
	p->failures += row->sessions;
	if (fits(left, row->mx.n + row->from.n + row->to.n + row->reason.n))
		p->details[p->detail_count++] = (struct report_tls_failure){
			row->result, row->mx,     row->from,
			row->to,     row->reason, row->sessions
		};
}

/* Rows come sorted by policy. */
err tls_report_make(const struct conf *conf, struct book *outbound, struct arena *a,
		    int64_t day, str domain, struct report_tls *out)
{
	struct tls_tally_row *rows;
	struct report_tls_policy *p = NULL;
	size_t count, left = OCTETS;
	TRY(tls_tally_of(outbound, a, day, domain, ROWS, &rows, &count));
	str self = domain_ascii(a, conf->site_domain);
	char date[CLOCK_TEXT];
	clock_iso(day * DAY * 1000, date);
	*out = (struct report_tls){ .domain = domain,
				    .organization = self,
				    .submitter = self,
				    .contact = arena_cat(a, STR("postmaster@"), self),
				    .id = arena_cat(a, str_first(str_from(date), 10),
						    STR("."), domain, STR("@"), self),
				    .begin = day * DAY,
				    .end = day * DAY + DAY - 1,
				    .policies = arena_zero(
					    a, (count + 1) * sizeof *out->policies) };
	for (size_t i = 0; i < count; i++) {
		bool same = p && str_eq(rows[i].type, rows[i - 1].type)
			    && str_eq(rows[i].policy, rows[i - 1].policy);
		if (!same) {
			p = &out->policies[out->policy_count++];
			p->type = rows[i].type;
			p->domain = domain;
			p->details = arena_alloc(a, count * sizeof *p->details);
			if (str_eq(p->type, STR("sts")))
				add_sts(outbound, a, domain, p, &left);
			else
				add_records(a, rows[i].policy, p, &left);
		}
		add_row(p, &rows[i], &left);
	}
	return OK;
}

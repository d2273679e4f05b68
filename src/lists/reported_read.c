/* A report's numbers, from a stranger's mail: sums, and the failures that are most. */
#include "lists/reported_inside.h"

#include "lists/reported.h"
#include "mail/report_dmarc.h"
#include "mail/report_tls.h"

enum { TEXT_MOST = 200 };

static str text(struct arena *a, str s)
{
	return arena_copy(a, str_first(str_trim(s), TEXT_MOST));
}

/* A stranger's numbers: sums stay sums. */
static void add_to(int64_t *sum, int64_t n)
{
	const int64_t most = INT64_C(1) << 50;
	*sum = n < 0 ? *sum : n > most - *sum ? most : *sum + n;
}

/* The least of those that are kept gives way to a greater one. */
static void add_failure(struct arena *a, struct reported *f, str source, str result,
			int64_t count)
{
	struct report_failure x = { .source = text(a, source),
				    .result = text(a, result),
				    .count = count };
	size_t least = 0;
	for (size_t i = 0; i < f->count; i++) {
		if (str_eq(f->failures[i].source, x.source)
		    && str_eq(f->failures[i].result, x.result)) {
			add_to(&f->failures[i].count, count);
			return;
		}
		if (f->failures[i].count < f->failures[least].count)
			least = i;
	}
	if (f->count < REPORTED_FAILURES)
		f->failures[f->count++] = x;
	else if (f->failures[least].count < count)
		f->failures[least] = x;
}

/* Either of them aligned is a pass (RFC 9989). */
static bool read_dmarc(struct arena *a, str message, struct reported *f)
{
	struct dmarc_report r;
	if (dmarc_report_read(a, message, &r).kind)
		return false;
	f->row = (struct report_row){ .kind = STR("dmarc"),
				      .domain = r.domain,
				      .name = text(a, r.org_name),
				      .report = text(a, r.report_id),
				      .begins = r.begin,
				      .ends = r.end };
	for (size_t i = 0; i < r.count; i++) {
		bool good = str_eq(r.records[i].dkim, STR("pass"))
			    || str_eq(r.records[i].spf, STR("pass"));
		add_to(good ? &f->row.passed : &f->row.failed, r.records[i].count);
		if (!good)
			add_failure(a, f, r.records[i].source_ip, STR("dmarc"),
				    r.records[i].count);
	}
	return true;
}

static bool read_tls(struct arena *a, str message, struct reported *f)
{
	struct report_tls r;
	if (report_tls_read(a, message, &r).kind)
		return false;
	f->row = (struct report_row){ .kind = STR("tls"),
				      .domain = r.domain,
				      .name = text(a, r.organization),
				      .report = text(a, r.id),
				      .begins = r.begin,
				      .ends = r.end };
	for (size_t i = 0; i < r.policy_count; i++) {
		const struct report_tls_policy *p = &r.policies[i];
		add_to(&f->row.passed, p->successes);
		add_to(&f->row.failed, p->failures);
		for (size_t k = 0; k < p->detail_count; k++)
			add_failure(a, f, p->details[k].mx, p->details[k].result,
				    p->details[k].sessions);
	}
	return true;
}

bool reported_read(struct arena *a, str message, struct reported *out)
{
	struct report_failure *room = arena_alloc(a, REPORTED_FAILURES * sizeof *room);
	*out = (struct reported){ .failures = room };
	if (read_tls(a, message, out))
		return true;
	*out = (struct reported){ .failures = room };
	return read_dmarc(a, message, out);
}

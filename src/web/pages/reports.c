/* /reports: what other servers report about us, and what to do about it. */
#include "web/pages/forms.h"

#include "base/clock.h"
#include "base/language.h"
#include "store/outbound/report.h"
#include "web/escape.h"
#include "web/pages/page.h"

enum { DAY = 86400, DAYS = 14, REPORTERS_SHOWN = 200, FAILURES_SHOWN = 50 };

static const struct {
	const char *kind, *title, *unit, *passes;
} kinds[] = {
	{ "dmarc", "DMARC", "messages", N_("DMARC: messages that passed") },
	{ "tls", "TLS", "connections", N_("TLS: connections that passed") },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static size_t kind_of(str word)
{
	size_t k = 0;
	while (k < KINDS - 1 && !str_eq(word, str_from(kinds[k].kind)))
		k++;
	return k;
}

/* A word that RFC 8460 does not have is shown as it came. */
static void explain(struct page_reports_failures *row, str word)
{
	static const struct {
		str word;
		const char *what, *advice;
	} rows[] = {
#define REPORTED(word, what, advice) { STR(word), what, advice },
#include "web/pages/reported.def"
#undef REPORTED
	};
	row->what = word;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(word, rows[i].word)) {
			row->what = S_(rows[i].what);
			row->advice = S_(rows[i].advice);
		}
}

/* Fewer than one in ten more or less is no trend. */
static void set_trend(struct page_reports_rows *row)
{
	bool worse = row->failed > row->before + row->before / 10;
	bool better = row->failed < row->before - row->before / 10;
	row->state = worse ? STR("bad") : row->failed ? STR("warn") : STR("ok");
	row->word = worse         ? S_("More fail")
		    : better      ? S_("Fewer fail")
		    : row->failed ? S_("As before")
				  : S_("All pass");
}

static bool is_same(const struct report_row *x, const struct report_row *y)
{
	return str_eq(x->kind, y->kind) && str_eq(x->reporter, y->reporter)
	       && str_eq(x->domain, y->domain);
}

static err add_reporters(struct request *q, struct page_reports *p, int64_t now)
{
	struct book *b = worker_of(q)->books.outbound;
	struct report_row *is, *was;
	size_t n, before;
	int64_t since = now - (int64_t)DAYS * DAY;
	TRY(report_sums(b, q->arena, since, INT64_MAX, REPORTERS_SHOWN, &is, &n));
	TRY(report_sums(b, q->arena, since - (int64_t)DAYS * DAY, since, REPORTERS_SHOWN,
			&was, &before));
	struct page_reports_kinds *sums = arena_zero(q->arena, KINDS * sizeof *sums);
	struct page_reports_rows *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t k = 0; k < KINDS; k++) {
		sums[k].title = str_from(kinds[k].title);
		sums[k].unit = str_from(kinds[k].unit);
		sums[k].passes = S_(kinds[k].passes);
	}
	for (size_t i = 0; i < before; i++)
		sums[kind_of(was[i].kind)].before += was[i].failed;
	for (size_t i = 0; i < n; i++) {
		size_t k = kind_of(is[i].kind);
		sums[k].passed += is[i].passed;
		sums[k].failed += is[i].failed;
		rows[i] = (struct page_reports_rows){ .reporter = is[i].reporter,
						      .name = is[i].name,
						      .about = str_from(kinds[k].title),
						      .domain = is[i].domain,
						      .passed = is[i].passed,
						      .failed = is[i].failed,
						      .last = is[i].came_at };
		for (size_t w = 0; w < before; w++)
			rows[i].before += is_same(&is[i], &was[w]) ? was[w].failed : 0;
		set_trend(&rows[i]);
	}
	p->any = n > 0;
	p->kinds = sums;
	p->kinds_count = KINDS;
	p->rows = rows;
	p->rows_count = n;
	return OK;
}

static err add_failures(struct request *q, struct page_reports *p, int64_t now)
{
	struct report_failure *f;
	size_t n;
	TRY(report_failures(worker_of(q)->books.outbound, q->arena,
			    now - (int64_t)DAYS * DAY, FAILURES_SHOWN, &f, &n));
	struct page_reports_failures *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct page_reports_failures){
			.source = f[i].source.n ? f[i].source : S_("not said"),
			.about = str_from(kinds[kind_of(f[i].kind)].title),
			.domain = f[i].domain,
			.count = f[i].count,
			.reporters = f[i].reporters,
		};
		explain(&rows[i], f[i].result);
	}
	p->failures = rows;
	p->failures_count = n;
	return OK;
}

static err gather(struct request *q, struct page_reports *p)
{
	int64_t now = clock_now();
	TRY(add_reporters(q, p, now));
	return add_failures(q, p, now);
}

void reports_page(struct request *q, struct response *r)
{
	struct page_reports p = {
		.frame = account_frame(q, S_("Reports about this server")),
		.days = DAYS,
	};
	r->cache = STR("no-store");
	if (!page_failed(q, r, gather(q, &p)))
		ANSWER(q, r, reports, &p);
}

#include "lists/reported.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/reported_inside.h"
#include "store/lists/domain.h"
#include "trust/trust.h"

enum { DAY = 86400 };

/* RFC 9990 and RFC 8460 section 5.3 want the subject so; nothing else is unpacked. */
static bool says_so(struct arena *a, const struct header *h)
{
	str subject = header_text(a, header_find(h, STR("Subject")));
	return str_istarts(str_trim(subject), STR("report domain:"));
}

/* A domain that lists live in, or a name below one. */
static err is_ours(struct books *books, struct arena *a, str *domain, bool *yes)
{
	struct domain_row *d;
	size_t n;
	*domain = arena_lower(a, domain_ascii(a, str_trim(*domain)));
	TRY(domain_all(books->lists, a, &d, &n));
	*yes = false;
	for (size_t i = 0; i < n; i++) {
		str name = domain_ascii(a, d[i].name);
		*yes = *yes || str_eq(*domain, name)
		       || str_ends(*domain, arena_cat(a, STR("."), name));
	}
	return OK;
}

static err enter(struct books *books, const struct inbound_message *arrival,
		 struct reported *f, bool *taken)
{
	bool fresh;
	int64_t today;
	f->row.came_at = clock_now();
	TRY(report_count(books->outbound, f->row.came_at - DAY, &today));
	if (today >= REPORTED_DAILY) {
		log_warn("reports-too-many", KS("from", f->row.reporter),
			 KZ("do", "nothing: what is more today goes to the "
				  "administrator"));
		return OK;
	}
	TRY(report_add(books->outbound, &f->row, f->failures, f->count, &fresh));
	log_info("report-received", KS("kind", f->row.kind), KS("about", f->row.domain),
		 KS("from", f->row.reporter), KN("inbound", arrival->id),
		 KN("passed", f->row.passed), KN("failed", f->row.failed),
		 KZ("seen", fresh ? "first" : "before"));
	*taken = true;
	return OK;
}

err reported_take(struct books *books, struct arena *a,
		  const struct inbound_message *arrival, str message,
		  const struct header *header, bool *taken)
{
	struct trust_author author;
	struct reported f;
	bool ours;
	*taken = false;
	if (!says_so(a, header) || !trust_said(arrival->trust).aligned)
		return OK;
	if (!reported_read(a, message, &f))
		return OK;
	trust_author(a, header, &author);
	f.row.reporter = domain_ascii(a, author.domain);
	TRY(is_ours(books, a, &f.row.domain, &ours));
	return ours ? enter(books, arrival, &f, taken) : OK;
}

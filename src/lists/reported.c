#include "lists/reported.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/reported_inside.h"
#include "store/lists/domain.h"
#include "store/outbound/budget.h"
#include "trust/suffix.h"
#include "trust/trust.h"

enum { DAY = 86400 };

/* RFC 9990 and RFC 8460 section 5.3 want the subject so; nothing else is unpacked. */
static bool says_so(struct arena *a, const struct header *h)
{
	str subject = header_text(a, header_find(h, STR("Subject")));
	return str_istarts(str_trim(subject), STR("report domain:"));
}

bool reported_may_be(struct arena *a, str recipient, const struct header *header)
{
	str local, domain;
	if (!str_cut_last(recipient, '@', &local, &domain))
		local = recipient; /* RFC 5321 section 4.5.1: the server's own */
	return str_ieq(local, STR("postmaster")) && says_so(a, header);
}

static bool is_name(struct arena *a, str domain, str name)
{
	return name.n && str_ieq(domain, domain_ascii(a, name));
}

/* A domain that has mail here, by that name: a name below one that nobody uses would let
 * whoever wants make rows without end. */
static err is_ours(struct books *books, struct arena *a, str *domain, bool *yes)
{
	struct domain_row *d;
	size_t n;
	*domain = domain_ascii(a, str_trim(*domain));
	TRY(domain_all(books->lists, a, &d, &n));
	*yes = is_name(a, *domain, books->conf->site_domain)
	       || is_name(a, *domain, books->conf->site_hostname);
	for (size_t i = 0; i < n && !*yes; i++)
		*yes = is_name(a, *domain, d[i].name);
	return OK;
}

/* Written before anything is unpacked: a report that ends the program is met so many
 * times and then never again. */
static err count_attempt(struct books *books, struct arena *a, str reporter, bool *may)
{
	int64_t now = clock_now(), all, its;
	str name = arena_cat(a, STR("reports-from:"), suffix_registrant(a, reporter));
	TRY(budget_sum(books->outbound, STR("reports-from:"), now - DAY, &all));
	TRY(budget_sum(books->outbound, name, now - DAY, &its));
	*may = all < REPORTED_DAILY && its < REPORTED_EACH;
	if (!*may) {
		log_warn("reports-too-many", KS("from", reporter),
			 KZ("do", "nothing: what is more today goes to the "
				  "administrator"));
		return OK;
	}
	TRY(budget_add(books->outbound, STR("reports-from:"), now, 1));
	return budget_add(books->outbound, name, now, 1);
}

static err enter(struct books *books, const struct inbound_message *arrival,
		 struct reported *f, bool *taken)
{
	bool fresh;
	f->row.came_at = clock_now();
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
	bool ours, may;
	*taken = false;
	if (!trust_said(arrival->trust).aligned || message.n > REPORTED_OCTETS)
		return OK;
	trust_author(a, header, &author);
	str reporter = domain_ascii(a, author.domain);
	TRY(count_attempt(books, a, reporter, &may));
	if (!may || !reported_read(a, message, &f))
		return OK;
	f.row.reporter = reporter;
	TRY(is_ours(books, a, &f.row.domain, &ours));
	return ours ? enter(books, arrival, &f, taken) : OK;
}

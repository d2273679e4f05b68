/* tests/unit/reporting.h: what reporters work on: an outbound book, and DNS that may be slow or away.
 *
 *     struct reporting r = reporting_make(a);
 *     table_txt(&r.dns.table, "uni.example", STR("v=spf1 -all"));
 *     r.dns.fails = true;
 *     reporter = dmarc_reporter_new(&reporting_conf(&r, look_ms));
 *     CHECK(reporting_count(r.b, "SELECT count(*) FROM delivery") == 0);
 *     reporting_end(&r);
 */
#pragma once

#include "base/thread.h"
#include "dns_table.h"
#include "send/dmarc_report.h"
#include "store_folder.h"

#include <stdatomic.h>

struct reporting_dns {
	struct resolver resolver;
	struct dns_table table;
	int ms;     /* until it answers */
	bool fails; /* it has no answer */
	int asked;
};

struct reporting {
	struct arena *a;
	str data;
	struct book *b;
	struct reporting_dns dns;
	struct conf conf;
	atomic_bool stopping;
};

static inline void reporting_ask(struct resolver *r, struct arena *a, str name,
				 enum dns_type type, int64_t deadline,
				 struct dns_answer *answer)
{
	struct reporting_dns *d = (struct reporting_dns *)r;
	d->asked++;
	if (d->ms)
		thread_sleep(d->ms);
	if (d->fails)
		*answer = (struct dns_answer){ .status = DNS_FAILED, .why = "away" };
	else
		table_ask(&d->table.resolver, a, name, type, deadline, answer);
}

/* Answers at once again, and nothing is asked yet. */
static inline void reporting_fresh_dns(struct reporting *r)
{
	r->dns.ms = r->dns.asked = 0;
	r->dns.fails = false;
}

static inline struct reporting reporting_make(struct arena *a)
{
	str data = folder_make(a);
	return (struct reporting){ .a = a,
				   .data = data,
				   .b = fresh_book(a, data, BOOK_OUTBOUND),
				   .dns = { .resolver.ask = reporting_ask,
					    .table = DNS_TABLE(a) },
				   .conf = { .site_domain = STR("lists.example"),
					     .site_hostname = STR("mail.lists.example"),
					     .site_url = STR("https://lists.example") } };
}

static inline void reporting_end(struct reporting *r)
{
	book_close(r->b);
	folder_remove(r->a, r->data);
}

/* look_ms: for one look. */
#define reporting_conf(r, look_ms)                                             \
	((struct dmarc_reporter_conf){ &(r)->conf, &(r)->dns.resolver, (r)->b, \
				       &(r)->stopping, (look_ms) })

static inline int64_t reporting_count(struct book *b, const char *sql)
{
	int64_t n = -1;
	bool found;
	CHECK(ok(book_number(b, &n, &found, sql)));
	return n;
}

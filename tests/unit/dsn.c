#include "mail/dsn.h"

#include "base/buf.h"
#include "mail/date.h"
#include "mail/mime.h"
#include "tests/check.h"

#include <sys/resource.h>

static struct dsn report(struct dsn_recipient *r, size_t n)
{
	return (struct dsn){ .reporting_mta = STR("mx.lists.example"),
			     .envelope_id = STR("id+3D=7"),
			     .arrival = 1795493529,
			     .recipients = r,
			     .count = n };
}

static const struct address sender = { STR("anna"), STR("uni.example") };
static const str original = STR(
	"Message-ID: <a@b>\r\nSubject: x\r\n\r\nbody\r\n--=_\r\n");

static void both_ways(struct arena *a)
{
	struct dsn_recipient r[] = {
		{ STR("b@x.example"), STR("rfc822;B+2B20@x.example"), STR("failed"),
		  STR("5.1.1"), STR("550 5.1.1 no such user\r\nBcc: evil@x.example"),
		  STR("mx.x.example"), 0 },
		{ STR("\"c d\"@y.example"), STR(""), STR("delayed"), STR("4.4.1"),
		  STR("timed out"), STR(""), 1795493529 + 86400 },
		{ STR("e@z.example"), STR(""), STR(""), STR(""), STR(""), STR(""), 0 },
	};
	struct dsn d = report(r, 3), back;
	str m = dsn_write(a, &d, &sender, STR("lists.example"), original, false);
	CHECK(!dsn_read(a, m, &back).kind && back.count == 3);
	CHECK(str_eq(back.reporting_mta, d.reporting_mta)
	      && str_eq(back.envelope_id, d.envelope_id) && back.arrival == d.arrival);
	CHECK(str_eq(back.recipients[0].final, r[0].final)
	      && str_eq(back.recipients[0].status, r[0].status)
	      && str_eq(back.recipients[0].action, r[0].action)
	      && str_eq(back.recipients[0].remote, r[0].remote)
	      && str_eq(back.recipients[0].original, r[0].original)
	      && str_eq(back.recipients[0].diagnostic,
			STR("550 5.1.1 no such user  Bcc: evil@x.example")));
	CHECK(str_eq(back.recipients[1].final, r[1].final)
	      && str_eq(back.recipients[1].action, r[1].action)
	      && str_eq(back.recipients[1].diagnostic, r[1].diagnostic));
	CHECK(str_eq(back.recipients[2].final, r[2].final)
	      && str_eq(back.recipients[2].action, STR("failed"))
	      && str_eq(back.recipients[2].status, STR("5.0.0")));

	CHECK(str_find(m, STR("Diagnostic-Code: smtp; 550 5.1.1")).n
	      && str_find(m, STR("Remote-MTA: dns; mx.x.example")).n
	      && str_find(m, STR("Diagnostic-Code: x-postern; timed out")).n);

	str until = arena_cat(a, STR("\r\nWill-Retry-Until: "), date_text(a, r[1].until),
			      STR("\r\n"));
	CHECK(str_find(m, until).n);
	CHECK(!str_find(str_skip(str_find(m, until), 9), STR("Will-Retry-Until")).n);

	struct mime x;
	CHECK(!mime_parse(a, m, &x).kind && x.count == 4 && !x.flags && !x.header.flags);
	if (x.count != 4)
		return;
	CHECK(str_eq(x.parts[0].type, STR("multipart/report"))
	      && str_eq(x.parts[1].type, STR("text/plain"))
	      && str_eq(x.parts[2].type, STR("message/delivery-status"))
	      && str_eq(x.parts[3].type, STR("message/rfc822")));
	CHECK(str_eq(x.parts[3].raw, original));
	CHECK(str_eq(header_text(a, header_find(&x.header, STR("Auto-Submitted"))),
		     STR("auto-replied")));
	CHECK(str_eq(header_text(a, header_find(&x.header, STR("To"))),
		     STR("anna@uni.example")));
	CHECK(str_eq(header_text(a, header_find(&x.header, STR("In-Reply-To"))),
		     STR("<a@b>")));
	CHECK(!header_find(&x.header, STR("Bcc")));
	str words = mime_text(a, &x.parts[1], NULL);
	CHECK(str_find(words, STR("<b@x.example>\n    550 5.1.1 no such user")).n);
	CHECK(str_find(words, STR("still being tried")).n
	      && str_find(words, STR("tried again")).n);
}

static void kinds(struct arena *a)
{
	static const struct {
		const char *action, *subject;
	} cases[] = { { "failed", "Mail not delivered" }, { "delayed", "Mail delayed" },
		      { "delivered", "Mail delivered" },  { "relayed", "Mail relayed" },
		      { "expanded", "Mail expanded" },    { "", "Mail not delivered" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dsn_recipient r = { .final = STR("b@x.example"),
					   .action = str_from(cases[i].action) };
		struct dsn d = report(&r, 1);
		struct header h = { 0 };
		str m = dsn_write(a, &d, &sender, STR("lists.example"), original, true);
		CHECK(!header_scan(a, m, &h).kind);
		CHECK(str_eq(header_text(a, header_find(&h, STR("Subject"))),
			     str_from(cases[i].subject)));
		CHECK(str_find(m, STR("Content-Type: text/rfc822-headers\r\n")).n
		      && !str_find(m, STR("\r\nbody\r\n")).n);
	}
}

static void wide(struct arena *a)
{
	struct dsn_recipient r = { .final = STR("\xC3\xBC@x.example"),
				   .action = STR("failed"),
				   .diagnostic = STR("550 \xC3\xBC") };
	struct dsn d = report(&r, 1), back;
	str m = dsn_write(a, &d, &sender, STR("lists.example"),
			  STR("Subject: \xC3\xBC\r\n\r\nx\r\n"), false);
	CHECK(!dsn_read(a, m, &back).kind && back.count == 1
	      && str_eq(back.recipients[0].final, r.final));
	CHECK(str_eq(back.recipients[0].diagnostic, STR("550 ??")));
	CHECK(str_find(m, STR("message/global-delivery-status")).n
	      && str_find(m, STR("message/global\r\n")).n);
}

#define REPORT                                                                        \
	"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n" \
	"--b\n\nwords\n--b\nContent-Type: message/delivery-status\n\n"

static void foreign(struct arena *a)
{
	static const struct {
		const char *message;
		size_t count;
		const char *final, *status;
	} cases[] = {
		{ REPORT "Reporting-MTA: dns; x\n\nFinal-Recipient: RFC822; "
			 "<A@X.example>\nAction: Failed\n"
			 "Status: 5.1.1 (no user)\n\n\n--b--\n",
		  1, "A@x.example", "5.1.1" },
		{ REPORT "Reporting-MTA: dns; x\nFinal-Recipient: "
			 "rfc822;a@x.example\nStatus: 4.0.0\n--b--\n",
		  1, "a@x.example", "4.0.0" },
		{ REPORT "\n\nReporting-MTA: dns; x\n\n\n\nOriginal-Recipient: "
			 "rfc822;a@x.example\n--b--\n",
		  1, "a@x.example", "" },
		{ REPORT
		  "Reporting-MTA: dns; x\n\nFinal-Recipient: X400; /C=de/\n--b--\n",
		  1, "/C=de/", "" },
		{ REPORT "words\n--b\nContent-Type: message/delivery-status\n\n"
			 "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@x.example\n"
			 "Status: 5.1.1\n--b--\n",
		  1, "a@x.example", "5.1.1" },
		{ REPORT "Reporting-MTA: dns; x\n--b--\n", 0, NULL, NULL },
		{ "Subject: x\n\nFinal-Recipient: rfc822;a@x.example\n", 0, NULL, NULL },
		{ "", 0, NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dsn d = { .count = 77 };
		CHECK(!dsn_read(a, str_from(cases[i].message), &d).kind
		      && d.count == cases[i].count);
		if (d.count == 1) {
			CHECK(str_eq(d.recipients[0].final, str_from(cases[i].final)));
			CHECK(str_eq(d.recipients[0].status, str_from(cases[i].status)));
		}
	}
}

static long largest(void) /* KB */
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

/* A stranger sends what reads like a report and is empty lines, or blocks of nothing:
 * it takes no more memory than a message does. */
static void endless(void)
{
	static const str blocks[] = { STR("\n"), STR("x:\n\n"), STR("x\n\n") };
	enum { OCTETS = 8 << 20, FEW_KB = 100 * 1024 };
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
		ARENA(mine);
		struct dsn d;
		BUF(b);
		buf_add(&b, STR(REPORT));
		while (b.n < OCTETS)
			buf_add(&b, blocks[i]);
		buf_add(&b, STR("\n--b--\n"));
		long before = largest();
		CHECK(!dsn_read(mine, buf_str(&b), &d).kind && !d.count);
		CHECK(largest() - before < FEW_KB);
	}
}

int main(void)
{
	ARENA(a);
	both_ways(a);
	kinds(a);
	wide(a);
	foreign(a);
	endless();
	return check_done();
}

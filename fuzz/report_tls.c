/* Reports on TLS and the records that ask for them: what was read is within its limits,
 * and what we write of it is read again as the same. */
#include "fuzz.h"

#include "base/gzip.h"
#include "mail/report_tls.h"

static void check_record(struct arena *a, str text)
{
	str uris[REPORT_TLS_URIS];
	struct address to;
	size_t n;
	if (!report_tls_record(text, a, uris, &n))
		return;
	must(n && n <= REPORT_TLS_URIS);
	for (size_t i = 0; i < n; i++)
		if (report_tls_address(a, uris[i], &to))
			must(to.local.n && to.domain.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str text = { (const char *)data, n };
	struct report_tls r, again;
	check_record(a, text);
	err e = report_tls_read(a, text, &r);
	must(!e.kind || e.msg);
	if (e.kind)
		return 0;
	size_t details = 0;
	must(r.policy_count <= REPORT_TLS_POLICIES);
	for (size_t i = 0; i < r.policy_count; i++)
		details += r.policies[i].detail_count;
	must(details <= REPORT_TLS_DETAILS);
	str json = report_tls_json(a, &r);
	struct address to = { STR("tls"), STR("uni.example") };
	r.submitter = STR("lists.example");
	r.domain = STR("uni.example");
	str mail = report_tls_mail(a, &r, STR("mail.lists.example"), &to,
				   gzip_pack(a, json));
	must(!report_tls_read(a, mail, &again).kind);
	must(again.policy_count == r.policy_count && str_eq(again.id, r.id));
	must(str_eq(report_tls_json(a, &again), json) || r.begin < 0
	     || r.end < 0); /* years beyond four digits */
	return 0;
}

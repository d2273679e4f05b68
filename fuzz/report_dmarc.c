/* A report of any octets, in a mail, packed or bare: every text that comes out is UTF-8,
 * within the limits, and each result has a method. */
#include "fuzz.h"

#include "base/utf8.h"
#include "mail/report_dmarc.h"

static void is_text(str s)
{
	must(utf8_valid(s) && s.n <= 3 * DMARC_REPORT_TEXT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct dmarc_report r;
	if (dmarc_report_read(a, (str){ (const char *)data, n }, &r).kind)
		return 0;
	is_text(r.org_name);
	is_text(r.p);
	must(r.begin >= 0 && r.count <= DMARC_RECORDS_MAX);
	for (size_t i = 0; i < r.count; i++) {
		const struct dmarc_record *x = &r.records[i];
		is_text(x->source_ip);
		must(x->count >= 0 && x->auth_count <= DMARC_RECORD_PARTS_MAX
		     && x->reason_count <= DMARC_RECORD_PARTS_MAX);
		for (size_t k = 0; k < x->auth_count; k++) {
			is_text(x->auths[k].human_result);
			must(x->auths[k].method.n > 0);
		}
		for (size_t k = 0; k < x->reason_count; k++)
			is_text(x->reasons[k].comment);
	}
	return 0;
}

/* A report of any octets, in a mail, packed or bare: every text that comes out is UTF-8,
 * within the limits, and each result has a method; written by us it reads the same. Bytes
 * that are no report are a list of addresses for one. */
#include "fuzz.h"

#include "base/gzip.h"
#include "base/utf8.h"
#include "mail/report_dmarc.h"

static void is_text(str s)
{
	must(utf8_valid(s) && s.n <= 3 * DMARC_REPORT_TEXT_MAX);
}

static void write_again(struct arena *a, const struct dmarc_report *r)
{
	struct dmarc_report again;
	struct dmarc_report_by by = { STR("lists.example"), STR("mail.lists.example") };
	struct address to = { STR("r"), STR("uni.example") };
	str xml = dmarc_report_xml(a, r);
	if (xml.n >= DMARC_REPORT_MAX)
		return;
	must(!dmarc_report_read(a, xml, &again).kind && again.count == r->count
	     && again.begin == r->begin);
	str mail = dmarc_report_mail(a, r, &by, &to, gzip_pack(a, xml));
	if (mail.n < (1 << 20))
		must(!dmarc_report_read(a, mail, &again).kind && again.count == r->count);
}

static void read_uris(struct arena *a, str bytes)
{
	struct dmarc_report_to to[DMARC_REPORT_URIS];
	size_t n = dmarc_report_uris(a, bytes, to);
	must(n <= DMARC_REPORT_URIS);
	for (size_t i = 0; i < n; i++)
		must(to[i].most >= 0 && to[i].address.domain.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct dmarc_report r;
	str bytes = { (const char *)data, n };
	if (dmarc_report_read(a, bytes, &r).kind) {
		read_uris(a, bytes);
		return 0;
	}
	is_text(r.org_name);
	is_text(r.p);
	must(r.begin >= 0 && r.count <= DMARC_RECORDS_MAX);
	for (size_t i = 0; i < r.count; i++) {
		const struct dmarc_report_record *x = &r.records[i];
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
	write_again(a, &r);
	return 0;
}

/* A report's numbers, from a stranger's mail: sums, and the failures that are most. */
#include "lists/reported_inside.h"

#include "base/utf8.h"
#include "lists/reported.h"
#include "mail/mime.h"
#include "mail/report_dmarc.h"
#include "mail/report_tls.h"
#include "mail/unpack.h"

enum { TEXT_MOST = 200, NAME_MOST = 64 };

struct reading {
	struct arena *a;    /* of what is kept */
	struct arena *mine; /* of all that is unpacked */
	struct reported *f;
};

static str text(struct reading *x, str s, size_t most)
{
	return arena_copy(x->a, utf8_scrub(x->mine, str_first(str_trim(s), most)));
}

/* A stranger's numbers: sums of them stay sums. */
static int64_t number(int64_t n)
{
	const int64_t most = INT64_C(1) << 40;
	return n < 0 ? 0 : n > most ? most : n;
}

static void add_to(int64_t *sum, int64_t n)
{
	*sum = number(*sum + number(n));
}

/* The least of those that are kept gives way to a greater one. */
static void add_failure(struct reading *x, str source, str result, int64_t count)
{
	struct reported *f = x->f;
	struct report_failure one = { .source = text(x, source, NAME_MOST),
				      .result = text(x, result, NAME_MOST),
				      .count = number(count) };
	size_t least = 0;
	for (size_t i = 0; i < f->count; i++) {
		if (str_eq(f->failures[i].source, one.source)
		    && str_eq(f->failures[i].result, one.result)) {
			add_to(&f->failures[i].count, count);
			return;
		}
		if (f->failures[i].count < f->failures[least].count)
			least = i;
	}
	if (f->count < REPORTED_FAILURES)
		f->failures[f->count++] = one;
	else if (f->failures[least].count < one.count)
		f->failures[least] = one;
}

/* Either of them aligned is a pass (RFC 9989). */
static bool read_dmarc(struct reading *x, str xml)
{
	struct dmarc_report r;
	if (xml.n > REPORTED_XML
	    || dmarc_report_parse(x->mine, xml, REPORTED_RECORDS, REPORTED_RECORDS, &r)
		       .kind)
		return false;
	x->f->row = (struct report_row){ .kind = STR("dmarc"),
					 .domain = text(x, r.domain, TEXT_MOST),
					 .name = text(x, r.org_name, TEXT_MOST),
					 .report = text(x, r.report_id, TEXT_MOST),
					 .begins = r.begin,
					 .ends = r.end };
	for (size_t i = 0; i < r.count; i++) {
		bool good = str_eq(r.records[i].dkim, STR("pass"))
			    || str_eq(r.records[i].spf, STR("pass"));
		add_to(good ? &x->f->row.passed : &x->f->row.failed, r.records[i].count);
		if (!good)
			add_failure(x, r.records[i].source_ip, STR("dmarc"),
				    r.records[i].count);
	}
	return true;
}

static bool read_tls(struct reading *x, str json)
{
	struct report_tls r;
	if (json.n > REPORTED_JSON || report_tls_read(x->mine, json, &r).kind)
		return false;
	x->f->row = (struct report_row){ .kind = STR("tls"),
					 .domain = text(x, r.domain, TEXT_MOST),
					 .name = text(x, r.organization, TEXT_MOST),
					 .report = text(x, r.id, TEXT_MOST),
					 .begins = r.begin,
					 .ends = r.end };
	for (size_t i = 0; i < r.policy_count; i++) {
		const struct report_tls_policy *p = &r.policies[i];
		add_to(&x->f->row.passed, p->successes);
		add_to(&x->f->row.failed, p->failures);
		for (size_t k = 0; k < p->detail_count; k++)
			add_failure(x, p->details[k].mx, p->details[k].result,
				    p->details[k].sessions);
	}
	return true;
}

/* RFC 9990 section 3.5.2 and RFC 8460 section 5.3 have one file; many call it something
 * else than they should. */
static bool is_file(const struct mime_part *p)
{
	static const str types[] = {
		STR("application/gzip"),       STR("application/x-gzip"),
		STR("application/zip"),        STR("application/x-zip"),
		STR("application/tlsrpt"),     STR("application/x-zip-compressed"),
		STR("application/xml"),        STR("text/xml"),
		STR("application/json"),       STR("application/tlsrpt+gzip"),
		STR("application/tlsrpt+json")
	};
	static const str ends[] = { STR(".gz"), STR(".zip"), STR(".xml"), STR(".json") };
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_eq(p->type, types[i]))
			return true;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_ends(p->filename, ends[i]))
			return true;
	return false;
}

/* Of all that there may be, one is unpacked. */
static bool find_file(struct arena *a, str message, str *bytes)
{
	struct mime m;
	if (mime_parse(a, message, &m).kind)
		return false;
	for (size_t i = 0; i < m.count; i++)
		if (!m.parts[i].multipart && is_file(&m.parts[i])) {
			*bytes = mime_bytes(a, &m.parts[i]);
			return bytes->n <= REPORTED_PACKED;
		}
	return false;
}

bool reported_read(struct arena *a, str message, struct reported *out)
{
	ARENA(mine);
	struct reading x = { a, mine, out };
	str packed, bytes;
	*out = (struct reported){ .failures = arena_alloc(
					  a, REPORTED_FAILURES * sizeof *out->failures) };
	if (!find_file(mine, message, &packed)
	    || unpack(mine, packed, REPORTED_XML, &bytes).kind)
		return false;
	/* A file within a file is none, so what is read here is never unpacked again. */
	return str_starts(str_trim(bytes), STR("{")) ? read_tls(&x, bytes)
						     : read_dmarc(&x, bytes);
}

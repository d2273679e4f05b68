#include "mail/report_dmarc.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "mail/mime.h"
#include "mail/unpack.h"

#include <expat.h>
#include <stddef.h>

enum { PATH_MAX_OCTETS = 200, FIRST_WORDS = 4096 };

enum kind { TEXT, WORD, NUMBER };
enum of { REPORT, RECORD, AUTH, REASON };

static const struct value {
	const char *path;
	enum of of;
	enum kind kind;
	size_t member;
} values[] = {
#define STRUCT_REPORT                 struct dmarc_report
#define STRUCT_RECORD                 struct dmarc_report_record
#define STRUCT_AUTH                   struct dmarc_auth
#define STRUCT_REASON                 struct dmarc_reason
#define VALUE(path, of, kind, member) { path, of, kind, offsetof(STRUCT_##of, member) },
#include "mail/report_dmarc.def"
#undef VALUE
};

struct reading {
	struct arena *a;
	XML_Parser parser;
	struct dmarc_report report;
	struct buf records;        /* of struct dmarc_report_record */
	struct buf auths, reasons; /* of the record at hand */
	struct buf errors;         /* of str */
	struct buf path, text;
	size_t starts[DMARC_REPORT_DEPTH_MAX]; /* where each element's name begins */
	size_t depth;
	size_t records_left, parts_left;
	err failed;
};

static void fail(struct reading *x, err e)
{
	if (!x->failed.kind)
		x->failed = e;
	XML_StopParser(x->parser, XML_FALSE);
}

/* ---- where the reader stands */

static bool is_at(const struct reading *x, const char *path)
{
	return str_eq(buf_str(&x->path), str_from(path));
}

static void *last(struct buf *b, size_t size)
{
	return b->n ? b->p + b->n - size : NULL;
}

static void *one_more(struct reading *x, struct buf *b, size_t size, size_t *left)
{
	static const struct dmarc_report_record none;
	if (!*left) {
		fail(x,
		     FAIL(ERR_LIMIT, "the report has more entries than any honest one"));
		return NULL;
	}
	--*left;
	buf_add(b, (str){ (const char *)&none, size });
	return last(b, size);
}

/* A record has so many of them, and so have all records together. */
static void *one_part(struct reading *x, struct buf *b, size_t size)
{
	size_t none = 0, full = DMARC_RECORD_PARTS_MAX * size;
	return one_more(x, b, size, b->n >= full ? &none : &x->parts_left);
}

static void begin_part(struct reading *x)
{
	struct dmarc_auth *auth = NULL;
	bool dkim = is_at(x, "feedback/record/auth_results/dkim");
	if (is_at(x, "feedback/record"))
		one_more(x, &x->records, sizeof(struct dmarc_report_record),
			 &x->records_left);
	else if (is_at(x, "feedback/record/row/policy_evaluated/reason"))
		one_part(x, &x->reasons, sizeof(struct dmarc_reason));
	else if (dkim || is_at(x, "feedback/record/auth_results/spf"))
		auth = one_part(x, &x->auths, sizeof *auth);
	if (auth)
		auth->method = dkim ? STR("dkim") : STR("spf");
}

static void on_start(void *ctx, const char *name, const char **attributes)
{
	struct reading *x = ctx;
	const char *colon = strrchr(name, ':'); /* of a namespace: whichever it is */
	str word = str_from(colon ? colon + 1 : name);
	(void)attributes;
	if (x->failed.kind) /* expat may end what it has begun */
		return;
	if (x->depth == DMARC_REPORT_DEPTH_MAX || x->path.n + word.n > PATH_MAX_OCTETS) {
		fail(x, FAIL(ERR_LIMIT, "the report's elements are nested too deep"));
		return;
	}
	x->starts[x->depth++] = x->path.n;
	buf_cat(&x->path, x->path.n ? STR("/") : STR(""), word);
	buf_clear(&x->text);
	if (x->depth == 1 && !is_at(x, "feedback"))
		fail(x, FAIL(ERR_SYNTAX, "this XML is no aggregate report"));
	begin_part(x);
}

static void on_text(void *ctx, const char *s, int n)
{
	struct reading *x = ctx;
	if (x->failed.kind)
		return;
	size_t room = DMARC_REPORT_TEXT_MAX - x->text.n;
	buf_add(&x->text, (str){ s, (size_t)n < room ? (size_t)n : room });
}

/* ---- what is taken */

static void *struct_of(struct reading *x, enum of of)
{
	switch (of) {
	case REPORT:
		return &x->report;
	case RECORD:
		return last(&x->records, sizeof(struct dmarc_report_record));
	case AUTH:
		return last(&x->auths, sizeof(struct dmarc_auth));
	case REASON:
		break;
	}
	return last(&x->reasons, sizeof(struct dmarc_reason));
}

static void take_value(struct reading *x, const struct value *v, str text)
{
	char *to = struct_of(x, v->of);
	int64_t n;
	if (!to)
		return;
	if (v->kind != NUMBER)
		*(str *)(void *)(to + v->member) = v->kind == WORD
							   ? arena_lower(x->a, text)
							   : arena_copy(x->a, text);
	else if (str_i64(text, &n) && n >= 0)
		*(int64_t *)(void *)(to + v->member) = n;
}

/* A value may have been cut in the middle of a character. */
static str value_text(struct reading *x)
{
	return utf8_scrub(x->a, str_trim(buf_str(&x->text)));
}

static void take_error(struct reading *x)
{
	str text = value_text(x);
	text = arena_copy(x->a, text);
	if (x->errors.n / sizeof text < DMARC_RECORD_PARTS_MAX)
		buf_add(&x->errors, (str){ (const char *)&text, sizeof text });
}

static void end_record(struct reading *x)
{
	struct dmarc_report_record *r = last(&x->records, sizeof *r);
	str auths = arena_copy(x->a, buf_str(&x->auths));
	str reasons = arena_copy(x->a, buf_str(&x->reasons));
	r->auths = (void *)(uintptr_t)auths.p;
	r->auth_count = auths.n / sizeof *r->auths;
	r->reasons = (void *)(uintptr_t)reasons.p;
	r->reason_count = reasons.n / sizeof *r->reasons;
	buf_clear(&x->auths);
	buf_clear(&x->reasons);
}

static void on_end(void *ctx, const char *name)
{
	struct reading *x = ctx;
	(void)name;
	if (x->failed.kind)
		return;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		if (is_at(x, values[i].path))
			take_value(x, &values[i], value_text(x));
	if (is_at(x, "feedback/report_metadata/error"))
		take_error(x);
	else if (is_at(x, "feedback/record"))
		end_record(x);
	x->path.n = x->starts[--x->depth];
	buf_clear(&x->text);
}

/* No report has one, and entities are how XML grows. */
static void on_doctype(void *ctx, const char *name, const char *system,
		       const char *public, int internal)
{
	(void)name, (void)system, (void)public, (void)internal;
	fail(ctx, FAIL(ERR_SYNTAX, "a report has no document type"));
}

/* ---- the XML */

static err parse(struct reading *x, str xml)
{
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	if (XML_Parse(x->parser, xml.p, (int)xml.n, XML_TRUE) == XML_STATUS_OK)
		return OK;
	if (x->failed.kind)
		return x->failed;
	return err_in(x->a, ERR_SYNTAX, "line %lu of the report: %s",
		      XML_GetCurrentLineNumber(x->parser),
		      XML_ErrorString(XML_GetErrorCode(x->parser)));
}

static void *kept(struct arena *a, const struct buf *b)
{
	return (void *)(uintptr_t)arena_copy(a, buf_str(b)).p;
}

/* Some write another charset's octets and say UTF-8, or nothing. */
static str readable(struct arena *a, str xml)
{
	bool utf16 = str_starts(xml, STR("\xFE\xFF")) || str_starts(xml, STR("\xFF\xFE"));
	str prolog = str_first(xml, 200), encoding = str_find(prolog, STR("encoding="));
	bool other = encoding.n && !str_istarts(str_skip(encoding, 10), STR("utf-8"));
	return utf16 || other ? xml : utf8_scrub(a, xml);
}

static err read_xml(struct arena *a, str xml, size_t records, size_t parts,
		    struct dmarc_report *r)
{
	struct reading x = { .a = a,
			     .parser = XML_ParserCreate(NULL),
			     .records_left = records,
			     .parts_left = parts };
	if (!x.parser)
		return FAIL(ERR_TEMP, "there is no memory for a report");
	err e = parse(&x, readable(a, xml));
	if (!e.kind) {
		x.report.records = kept(a, &x.records);
		x.report.count = x.records.n / sizeof(struct dmarc_report_record);
		x.report.errors = kept(a, &x.errors);
		x.report.error_count = x.errors.n / sizeof(str);
		*r = x.report;
	}
	XML_ParserFree(x.parser);
	buf_free(&x.records);
	buf_free(&x.auths);
	buf_free(&x.reasons);
	buf_free(&x.errors);
	buf_free(&x.path);
	buf_free(&x.text);
	return e;
}

/* ---- where it is */

static const err none_in_it = { ERR_NOTFOUND, "there is no aggregate report in it" };

static bool is_xml(str s)
{
	s = str_starts(s, STR("\xEF\xBB\xBF")) ? str_skip(s, 3) : s;
	str words = str_first(str_trim(s), FIRST_WORDS);
	return str_starts(words, STR("<?xml")) || str_starts(words, STR("<feedback"))
	       || str_starts(s, STR("\xFE\xFF")) || str_starts(s, STR("\xFF\xFE"));
}

static bool may_be_report(str bytes)
{
	return unpack_kind(bytes) != UNPACK_PLAIN || is_xml(bytes);
}

/* Some servers put it into a schema's element, which never ends. */
static str unwrapped(str xml)
{
	bool wrapped = str_find(str_first(xml, FIRST_WORDS), STR("<xs:schema")).n > 0;
	str inner = wrapped ? str_find(xml, STR("<feedback")) : STR_NONE;
	return inner.n ? inner : xml;
}

err dmarc_report_parse(struct arena *a, str xml, size_t records, size_t parts,
		       struct dmarc_report *r)
{
	/* TLS reports come packed, too, in JSON. */
	return is_xml(xml) ? read_xml(a, unwrapped(str_trim(xml)), records, parts, r)
			   : none_in_it;
}

static err read_file(struct arena *a, str bytes, struct dmarc_report *r)
{
	str xml;
	TRY(unpack(a, bytes, DMARC_REPORT_MAX, &xml));
	return dmarc_report_parse(a, xml, DMARC_RECORDS_MAX, DMARC_PARTS_MAX, r);
}

err dmarc_report_read(struct arena *a, str bytes, struct dmarc_report *r)
{
	struct mime m;
	err e = none_in_it;
	if (may_be_report(bytes))
		return read_file(a, bytes, r);
	TRY(mime_parse(a, bytes, &m));
	for (size_t i = 0; i < m.count; i++) {
		if (m.parts[i].multipart)
			continue;
		str part = mime_bytes(a, &m.parts[i]);
		if (!may_be_report(part))
			continue;
		e = read_file(a, part, r);
		if (!e.kind)
			return OK;
	}
	return e;
}

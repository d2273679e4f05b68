/* postern check report: a report that others sent about us, as this program reads it:
 * DMARC, aggregate or of one failure, or TLS. */
#include "base/file.h"
#include "base/utf8.h"
#include "cli/cmd_check_inside.h"
#include "mail/arf.h"
#include "mail/date.h"
#include "mail/report_dmarc.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

enum { FILE_MAX = 64 << 20 };
enum kind { TEXT, WORD, NUMBER };
enum of { REPORT, RECORD, AUTH, REASON };

static const struct {
	enum of of;
	enum kind kind;
	const char *name;
	size_t member;
} values[] = {
#define STRUCT_REPORT struct dmarc_report
#define STRUCT_RECORD struct dmarc_report_record
#define STRUCT_AUTH   struct dmarc_auth
#define STRUCT_REASON struct dmarc_reason
#define VALUE(path, of, kind, member) \
	{ of, kind, #member, offsetof(STRUCT_##of, member) },
#include "mail/report_dmarc.def"
#undef VALUE
};

static json_t *text(str s)
{
	return json_stringn(s.n ? s.p : "", s.n);
}

static json_t *values_of(const void *from, enum of of)
{
	json_t *j = json_object();
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const void *at = (const char *)from + values[i].member;
		if (values[i].of == of)
			json_object_set_new(j, values[i].name,
					    values[i].kind == NUMBER
						    ? json_integer(*(const int64_t *)at)
						    : text(*(const str *)at));
	}
	return j;
}

static json_t *record_json(const struct dmarc_report_record *r)
{
	json_t *j = values_of(r, RECORD), *auths = json_array(), *reasons = json_array();
	for (size_t i = 0; i < r->auth_count; i++) {
		json_t *auth = values_of(&r->auths[i], AUTH);
		json_object_set_new(auth, "method", text(r->auths[i].method));
		json_array_append_new(auths, auth);
	}
	for (size_t i = 0; i < r->reason_count; i++)
		json_array_append_new(reasons, values_of(&r->reasons[i], REASON));
	json_object_set_new(j, "results", auths);
	json_object_set_new(j, "reasons", reasons);
	return j;
}

static int print(json_t *j, int code)
{
	json_dumpf(j, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	puts("");
	json_decref(j);
	return code;
}

static int print_error(err e)
{
	json_t *j = json_object();
	json_object_set_new(j, "result",
			    json_string(e.kind == ERR_NOTFOUND ? "none" : "error"));
	json_object_set_new(j, "reason", json_string(e.msg));
	return print(j, CLI_FAILED);
}

static json_t *texts(struct cli *c, struct arf_values v)
{
	json_t *j = json_array();
	for (size_t i = 0; i < v.count; i++)
		json_array_append_new(j, text(utf8_scrub(c->a, v.values[i])));
	return j;
}

static str field_of(struct cli *c, const struct arf *r, const char *name)
{
	return header_text(c->a, header_find(&r->fields, str_from(name)));
}

/* RFC 6591 section 3, with what DMARC adds (RFC 9991 section 4). */
static json_t *failure_json(struct cli *c, const struct arf *r)
{
	const struct {
		const char *name;
		str value;
	} rows[] = {
		{ "result", STR("failure") },
		{ "reason", STR("") },
		{ "auth_failure", r->auth_failure },
		{ "identity_alignment", field_of(c, r, "Identity-Alignment") },
		{ "delivery_result", field_of(c, r, "Delivery-Result") },
		{ "reporter", r->user_agent },
		{ "source_ip", r->source_ip },
		{ "original_mail_from", r->original_mail_from },
		{ "arrival", r->arrival ? date_text(c->a, r->arrival) : STR("") },
		{ "dkim_domain", r->dkim_domain },
		{ "dkim_identity", r->dkim_identity },
		{ "dkim_selector", r->dkim_selector },
		{ "spf_dns", field_of(c, r, "SPF-DNS") },
		{ "message_id", r->message_id },
	};
	json_t *j = json_object();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		json_object_set_new(j, rows[i].name,
				    text(utf8_scrub(c->a, rows[i].value)));
	json_object_set_new(j, "incidents", json_integer((json_int_t)r->incidents));
	json_object_set_new(j, "original_rcpt_to", texts(c, r->original_rcpt_to));
	json_object_set_new(j, "reported_domain", texts(c, r->reported_domain));
	json_object_set_new(j, "authentication_results",
			    texts(c, r->authentication_results));
	return j;
}

/* A mail about one failure? */
static int check_failure(struct cli *c, str bytes)
{
	struct arf r;
	err e = arf_read(c->a, bytes, &r);
	if (e.kind)
		return print_error(e);
	if (!str_eq(r.type, STR("auth-failure")))
		return print_error(FAIL(ERR_NOTFOUND, "there is no report in it"));
	return print(failure_json(c, &r), CLI_OK);
}

/* No DMARC aggregate report: one on TLS? */
static int check_tls(struct cli *c, str bytes)
{
	struct report_tls r;
	err e = report_tls_read(c->a, bytes, &r);
	if (e.kind == ERR_SYNTAX)
		return check_failure(c, bytes);
	return e.kind ? print_error(e) : print(cli_report_tls(c, &r), CLI_OK);
}

int cli_check_report(struct cli *c)
{
	struct dmarc_report r;
	str bytes;
	CLI_TRY(c, file_read(c->a, c->args[0], FILE_MAX, &bytes));
	err e = dmarc_report_read(c->a, bytes, &r);
	if (e.kind == ERR_NOTFOUND)
		return check_tls(c, bytes);
	if (e.kind)
		return print_error(e);
	json_t *j = json_object(), *records = json_array(), *errors = json_array();
	for (size_t i = 0; i < r.count; i++)
		json_array_append_new(records, record_json(&r.records[i]));
	for (size_t i = 0; i < r.error_count; i++)
		json_array_append_new(errors, text(r.errors[i]));
	json_object_set_new(j, "result", json_string("aggregate"));
	json_object_set_new(j, "reason", json_string(""));
	json_object_update_new(j, values_of(&r, REPORT));
	json_object_set_new(j, "errors", errors);
	json_object_set_new(j, "records", records);
	return print(j, CLI_OK);
}

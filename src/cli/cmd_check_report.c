/* postern check report: a DMARC aggregate report as this program reads it. */
#include "base/file.h"
#include "cli/cli.h"
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
#define STRUCT_RECORD struct dmarc_record
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

static json_t *record_json(const struct dmarc_record *r)
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

int cli_check_report(struct cli *c)
{
	struct dmarc_report r;
	str bytes;
	CLI_TRY(c, file_read(c->a, c->args[0], FILE_MAX, &bytes));
	err e = dmarc_report_read(c->a, bytes, &r);
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

/* postern check …: what this program sees in a thing, as JSON. */
#include "base/file.h"
#include "cli/cli.h"
#include "mail/dsn.h"
#include "mail/mime.h"

#include <jansson.h>
#include <stdio.h>

enum { FILE_MAX = 256 << 20 };

static json_t *text(struct cli *c, str s)
{
	json_t *j = json_stringn(s.n ? s.p : "", s.n);
	if (j)
		return j;
	s = cli_shown(c->a, s); /* no UTF-8: shown, not hidden */
	return json_stringn(s.n ? s.p : "", s.n);
}

static int print(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	puts("");
	json_decref(j);
	return CLI_OK;
}

static const char *const meanings[] = {
	[MEANS_FOREIGN] = "foreign",
	[MEANS_NOBODY] = "nobody",
	[MEANS_POST] = "post",
	[MEANS_REQUEST] = "request",
	[MEANS_JOIN] = "join",
	[MEANS_LEAVE] = "leave",
	[MEANS_OWNER] = "owner",
	[MEANS_CONFIRM] = "confirm",
	[MEANS_BOUNCE] = "bounce",
	[MEANS_BAD_PATH] = "bad-return-path",
	[MEANS_ALIAS] = "alias",
	[MEANS_ADMIN] = "admin",
	[MEANS_SRS] = "forwarded-return-path",
};

int cli_check_address(struct cli *c)
{
	struct books *books;
	struct address x;
	json_t *j = json_object();
	err e = address_parse(c->a, str_from(c->args[0]), &x);
	if (e.kind) {
		json_object_set_new(j, "result", json_string("syntax"));
		json_object_set_new(j, "reason", json_string(e.msg));
		print(j);
		return CLI_FAILED;
	}
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	struct meaning m = addressbook_find(books->addresses, c->a, &x);
	json_object_set_new(j, "result", json_string(meanings[m.what]));
	json_object_set_new(j, "address", text(c, address_text(c->a, &x)));
	if (m.list)
		json_object_set_new(j, "list", text(c, m.list->address));
	if (m.member)
		json_object_set_new(j, "member", json_integer(m.member));
	return print(j);
}

int cli_check_mime(struct cli *c)
{
	struct mime m;
	str bytes;
	json_t *j = json_object(), *parts = json_array();
	CLI_TRY(c, file_read(c->a, c->args[0], FILE_MAX, &bytes));
	CLI_TRY(c, mime_parse(c->a, bytes, &m));
	for (size_t i = 0; i < m.count; i++) {
		const struct mime_part *p = &m.parts[i];
		json_t *part = json_object();
		json_object_set_new(part, "type", text(c, p->type));
		json_object_set_new(part, "depth", json_integer(p->depth));
		json_object_set_new(part, "charset", text(c, p->charset));
		json_object_set_new(part, "encoding", text(c, p->encoding));
		json_object_set_new(part, "filename", text(c, p->filename));
		json_object_set_new(part, "attachment", json_boolean(p->attachment));
		json_object_set_new(
			part, "size",
			json_integer(
				(json_int_t)(p->multipart ? 0 : mime_bytes(c->a, p).n)));
		json_array_append_new(parts, part);
	}
	json_object_set_new(j, "flags", json_integer((json_int_t)m.flags));
	json_object_set_new(j, "parts", parts);
	return print(j);
}

int cli_check_bounce(struct cli *c)
{
	struct dsn d = { 0 };
	str bytes;
	json_t *j = json_object(), *failures = json_array();
	CLI_TRY(c, file_read(c->a, c->args[0], FILE_MAX, &bytes));
	CLI_TRY(c, dsn_read(c->a, bytes, &d));
	for (size_t i = 0; i < d.count; i++) {
		json_t *f = json_object();
		json_object_set_new(f, "address", text(c, d.recipients[i].final));
		json_object_set_new(
			f, "permanent",
			json_boolean(str_ieq(d.recipients[i].action, STR("failed"))));
		json_object_set_new(f, "status", text(c, d.recipients[i].status));
		json_object_set_new(f, "class", text(c, d.recipients[i].action));
		json_array_append_new(failures, f);
	}
	json_object_set_new(j, "failures", failures);
	return print(j);
}

/* postern check …: what this program sees in a thing, as JSON. */
#include "base/file.h"
#include "cli/cli.h"
#include "mail/arf.h"
#include "mail/bounce.h"
#include "mail/date.h"
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

static const struct {
	const char *word, *reason;
} meanings[] = {
	[MEANS_FOREIGN] = { "foreign", "its domain is none of this site's" },
	[MEANS_NOBODY] = { "nobody", "the domain is ours, but there is no such address" },
	[MEANS_POST] = { "post", "what comes is a post to the list" },
	[MEANS_REQUEST] = { "request", "the list's commands by mail" },
	[MEANS_JOIN] = { "join", "mail to it asks to join the list" },
	[MEANS_LEAVE] = { "leave", "mail to it asks to leave the list" },
	[MEANS_OWNER] = { "owner", "mail to it goes to who runs the list" },
	[MEANS_CONFIRM] = { "confirm", "mail to it confirms what a letter asked" },
	[MEANS_BOUNCE] = { "bounce", "a return path of ours, with a tag that is right" },
	[MEANS_BAD_PATH] = { "bad-return-path", "a return path whose tag is wrong" },
	[MEANS_ALIAS] = { "alias", "forwarded to persons" },
	[MEANS_ADMIN] = { "admin", "mail to it goes to the site's administrator" },
	[MEANS_SRS] = { "forwarded-return-path",
			"a forwarded mail's return path, on its way back" },
};

static json_t *judged(struct cli *c, const char *result, str reason)
{
	json_t *j = json_object();
	json_object_set_new(j, "result", json_string(result));
	json_object_set_new(j, "reason", text(c, reason));
	return j;
}

static int print_error(struct cli *c, const char *result, err e)
{
	print(judged(c, result, str_from(e.msg)));
	return CLI_FAILED;
}

int cli_check_address(struct cli *c)
{
	struct books *books;
	struct address x;
	err e = address_parse(c->a, str_from(c->args[0]), &x);
	if (e.kind)
		return print_error(c, "syntax", e);
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	struct meaning m = addressbook_find(books->addresses, c->a, &x);
	json_t *j = judged(c, meanings[m.what].word, str_from(meanings[m.what].reason));
	json_object_set_new(j, "address", text(c, address_text(c->a, &x)));
	if (m.list)
		json_object_set_new(j, "list", text(c, m.list->address));
	if (m.member)
		json_object_set_new(j, "member", json_integer(m.member));
	return print(j);
}

static const struct {
	unsigned flag;
	const char *word;
} flags[] = {
	{ MIME_TOO_DEEP, "too-deep" },           { MIME_TOO_MANY, "too-many-parts" },
	{ MIME_OPEN_BOUNDARY, "open-boundary" }, { MIME_BAD_ENCODING, "bad-encoding" },
	{ MIME_TYPE_TWICE, "type-twice" },       { MIME_BAD_HEADER, "bad-header" },
};

static json_t *flags_json(struct cli *c, unsigned set, str *listed)
{
	json_t *words = json_array();
	*listed = STR("");
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (!(set & flags[i].flag))
			continue;
		json_array_append_new(words, json_string(flags[i].word));
		*listed = arena_cat(c->a, *listed, listed->n ? STR(", ") : STR(""),
				    str_from(flags[i].word));
	}
	return words;
}

static json_t *part_json(struct cli *c, const struct mime_part *p)
{
	json_int_t size = p->multipart ? 0 : (json_int_t)mime_bytes(c->a, p).n;
	json_t *part = json_object();
	json_object_set_new(part, "type", text(c, p->type));
	json_object_set_new(part, "depth", json_integer(p->depth));
	json_object_set_new(part, "charset", text(c, p->charset));
	json_object_set_new(part, "encoding", text(c, p->encoding));
	json_object_set_new(part, "filename", text(c, p->filename));
	json_object_set_new(part, "attachment", json_boolean(p->attachment));
	json_object_set_new(part, "size", json_integer(size));
	return part;
}

int cli_check_mime(struct cli *c)
{
	struct mime m;
	str bytes, listed;
	err e = file_read(c->a, c->args[0], FILE_MAX, &bytes);
	if (!e.kind)
		e = mime_parse(c->a, bytes, &m);
	if (e.kind)
		return print_error(c, "error", e);
	json_t *parts = json_array(), *words = flags_json(c, m.flags, &listed);
	for (size_t i = 0; i < m.count; i++)
		json_array_append_new(parts, part_json(c, &m.parts[i]));
	json_t *j = judged(c, m.flags ? "flagged" : "clean", listed);
	json_object_set_new(j, "flags", words);
	json_object_set_new(j, "parts", parts);
	return print(j);
}

static json_t *failures_json(struct cli *c, const struct bounce *b)
{
	json_t *failures = json_array();
	for (size_t i = 0; i < b->count; i++) {
		const struct bounce_failure *x = &b->failures[i];
		json_t *f = json_object();
		json_object_set_new(f, "address", text(c, x->address));
		json_object_set_new(f, "permanent", json_boolean(x->permanent));
		json_object_set_new(f, "status", text(c, x->status));
		json_object_set_new(f, "class", json_string(bounce_class_word(x->class)));
		json_object_set_new(f, "diagnostic", text(c, x->diagnostic));
		json_object_set_new(f, "remote", text(c, x->remote));
		json_array_append_new(failures, f);
	}
	return failures;
}

static json_t *texts_json(struct cli *c, struct arf_values v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v.count; i++)
		json_array_append_new(list, text(c, v.values[i]));
	return list;
}

static json_t *complaint_json(struct cli *c, const struct arf *r)
{
	json_t *j = json_object();
	json_object_set_new(j, "type", text(c, r->type));
	json_object_set_new(j, "reporter", text(c, r->user_agent));
	json_object_set_new(j, "original_mail_from", text(c, r->original_mail_from));
	json_object_set_new(j, "original_rcpt_to", texts_json(c, r->original_rcpt_to));
	json_object_set_new(j, "source_ip", text(c, r->source_ip));
	json_object_set_new(j, "arrival",
			    text(c, r->arrival ? date_text(c->a, r->arrival) : STR_NONE));
	json_object_set_new(j, "incidents", json_integer((json_int_t)r->incidents));
	json_object_set_new(j, "reported_domain", texts_json(c, r->reported_domain));
	json_object_set_new(j, "authentication_results",
			    texts_json(c, r->authentication_results));
	json_object_set_new(j, "auth_failure", text(c, r->auth_failure));
	json_object_set_new(j, "message_id", text(c, r->message_id));
	json_object_set_new(j, "list_id", text(c, r->list_id));
	return j;
}

int cli_check_bounce(struct cli *c)
{
	struct bounce b;
	struct arf complaint;
	str bytes;
	json_t *j = json_object();
	CLI_TRY(c, file_read(c->a, c->args[0], FILE_MAX, &bytes));
	CLI_TRY(c, bounce_read(c->a, bytes, &b));
	CLI_TRY(c, arf_read(c->a, bytes, &complaint));
	json_object_set_new(j, "failures", failures_json(c, &b));
	json_object_set_new(j, "format", text(c, str_from(b.format)));
	json_object_set_new(j, "message_id", text(c, b.message_id));
	if (complaint.type.n)
		json_object_set_new(j, "complaint", complaint_json(c, &complaint));
	return print(j);
}

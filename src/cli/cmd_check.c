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

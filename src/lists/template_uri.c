#include "lists/template_uri.h"

#include "base/buf.h"
#include "lists/import/texts.h"
#include "lists/notice.h"
#include "lists/owner.h"
#include "lists/settings.h"
#include "trust/hash.h"

#include <string.h>

static const char *const names[] = {
	"domain:admin:notice:new-list",  "list:admin:action:post",
	"list:admin:action:subscribe",   "list:admin:action:unsubscribe",
	"list:admin:notice:disable",     "list:admin:notice:increment",
	"list:admin:notice:pending",     "list:admin:notice:removal",
	"list:admin:notice:subscribe",   "list:admin:notice:unrecognized",
	"list:admin:notice:unsubscribe", "list:member:digest:footer",
	"list:member:digest:header",     "list:member:digest:masthead",
	"list:member:regular:footer",    "list:member:regular:header",
	"list:user:action:invite",       "list:user:action:subscribe",
	"list:user:action:unsubscribe",  "list:user:notice:goodbye",
	"list:user:notice:hold",         "list:user:notice:no-more-today",
	"list:user:notice:post",         "list:user:notice:probe",
	"list:user:notice:refuse",       "list:user:notice:rejected",
	"list:user:notice:warning",      "list:user:notice:welcome",
};

const char *const *template_uri_names(size_t *count)
{
	*count = sizeof names / sizeof *names;
	return names;
}

bool template_uri_fits(const struct template_scope *of, str name)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, str_from(names[i])))
			return !of->list || str_starts(name, STR("list:"));
	return false;
}

static err find_row(struct arena *a, const struct template_scope *of, str name,
		    const struct text_row **row)
{
	const struct text_row *x = text_row_find("mailman3", name);
	if (!template_uri_fits(of, name) || !x)
		return err_in(a, ERR_NOTFOUND, "no template \"%.*s\"", STR_F(name));
	if (x->why)
		return err_in(a, ERR_DENIED, "%.*s: %s", STR_F(name), x->why);
	if (x->setting && !of->list)
		return err_in(a, ERR_DENIED,
			      "%.*s: it is a setting of each list here, %s", STR_F(name),
			      x->setting);
	*row = x;
	return OK;
}

err template_uri_check(struct arena *a, const struct template_scope *of, str name)
{
	const struct text_row *row = NULL;
	return find_row(a, of, name, &row);
}

/* ---- what the text is here */

/* A form of the web ends lines in CRLF. */
static str with_plain_ends(struct arena *a, str text)
{
	BUF(out);
	str line, rest = text;
	while (str_line(&rest, &line))
		buf_cat(&out, line, STR("\n"));
	return str_trim(arena_copy(a, buf_str(&out)));
}

static err make_text(struct arena *a, const struct template_owner *owner,
		     const struct text_row *row, const struct template_from *from,
		     str *text)
{
	struct text_values v = { .domain = owner->domain };
	size_t left_off;
	str given = with_plain_ends(a, from->text);
	if (!given.n)
		return err_in(a, ERR_SYNTAX, "%.*s: the text is empty",
			      STR_F(from->name));
	if (row->setting) {
		*text = given;
		return OK;
	}
	str missing = text_missing(a, row, &v, given);
	if (missing.n)
		return err_in(a, ERR_SYNTAX,
			      "%.*s: %.*s has no value here: take it out of the text",
			      STR_F(from->name), STR_F(missing));
	*text = text_ours(a, row, &v, given, &left_off);
	return OK;
}

static err put_text(struct books *books, struct arena *a,
		    const struct template_owner *owner, const struct text_row *row,
		    str text, const struct actor *by)
{
	struct assignment set = { STR_NONE, text };
	if (row->notice)
		return notice_put(books, a, notice_row_find(str_from(row->notice)),
				  &owner->of, owner->list, STR(""), text, by);
	set.key = str_from(row->setting);
	return list_configure(books, a, owner->of.list, &set, 1, by);
}

/* ---- what holds */

static void hash_of(str text, unsigned char sum[static HASH_SIZE])
{
	struct hash *h = hash_open();
	hash_add(h, text);
	hash_close(h, sum);
}

/* "" where there is none of their own. */
static err now_text(struct books *books, struct arena *a, const struct template_scope *of,
		    const struct text_row *row, str *text)
{
	struct template_row t = { .text = STR("") };
	struct settings s;
	if (row->notice) {
		err e = template_get(books->lists, a, of, str_from(row->notice), STR(""),
				     &t);
		if (e.kind && e.kind != ERR_NOTFOUND)
			return e;
		*text = e.kind ? STR("") : t.text;
		return OK;
	}
	TRY(settings_load(books->lists, a, of->list, &s));
	*text = setting_text(a, &s, setting_find(str_from(row->setting)));
	return OK;
}

static err holds(struct books *books, struct arena *a, const struct template_uri_row *x,
		 bool *yes)
{
	unsigned char sum[HASH_SIZE];
	const struct text_row *row = NULL;
	str now;
	*yes = false;
	if (find_row(a, &x->of, x->name, &row).kind)
		return OK;
	TRY(now_text(books, a, &x->of, row, &now));
	hash_of(now, sum);
	*yes = str_eq(x->text_hash, hash_str(sum));
	return OK;
}

err template_uri_holding(struct books *books, struct arena *a,
			 const struct template_scope *of, struct template_uri_row **rows,
			 size_t *count)
{
	struct template_uri_row *all;
	size_t n, kept = 0;
	TRY(template_uri_list(books->lists, a, of, &all, &n));
	for (size_t i = 0; i < n; i++) {
		bool yes;
		TRY(holds(books, a, &all[i], &yes));
		if (yes)
			all[kept++] = all[i];
	}
	*rows = all;
	*count = kept;
	return OK;
}

err template_uri_of(struct books *books, struct arena *a, const struct template_scope *of,
		    str notice, str *uri)
{
	struct template_uri_row *rows;
	size_t n;
	str found = STR("");
	TRY(template_uri_holding(books, a, of, &rows, &n));
	for (size_t i = 0; i < n; i++) {
		const struct text_row *row = text_row_find("mailman3", rows[i].name);
		if (row && row->notice && str_eq(notice, str_from(row->notice)))
			found = rows[i].uri;
	}
	*uri = found;
	return OK;
}

/* ---- changes */

/* What somebody has written since is theirs, and stays. */
static err take_away(struct books *books, struct arena *a,
		     const struct template_owner *owner, const struct text_row *row,
		     str name, const struct actor *by)
{
	struct template_uri_row *held;
	size_t n;
	TRY(template_uri_holding(books, a, &owner->of, &held, &n));
	for (size_t i = 0; i < n; i++)
		if (str_eq(held[i].name, name))
			TRY(put_text(books, a, owner, row, STR(""), by));
	return template_uri_unset(books->lists, &owner->of, name);
}

static err put(struct books *books, struct arena *a, const struct template_owner *owner,
	       const struct text_row *row, const struct template_from *from,
	       const struct actor *by)
{
	unsigned char sum[HASH_SIZE];
	str text;
	TRY(make_text(a, owner, row, from, &text));
	TRY(put_text(books, a, owner, row, text, by));
	TRY(now_text(books, a, &owner->of, row, &text)); /* a setting tidies it */
	hash_of(text, sum);
	return template_uri_set(books->lists,
				&(struct template_uri_row){ .of = owner->of,
							    .name = from->name,
							    .uri = from->uri,
							    .username = from->username,
							    .text_hash = hash_str(sum) });
}

err template_uri_put(struct books *books, struct arena *a,
		     const struct template_owner *owner, const struct template_from *from,
		     const struct actor *by)
{
	const struct text_row *row = NULL;
	bool mine;
	err e = find_row(a, &owner->of, from->name, &row);
	if (e.kind == ERR_DENIED && !from->uri.n)
		return OK; /* there never was one */
	if (e.kind)
		return e;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  from->uri.n ? put(books, a, owner, row, from, by)
				      : take_away(books, a, owner, row, from->name, by));
}

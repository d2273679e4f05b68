/* postern import htaccess: what Apache kept for members, in our words. */
#include "account/foreign.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "mail/address.h"
#include "store/lists/address.h"
#include "store/lists/person.h"
#include "web/site/access.h"
#include "web/site/htaccess.h"

#include <stdio.h>

enum { FILE_MAX = 1 << 20 };

struct import {
	struct cli *c;
	struct books *books;
	str folder, passwords, groups;
	struct htaccess h;
	struct buf out; /* the .access */
	size_t allowed, made, known, strange;
};

static err read_named(struct import *x, str name, str *text)
{
	struct arena *a = x->c->a;
	*text = STR("");
	if (!name.n)
		return OK;
	str path = name.p[0] == '/' ? name : arena_cat(a, x->folder, STR("/"), name);
	return file_read(a, arena_z(a, path), FILE_MAX, text);
}

static err address_of(struct import *x, str name, struct address *at)
{
	const char *domain = cli_option(x->c, "domain");
	struct arena *a = x->c->a;
	str text = str_has(name, '@') || !domain
			   ? name
			   : arena_cat(a, name, STR("@"), str_from(domain));
	if (!address_parse(a, text, at).kind)
		return OK;
	return err_in(a, ERR_SYNTAX,
		      "%.*s: a name without a domain: say --domain, so that it becomes "
		      "NAME@DOMAIN; the import changed nothing",
		      STR_F(name));
}

/* Whoever runs the server vouches for the addresses. Who has a password here keeps it. */
static err take_person(struct import *x, const struct htpasswd_user *user)
{
	struct address at;
	struct address_row row;
	struct person_row p;
	struct arena *a = x->c->a;
	TRY(address_of(x, user->name, &at));
	str key = address_key(a, &at);
	TRY(address_ensure(x->books->lists, a, key, key, STR(""), clock_now(), &row));
	if (!row.verified_at)
		TRY(address_verify(x->books->lists, row.id, clock_now()));
	TRY(person_get(x->books->lists, a, row.person, &p));
	if (p.password.n) {
		x->known++;
		return OK;
	}
	if (!foreign_known(user->hash)) {
		x->strange++;
		return OK;
	}
	p.password = user->hash;
	x->made++;
	return person_change(x->books->lists, &p);
}

static err take_people(struct import *x)
{
	struct htpasswd_user user;
	for (str rest = x->passwords; htpasswd_next(&rest, &user);)
		TRY(take_person(x, &user));
	return books_audit(x->books, &cli_actor, 0, STR("htaccess imported"), x->folder);
}

static err allow(struct import *x, str name)
{
	struct address at;
	TRY(address_of(x, name, &at));
	buf_cat(&x->out, STR("allow person "), address_key(x->c->a, &at), STR("\n"));
	x->allowed++;
	return OK;
}

static err allow_words(struct import *x, str names)
{
	str word;
	while (str_word(&names, &word))
		TRY(allow(x, word));
	return OK;
}

static err write_rules(struct import *x)
{
	struct htpasswd_user user;
	if (x->h.denied)
		buf_add(&x->out, STR("deny public\n"));
	if (x->h.granted)
		buf_add(&x->out, STR("allow public\n"));
	if (x->h.valid_user)
		for (str rest = x->passwords; htpasswd_next(&rest, &user);)
			TRY(allow(x, user.name));
	for (size_t i = 0; i < x->h.user_count; i++)
		TRY(allow(x, x->h.users[i]));
	for (size_t i = 0; i < x->h.group_count; i++)
		TRY(allow_words(x, htgroup_find(x->groups, x->h.groups[i])));
	if (x->h.listing)
		buf_add(&x->out, STR("listing yes\n"));
	for (size_t i = 0; i < x->h.other_count; i++)
		buf_cat(&x->out, STR("# not taken: "), x->h.others[i], STR("\n"));
	bool asks = x->h.user_count || x->h.group_count || x->h.valid_user;
	if (asks && !x->allowed) /* of nobody that is known: not everybody's by that */
		buf_add(&x->out, STR("deny public\n"));
	return x->allowed <= RULES_MOST
		       ? OK
		       : FAIL(ERR_LIMIT,
			      "more than 200 persons may read that folder: make "
			      "them members of a list, and write allow members "
			      "of LIST to its .access");
}

static err read_all(struct import *x)
{
	struct arena *a = x->c->a;
	str text;
	const char *path = arena_z(a, arena_cat(a, x->folder, STR("/.htaccess")));
	TRY(file_read(a, path, FILE_MAX, &text));
	htaccess_read(a, text, &x->h);
	TRY(read_named(x, x->h.user_file, &x->passwords));
	return read_named(x, x->h.group_file, &x->groups);
}

static err put(struct import *x)
{
	struct arena *a = x->c->a;
	str old;
	const char *path = arena_z(a, arena_cat(a, x->folder, STR("/" ACCESS_FILE)));
	err e = file_read(a, path, FILE_MAX, &old);
	if (!e.kind && !str_eq(old, buf_str(&x->out)))
		return err_in(a, ERR_DENIED,
			      "%s is there and says something else: move it away first",
			      path);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	TRY(book_begin(x->books->lists));
	TRY(book_end(x->books->lists, take_people(x)));
	return file_write(a, path, 0644, buf_str(&x->out));
}

int cli_import_htaccess(struct cli *c)
{
	struct import x = { .c = c, .folder = str_from(c->args[0]) };
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &x.books));
	err e = read_all(&x);
	if (!e.kind)
		e = write_rules(&x);
	if (!e.kind && !cli_option(c, "dry-run"))
		e = put(&x);
	if (!e.kind)
		printf("%.*s%zu passwords taken, %zu kept as they were here, %zu of a "
		       "kind "
		       "that is not known\n",
		       STR_F(buf_str(&x.out)), x.made, x.known, x.strange);
	buf_free(&x.out);
	return e.kind ? cli_fail(c, e) : CLI_OK;
}

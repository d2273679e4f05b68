/* postern site check: who may read a file of the group's site, and why, line by line. */
#include "cli/cli.h"
#include "mail/address.h"
#include "store/lists/address.h"
#include "store/lists/person.h"
#include "web/protect.h"
#include "web/site/access.h"
#include "web/site/standing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct check {
	struct cli *c;
	struct books *books;
	struct table *table;
	struct standing who;
	bool admin;
	int root;
	str path;
	bool refused; /* one of the paths is */
};

static err find_person(struct check *x, const char *user)
{
	struct address at;
	struct address_row row;
	struct person_row p;
	struct arena *a = x->c->a;
	x->who = (struct standing){ .a = a, .books = x->books };
	if (!strcmp(user, "guest"))
		return OK;
	if (address_parse(a, str_from(user), &at).kind)
		return err_in(a, ERR_SYNTAX,
			      "%s is neither a mail address nor guest, which stands for "
			      "who is not signed in",
			      user);
	err e = address_find(x->books->lists, a, address_key(a, &at), &row);
	if (e.kind == ERR_NOTFOUND || (!e.kind && !row.verified_at))
		return err_in(a, ERR_NOTFOUND,
			      "nobody has proven to have %s; for who is not signed in "
			      "say guest",
			      user);
	if (!e.kind)
		e = person_get(x->books->lists, a, row.person, &p);
	if (e.kind)
		return e;
	x->who.person = p.id;
	x->admin = p.admin;
	return OK;
}

static void say(struct check *x, str where, str rule, str holds)
{
	table_row(x->table, (str[]){ x->path, where, rule, holds });
}

static str yes_or_no(bool yes)
{
	return yes ? STR("yes") : STR("no");
}

/* [web] protect, which comes before any folder's rules. */
static err check_protect(struct check *x, const struct request *q, bool *passes)
{
	struct protect protect;
	struct arena *a = x->c->a;
	TRY(protect_parse(a, x->books->conf->web_protect, &protect));
	const struct protect_row *row = protect_find(&protect, q);
	*passes = true;
	if (!row)
		return OK;
	struct rule as = { .who = RULE_MEMBERS, .name = row->list };
	str path = access_folder(a, row->segments, row->count), who = STR("admin");
	*passes = x->admin;
	if (row->who == PROTECT_MEMBERS) {
		TRY(standing_holds(&x->who, &as, passes));
		who = arena_cat(a, STR("members:"), row->list);
	} else if (row->who == PROTECT_SIGNED_IN) {
		*passes = x->who.person;
		who = STR("signed-in");
	}
	*passes |= x->admin;
	say(x, STR("[web] protect"), arena_cat(a, path, STR("="), who),
	    yes_or_no(*passes));
	return OK;
}

/* Every rule on the way, also those that decide nothing any more. */
static err say_rules(struct check *x, const struct request *q, const struct rules *r)
{
	struct arena *a = x->c->a;
	for (size_t i = 0; i < r->count; i++) {
		const struct rule *row = &r->rows[i];
		bool yes;
		str folder = access_folder(a, q->segments, row->depth), more = STR("");
		TRY(standing_holds(&x->who, row, &yes));
		if (row->name.n && row->who != RULE_PERSON
		    && !standing_list(x->books, a, row->name))
			more = STR(" (there is no such list)");
		say(x,
		    arena_printf(a, "%.*s" ACCESS_FILE " line %d", STR_F(folder),
				 row->line),
		    rule_text(a, row), arena_cat(a, yes_or_no(yes), more));
	}
	if (r->broken.n)
		say(x,
		    arena_cat(a, access_folder(a, q->segments, r->broken_depth),
			      STR(ACCESS_FILE)),
		    STR("cannot be read"), r->broken);
	return OK;
}

static str why(struct arena *a, const struct rules *r, const struct decision *d)
{
	if (r->broken.n)
		return STR("nobody may until that file is mended");
	if (d->by)
		return rule_text(a, d->by);
	return d->allowed ? STR("no rule keeps anybody out") : STR("no rule allows it");
}

static err check_path(struct check *x, const char *path)
{
	struct request q = { 0 };
	struct place p;
	struct decision d;
	bool passes;
	struct arena *a = x->c->a;
	struct access access = { .a = a };
	static const char *const kinds[] = { "nothing is there", "a file", "a folder" };
	x->path = str_from(path);
	if (request_split_path(a, x->path, &q).kind)
		return err_in(a, ERR_SYNTAX, "%s: a path begins with / as in a URL",
			      path);
	below_walk(x->root, a, q.segments, q.segment_count, access_look, &access, &p);
	const char *kind = kinds[p.kind];
	place_close(&p);
	TRY(check_protect(x, &q, &passes));
	TRY(say_rules(x, &q, &access.rules));
	TRY(rules_decide(&access.rules, standing_holds, &x->who, &d));
	bool may = passes && (d.allowed || x->admin);
	str reason = x->admin ? STR("administrators may read everything")
		     : passes ? why(a, &access.rules, &d)
			      : STR("[web] protect");
	say(x, str_from(kind), may ? STR("allowed") : STR("refused"), reason);
	if (may && access.rules.licence.n)
		say(x, STR("licence"),
		    arena_cat(a, access_folder(a, q.segments, access.rules.licence_depth),
			      access.rules.licence),
		    STR("must have been accepted"));
	x->refused |= !may;
	return OK;
}

/* The folder of the site, as every command about it opens it. */
static err open_root(struct cli *c, const struct conf *conf, int *fd)
{
	if (!conf->web_root.n)
		return FAIL(ERR_NOTFOUND, "the group has no site: set [web] root");
	const char *path = arena_z(c->a, conf_path(c->a, conf, conf->web_root));
	*fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return *fd < 0 ? err_in(c->a, ERR_IO, "[web] root = %s: %s", path,
				strerror(errno))
		       : OK;
}

int cli_site_check(struct cli *c)
{
	struct check x = { .c = c };
	CLI_TRY(c, cli_books(c, BOOKS_READ, &x.books));
	CLI_TRY(c, open_root(c, x.books->conf, &x.root));
	CLI_TRY(c, find_person(&x, c->args[0]));
	x.table = table_new(c, "path where rule holds");
	for (size_t i = 1; i < c->arg_count; i++)
		CLI_TRY(c, check_path(&x, c->args[i]));
	table_print(x.table);
	close(x.root);
	return x.refused ? CLI_FAILED : CLI_OK;
}

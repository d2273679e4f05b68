/* postern site check, link: who may read a file of the group's site, and why, line by line; and
 * links for who has no account. */
#include "base/clock.h"
#include "cli/cli.h"
#include "mail/address.h"
#include "mail/date.h"
#include "store/lists/address.h"
#include "store/lists/consent.h"
#include "store/lists/person.h"
#include "web/protect.h"
#include "web/site/access.h"
#include "web/site/link.h"
#include "web/site/standing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

/* Who is not signed in is asked by each browser. */
static err check_licence(struct check *x, const struct request *q, const struct rules *r,
			 bool *given)
{
	struct arena *a = x->c->a;
	struct consent_row c;
	*given = true;
	if (!r->licence.n || r->broken.n)
		return OK;
	err e = consent_of(x->books->lists, a, x->who.person, r->licence_hash, &c);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	*given = !e.kind;
	say(x,
	    arena_printf(a, "%.*s" ACCESS_FILE " line %d",
			 STR_F(access_folder(a, q->segments, r->licence_depth)),
			 r->licence_line),
	    arena_cat(a, STR("licence "), r->licence),
	    *given          ? arena_cat(a, STR("accepted "), date_minute(a, c.at))
	    : x->who.person ? STR("not accepted yet")
			    : STR("each browser is asked"));
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
	struct request q = { .arena = x->c->a };
	struct place p;
	struct decision d;
	bool passes, given;
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
	TRY(check_licence(x, &q, &access.rules, &given));
	TRY(rules_decide(&access.rules, standing_holds, &x->who, &d));
	bool may = passes && (d.allowed || x->admin);
	str reason = x->admin ? STR("administrators may read everything")
		     : passes ? why(a, &access.rules, &d)
			      : STR("[web] protect");
	if (may && !given) {
		q.path = x->path;
		reason = arena_cat(a, STR("the licence must be accepted first, at "),
				   x->books->conf->site_url, licence_page_path(&q));
	}
	may = may && given;
	say(x, str_from(kind), may ? STR("allowed") : STR("refused"), reason);
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

/* A link to what takes none would only be found out by who was sent it. */
static err takes_links(struct cli *c, const struct rules *r)
{
	bool yes = false;
	for (size_t i = 0; i < r->count; i++)
		yes |= r->rows[i].who == RULE_LINK && r->rows[i].deed == RULE_ALLOW;
	if (!yes && !rules_are_public(r))
		return err_in(c->a, ERR_DENIED,
			      "%s: no .access on the way has the line allow link",
			      c->args[0]);
	if (!yes)
		return err_in(c->a, ERR_DENIED,
			      "%s: everybody may read it, without a link", c->args[0]);
	return OK;
}

static err read_limits(struct cli *c, struct site_link *link)
{
	const char *span = cli_option(c, "for"), *times = cli_option(c, "times");
	int64_t seconds;
	if (!clock_parse_span(str_from(span ? span : "7d"), &seconds) || seconds < 1)
		return err_in(c->a, ERR_SYNTAX,
			      "--for %s: it takes a time such as 12h or 7d", span);
	if (times
	    && (!str_i64(str_from(times), &link->most) || link->most < 1
		|| link->most > 1000000))
		return err_in(c->a, ERR_SYNTAX,
			      "--times %s: it takes a number from 1 to 1000000", times);
	link->expires_at = clock_now() + seconds;
	return OK;
}

static err check_link(struct cli *c, const struct books *books, struct request *q)
{
	struct place p;
	struct access access = { .a = c->a };
	int root;
	TRY(open_root(c, books->conf, &root));
	if (request_split_path(c->a, str_from(c->args[0]), q).kind)
		return err_in(c->a, ERR_SYNTAX, "%s: a path begins with / as in a URL",
			      c->args[0]);
	below_walk(root, c->a, q->segments, q->segment_count, access_look, &access, &p);
	bool fits = p.kind == (q->slash ? PLACE_FOLDER : PLACE_FILE);
	place_close(&p);
	close(root);
	if (!fits)
		return err_in(c->a, ERR_NOTFOUND, "%s: there is no such %s", c->args[0],
			      q->slash ? "folder"
				       : "file; of a folder a / ends the path");
	return takes_links(c, &access.rules);
}

int cli_site_link(struct cli *c)
{
	struct books *books;
	struct request q = { 0 };
	struct site_link link = { 0 };
	str query;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, read_limits(c, &link));
	CLI_TRY(c, check_link(c, books, &q));
	link.by = STR("command");
	link.path = site_link_path(c->a, q.segments, q.segment_count, q.slash);
	CLI_TRY(c, site_link_make(books, c->a, &link, &query));
	CLI_TRY(c, books_audit(books, &cli_actor, 0, STR("site link made"), link.path));
	printf("%.*s%.*s?%.*s\n", STR_F(books->conf->site_url), STR_F(link.path),
	       STR_F(query));
	return CLI_OK;
}

#include "lists/borrow.h"

#include "account/account.h"
#include "base/url.h"
#include "lists/named.h"
#include "lists/umbrella.h"
#include "store/lists/list.h"
#include "store/lists/member.h"
#include "store/lists/setting.h"

enum {
	NAMED_MAX = 100,
	NAMED_AT_ONCE = 1000 /* whoever looks them up keeps others from the book */
};

struct borrowing {
	struct books *books;
	struct arena *a;
	const struct list_entry *list;
	int64_t person;
	const struct setting_def *def;
};

static bool names_lists(const struct setting_def *def)
{
	bool names = def->type == SETTING_IS_PATTERNS;
	for (const char *const *k = umbrella_settings; *k; k++)
		names = names || str_eq(str_from(def->key), str_from(*k));
	return names;
}

/* The right that it takes on a list that the setting names. One that is new asks for the
 * stricter, until it is known to borrow less. Of lists whose word counts nothing is used but
 * that there are such. */
static enum right right_for(const struct setting_def *def)
{
	str key = str_from(def->key);
	return str_eq(key, STR("regular_include_lists")) ? RIGHT_settings_set
	       : str_eq(key, STR("accept_these_lists"))  ? RIGHT_list_see
							 : RIGHT_roster_see;
}

bool borrow_next(struct arena *a, const struct setting_def *def, str domain, str *value,
		 str *line, str *address)
{
	if (!names_lists(def))
		return false;
	while (str_line(value, line)) {
		*line = str_trim(*line);
		*address = def->type == SETTING_IS_PATTERNS
				   ? named_list(a, domain, *line)
				   : umbrella_address(a, *line, domain);
		if (address->n)
			return true;
	}
	return false;
}

static err may(const struct borrowing *x, enum right right,
	       const struct list_entry *other, bool *yes)
{
	struct viewer v;
	struct settings s;
	TRY(settings_load(x->books->lists, x->a, other->id, &s));
	TRY(account_viewer(x->a, x->books->lists, x->person, other->id, &v));
	struct right_list of = settings_rights(&s);
	*yes = right_may(&v, right, &of);
	return OK;
}

/* Whose member this list is, its own posts say. */
static err is_told(const struct borrowing *x, enum right right,
		   const struct list_entry *other, bool *yes)
{
	struct member_row m;
	if (right != RIGHT_list_see)
		return OK;
	err e = member_find(x->books->lists, x->a, other->id, x->list->address, &m);
	*yes = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

static const char *taken(enum right right)
{
	return right == RIGHT_settings_set ? "lists of this server whose owner you are"
	       : right == RIGHT_list_see
		       ? "lists of this server that you may see, or that have this one "
			 "as a "
			 "member"
		       : "lists of this server whose members you may see";
}

/* Whether there is a list of that name may be a secret, too, and one that is named before
 * it is made would be tried without being asked for. */
static err check_list(const struct borrowing *x, enum right right, str address)
{
	const struct list_entry *other = addressbook_list(x->books->addresses, address);
	bool yes = other == x->list;
	if (other && !yes)
		TRY(may(x, right, other, &yes));
	if (other && !yes)
		TRY(is_told(x, right, other, &yes));
	return yes ? OK
		   : err_in(x->a, ERR_DENIED, "%s = %.*s: it takes %s", x->def->key,
			    STR_F(str_first(address, 80)), taken(right));
}

static bool has_line(str text, str wanted)
{
	str line;
	while (str_line(&text, &line))
		if (str_ieq(str_trim(line), wanted))
			return true;
	return false;
}

/* "": nothing is set. */
static err set_before(struct book *lists, struct arena *a, int64_t list,
		      const struct setting_def *def, str *old)
{
	*old = STR("");
	err e = setting_get(lists, a, list, str_from(def->key), old);
	return e.kind == ERR_NOTFOUND ? OK : e;
}

static err count_name(struct arena *a, const struct setting_def *def, int *named,
		      int most)
{
	return ++*named > most ? err_in(a, ERR_SYNTAX, "%s: it takes at most %d lists",
					def->key, most)
			       : OK;
}

static err check_lines(const struct borrowing *x, str old, str value)
{
	str line, address;
	int named = 0;
	while (borrow_next(x->a, x->def, x->list->domain, &value, &line, &address)) {
		TRY(count_name(x->a, x->def, &named, NAMED_MAX));
		if (!has_line(old, line))
			TRY(check_list(x, right_for(x->def), address));
	}
	return OK;
}

static err is_admin(const struct borrowing *x, bool *yes)
{
	struct viewer v;
	TRY(account_viewer(x->a, x->books->lists, x->person, x->list->id, &v));
	*yes = right_may(&v, RIGHT_site_set, NULL);
	return OK;
}

/* The site's own server, at its own port: of another one of that name anybody may be. */
static bool is_ours(const struct borrowing *x, str site)
{
	struct url u, own;
	if (url_read(x->books->conf->site_url, &own).kind || url_read(site, &u).kind)
		return false;
	return (u.tls || !own.tls) && u.port == own.port
	       && (str_ieq(u.host, own.host)
		   || addressbook_is_ours(x->books->addresses,
					  domain_ascii(x->a, u.host)));
}

/* Letters of this server with links to another's pages would lend it the trust that people
 * have in this one. */
static err check_site(const struct borrowing *x, str site)
{
	bool admin;
	if (!site.n || is_ours(x, site))
		return OK;
	TRY(is_admin(x, &admin));
	return admin ? OK
		     : err_in(x->a, ERR_DENIED, "%s = %.*s: it takes %s", x->def->key,
			      STR_F(str_first(site, 80)),
			      "a domain of this server; another name of it the "
			      "administrator sets");
}

err borrow_check(struct books *books, struct arena *a, const struct list_entry *list,
		 int64_t person, const struct assignment *set)
{
	struct borrowing x = { books, a, list, person, setting_find(set->key) };
	str clean, old;
	bool site = str_eq(set->key, STR("web_page_url"));
	if (!x.def || (!site && !names_lists(x.def)))
		return OK;
	TRY(setting_check(a, x.def, set->value, &clean));
	TRY(set_before(books->lists, a, list->id, x.def, &old));
	if (str_eq(clean, old))
		return OK;
	return site ? check_site(&x, clean) : check_lines(&x, old, clean);
}

static err check_known(struct book *lists, struct arena *a, const struct list_row *own,
		       const struct setting_def *def, str value)
{
	str line, address, old;
	int named = 0;
	TRY(set_before(lists, a, own->id, def, &old));
	while (borrow_next(a, def, own->domain_name, &value, &line, &address)) {
		struct list_row other;
		if (has_line(old, line))
			continue;
		TRY(count_name(a, def, &named, NAMED_AT_ONCE));
		err e = list_by_address(lists, a, address, &other);
		if (e.kind && e.kind != ERR_NOTFOUND)
			return e;
		if (!e.kind && other.id != own->id)
			continue;
		return err_in(a, ERR_SYNTAX, "%s = %.*s: it takes %s", def->key,
			      STR_F(str_first(line, 80)),
			      e.kind ? "lists of this server, and there is none of "
				       "that name"
				     : "other lists than this one itself");
	}
	return OK;
}

err borrow_known(struct books *books, struct arena *a, int64_t list,
		 const struct assignment *set)
{
	const struct setting_def *def = setting_find(set->key);
	struct list_row own;
	str clean;
	if (!def || !names_lists(def))
		return OK;
	TRY(setting_check(a, def, set->value, &clean));
	TRY(list_get(books->lists, a, list, &own));
	return check_known(books->lists, a, &own, def, clean);
}

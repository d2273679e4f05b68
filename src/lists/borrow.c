#include "lists/borrow.h"

#include "account/account.h"
#include "lists/named.h"
#include "lists/umbrella.h"
#include "store/lists/list.h"
#include "store/lists/setting.h"

enum { NAMED_MAX = 100 };

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
 * stricter, until it is known to borrow nothing. */
static bool borrows(const struct setting_def *def, enum right *right)
{
	str key = str_from(def->key);
	bool names = names_lists(def);
	*right = str_eq(key, STR("regular_include_lists")) ? RIGHT_settings_set
							   : RIGHT_roster_see;
	/* whose members this list is: nothing of theirs is used or shown */
	return names && !str_eq(key, STR("accept_these_lists"));
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

/* Whether there is a list of that name may be a secret, too, and one that is named before
 * it is made would be tried without being asked for. */
static err check_list(const struct borrowing *x, enum right right, str address)
{
	const struct list_entry *other = addressbook_list(x->books->addresses, address);
	bool yes = other == x->list;
	if (other && !yes)
		TRY(may(x, right, other, &yes));
	if (yes)
		return OK;
	const char *takes = right == RIGHT_settings_set
				    ? "lists of this server whose owner you are"
				    : "lists of this server whose members you may see";
	return err_in(x->a, ERR_DENIED, "%s = %.*s: it takes %s", x->def->key,
		      STR_F(str_first(address, 80)), takes);
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

static err check_lines(const struct borrowing *x, enum right right, str value)
{
	str line, address, old;
	int named = 0;
	TRY(set_before(x->books->lists, x->a, x->list->id, x->def, &old));
	while (borrow_next(x->a, x->def, x->list->domain, &value, &line, &address)) {
		if (++named > NAMED_MAX)
			return err_in(x->a, ERR_SYNTAX, "%s: it takes at most %d lists",
				      x->def->key, NAMED_MAX);
		if (!has_line(old, line))
			TRY(check_list(x, right, address));
	}
	return OK;
}

err borrow_check(struct books *books, struct arena *a, const struct list_entry *list,
		 int64_t person, const struct assignment *set)
{
	struct borrowing x = { books, a, list, person, setting_find(set->key) };
	enum right right;
	str clean;
	if (!x.def || !borrows(x.def, &right))
		return OK;
	TRY(setting_check(a, x.def, set->value, &clean));
	return check_lines(&x, right, clean);
}

static err check_known(struct book *lists, struct arena *a, const struct list_row *own,
		       const struct setting_def *def, str value)
{
	str line, address, old;
	TRY(set_before(lists, a, own->id, def, &old));
	while (borrow_next(a, def, own->domain_name, &value, &line, &address)) {
		struct list_row other;
		if (has_line(old, line))
			continue;
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

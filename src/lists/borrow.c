#include "lists/borrow.h"

#include "account/account.h"
#include "lists/named.h"
#include "lists/umbrella.h"
#include "store/lists/setting.h"

enum { NAMED_MAX = 100 };

struct borrowing {
	struct books *books;
	struct arena *a;
	const struct list_entry *list;
	int64_t person;
	const struct setting_def *def;
};

/* The right that it takes on a list that the setting names. One that is new asks for the
 * stricter, until it is known to borrow nothing. */
static bool borrows(const struct setting_def *def, enum right *right)
{
	str key = str_from(def->key);
	bool names = def->type == SETTING_IS_PATTERNS;
	for (const char *const *k = umbrella_settings; *k; k++)
		names = names || str_eq(key, str_from(*k));
	*right = str_eq(key, STR("regular_include_lists")) ? RIGHT_settings_set
							   : RIGHT_roster_see;
	/* whose members this list is: nothing of theirs is used or shown */
	return names && !str_eq(key, STR("accept_these_lists"));
}

/* The address of the list that a line names; "": it names none. */
static str list_of(const struct borrowing *x, str line)
{
	return x->def->type == SETTING_IS_PATTERNS
		       ? named_list(x->a, x->list->domain, line)
		       : umbrella_address(x->a, line, x->list->domain);
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

static err check_lines(const struct borrowing *x, enum right right, str value)
{
	str line, old = STR("");
	int named = 0;
	err e = setting_get(x->books->lists, x->a, x->list->id, str_from(x->def->key),
			    &old);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	while (str_line(&value, &line)) {
		line = str_trim(line);
		str address = list_of(x, line);
		if (!address.n)
			continue;
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

#include "lists/member_set.h"

#include "base/buf.h"
#include "base/language.h"
#include "lists/equivalent.h"
#include "lists/members_inside.h"
#include "lists/member_choice.h"
#include "store/lists/person.h"

#include <jansson.h>

enum { SET_SPAN = 3 * 86400, SET_MAX = 32 };

err member_meant(struct books *books, struct arena *a, const struct list_entry *list,
		 str key, struct member_row *m)
{
	struct settings s;
	TRY(settings_load(books->lists, a, list->id, &s));
	err e = equivalent_member(books->lists, a, list->id, s.equivalent_domains, key,
				  m);
	return e.kind == ERR_NOTFOUND ? err_in(a, e.kind, "%.*s is not a member of %.*s",
					       STR_F(key), STR_F(list->address))
				      : e;
}

/* The person's, on all lists: mails and pages speak it. */
static err put_language(struct books *books, struct arena *a, const struct member_row *m,
			str value)
{
	struct person_row p;
	enum language l;
	bool any = str_eq(value, STR("any"));
	if (!any && !language_find(value, &l))
		return err_in(a, ERR_SYNTAX, "no language \"%.*s\"", STR_F(value));
	TRY(person_by_key(books->lists, a, m->key, &p));
	p.language = any ? STR("") : str_from(language_row(l)->name);
	return person_change(books->lists, &p);
}

static err put(struct books *books, struct arena *a, struct member_row *m,
	       const struct assignment *set, size_t n, const struct actor *by)
{
	for (size_t i = 0; i < n; i++)
		TRY(str_eq(set[i].key, STR("language"))
			    ? put_language(books, a, m, set[i].value)
			    : member_option(a, m, set[i].key, set[i].value, STR("user")));
	TRY(member_choice_check(books->lists, a, m));
	TRY(member_change(books->lists, m));
	return books_audit(books, by, m->list, STR("member options"), m->key);
}

err member_set(struct books *books, struct arena *a, const struct list_entry *list,
	       str key, const struct assignment *set, size_t n, const struct actor *by)
{
	struct member_row m;
	bool mine;
	TRY(member_meant(books, a, list, key, &m));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, put(books, a, &m, set, n, by));
}

/* {"set": {"delivery": "off"}}; of an option that is named twice the last word counts. */
static str write_data(struct arena *a, const struct assignment *set, size_t n)
{
	json_t *all = json_object(), *data = json_object();
	for (size_t i = 0; i < n; i++)
		json_object_set_new(all, arena_z(a, set[i].key),
				    json_stringn(set[i].value.n ? set[i].value.p : "",
						 set[i].value.n));
	json_object_set_new(data, "set", all);
	char *text = json_dumps(data, JSON_COMPACT);
	str out = arena_copy(a, str_from(text ? text : "{}"));
	free(text);
	json_decref(data);
	return out;
}

static size_t read_data(struct arena *a, str data, struct assignment set[static SET_MAX])
{
	const char *key;
	json_t *value, *j = json_loadb(data.p ? data.p : "", data.n, 0, NULL);
	size_t n = 0;
	json_object_foreach(json_object_get(j, "set"), key, value)
	{
		if (n == SET_MAX || !json_is_string(value))
			continue;
		set[n++] = (struct assignment){
			arena_copy(a, str_from(key)),
			arena_copy(a, str_from(json_string_value(value)))
		};
	}
	json_decref(j);
	return n;
}

str member_set_words(struct arena *a, str data)
{
	struct assignment set[SET_MAX];
	size_t n = read_data(a, data, set);
	BUF(b);
	for (size_t i = 0; i < n; i++)
		buf_cat(&b, i ? STR(", ") : STR(""), set[i].key, STR(" = "),
			set[i].value);
	return arena_copy(a, buf_str(&b));
}

bool member_set_names(struct arena *a, str data, str option)
{
	struct assignment set[SET_MAX];
	size_t n = read_data(a, data, set);
	bool yes = false;
	for (size_t i = 0; i < n; i++)
		yes = yes || str_eq(set[i].key, option);
	return yes;
}

err member_ask_set(struct books *books, struct arena *a, const struct list_entry *list,
		   str key, const struct assignment *set, size_t n)
{
	struct member_row m;
	struct mailbox to = { 0 };
	err e = member_meant(books, a, list, key, &m);
	if (e.kind) /* a stranger learns nothing, and nobody is written to */
		return e.kind == ERR_NOTFOUND ? OK : e;
	TRY(address_parse(a, m.text, &to.address));
	str data = write_data(a, set, n);
	struct notice_var vars[] = { { "changes", member_set_words(a, data) } };
	return member_untold(
		member_send_letter(books, a, list, &to,
				   &(struct token_letter){ .kind = CONFIRM_SET,
							   .name = "confirm-set",
							   .span = SET_SPAN,
							   .data = data,
							   .vars = vars,
							   .var_count = 1 }));
}

err member_set_press(struct books *books, struct arena *a, const struct list_entry *list,
		     str key, str data, const struct actor *by)
{
	struct assignment set[SET_MAX];
	size_t n = read_data(a, data, set);
	return member_set(books, a, list, key, set, n, by);
}

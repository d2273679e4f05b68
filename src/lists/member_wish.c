#include "lists/member_wish.h"

#include "base/clock.h"
#include "base/language.h"
#include "base/rand.h"
#include "lists/member_address.h"
#include "lists/member_choice.h"
#include "store/lists/address.h"
#include "store/lists/pending.h"

/* It stands among what waits, under a token that nobody was sent, as long as the request does
 * (pending_expire). */
#define KIND STR("wish")
enum { SPAN = 3650 * 86400, TOKEN_LETTERS = 20, SHOWN = 40 };

static err wrong(struct arena *a, str value, const char *wanted)
{
	return err_in(a, ERR_SYNTAX, "%s = %.*s: it takes %s", "delivery",
		      STR_F(str_first(value, SHOWN)), wanted);
}

err member_wish_check(struct arena *a, const struct settings *s,
		      const struct member_wish *wish)
{
	enum language l;
	str form = wish->delivery;
	bool digest = str_eq(form, STR("mime")) || str_eq(form, STR("plain"))
		      || str_eq(form, STR("summary"));
	if (form.n && !digest && !str_eq(form, STR("regular")))
		return wrong(a, form, "regular, mime, plain, summary");
	if (digest && !s->digests_enabled)
		return wrong(a, form, "regular");
	if (form.n && !member_choice_offered(s, form))
		return wrong(a, form, "mime, plain, summary");
	if (wish->language.n && !language_find(wish->language, &l))
		return err_in(a, ERR_SYNTAX, "no language \"%.*s\"",
			      STR_F(str_first(wish->language, SHOWN)));
	return OK;
}

err member_wish_follow(struct books *books, struct arena *a, str key,
		       struct member_wish *wish)
{
	struct address_row of;
	err e = address_find(books->lists, a, key, &of);
	wish->person = e.kind ? 0 : of.person;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

void member_wish_write(json_t *data, const struct member_wish *wish)
{
	if (wish->delivery.n)
		json_object_set_new(data, "delivery",
				    json_stringn(wish->delivery.p, wish->delivery.n));
	if (wish->language.n)
		json_object_set_new(data, "language",
				    json_stringn(wish->language.p, wish->language.n));
	if (wish->person)
		json_object_set_new(data, "person", json_integer(wish->person));
}

static str text_of(struct arena *a, const json_t *j, const char *key)
{
	const char *text = json_string_value(json_object_get(j, key));
	return text ? arena_copy(a, str_from(text)) : STR("");
}

struct member_wish member_wish_read(struct arena *a, str data)
{
	json_t *j = json_loadb(data.p ? data.p : "", data.n, 0, NULL);
	struct member_wish w = { .delivery = text_of(a, j, "delivery"),
				 .language = text_of(a, j, "language"),
				 .person = json_integer_value(
					 json_object_get(j, "person")) };
	json_decref(j);
	return w;
}

err member_wish_drop(struct books *books, const struct list_entry *list, str key)
{
	return pending_drop(books->lists, KIND, list->id, key);
}

err member_wish_keep(struct books *books, struct arena *a, const struct list_entry *list,
		     str key, const struct member_wish *wish)
{
	int64_t now = clock_now();
	TRY(member_wish_drop(books, list, key));
	if (!wish->delivery.n && !wish->language.n && !wish->person)
		return OK;
	json_t *j = json_object();
	member_wish_write(j, wish);
	char *text = json_dumps(j, JSON_COMPACT);
	struct pending_row p = { .kind = KIND,
				 .list = list->id,
				 .address = key,
				 .data = arena_copy(a, str_from(text ? text : "{}")),
				 .created_at = now,
				 .expires_at = now + SPAN };
	free(text);
	json_decref(j);
	return pending_add(books->lists, rand_token(a, TOKEN_LETTERS), &p);
}

static err choose(struct books *books, struct arena *a, const struct list_entry *list,
		  str key, const struct member_wish *wish)
{
	struct member_row m;
	struct settings s;
	TRY(settings_load(books->lists, a, list->id, &s));
	TRY(member_find(books->lists, a, list->id, key, &m));
	if (member_wish_check(a, &s, wish).kind)
		return OK;
	if (wish->delivery.n)
		TRY(member_option(a, &m, STR("form"), wish->delivery, STR("user")));
	if (wish->language.n)
		TRY(member_option(a, &m, STR("language"), wish->language, STR("user")));
	return member_change(books->lists, &m);
}

static err follow(struct books *books, struct arena *a, const struct list_entry *list,
		  str key, int64_t person, const struct actor *by)
{
	struct address_row of;
	TRY(address_find(books->lists, a, key, &of));
	if (!person || of.person != person)
		return OK;
	err e = member_follow_preferred(books, a, list, key, by);
	return e.kind == ERR_DENIED ? OK : e;
}

err member_wish_begin(struct books *books, struct arena *a, const struct list_entry *list,
		      str key, const struct actor *by)
{
	struct pending_row *p;
	size_t n;
	TRY(pending_of(books->lists, a, KIND, list->id, key, &p, &n));
	if (!n)
		return OK;
	TRY(member_wish_drop(books, list, key));
	struct member_wish w = member_wish_read(a, p[0].data);
	TRY(choose(books, a, list, key, &w));
	return follow(books, a, list, key, w.person, by);
}

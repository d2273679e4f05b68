#include "lists/join_choice.h"

#include "base/clock.h"
#include "base/language.h"
#include "base/rand.h"
#include "lists/member_choice.h"
#include "store/lists/pending.h"

/* It stands among what waits, under a token that nobody was sent. */
#define KIND STR("choice")
enum { SPAN = 180 * 86400, TOKEN_LETTERS = 20, SHOWN = 40 };

static err wrong(struct arena *a, str value, const char *wanted)
{
	return err_in(a, ERR_SYNTAX, "%s = %.*s: it takes %s", "delivery",
		      STR_F(str_first(value, SHOWN)), wanted);
}

err join_choice_check(struct arena *a, const struct settings *s,
		      const struct join_choice *choice)
{
	enum language l;
	str form = choice->delivery;
	bool digest = str_eq(form, STR("mime")) || str_eq(form, STR("plain"))
		      || str_eq(form, STR("summary"));
	if (form.n && !digest && !str_eq(form, STR("regular")))
		return wrong(a, form, "regular, mime, plain, summary");
	if (digest && !s->digests_enabled)
		return wrong(a, form, "regular");
	if (form.n && !member_choice_offered(s, form))
		return wrong(a, form, "mime, plain, summary");
	if (choice->language.n && !language_find(choice->language, &l))
		return err_in(a, ERR_SYNTAX, "no language \"%.*s\"",
			      STR_F(str_first(choice->language, SHOWN)));
	return OK;
}

void join_choice_write(json_t *data, const struct join_choice *choice)
{
	if (choice->delivery.n)
		json_object_set_new(data, "delivery",
				    json_stringn(choice->delivery.p, choice->delivery.n));
	if (choice->language.n)
		json_object_set_new(data, "language",
				    json_stringn(choice->language.p, choice->language.n));
}

static str text_of(struct arena *a, const json_t *j, const char *key)
{
	const char *text = json_string_value(json_object_get(j, key));
	return text ? arena_copy(a, str_from(text)) : STR("");
}

struct join_choice join_choice_read(struct arena *a, str data)
{
	json_t *j = json_loadb(data.p ? data.p : "", data.n, 0, NULL);
	struct join_choice c = { text_of(a, j, "delivery"), text_of(a, j, "language") };
	json_decref(j);
	return c;
}

err join_choice_drop(struct books *books, const struct list_entry *list, str key)
{
	return pending_drop(books->lists, KIND, list->id, key);
}

err join_choice_keep(struct books *books, struct arena *a, const struct list_entry *list,
		     str key, const struct join_choice *choice)
{
	int64_t now = clock_now();
	TRY(join_choice_drop(books, list, key));
	if (!choice->delivery.n && !choice->language.n)
		return OK;
	json_t *j = json_object();
	join_choice_write(j, choice);
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

err join_choice_begin(struct books *books, struct arena *a, const struct list_entry *list,
		      str key)
{
	struct pending_row *p;
	struct member_row m;
	struct settings s;
	size_t n;
	TRY(pending_of(books->lists, a, KIND, list->id, key, &p, &n));
	if (!n)
		return OK;
	TRY(join_choice_drop(books, list, key));
	TRY(settings_load(books->lists, a, list->id, &s));
	TRY(member_find(books->lists, a, list->id, key, &m));
	struct join_choice c = join_choice_read(a, p[0].data);
	if (p[0].expires_at < clock_now() || join_choice_check(a, &s, &c).kind)
		return OK;
	if (c.delivery.n)
		TRY(member_option(a, &m, STR("form"), c.delivery, STR("user")));
	if (c.language.n)
		TRY(member_option(a, &m, STR("language"), c.language, STR("user")));
	return member_change(books->lists, &m);
}

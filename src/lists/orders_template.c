/* Orders about own words of notices. */
#include "lists/orders_inside.h"

#include "lists/notice.h"
#include "lists/template_uri.h"
#include "store/lists/domain.h"
#include "store/lists/template.h"

static err put(struct order *x, const struct template_scope *of)
{
	str name = order_text(x, "name"), language = order_text(x, "language");
	const struct notice_row *row = notice_row_find(name);
	enum language l;
	bool mine;
	if (!row)
		return err_in(x->a, ERR_NOTFOUND, "no template \"%.*s\"", STR_F(name));
	if (language.n && !language_find(language, &l))
		return err_in(x->a, ERR_SYNTAX, "no language \"%.*s\"", STR_F(language));
	language = language.n ? str_from(language_row(l)->name) : language;
	TRY(book_join(x->books->lists, &mine));
	return book_leave(x->books->lists, mine,
			  notice_put(x->books, x->a, row, of, x->list, language,
				     order_text(x, "text"), &x->by));
}

err order_template(struct order *x)
{
	struct template_scope of = { .list = x->list->id };
	return put(x, &of);
}

err order_site_template(struct order *x)
{
	struct template_scope of = { 0 };
	str domain = order_text(x, "domain");
	if (domain.n)
		TRY(domain_find(x->books->lists, domain, &of.domain));
	return put(x, &of);
}

/* ---- by URI */

static str field_of(struct order *x, json_t *one, const char *key)
{
	const char *text = json_string_value(json_object_get(one, key));
	return arena_copy(x->a, str_from(text ? text : ""));
}

static err put_all(struct order *x, const struct template_owner *owner)
{
	json_t *one, *texts = json_object_get(x->args, "texts");
	size_t i;
	json_array_foreach(texts, i, one)
	{
		struct template_from from = { .name = field_of(x, one, "name"),
					      .uri = field_of(x, one, "uri"),
					      .username = field_of(x, one, "username"),
					      .text = field_of(x, one, "text") };
		TRY(template_uri_put(x->books, x->a, owner, &from, &x->by));
	}
	return OK;
}

static err put_fetched(struct order *x, const struct template_owner *owner)
{
	bool mine;
	TRY(book_join(x->books->lists, &mine));
	return book_leave(x->books->lists, mine, put_all(x, owner));
}

err order_template_uris(struct order *x)
{
	struct template_owner owner = { .of = { .list = x->list->id },
					.list = x->list,
					.domain = STR("") };
	str local;
	(void)str_cut_last(x->list->address, '@', &local, &owner.domain);
	return put_fetched(x, &owner);
}

err order_site_template_uris(struct order *x)
{
	struct template_owner owner = { .domain = order_text(x, "domain") };
	if (owner.domain.n)
		TRY(domain_find(x->books->lists, owner.domain, &owner.of.domain));
	return put_fetched(x, &owner);
}

/* Orders about own words of notices. */
#include "lists/orders_inside.h"

#include "lists/notice.h"
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

/* A Mailman 2's own texts: of a list, of a domain, of the site. */
#include "lists/import/mailman2_inside.h"

#include "store/lists/domain.h"

err move_texts(struct moving *x)
{
	struct settings now;
	str name, domain = STR("");
	(void)str_cut_last(x->address, '@', &name, &domain);
	struct moving_texts_at own = { .of = { .list = x->list },
				       .folder = moving_path(x, "lists", x->name) },
			       all = { .folder = moving_path(x, "templates", domain),
				       .label = arena_cat(x->a, STR("templates/"), domain,
							  STR("/")) };
	TRY(settings_load(x->books->lists, x->a, x->list, &now));
	TRY(domain_find(x->books->lists, domain, &all.of.domain));
	TRY(moving_texts(x, &now, &own));
	return domain.n ? moving_texts(x, &now, &all) : OK;
}

err move_site_texts(struct moving *x)
{
	struct settings none = { 0 };
	return moving_texts(x, &none,
			    &(struct moving_texts_at){
				    .folder = moving_path(x, "templates", STR("site")),
				    .label = STR("templates/site/") });
}

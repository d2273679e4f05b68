/* Lists that settings of moved lists name: they may come later, so that they are looked for at
 * the end. */
#include "lists/borrow.h"
#include "lists/import/moving.h"
#include "store/lists/list.h"

err moving_named(struct moving *x, const struct setting_def *def, str value)
{
	struct list_row own;
	str line, address;
	TRY(list_get(x->books->lists, x->a, x->list, &own));
	while (borrow_next(x->a, def, own.domain_name, &value, &line, &address))
		import_report_named(x->report, &(struct import_report_named){
						       def->key, line, address });
	return OK;
}

/* In a dry run they stand in the report alone. */
static bool has_come(const struct import_report *r, str address)
{
	for (size_t i = 0; i < r->count; i++)
		if (!r->lists[i]->failed.n && str_ieq(r->lists[i]->address, address))
			return true;
	return false;
}

static err look_for(struct books *books, struct import_report *r,
		    struct import_report_list *l, const struct import_report_named *n)
{
	struct list_row found;
	err e = list_by_address(books->lists, r->a, n->address, &found);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	if (e.kind && !has_come(r, n->address))
		import_report_note(l,
				   "%s names %.*s, and there is no list %.*s here: that "
				   "line does nothing until there is",
				   n->setting, STR_F(n->line), STR_F(n->address));
	return OK;
}

err moving_look_for_lists(struct books *books, struct import_report *r)
{
	for (size_t i = 0; i < r->count; i++)
		for (size_t k = 0; k < r->lists[i]->named_count; k++)
			TRY(look_for(books, r, r->lists[i], &r->lists[i]->named[k]));
	return OK;
}

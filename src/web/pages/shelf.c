#include "web/pages/shelf.h"

#include "account/account.h"

bool shelf_may(const struct shelf_list *l, enum right right)
{
	return right_may(&l->viewer, right, &l->rights);
}

static err read_list(struct request *q, const struct list_entry *entry,
		     struct shelf_list *l)
{
	const struct desk *d = desk_of(q);
	int64_t person = q->session ? q->session->person : 0;
	*l = (struct shelf_list){ .entry = entry };
	TRY(settings_load(d->o.lists, q->arena, entry->id, &l->settings));
	l->rights = settings_rights(&l->settings);
	if (person)
		TRY(account_viewer(q->arena, d->o.lists, person, entry->id, &l->viewer));
	l->path = str_skip(list_url(q->arena, &d->o, entry), d->o.conf->site_url.n);
	l->name = str_skip(l->path, sizeof "/lists/" - 1);
	return OK;
}

err shelf_read(struct request *q, enum right right, struct shelf *s)
{
	const struct desk *d = desk_of(q);
	const struct list_entry **all;
	size_t count;
	TRY(desk_check(d));
	addressbook_lists(d->o.addresses, q->arena, &all, &count);
	*s = (struct shelf){ .lists = arena_alloc(q->arena,
						  (count + 1) * sizeof *s->lists) };
	for (size_t i = 0; i < count; i++) {
		struct shelf_list *l = &s->lists[s->count];
		TRY(read_list(q, all[i], l));
		if (shelf_may(l, RIGHT_list_see) && shelf_may(l, right))
			s->count++;
	}
	return OK;
}

err shelf_find(struct request *q, int64_t list, enum right right, struct shelf_list *l)
{
	const struct desk *d = desk_of(q);
	const struct list_entry *entry = d->ready ? addressbook_list_by_id(d->o.addresses,
									   list)
						  : NULL;
	if (!entry)
		return FAIL(ERR_NOTFOUND, "there is no such list");
	TRY(read_list(q, entry, l));
	return shelf_may(l, RIGHT_list_see) && shelf_may(l, right)
		       ? OK
		       : FAIL(ERR_NOTFOUND, "there is no such list");
}

#include "web/pages/visible.h"

bool visible_list_may(const struct visible_list *l, enum right right)
{
	return right_may(&l->viewer, right, &l->rights);
}

bool visible_list_is_open(const struct visible_list *l)
{
	const struct viewer guest = { 0 };
	return right_may(&guest, RIGHT_list_see, &l->rights)
	       && right_may(&guest, RIGHT_archive_read, &l->rights);
}

static err read_list(struct request *q, const struct list_entry *entry,
		     struct visible_list *l)
{
	const struct worker *w = worker_of(q);
	int64_t person = q->session ? q->session->person : 0;
	*l = (struct visible_list){ .entry = entry };
	TRY(settings_load(w->books.lists, q->arena, entry->id, &l->settings));
	l->rights = settings_rights(&l->settings);
	if (person)
		TRY(viewer_of(q, entry->id, &l->viewer));
	if (person)
		TRY(since_of(q, entry->id, &l->settings, &l->viewer, &l->since));
	l->path = list_url_path(q->arena, &w->books, entry);
	l->name = str_skip(l->path, sizeof "/lists/" - 1);
	return OK;
}

err visible_lists_read(struct request *q, enum right right, struct visible_lists *s)
{
	const struct worker *w = worker_of(q);
	const struct list_entry **all;
	size_t count;
	TRY(worker_check(w));
	addressbook_lists(w->books.addresses, q->arena, &all, &count);
	*s = (struct visible_lists){ .lists = arena_alloc(
					     q->arena, (count + 1) * sizeof *s->lists) };
	for (size_t i = 0; i < count; i++) {
		struct visible_list *l = &s->lists[s->count];
		TRY(read_list(q, all[i], l));
		if (visible_list_may(l, RIGHT_list_see) && visible_list_may(l, right))
			s->count++;
	}
	return OK;
}

err visible_list_find(struct request *q, int64_t list, enum right right,
		      struct visible_list *l)
{
	const struct worker *w = worker_of(q);
	const struct list_entry *entry = w->ready ? addressbook_list_by_id(
						 w->books.addresses, list)
						  : NULL;
	if (!entry)
		return FAIL(ERR_NOTFOUND, "there is no such list");
	TRY(read_list(q, entry, l));
	return visible_list_may(l, RIGHT_list_see) && visible_list_may(l, right)
		       ? OK
		       : FAIL(ERR_NOTFOUND, "there is no such list");
}

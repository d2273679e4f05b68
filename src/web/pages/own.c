#include "web/pages/own.h"

err own_memberships(struct request *q, struct own *own)
{
	struct worker *w = worker_of(q);
	str as = request_query(q, "as");
	struct address address;
	*own = (struct own){ 0 };
	TRY(member_all_of_person(w->books.lists, q->arena, w->list->id,
				 q->session->person, &own->all, &own->all_count));
	if (as.n && address_parse(q->arena, as, &address).kind)
		return OK;
	for (size_t i = 0; i < own->all_count && !own->count; i++) {
		if (as.n && !str_eq(own->all[i].key, address_key(q->arena, &address)))
			continue;
		own->chosen = own->all[i];
		own->count = 1;
	}
	return OK;
}

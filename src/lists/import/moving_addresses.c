/* A person's further addresses. */
#include "lists/import/moving.h"

#include "store/lists/address.h"
#include "store/lists/person.h"

/* Whose address it is: theirs, nobody's yet or, of an earlier list's, another's whom this
 * import has made. */
static err join(struct moving *x, int64_t person, const struct address *who,
		struct address_row *row, int64_t *left)
{
	struct book *b = x->books->lists;
	int64_t id;
	str key = address_key(x->a, who);
	err e = address_find(b, x->a, key, row);
	if (!e.kind && row->person == person)
		return OK;
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	if (person <= x->known || (!e.kind && row->person <= x->known)) {
		(*left)++;
		return OK;
	}
	x->report->written++;
	if (e.kind)
		TRY(address_add(b, person, key, address_text(x->a, who), &id));
	else
		TRY(address_move(b, row->id, person));
	return address_find(b, x->a, key, row);
}

static err prove(struct moving *x, int64_t person, const struct address_row *row,
		 const struct moved_address *m)
{
	struct person_row p;
	if (row->person != person || person <= x->known || !m->verified_at)
		return OK;
	if (!row->verified_at) {
		x->report->written++;
		TRY(address_verify(x->books->lists, row->id, m->verified_at));
	}
	if (!m->preferred)
		return OK;
	TRY(person_get(x->books->lists, x->a, person, &p));
	if (p.preferred)
		return OK;
	x->report->written++;
	return person_prefer(x->books->lists, person, row->id);
}

err moving_addresses(struct moving *x, const struct moved_addresses *m, int64_t *left)
{
	struct address who;
	struct address_row row;
	if (!m->count || address_parse(x->a, str_trim(m->all[0].text), &who).kind)
		return OK;
	TRY(address_ensure(x->books->lists, x->a, address_key(x->a, &who),
			   address_text(x->a, &who), m->name, x->now, &row));
	int64_t person = row.person;
	TRY(prove(x, person, &row, &m->all[0]));
	for (size_t i = 1; i < m->count; i++) {
		if (address_parse(x->a, str_trim(m->all[i].text), &who).kind)
			continue;
		TRY(join(x, person, &who, &row, left));
		TRY(prove(x, person, &row, &m->all[i]));
	}
	return OK;
}

/* What somebody chose above their memberships: for all of an address, or of a person. */
#include "lists/import/moving.h"

#include "store/lists/address.h"
#include "store/lists/person.h"

static void take(struct preference *to, const struct preference *from, unsigned bits)
{
	to->set |= bits;
	to->off = bits & PREFERS_OFF ? from->off : to->off;
	to->form = bits & PREFERS_FORM ? from->form : to->form;
	to->own_posts = bits & PREFERS_OWN_POSTS ? from->own_posts : to->own_posts;
	to->copies = bits & PREFERS_COPIES ? from->copies : to->copies;
	to->acknowledge = bits & PREFERS_ACKNOWLEDGE ? from->acknowledge
						     : to->acknowledge;
	to->hidden = bits & PREFERS_HIDDEN ? from->hidden : to->hidden;
	to->language = bits & PREFERS_LANGUAGE ? from->language : to->language;
}

/* Which of those that are set there are not so here. */
static unsigned others(const struct preference *here, const struct preference *there)
{
	unsigned same = (here->off == there->off ? PREFERS_OFF : 0)
			| (str_eq(here->form, there->form) ? PREFERS_FORM : 0)
			| (here->own_posts == there->own_posts ? PREFERS_OWN_POSTS : 0)
			| (here->copies == there->copies ? PREFERS_COPIES : 0)
			| (here->acknowledge == there->acknowledge ? PREFERS_ACKNOWLEDGE
								   : 0)
			| (here->hidden == there->hidden ? PREFERS_HIDDEN : 0)
			| (str_eq(here->language, there->language) ? PREFERS_LANGUAGE
								   : 0);
	return there->set & ~(here->set & same);
}

/* A person's language stands with the person. */
static err move_language(struct moving *x, const struct person_row *who, str language)
{
	struct person_row p = *who;
	p.language = language;
	x->report->written++;
	return person_change(x->books->lists, &p);
}

/* Whoever was here before this import has other lists, too: on those nothing changes. */
static err move_level(struct moving *x, const struct person_row *who,
		      struct preference *here, const struct preference *there,
		      struct preference *own)
{
	struct book *b = x->books->lists;
	TRY(preference_get(b, x->a, here));
	if (here->person && who->language.n) {
		here->language = who->language;
		here->set |= PREFERS_LANGUAGE;
	}
	unsigned differ = others(here, there);
	if (who->id <= x->known) {
		take(own, there, differ & ~own->set);
		return OK;
	}
	if (here->person && differ & PREFERS_LANGUAGE)
		TRY(move_language(x, who, there->language));
	if (here->person) {
		here->set &= ~(unsigned)PREFERS_LANGUAGE;
		differ &= ~(unsigned)PREFERS_LANGUAGE;
	}
	if (!differ)
		return OK;
	take(here, there, differ);
	x->report->written++;
	return preference_put(b, here);
}

/* 0: nobody chose one. */
static err prefer(struct moving *x, struct person_row *who, int64_t address)
{
	if (who->preferred || who->id <= x->known)
		return OK;
	who->preferred = address;
	x->report->written++;
	return person_prefer(x->books->lists, who->id, address);
}

err moving_levels(struct moving *x, const struct moved_levels *l, struct preference *own,
		  bool *follows)
{
	struct book *b = x->books->lists;
	struct address who;
	struct address_row address;
	struct person_row person;
	*follows = false;
	if (address_parse(x->a, l->address, &who).kind)
		return OK;
	TRY(address_ensure(b, x->a, address_key(x->a, &who), address_text(x->a, &who),
			   l->name, x->now, &address));
	TRY(person_get(b, x->a, address.person, &person));
	TRY(move_level(x, &person, &(struct preference){ .address = address.id },
		       &l->of_address, own));
	TRY(move_level(x, &person, &(struct preference){ .person = person.id },
		       &l->of_person, own));
	if (!l->follows)
		return OK;
	TRY(prefer(x, &person, address.id));
	*follows = !person.preferred || person.preferred == address.id;
	return OK;
}

/* web/pages/person.h: one person, for those who run the server: which one the path names, and
 * the page about them, also where a form of it went wrong.
 *
 *     struct whose x;
 *     if (person_named(q, r, &x))
 *             person_show(q, r, &x, note_of(q), &(struct person_faults){ 0 });
 */
#pragma once

#include "store/lists/address.h"
#include "store/lists/person.h"
#include "web/pages/forms.h"

struct whose {
	struct person_row who;
	struct address_row *own; /* the one that stands for them first */
	size_t own_count;
	str title; /* the name, else that address */
	str path;  /* /persons/17 */
};

/* False: there is none of that number, or the book could not be read, which is answered. */
bool person_named(struct request *q, struct response *r, struct whose *x);

/* ERR_NOTFOUND: nobody. */
MUST_USE err person_whose(struct request *q, int64_t person, struct whose *x);

/* "anna@uni.example, anna@home.example" */
str person_addresses(struct request *q, const struct whose *x, size_t from);

MUST_USE err person_counts(struct request *q, const struct whose *x, int64_t *memberships,
			   int64_t *roles);

struct person_faults { /* beside which field what was wrong; "": nothing */
	str address, other;
};
void person_show(struct request *q, struct response *r, const struct whose *x,
		 const struct page_note *note, const struct person_faults *faults);

/* For the field "was", and whether a form was open meanwhile (meanwhile.h). */
enum { PERSON_PREFERENCES = 6 };
struct person_preference {
	const char *key;
	str value; /* usual, or what is chosen */
};
MUST_USE err person_preferences(struct request *q, const struct whose *x,
				struct person_preference all[PERSON_PREFERENCES]);

/* The way to it: Persons / NAME / title, or without a title to the person. */
struct page_frame person_frame(struct request *q, const struct whose *x, str title);

/* web/pages/meanwhile.h: a form that was open while somebody else changed what it shows.
 * A hidden field says how each value stood, so that what the form did not touch stays as
 * the other has set it.
 *
 *     .was = arena_cat(a, meanwhile_mark(a, STR("alias"), d.alias), …)     // shown
 *     switch (meanwhile_of(q, STR("alias"), d.alias, field(q, "alias")))   // sent
 */
#pragma once

#include "web/pages/forms.h"

/* For the field "was". key: without '=' and blanks. */
str meanwhile_mark(struct arena *a, str key, str value);

enum meanwhile {
	MEANWHILE_UNTOUCHED, /* the form has no other value than it was shown, or than is */
	MEANWHILE_MINE,      /* the form alone changes it */
	MEANWHILE_CLASH,     /* so has somebody else, to another value */
};

/* A form without that field is taken to have been shown what is stored. */
enum meanwhile meanwhile_of(const struct request *q, str key, str stored, str sent);

/* "anna@uni.example set it to "yes" meanwhile; it was to become "no" here." who: as the log of
 * the list has it, of the last row what whose detail has key. */
str meanwhile_text(struct request *q, const char *what, str key, str stored, str sent);

/* lists/import/mailman3_inside.h: one list of a Mailman 3 on its way, for the files that
 * bring it. x->there is a struct mailman3_source. */
#pragma once

#include "lists/import/mailman3.h"
#include "lists/import/mailman3_rest.h"
#include "lists/import/moving.h"
#include "store/foreign/mailman3.h"

struct mailman3_source {
	struct book *book;            /* NULL: */
	struct rest *rest;            /* it is read by REST; */
	const struct rest_read *read; /* and so is this list */
	struct mailman3_list list;
	const struct mailman3_place *place;
	str var;
	const struct mailman3_site *site; /* of what bears on all lists alone */
};

static inline const struct mailman3_source *source_of(const struct moving *x)
{
	return x->there;
}

/* The list's row, and what stands in small tables of its own, as one dict. */
MUST_USE err move3_read(struct moving *x);
MUST_USE err move3_settings(struct moving *x);
MUST_USE err move3_texts(struct moving *x, const struct settings *now);
MUST_USE err move3_site_texts(struct moving *x);
MUST_USE err move3_people(struct moving *x);
MUST_USE err move3_rules(struct moving *x); /* bans and rules by header */
MUST_USE err move3_domains(struct moving *x);
MUST_USE err move3_waiting(struct moving *x);
MUST_USE err move3_state(struct moving *x);

/* What a level says; a language that we have no catalog of is none. */
struct preference mailman3_preference(const struct mailman3_likes *l);
str mailman3_off_by(int64_t status); /* "": it goes on */

/* Where strangers with that action stand; NULL: they have none of their own, or it is defer. */
const char *mailman3_stranger_setting(int64_t action);

/* mailman3_rows.c: as those of store/foreign/mailman3.h. */
MUST_USE err source_site(const struct mailman3_source *s, struct arena *a,
			 struct mailman3_site *site);
MUST_USE err source_attributes(const struct mailman3_source *s, struct arena *a,
			       struct mailman3_value **value, size_t *count);
MUST_USE err source_filters(const struct mailman3_source *s, struct arena *a,
			    struct mailman3_line **line, size_t *count);
MUST_USE err source_aliases(const struct mailman3_source *s, struct arena *a,
			    struct mailman3_line **line, size_t *count);
MUST_USE err source_strangers(const struct mailman3_source *s, struct arena *a,
			      struct mailman3_line **line, size_t *count);
MUST_USE err source_bans(const struct mailman3_source *s, struct arena *a,
			 struct mailman3_line **line, size_t *count);
MUST_USE err source_matches(const struct mailman3_source *s, struct arena *a,
			    struct mailman3_match **match, size_t *count);
MUST_USE err source_templates(const struct mailman3_source *s, struct arena *a,
			      struct mailman3_pair **template, size_t *count);
MUST_USE err source_members(const struct mailman3_source *s, struct arena *a,
			    int64_t after, size_t limit, struct mailman3_member **m,
			    size_t *count);
MUST_USE err source_pended(const struct mailman3_source *s, struct arena *a,
			   struct mailman3_pended **p, size_t *count);
MUST_USE err source_pairs(const struct mailman3_source *s, struct arena *a,
			  int64_t pended, struct mailman3_pair **pair, size_t *count);

/* mailman3_values.c: a name that leads nowhere else when it is part of a path. */
bool mailman3_name_is_plain(str s);

/* A value of a pair is JSON's text, or stands as it is. */
str mailman3_json_text(struct arena *a, str value);

/* "2026-11-27T09:35:06.473953", also with a space: seconds. */
int64_t mailman3_moment(struct arena *a, str text, int64_t otherwise);

/* A path that leads nowhere but into its folder. */
bool mailman3_path_is_plain(str s);

/* A column's value: pickles are read, and moments are seconds. */
struct pickle mailman3_pickle(struct arena *a, const struct mailman3_value *v);

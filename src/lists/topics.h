/* lists/topics.h: what a post is about, and which posts a member wants. The setting
 * `topics` has NAME: PATTERN a line; an indented line below one says in words what it
 * stands for. A post fits a topic where the pattern is found in Subject or Keywords, or in
 * a line of such a name at the beginning of its text.
 *
 *     str fits = topics_of_post(a, p);                   // "\nrelease\n"
 *     struct topics t = topics_read(a, p->settings.topics);
 *     if (topics_want(&t, m.topics, m.other_topics, fits)) ...
 *
 * Who has chosen none, or none that there still is, wants every post; digests ask the same. */
#pragma once

#include "lists/rules.h"
#include "store/lists/member.h"

enum { TOPIC_NAME_MAX = 60 }; /* octets */

struct topic {
	str name, pattern;
	str about; /* in words, or empty */
};

struct topics {
	struct topic *all;
	size_t count;
};

/* A value that settings took; a line that is no topic is passed over. */
struct topics topics_read(struct arena *a, str setting);

/* ERR_SYNTAX: says which line of a value is wrong, and how. */
MUST_USE err topics_check(struct arena *a, str setting);

/* The names of those that the post fits, each between line ends: "\n" is none of them. ""
 * where the list has no topics, or a pattern took too long: the post is everybody's. */
str topics_of_post(struct arena *a, const struct post *p);

/* The field X-Topics of such names: "release, hardware". */
str topics_shown(struct arena *a, str fits);

bool topics_want(const struct topics *t, str chosen, bool others, str fits);

/* A choice as people write it, a name a line or with commas in between, as the book has it:
 * each name once. */
str topics_choice(struct arena *a, str text);
bool topics_has(str chosen, str name);

/* Whether the list has the topics that are new in m->topics. ERR_SYNTAX: names one that
 * it has not, and those that there are. */
MUST_USE err topics_check_choice(struct book *lists, struct arena *a,
				 const struct member_row *m);

/* The same of names of topics_choice, those in known left out. */
MUST_USE err topics_check_names(struct book *lists, struct arena *a, int64_t list,
				str chosen, str known);

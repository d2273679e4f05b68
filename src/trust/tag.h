/* trust/tag.h: the tag lists of RFC 6376 section 3.2 ("a=rsa-sha256; d=x"),
 * in which DKIM, ARC and DMARC write their fields and records.
 *
 *     struct tag_list tags;
 *     TRY(tag_parse(a, field->value, &tags));
 *     if (tag_get(&tags, "d", &domain)) ...
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct tag {
	str name;  /* case matters */
	str value; /* trimmed; white space inside is still there */
	str whole; /* all between = and ; as it stands, for blanking b= */
};

struct tag_list {
	struct tag *tags;
	size_t count;
};

enum { TAG_MAX = 64 };

/* ERR_SYNTAX: no tag list (an empty tag, a name or value with foreign
 * characters, a name twice). ERR_LIMIT: more than TAG_MAX tags. */
MUST_USE err tag_parse(struct arena *a, str text, struct tag_list *list);

const struct tag *tag_find(const struct tag_list *list, const char *name);
bool tag_get(const struct tag_list *list, const char *name, str *value);

/* The value without any white space: base64 is folded freely. */
str tag_squeeze(struct arena *a, str value);

/* Takes the next element off a list of words between colons (h=, q=, s=, t=),
 * trimmed. False at the end. */
bool tag_next(str *list, str *word);

/* Whether the word is in it, in whatever case. */
bool tag_lists(str list, str word);

/* raw without the bytes of part, which lies inside it. */
str tag_blank(struct arena *a, str raw, str part);

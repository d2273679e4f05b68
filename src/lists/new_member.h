/* lists/new_member.h: with which options a membership begins, however it came about:
 * digest_is_default, mime_is_default_digest and new_member_options of the list. */
#pragma once

#include "lists/settings.h"
#include "store/lists/member.h"

/* Changes *m alone. */
void new_member_options(const struct settings *s, struct member_row *m);

/* Words in between of which are spaces or commas, in their one spelling. ERR_SYNTAX: one
 * that is none. */
MUST_USE err new_member_check(struct arena *a, str value, str *clean);

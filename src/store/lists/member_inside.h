/* store/lists/member_inside.h: what the files of member share. */
#pragma once

#include "store/lists/member.h"
#include "store/table.h"

#define MEMBER                                                                       \
	"SELECT m.id, m.list, m.address, x.person, x.key, x.text, "                  \
	"coalesce(nullif(m.name, ''), p.name), "                                     \
	"x.verified_at, m.joined_at, m.delivery, m.off_by, m.action, m.own_posts, "  \
	"m.copies, m.acknowledge, m.hidden, m.bounce_score, m.bounce_at, "           \
	"m.bounce_text, m.bounce_today, m.doubt_at, m.probe_at, m.off_at, "          \
	"m.warnings, m.warned_at, m.topics, m.other_topics, m.last_day, m.off_why, " \
	"m.name, m.own, m.form, m.language, m.follows, m.moved_at "                  \
	"FROM member m "                                                             \
	"JOIN address x ON x.id = m.address "                                        \
	"JOIN person p ON p.id = x.person "

#define MEMBER_NONE "that is no member of the list"

table_read member_read;

/* Brings a row that a caller wants written into line: what it says otherwise than was is its
 * own choice, what is not its own is as preference_above has it. */
MUST_USE err member_settle(struct book *b, struct arena *a, const struct member_row *was,
			   struct member_row *m);

/* Where a membership is about to be written: if it turns to digests or from them, posts so far
 * are on one side of the turn and all later ones on the other. */
MUST_USE err member_turn(struct book *b, const struct member_row *m);

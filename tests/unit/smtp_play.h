/* tests/unit/smtp_play.h: a session's lines and its replies, as a table. */
#pragma once

#include "smtp_policy.h"
#include "tests/check.h"

/* One line in, the start of the reply out. NULL for a line: a new session of the
 * kind in the reply's place. */
struct turn {
	const char *line, *reply;
};

static inline void play(struct smtp_session *s, const struct turn *turns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct smtp_reply r;
		BUF(wire);
		BUF(line);
		buf_cat(&line, str_from(turns[i].line), STR("\r\n"));
		smtp_step(s, buf_str(&line), &r);
		smtp_reply_add(&wire, &r);
		bool fits = str_starts(buf_str(&wire), str_from(turns[i].reply));
		if (!fits)
			fprintf(stderr, "%s\n  wanted %s, got %.*s", turns[i].line,
				turns[i].reply, STR_F(buf_str(&wire)));
		CHECK(fits);
		CHECK(str_ends(buf_str(&wire), STR("\r\n")));
	}
}

#define PLAY(s, turns) play((s), (turns), sizeof(turns) / sizeof *(turns))

/* Whom a Mailman 3 answered of late. */
#include "lists/import/mailman3_inside.h"

/* Its kinds of answers. A post that waits and a command are counted by day. */
enum { HELD = 1, COMMAND, OWNER, POSTING };

static err move_answer(struct moving *x, const struct mailman3_answer *r, int64_t grace)
{
	static const char *const suffixes[] = {
		[COMMAND] = "-request", [OWNER] = "-owner", [POSTING] = ""
	};
	if (r->kind >= COMMAND && r->kind <= POSTING)
		TRY(moving_answered(x, suffixes[r->kind], r->email, r->day + grace));
	return r->kind == HELD || r->kind == COMMAND
		       ? moving_answered_today(x, r->email, r->day, r->times)
		       : OK;
}

err move3_state(struct moving *x)
{
	const struct mailman3_source *s = source_of(x);
	struct mailman3_answer *r;
	size_t n;
	if (s->read) /* not told by REST */
		return OK;
	int64_t grace = mailman2_number(&x->config, "autoresponse_grace_period") / 86400;
	TRY(mailman3_answers(s->book, x->a, s->list.id, &r, &n));
	for (size_t i = 0; i < n; i++)
		TRY(move_answer(x, &r[i], grace));
	return OK;
}

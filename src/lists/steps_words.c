/* What the list puts before and behind each post. */
#include "lists/steps_inside.h"

#include "lists/decorate.h"
#include "mail/reader.h"

/* A signature over all of the body does not hold over more. Whether that costs the author
 * their From is asked by the next step. */
static str with_cost(struct arena *a, const struct post *p, str how)
{
	return header_find(&p->header, STR("DKIM-Signature"))
		       ? arena_cat(a, how,
				   STR(" (signatures over the author's text do not fit "
				       "it any more)"))
		       : how;
}

err step_words(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	const struct settings *s = &p->settings;
	struct decorated d;
	str mark = setting_is(s->personalize, "none") ? STR("") : reader_mark(a);
	if (!s->msg_header.n && !s->msg_footer.n)
		return OK;
	TRY(decorate(a, p->message,
		     decorate_fill(a, books, p, out->number, mark, s->msg_header),
		     decorate_fill(a, books, p, out->number, mark, s->msg_footer), mark,
		     &d));
	bool added = !str_eq(d.message, p->message);
	out->words = added ? with_cost(a, p, d.how) : d.how;
	if (!added)
		return OK;
	struct post *with = arena_alloc(a, sizeof *with);
	*with = *p;
	with->message = d.message;
	TRY(header_scan(a, with->message, &with->header));
	out->marks = mark.n && str_find(d.message, mark).n ? mark : STR("");
	out->bare = p;
	out->post = with;
	return OK;
}

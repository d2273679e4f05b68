/* Who is answered: Reply-To and Cc as the list's settings say. */
#include "lists/steps_inside.h"

#include "mail/header.h"
#include "store/lists/member.h"

enum { CC_ASKED = 50 }; /* addresses in Cc that may be members */

bool step_mailboxes(struct arena *a, const struct header *h, str name,
		    struct mailbox **list, size_t *count)
{
	*list = NULL;
	*count = 0;
	for (const struct field *f = header_find(h, name); f; f = header_next(h, f)) {
		struct mailbox *m, *all;
		size_t n;
		if (address_list(a, f->value, &m, &n).kind)
			return false;
		all = arena_alloc(a, (*count + n + 1) * sizeof *all);
		for (size_t i = 0; i < *count + n; i++)
			all[i] = i < *count ? (*list)[i] : m[i - *count];
		*list = all;
		*count += n;
	}
	return true;
}

/* What the list puts first and last: another address, its own. */
struct ends {
	str first, last;
};

static struct ends ends_of(struct arena *a, const struct post *p)
{
	const struct settings *s = &p->settings;
	str list = arena_cat(a, STR("<"), p->list->address, STR(">"));
	bool other = setting_is(s->reply_goes_to_list, "explicit_header")
		     || setting_is(s->reply_goes_to_list, "explicit_header_only");
	struct ends e = { .first = other ? s->reply_to_address : STR(""),
			  .last = STR("") };
	if (setting_is(s->reply_goes_to_list, "point_to_list")
	    || (s->anonymous_list && !e.first.n))
		e.last = list;
	return e;
}

static bool names(struct arena *a, str text, const struct mailbox *m)
{
	struct mailbox *own;
	size_t n;
	return text.n && !address_list(a, text, &own, &n).kind && n == 1
	       && str_eq(address_key(a, &own[0].address), address_key(a, &m->address));
}

/* The author's between the list's, the list's own last: some programs cut from the right. */
static str replies(struct arena *a, const struct post *p, const struct ends *e,
		   bool keeps)
{
	struct mailbox *own = NULL;
	size_t count = 0;
	BUF(text);
	buf_add(&text, e->first);
	if (keeps && !step_mailboxes(a, &p->header, STR("Reply-To"), &own, &count))
		count = 0;
	for (size_t i = 0; i < count; i++)
		if (own[i].address.domain.n && !names(a, e->first, &own[i])
		    && !names(a, e->last, &own[i]))
			buf_cat(&text, text.n ? STR(", ") : STR(""),
				mailbox_text(a, &own[i]));
	buf_cat(&text, text.n && e->last.n ? STR(", ") : STR(""), e->last);
	return arena_copy(a, buf_str(&text));
}

err step_reply_to(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	const struct settings *s = &p->settings;
	struct ends e = ends_of(a, p);
	bool keeps = !s->first_strip_reply_to && !s->anonymous_list
		     && !setting_is(s->reply_goes_to_list, "explicit_header_only");
	(void)books;
	if (s->first_strip_reply_to || e.first.n || e.last.n)
		step_drop(out, STR("Reply-To"));
	if (!e.first.n && !e.last.n)
		return OK;
	out->replies_taken = true;
	buf_add(&out->append, header_fold(a, STR("Reply-To"), replies(a, p, &e, keeps)));
	return OK;
}

/* Whether it is a member who gets no second copy for standing in Cc. */
static err wants_once(struct books *books, struct arena *a, const struct post *p,
		      const struct mailbox *who, bool *yes)
{
	struct member_row m;
	err e = member_find(books->lists, a, p->list->id, address_key(a, &who->address),
			    &m);
	*yes = !e.kind && !m.copies;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

/* A Cc that cannot be read whole stays as it is. */
err step_drop_cc(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct post *p = out->post;
	struct mailbox *cc;
	size_t count, gone = 0;
	str kept = STR("");
	if (!p->settings.drop_cc || !step_mailboxes(a, &p->header, STR("Cc"), &cc, &count)
	    || count > CC_ASKED)
		return OK;
	for (size_t i = 0; i < count; i++) {
		bool once;
		TRY(wants_once(books, a, p, &cc[i], &once));
		gone += once;
		if (!once)
			kept = arena_cat(a, kept, kept.n ? STR(", ") : STR(""),
					 mailbox_text(a, &cc[i]));
	}
	if (!gone)
		return OK;
	step_drop(out, STR("Cc"));
	out->cc_taken = true;
	out->cc = kept;
	return OK;
}

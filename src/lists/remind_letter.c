/* What a moderator is told in the morning, in the language of whoever reads it. */
#include "lists/remind_inside.h"

#include "base/buf.h"
#include "base/said.h"
#include "lists/confirm.h"
#include "lists/notice.h"
#include "mail/date.h"

#include <jansson.h>

enum { DISCARDED_AT_ONCE = 500, LINK_SPAN = 7 * 86400 };

struct telling {
	struct books *books;
	struct arena *a;
	const struct told *who;
	int64_t now;
};

static void add_part(struct buf *b, const char *before, int64_t n, const char *form)
{
	if (!n)
		return;
	buf_add(b, str_from(before));
	buf_addf(b, form, (long long)n);
}

/* "3 posts wait", "1 person asks to join", each behind what stands between. */
static str say_what(struct arena *a, const struct waits *w, const char *between)
{
	BUF(b);
	add_part(&b, between, w->posts,
		 P_("%lld post waits", "%lld posts wait", (uint64_t)w->posts));
	add_part(&b, between, w->asking,
		 P_("%lld person asks to join", "%lld people ask to join",
		    (uint64_t)w->asking));
	add_part(&b, between, w->leaving,
		 P_("%lld member wants to leave", "%lld members want to leave",
		    (uint64_t)w->leaving));
	add_part(&b, between, w->lapsed,
		 P_("%lld post was dropped since nobody decided",
		    "%lld posts were dropped since nobody decided", (uint64_t)w->lapsed));
	return arena_copy(a, str_skip(buf_str(&b), b.n ? strlen(between) : 0));
}

static void add_post(struct telling *t, const struct held_row *h, struct buf *b)
{
	str claimed = held_claimant(h, t->now);
	buf_cat(b, STR("    "), date_clock(t->a, h->held_at), STR("  "),
		h->author.n ? h->author : S_("nobody in particular"), STR("\n        "),
		h->subject.n ? h->subject : S_("(no subject)"));
	buf_cat(b, STR("\n        "), said_together(t->a, language_now(), h->reason));
	if (h->aside_at) {
		buf_add(b, STR("\n        "));
		buf_addf(b, _("set aside by %.*s"), STR_F(h->aside_by));
		buf_cat(b, h->note.n ? STR(": ") : STR(""), h->note);
	}
	if (claimed.n) {
		buf_add(b, STR("\n        "));
		buf_addf(b, _("looked at by %.*s"), STR_F(claimed));
	}
	buf_add(b, STR("\n"));
}

static str say_posts(struct telling *t, const struct list_waits *l)
{
	BUF(b);
	int64_t more = l->of.posts - (int64_t)l->shown_count;
	if (!l->of.posts)
		return STR("");
	for (size_t i = 0; i < l->shown_count; i++)
		add_post(t, &l->shown[i], &b);
	if (more > 0) {
		buf_add(&b, STR("    "));
		buf_addf(&b, _("and %lld more"), (long long)more);
		buf_add(&b, STR("\n"));
	}
	return arena_cat(t->a, buf_str(&b), STR("\n"));
}

/* Each list as a letter about it alone would say it. */
static str say_lists(struct telling *t)
{
	BUF(b);
	for (size_t i = 0; i < t->who->count; i++) {
		const struct list_waits *l = t->who->lists[i];
		buf_cat(&b, l->list->address, STR(":\n\n    "),
			say_what(t->a, &l->of, "\n    "), STR("\n\n"), say_posts(t, l),
			STR("    "), list_url(t->a, t->books, l->list),
			STR("/admin/held\n\n"));
	}
	return arena_copy(t->a, buf_str(&b));
}

static struct waits sum_of(const struct told *who)
{
	struct waits all = { 0 };
	for (size_t i = 0; i < who->count; i++) {
		const struct waits *w = &who->lists[i]->of;
		all.posts += w->posts;
		all.asking += w->asking;
		all.leaving += w->leaving;
		all.lapsed += w->lapsed;
	}
	return all;
}

/* ---- the link: the numbers of the posts that are listed, so that it is good for no other */

static str listed(struct arena *a, const struct told *who)
{
	size_t count = 0;
	BUF(b);
	for (size_t i = 0; i < who->count; i++)
		for (size_t k = 0; k < who->lists[i]->shown_count; k++)
			if (count++ < DISCARDED_AT_ONCE)
				buf_addf(&b, ",%lld",
					 (long long)who->lists[i]->shown[k].id);
	return count ? arena_cat(a, STR("{\"posts\":["), str_skip(buf_str(&b), 1),
				 STR("]}"))
		     : STR("");
}

static err add_link(struct telling *t, str *token, str *discard)
{
	str posts = listed(t->a, t->who);
	*token = *discard = STR("");
	if (!posts.n)
		return OK;
	TRY(confirm_make_own(t->books, t->a, CONFIRM_MORNING, NULL, t->who->key, posts,
			     LINK_SPAN, token));
	*discard = arena_cat(t->a,
			     S_("To discard all posts that are listed here, and none "
				"that came later:"),
			     STR("\n\n    "), t->books->conf->site_url, STR("/confirm/"),
			     *token, STR("\n\n"),
			     S_("Or answer this mail with the words: discard all"),
			     STR("\n\n"));
	return OK;
}

/* Of one list it is the list's own, in its words. */
static err send(struct telling *t, int64_t day)
{
	const struct told *who = t->who;
	const struct list_waits *only = who->count == 1 ? who->lists[0] : NULL;
	struct waits all = sum_of(who);
	struct mailbox to = { .name = who->name };
	str token, discard;
	TRY(address_parse(t->a, who->text, &to.address));
	TRY(add_link(t, &token, &discard));
	struct notice_var vars[] = {
		{ "what", say_what(t->a, &all, ", ") },
		{ "lines", say_what(t->a, &all, "\n    ") },
		{ "posts", only ? say_posts(t, only) : say_lists(t) },
		{ "discard", discard },
		{ "lists", arena_number(t->a, (int64_t)who->count) },
	};
	return notice_send(
		t->books, t->a,
		&(struct notice){ .name = only ? "moderator-summary"
					       : "moderator-morning",
				  .list = only ? only->list : NULL,
				  .to = to,
				  .source = arena_printf(t->a, "summary/%lld/%.*s",
							 (long long)day, STR_F(who->key)),
				  .confirm_token = token,
				  .wants_none = true,
				  .answered = token.n ? who->lists[0]->list : NULL,
				  .vars = vars,
				  .var_count = sizeof vars / sizeof *vars });
}

err remind_tell(struct books *books, struct arena *a, const struct told *who, int64_t day,
		int64_t now)
{
	struct telling t = { books, a, who, now };
	enum language l;
	TRY(notice_language(books, a, who->count == 1 ? who->lists[0]->list : NULL,
			    who->key, &l));
	enum language before = language_use(l);
	err e = send(&t, day);
	language_use(before);
	return e;
}

/* The rules about the message itself, whoever wrote it. */
#include "lists/rules_inside.h"

#include "lists/pattern.h"
#include "store/lists/seen.h"

err rule_no_author(struct book *lists, struct arena *a, const struct post *p,
		   struct ruling *r)
{
	(void)lists, (void)a;
	return p->author_key.n ? OK
			       : rule_says(r, VERDICT_REJECT,
					   STR("From must name exactly one author"));
}

static bool bears(str field, struct arena *a, str id)
{
	return str_ifind(field, arena_cat(a, STR("<"), id, STR(">"))).n > 0;
}

/* The identifier that stays when a list is renamed, and those of all its names. */
static bool is_own_id(struct arena *a, const struct list_entry *l, str field)
{
	str local, domain;
	bool own = bears(field, a, l->list_id)
		   || bears(field, a, arena_cat(a, l->name, STR("."), l->domain));
	for (size_t i = 0; i < l->former_count && !own; i++)
		own = str_cut_last(l->former[i], '@', &local, &domain)
		      && bears(field, a, arena_cat(a, local, STR("."), domain));
	return own;
}

/* A message that this list has sent bears its List-Id (RFC 2919). Comparing it
 * catches every loop, whoever made it, and nothing else: people's programs write
 * no List-Id. Another list puts its own in its place; of ours X-BeenThere is left. */
err rule_loop(struct book *lists, struct arena *a, const struct post *p, struct ruling *r)
{
	(void)lists;
	if (p->replayed)
		return OK;
	for (const struct field *f = header_find(&p->header, STR("List-Id")); f;
	     f = header_next(&p->header, f))
		if (is_own_id(a, p->list, header_value(a, f)))
			return rule_says(r, VERDICT_DISCARD,
					 STR("it bears this list's own List-Id"));
	for (const struct field *f = header_find(&p->header, STR("X-BeenThere")); f;
	     f = header_next(&p->header, f))
		if (list_is_called(p->list, arena_lower(a, str_trim(header_value(a, f)))))
			return rule_says(r, VERDICT_DISCARD,
					 STR("it came through this list before "
					     "(X-BeenThere)"));
	return OK;
}

err rule_automatic(struct book *lists, struct arena *a, const struct post *p,
		   struct ruling *r)
{
	(void)lists;
	if (address_is_null(&p->reverse_path))
		return rule_says(r, VERDICT_DISCARD,
				 STR("a bounce: its return path is null"));
	str kind = header_token(
		a,
		header_find(&p->header, STR("Auto-Submitted"))); /* RFC 3834 section 5 */
	if (str_eq(kind, STR("auto-replied")))
		return rule_says(r, VERDICT_DISCARD,
				 STR("an automatic reply (Auto-Submitted)"));
	return OK;
}

static err is_same(struct ruling *r)
{
	return rule_says(r, VERDICT_DISCARD, STR("this very post was accepted before"));
}

static err is_other(struct ruling *r)
{
	return rule_says(r, VERDICT_HOLD,
			 STR("another post with this Message-ID was accepted before"));
}

/* The archive knows for ever, and what was imported; the lists book for a while, and
 * what no archive keeps. */
err rule_duplicate(struct book *lists, struct arena *a, const struct post *p,
		   struct ruling *r)
{
	struct seen_row seen;
	if (!p->message_id.n || p->replayed)
		return OK;
	if (p->known != ARCHIVE_NEW)
		return p->known == ARCHIVE_SAME ? is_same(r) : is_other(r);
	err e = seen_find(lists, a, p->list->id, p->message_id, &seen);
	if (e.kind == ERR_NOTFOUND || (!e.kind && str_eq(seen.source, p->source)))
		return OK;
	if (e.kind)
		return e;
	if (str_eq(seen.author, p->author_key) && str_eq(seen.body_hash, p->body_hash))
		return is_same(r);
	return is_other(r);
}

err rule_size(struct book *lists, struct arena *a, const struct post *p, struct ruling *r)
{
	(void)lists;
	int64_t most = p->settings.max_message_size;
	if (!most || p->message.n <= (uint64_t)most * 1024)
		return OK;
	return rule_says(r,
			 setting_is(p->settings.max_size_action, "hold") ? VERDICT_HOLD
									 : VERDICT_REJECT,
			 arena_printf(a, "%zu KB; the list takes at most %lld KB",
				      (p->message.n + 1023) / 1024, (long long)most));
}

err rule_emergency(struct book *lists, struct arena *a, const struct post *p,
		   struct ruling *r)
{
	(void)lists, (void)a;
	return p->settings.emergency ? rule_says(
		       r, VERDICT_HOLD, STR("the list is set to hold every post"))
				     : OK;
}

/* Mailman 3's chains of these names ask no rule at all. Here those come before it that
 * end loops, that keep what was here already, or is dangerous, from going out again, and
 * that no list means to do without: nobody who accepts everything wants their own bans
 * or the virus check undone. Who has the token needs no moderator, and in uproar the list
 * holds what it accepts else, so these two come before it as well. */
err rule_posting_chain(struct book *lists, struct arena *a, const struct post *p,
		       struct ruling *r)
{
	enum verdict v = verdict_from(p->settings.posting_chain);
	(void)lists, (void)a;
	return v == VERDICT_MISS
		       ? OK
		       : rule_says(r, v, STR("the list does so with every post"));
}

/* Patterns take their time where nobody waits for it: header_match_sift. */
err rule_header_match(struct book *lists, struct arena *a, const struct post *p,
		      struct ruling *r)
{
	(void)lists, (void)a;
	return p->headers_say
		       ? rule_says(r, p->headers_say->verdict, p->headers_say->reason)
		       : OK;
}

enum {
	TOO_MANY = 10001,  /* more than address_list reads */
	ALIASES_ASKED = 20 /* addresses that are held against patterns */
};

/* A pattern that gives up names nothing: then a person looks. */
static bool is_named(const struct post *p, str key, size_t nth)
{
	if (list_is_called(p->list, key))
		return true;
	return nth < ALIASES_ASKED
	       && pattern_lines(p->settings.acceptable_aliases, key) == PATTERN_HIT;
}

static size_t count_recipients(struct arena *a, const struct post *p, bool *named)
{
	static const char *const fields[] = { "To", "Cc", "Resent-To", "Resent-Cc" };
	size_t count = 0;
	*named = false;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		for (const struct field *f = header_find(&p->header, str_from(fields[i]));
		     f; f = header_next(&p->header, f)) {
			struct mailbox *m;
			size_t n;
			if (address_list(a, f->value, &m, &n).kind)
				return TOO_MANY;
			for (size_t k = 0; k < n; k++, count++)
				*named = *named
					 || is_named(p, address_key(a, &m[k].address),
						     count);
		}
	return count;
}

err rule_destination(struct book *lists, struct arena *a, const struct post *p,
		     struct ruling *r)
{
	(void)lists;
	bool named;
	if (!p->settings.require_explicit_destination)
		return OK;
	count_recipients(a, p, &named);
	return named ? OK
		     : rule_says(r, VERDICT_HOLD,
				 STR("the list stands neither in To nor in Cc"));
}

err rule_recipients(struct book *lists, struct arena *a, const struct post *p,
		    struct ruling *r)
{
	(void)lists;
	bool named;
	int64_t most = p->settings.max_num_recipients;
	if (!most)
		return OK;
	size_t n = count_recipients(a, p, &named);
	return n < (size_t)most
		       ? OK
		       : rule_says(r, VERDICT_HOLD,
				   arena_printf(a,
						"%zu addresses in To and Cc; the list "
						"takes fewer than %lld",
						n, (long long)most));
}

err rule_content(struct book *lists, struct arena *a, const struct post *p,
		 struct ruling *r)
{
	static const struct {
		const char *action;
		enum verdict verdict;
	} actions[] = {
		{ "discard", VERDICT_DISCARD }, { "reject", VERDICT_REJECT },
		{ "hold", VERDICT_HOLD },       { "preserve", VERDICT_HOLD },
		{ "forward", VERDICT_DISCARD },
	};
	(void)lists;
	r->to_owners = setting_is(p->settings.filter_action, "forward");
	for (size_t i = 0; p->content.refused.n && i < sizeof actions / sizeof *actions;
	     i++)
		if (setting_is(p->settings.filter_action, actions[i].action))
			return rule_says(r, actions[i].verdict,
					 arena_cat(a, STR("nothing of it is left: "),
						   p->content.refused));
	return OK;
}

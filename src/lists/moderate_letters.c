/* Who hears of a post that waits, or that nobody gets. */
#include "lists/moderate_inside.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/said.h"
#include "lists/confirm.h"
#include "lists/decide.h"
#include "lists/notice.h"
#include "store/lists/answered.h"
#include "store/lists/role.h"

enum {
	DAY = 86400,
	SPAN_DAYS = 30,
	LINK_SPAN = SPAN_DAYS * DAY,
	DISCARDED_A_DAY = 50, /* as owner-discarded says */
};

static str held_source(struct arena *a, const struct held_row *h, str what)
{
	return arena_cat(a, h->source, STR("/"), what);
}

static str word_lines(struct arena *a)
{
	size_t n;
	const struct decision_row *rows = decision_rows(&n);
	BUF(b);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "    %-9s %s\n", rows[i].word, _(rows[i].text));
	return arena_copy(a, buf_str(&b));
}

static str answer_lines(struct arena *a, const struct settings *s)
{
	BUF(b);
	int n = 0;
	str rest = s->rejection_answers, line;
	while (str_line(&rest, &line))
		if (str_trim(line).n) {
			buf_addf(&b, "    reject %-2d ", ++n);
			buf_cat(&b, str_trim(line), STR("\n"));
		}
	return n ? arena_cat(a, S_("Answers of the list to its authors:"), STR("\n\n"),
			     buf_str(&b), STR("\n"))
		 : STR("");
}

str moderate_proof(const struct post *p)
{
	return p->authentic ? S_("proven")
			    : S_("not proven: anybody could have written this address");
}

/* One mail a moderator, with links that bear that moderator's own token: what is
 * done by a link is done by whom it was sent to. */
static err tell_moderator(struct books *books, struct arena *a, const struct post *p,
			  const struct held_row *h, const struct role_row *who)
{
	str token;
	enum language l, before;
	struct mailbox to = { .name = who->name };
	TRY(address_parse(a, who->text, &to.address));
	TRY(notice_language(books, a, p->list, who->key, &l));
	err e = confirm_make(books, a, CONFIRM_HELD, p->list, who->key,
			     arena_printf(a, "{\"held\":%lld}", (long long)h->id),
			     LINK_SPAN, &token);
	if (e.kind)
		return e;
	before = language_use(l);
	struct notice_var vars[] = {
		{ "author", h->author },
		{ "proof", moderate_proof(p) },
		{ "subject", h->subject },
		{ "reason", said_together(a, l, h->reason) },
		{ "words", word_lines(a) },
		{ "answers", answer_lines(a, &p->settings) },
		{ "link", arena_cat(a, books->conf->site_url, STR("/confirm/"), token) },
	};
	language_use(before);
	return notice_send(
		books, a,
		&(struct notice){
			.name = "held-moderator",
			.list = p->list,
			.to = to,
			.source = held_source(a, h, arena_cat(a, STR("held/"), who->key)),
			.confirm_token = token,
			.vars = vars,
			.var_count = sizeof vars / sizeof *vars,
			.attached = p->message,
			.trust = p->trust });
}

err moderate_tell_all(struct books *books, struct arena *a, const struct post *p,
		      const struct held_row *h)
{
	struct role_row *roles;
	size_t n;
	if (!p->settings.admin_immed_notify)
		return OK;
	TRY(role_list(books->lists, a, p->list->id, &roles, &n));
	for (size_t i = 0; i < n; i++) {
		bool told = false; /* owner and moderator in one person: one mail */
		for (size_t k = 0; k < i; k++)
			told = told || roles[k].address == roles[i].address;
		if (told)
			continue;
		err e = tell_moderator(books, a, p, h, &roles[i]);
		if (e.kind)
			log_warn("moderator-not-told", KS("list", p->list->address),
				 KS("moderator", roles[i].key), KE(e));
	}
	return OK;
}

static err may_tell_author(struct books *books, struct arena *a, const struct post *p,
			   bool *may)
{
	*may = false;
	return p->authentic && p->author_key.n
		       ? notice_may_answer(books, a, &p->header, &p->reverse_path, may)
		       : OK;
}

static str answered_id(struct arena *a, const struct post *p)
{
	return p->message_id.n ? arena_cat(a, STR("<"), p->message_id, STR(">"))
			       : STR("");
}

err moderate_tell_author(struct books *books, struct arena *a, const struct post *p,
			 const struct held_row *h, const char *name, str reason)
{
	bool may;
	struct notice_var vars[] = { { "subject", h->subject }, { "reason", reason } };
	TRY(may_tell_author(books, a, p, &may));
	return may ? notice_send(
		       books, a,
		       &(struct notice){ .name = name,
					 .list = p->list,
					 .to = p->author,
					 .source = held_source(a, h, str_from(name)),
					 .in_reply_to = answered_id(a, p),
					 .vars = vars,
					 .var_count = sizeof vars / sizeof *vars })
		   : OK;
}

/* That it waits, and by which link its author takes it back. */
err moderate_tell_waits(struct books *books, struct arena *a, const struct post *p,
			const struct held_row *h)
{
	bool may;
	str token;
	enum language l;
	int64_t days = p->settings.max_days_to_hold;
	TRY(may_tell_author(books, a, p, &may));
	if (!may)
		return OK;
	TRY(notice_language(books, a, p->list, p->author_key, &l));
	TRY(confirm_make(books, a, CONFIRM_WITHDRAW, p->list, p->author_key,
			 arena_printf(a, "{\"held\":%lld}", (long long)h->id),
			 days > 0 && days < SPAN_DAYS ? days * DAY : LINK_SPAN, &token));
	struct notice_var vars[] = {
		{ "subject", h->subject },
		{ "reason", said_together(a, l, h->reason) },
		{ "link", arena_cat(a, books->conf->site_url, STR("/confirm/"), token) },
	};
	return notice_send(
		books, a,
		&(struct notice){ .name = "held-author",
				  .list = p->list,
				  .to = p->author,
				  .source = held_source(a, h, STR("held-author")),
				  .in_reply_to = answered_id(a, p),
				  .confirm_token = token,
				  .wants_none = true,
				  .vars = vars,
				  .var_count = sizeof vars / sizeof *vars });
}

err moderate_may_send(struct books *books, struct arena *a, const char *what,
		      const struct post *p, int64_t most, bool *may)
{
	int64_t times;
	TRY(answered_add(books->lists,
			 arena_cat(a, str_from(what), STR(":"), p->list->address),
			 clock_now() / 86400, &times));
	*may = times <= most;
	if (!*may)
		log_warn("letters-exhausted", KS("list", p->list->address),
			 KZ("what", what), KN("most", most));
	return OK;
}

static err tell_owners(struct books *books, struct arena *a, const struct post *p,
		       str what, struct notice *n)
{
	struct role_row *roles;
	size_t count;
	TRY(role_list(books->lists, a, p->list->id, &roles, &count));
	for (size_t i = 0; i < count; i++) {
		if (!setting_is(roles[i].role, "owner"))
			continue;
		n->to = (struct mailbox){ .name = roles[i].name };
		TRY(address_parse(a, roles[i].text, &n->to.address));
		n->source = arena_cat(a, p->source, what, roles[i].key);
		TRY(notice_send(books, a, n));
	}
	return OK;
}

err owners_have(struct books *books, struct arena *a, const struct post *p,
		const struct judgement *j)
{
	bool may = true, content = setting_is(str_from(j->rule), "content");
	struct notice_var vars[] = { { "author", p->author_key },
				     { "subject", p->subject },
				     { "reason", j->reason } };
	if (!content)
		TRY(moderate_may_send(books, a, "discarded", p, DISCARDED_A_DAY, &may));
	if (!may)
		return OK;
	return tell_owners(
		books, a, p, content ? STR("/content/") : STR("/discarded/"),
		&(struct notice){ .name = content ? "owner-content" : "owner-discarded",
				  .list = p->list,
				  .vars = vars,
				  .var_count = sizeof vars / sizeof *vars,
				  .attached = p->message,
				  .trust = p->trust,
				  .only_copy = true });
}

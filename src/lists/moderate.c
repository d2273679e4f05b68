#include "lists/moderate_inside.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/said.h"
#include "lists/challenge.h"
#include "lists/decide.h"
#include "lists/publish.h"
#include "lists/confirm.h"
#include "lists/notice.h"
#include "lists/umbrella.h"
#include "store/lists/answered.h"
#include "store/lists/held.h"
#include "store/lists/role.h"
#include "store/outbound/ledger.h"

enum {
	DAY = 86400,
	SPAN_DAYS = 30,
	LINK_SPAN = SPAN_DAYS * DAY,
	RESUME = 1000,
	DISCARDED_A_DAY = 50, /* as owner-discarded says */
};

err moderate_record(struct books *books, const struct held_row *h, str list, str what,
		    str detail)
{
	struct ledger_entry e = { .at = clock_now_ms(),
				  .inbound = source_inbound(h->source),
				  .recipient = list,
				  .what = what,
				  .detail = detail };
	return ledger_add(books->outbound, &e, 1);
}

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
			.attached = p->message });
}

static err tell_moderators(struct books *books, struct arena *a, const struct post *p,
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
	return may ? notice_send(books, a,
				 &(struct notice){
					 .name = name,
					 .list = p->list,
					 .to = p->author,
					 .source = held_source(a, h, str_from(name)),
					 .in_reply_to = answered_id(a, p),
					 .vars = vars,
					 .var_count = sizeof vars / sizeof *vars })
		   : OK;
}

/* That it waits, and by which link its author takes it back. */
static err tell_waits(struct books *books, struct arena *a, const struct post *p,
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
	return notice_send(books, a,
			   &(struct notice){ .name = "held-author",
					     .list = p->list,
					     .to = p->author,
					     .source = held_source(a, h,
								   STR("held-author")),
					     .in_reply_to = answered_id(a, p),
					     .confirm_token = token,
					     .vars = vars,
					     .var_count = sizeof vars / sizeof *vars });
}

bool moderate_is_quiet(str rule, const struct settings *s)
{
	return setting_is(rule, "content") && setting_is(s->filter_action, "preserve");
}

err held_keep(struct books *books, struct arena *a, const struct post *p,
	      const struct judgement *j)
{
	struct held_row h = { .list = p->list->id,
			      .source = p->source,
			      .held_at = clock_now(),
			      .reverse_path = address_text(a, &p->reverse_path),
			      .account = p->account,
			      .author = p->author_key,
			      .author_name = p->author.name,
			      .subject = p->subject,
			      .message_id = p->message_id,
			      .rule = str_from(j->rule),
			      .reason = j->reason,
			      .trust = p->trust,
			      .size = (int64_t)p->message.n };
	bool asked;
	TRY(held_add(books->lists, &h, p->message));
	TRY(moderate_record(books, &h, p->list->address, STR("held"),
			    judgement_text(a, j)));
	log_info("post-held", KS("list", p->list->address), KN("held", h.id),
		 KZ("rule", j->rule), KS("author", p->author_key));
	if (moderate_is_quiet(h.rule, &p->settings))
		return OK;
	TRY(challenge_ask(books, a, p, j->rule, h.id, &asked));
	if (asked)
		return moderate_record(books, &h, p->list->address, STR("held"),
				       STR("its author is asked by mail"));
	TRY(tell_moderators(books, a, p, &h));
	return p->settings.respond_to_post_requests ? tell_waits(books, a, p, &h) : OK;
}

err moderate_fetch(struct books *books, struct arena *a, int64_t id, struct held_row *h,
		   struct post *p)
{
	struct address path = { 0 };
	str body, rest;
	TRY(held_get(books->lists, a, id, h));
	if (h->verdict.n)
		return err_in(a, ERR_DENIED, "post %lld was %.*s by %.*s already",
			      (long long)id, STR_F(h->verdict), STR_F(h->handled_by));
	const struct list_entry *entry = addressbook_list_by_id(books->addresses,
								h->list);
	if (!entry)
		return err_in(a, ERR_NOTFOUND, "the list of post %lld is gone",
			      (long long)id);
	TRY(held_body(books->lists, a, id, &body));
	if (h->reverse_path.n && address_parse(a, h->reverse_path, &path).kind)
		TRY(address_path(a, arena_cat(a, STR("<"), h->reverse_path, STR(">")),
				 true, &path, &rest));
	return post_read(books->lists, a, entry,
			 &(struct mail_in){ .source = h->source,
					    .text = body,
					    .reverse_path = &path,
					    .account = h->account,
					    .trust = h->trust,
					    .copy_of = umbrella_copy_of(books->addresses,
									a, &path) },
			 p);
}

static err end_in_book(struct books *books, struct arena *a, const struct held_row *h,
		       const struct post *p, const struct ending *x,
		       const struct actor *by)
{
	struct held_end end = { .verdict = x->verdict,
				.by = by->name,
				.via = by->via.n ? by->via : STR("time"),
				.note = x->note,
				.now = clock_now() };
	TRY(held_close(books->lists, a, h->id, &end));
	if (x->act)
		TRY(x->act(books, a, h, p));
	return books_audit(books, by, h->list,
			   arena_cat(a, STR("post "), x->verdict, x->also),
			   arena_printf(a, "held %lld, from %.*s: %.*s", (long long)h->id,
					STR_F(h->author), STR_F(h->subject)));
}

err moderate_end(struct books *books, struct arena *a, const struct held_row *h,
		 const struct post *p, const struct ending *x, const struct actor *by)
{
	bool mine;
	bool lapsed = str_eq(x->verdict, STR("expired"));
	TRY(book_join(books->lists, &mine));
	TRY(book_leave(books->lists, mine, end_in_book(books, a, h, p, x, by)));
	log_info("held-handled", KN("held", h->id), KS("verdict", x->verdict),
		 KS("by", by->name));
	return moderate_record(
		books, h, p->list->address, lapsed ? STR("discarded") : x->verdict,
		x->detail.n ? x->detail : arena_cat(a, STR("by "), by->name));
}

/* Its author is proven now; which rule holds it else? */
static err judge_proven(struct books *books, struct arena *a, const struct held_row *h,
			struct post *p, struct judgement *j)
{
	bool begun; /* and cut off by a crash */
	p->authentic = true;
	*j = (struct judgement){ .verdict = VERDICT_ACCEPT, .reason = STR("") };
	TRY(post_has_begun(books, a, h->source, &begun));
	if (begun)
		return OK;
	TRY(post_ask_archive(books, a, p));
	return rules_judge(books->lists, a, p, j);
}

static err wait_on(struct books *books, struct arena *a, struct held_row *h,
		   const struct post *p, const struct judgement *j)
{
	h->rule = str_from(j->rule);
	h->reason = j->reason;
	TRY(held_rule(books->lists, h->id, h->rule, h->reason));
	TRY(moderate_record(books, h, p->list->address, STR("held"),
			    judgement_text(a, j)));
	return tell_moderators(books, a, p, h);
}

err held_proven(struct books *books, struct arena *a, int64_t id,
		const struct actor *author, enum verdict *verdict, str *reason)
{
	struct held_row h;
	struct post p;
	struct judgement j;
	TRY(moderate_fetch(books, a, id, &h, &p));
	TRY(judge_proven(books, a, &h, &p, &j));
	if (j.verdict == VERDICT_HOLD)
		TRY(wait_on(books, a, &h, &p, &j));
	else if (j.verdict == VERDICT_REJECT || j.verdict == VERDICT_DISCARD)
		TRY(moderate_end(books, a, &h, &p,
				 &(struct ending){ .verdict = j.verdict == VERDICT_REJECT
								      ? STR("rejected")
								      : STR("discarded"),
						   .note = j.reason,
						   .detail = judgement_text(a, &j) },
				 author));
	else {
		TRY(post_publish(
			books, a, &p,
			arena_cat(a, STR("accepted by its author, "), author->name)));
		TRY(moderate_end(books, a, &h, &p,
				 &(struct ending){ .verdict = STR("accepted") }, author));
	}
	*verdict = j.verdict;
	*reason = j.reason;
	return OK;
}

err held_unproven(struct books *books, struct arena *a, int64_t id)
{
	struct held_row h;
	struct post p;
	TRY(moderate_fetch(books, a, id, &h, &p));
	return str_eq(h.rule, STR("proof")) ? tell_moderators(books, a, &p, &h) : OK;
}

err held_belongs(struct books *books, struct arena *a, int64_t id, int64_t list)
{
	struct held_row h;
	TRY(held_get(books->lists, a, id, &h));
	return h.list == list ? OK
			      : err_in(a, ERR_NOTFOUND, "no held post %lld on this list",
				       (long long)id);
}

err held_resume(struct books *books, struct arena *a)
{
	struct held_row *h;
	size_t n;
	int64_t after = 0;
	struct actor restart = { .name = STR("restart") };
	do {
		TRY(held_waiting(books->lists, a, 0, after, RESUME, &h, &n));
		for (size_t i = 0; i < n; i++) {
			bool begun;
			TRY(post_has_begun(books, a, h[i].source, &begun));
			err e = begun ? held_accept(books, a, h[i].id, &restart) : OK;
			if (err_is_passing(e))
				return e;
			if (e.kind)
				log_error("held-not-resumed", KN("held", h[i].id), KE(e),
					  KZ("do", "postern held show ID"));
			after = h[i].id;
		}
	} while (n == RESUME);
	return OK;
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
		       struct notice *n)
{
	struct role_row *roles;
	size_t count;
	TRY(role_list(books->lists, a, p->list->id, &roles, &count));
	for (size_t i = 0; i < count; i++) {
		if (!setting_is(roles[i].role, "owner"))
			continue;
		n->to = (struct mailbox){ .name = roles[i].name };
		TRY(address_parse(a, roles[i].text, &n->to.address));
		n->source = arena_cat(a, p->source, STR("/"), str_from(n->name), STR("/"),
				      roles[i].key);
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
		books, a, p,
		&(struct notice){ .name = content ? "owner-content" : "owner-discarded",
				  .list = p->list,
				  .vars = vars,
				  .var_count = sizeof vars / sizeof *vars,
				  .attached = p->message });
}

#include "lists/moderate.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/challenge.h"
#include "lists/publish.h"
#include "lists/confirm.h"
#include "lists/notice.h"
#include "lists/umbrella.h"
#include "store/lists/held.h"
#include "store/lists/role.h"
#include "store/outbound/ledger.h"

enum { LINK_SPAN = 30 * 86400, RESUME = 1000 };

static err record(struct books *books, const struct held_row *h, str list, str what,
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

/* One mail a moderator, with links that bear that moderator's own token: what is
 * done by a link is done by whom it was sent to. */
static err tell_moderator(struct books *books, struct arena *a, const struct post *p,
			  const struct held_row *h, const struct role_row *who)
{
	str token;
	struct mailbox to = { .name = who->name };
	TRY(address_parse(a, who->text, &to.address));
	err e = confirm_make(books, a, CONFIRM_HELD, p->list, who->key,
			     arena_printf(a, "{\"held\":%lld}", (long long)h->id),
			     LINK_SPAN, &token);
	if (e.kind)
		return e;
	struct notice_var vars[] = {
		{ "author", h->author },
		{ "subject", h->subject },
		{ "reason", h->reason },
		{ "link", arena_cat(a, books->conf->site_url, STR("/confirm/"), token) },
	};
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

/* Only an author who is proven is written to: a forged From must not make us
 * bother a stranger (backscatter). */
static err tell_author(struct books *books, struct arena *a, const struct post *p,
		       const struct held_row *h, const char *name, str reason)
{
	bool may;
	if (!p->authentic || !p->author_key.n)
		return OK;
	TRY(notice_may_answer(books, a, &p->header, &p->reverse_path, &may));
	if (!may)
		return OK;
	struct notice_var vars[] = { { "subject", h->subject }, { "reason", reason } };
	return notice_send(
		books, a,
		&(struct notice){
			.name = name,
			.list = p->list,
			.to = p->author,
			.source = held_source(a, h, str_from(name)),
			.in_reply_to = p->message_id.n ? arena_cat(
					       a, STR("<"), p->message_id, STR(">"))
						       : STR(""),
			.vars = vars,
			.var_count = sizeof vars / sizeof *vars });
}

/* Kept for whoever looks for it; nobody is told. */
static bool is_preserved(const struct post *p, const struct judgement *j)
{
	return setting_is(str_from(j->rule), "content")
	       && setting_is(p->settings.filter_action, "preserve");
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
	TRY(record(books, &h, p->list->address, STR("held"), judgement_text(a, j)));
	log_info("post-held", KS("list", p->list->address), KN("held", h.id),
		 KZ("rule", j->rule), KS("author", p->author_key));
	if (is_preserved(p, j))
		return OK;
	TRY(challenge_ask(books, a, p, j->rule, h.id, &asked));
	if (asked)
		return record(books, &h, p->list->address, STR("held"),
			      STR("its author is asked by mail"));
	TRY(tell_moderators(books, a, p, &h));
	return p->settings.respond_to_post_requests
		       ? tell_author(books, a, p, &h, "held-author", h.reason)
		       : OK;
}

/* The held post, its list and its bytes. */
static err fetch(struct books *books, struct arena *a, int64_t id, struct held_row *h,
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

static err close_and_audit(struct books *books, struct arena *a, const struct held_row *h,
			   str verdict, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	err e = held_close(books->lists, a, h->id, verdict, by->name, clock_now());
	if (!e.kind)
		e = books_audit(books, by, h->list, arena_cat(a, STR("post "), verdict),
				arena_printf(a, "held %lld, from %.*s: %.*s",
					     (long long)h->id, STR_F(h->author),
					     STR_F(h->subject)));
	return book_leave(books->lists, mine, e);
}

static err close_held(struct books *books, struct arena *a, const struct held_row *h,
		      const struct post *p, str verdict, str detail,
		      const struct actor *by)
{
	TRY(close_and_audit(books, a, h, verdict, by));
	log_info("held-handled", KN("held", h->id), KS("verdict", verdict),
		 KS("by", by->name));
	return record(books, h, p->list->address, verdict,
		      detail.n ? detail : arena_cat(a, STR("by "), by->name));
}

err held_accept(struct books *books, struct arena *a, int64_t id, const struct actor *by)
{
	struct held_row h;
	struct post p;
	TRY(fetch(books, a, id, &h, &p));
	p.vouched = true;
	TRY(post_publish(books, a, &p, arena_cat(a, STR("accepted by "), by->name)));
	return close_held(books, a, &h, &p, STR("accepted"), STR(""), by);
}

err held_reject(struct books *books, struct arena *a, int64_t id, str reason,
		const struct actor *by)
{
	struct held_row h;
	struct post p;
	TRY(fetch(books, a, id, &h, &p));
	if (!reason.n)
		reason = STR("The moderator gave no reason.");
	TRY(tell_author(books, a, &p, &h, "rejected-author", reason));
	return close_held(books, a, &h, &p, STR("rejected"), reason, by);
}

err held_discard(struct books *books, struct arena *a, int64_t id, const struct actor *by)
{
	struct held_row h;
	struct post p;
	TRY(fetch(books, a, id, &h, &p));
	return close_held(books, a, &h, &p, STR("discarded"), STR(""), by);
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
	TRY(record(books, h, p->list->address, STR("held"), judgement_text(a, j)));
	return tell_moderators(books, a, p, h);
}

err held_proven(struct books *books, struct arena *a, int64_t id,
		const struct actor *author, enum verdict *verdict, str *reason)
{
	struct held_row h;
	struct post p;
	struct judgement j;
	TRY(fetch(books, a, id, &h, &p));
	TRY(judge_proven(books, a, &h, &p, &j));
	if (j.verdict == VERDICT_HOLD)
		TRY(wait_on(books, a, &h, &p, &j));
	else if (j.verdict == VERDICT_REJECT || j.verdict == VERDICT_DISCARD)
		TRY(close_held(books, a, &h, &p,
			       j.verdict == VERDICT_REJECT ? STR("rejected")
							   : STR("discarded"),
			       judgement_text(a, &j), author));
	else {
		TRY(post_publish(
			books, a, &p,
			arena_cat(a, STR("accepted by its author, "), author->name)));
		TRY(close_held(books, a, &h, &p, STR("accepted"), STR(""), author));
	}
	*verdict = j.verdict;
	*reason = j.reason;
	return OK;
}

err held_unproven(struct books *books, struct arena *a, int64_t id)
{
	struct held_row h;
	struct post p;
	TRY(fetch(books, a, id, &h, &p));
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

err owners_have(struct books *books, struct arena *a, const struct post *p, str reason)
{
	struct role_row *roles;
	size_t n;
	struct notice_var vars[] = { { "author", p->author_key },
				     { "subject", p->subject },
				     { "reason", reason } };
	TRY(role_list(books->lists, a, p->list->id, &roles, &n));
	for (size_t i = 0; i < n; i++) {
		struct mailbox to = { .name = roles[i].name };
		if (!setting_is(roles[i].role, "owner"))
			continue;
		TRY(address_parse(a, roles[i].text, &to.address));
		TRY(notice_send(books, a,
				&(struct notice){ .name = "owner-content",
						  .list = p->list,
						  .to = to,
						  .source = arena_cat(a, p->source,
								      STR("/content/"),
								      roles[i].key),
						  .vars = vars,
						  .var_count = sizeof vars / sizeof *vars,
						  .attached = p->message }));
	}
	return OK;
}

#include "lists/moderate_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/challenge.h"
#include "lists/decide.h"
#include "lists/publish.h"
#include "lists/umbrella.h"
#include "store/lists/held.h"
#include "store/outbound/ledger.h"

enum { RESUME = 1000 };

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
			      .asked = judgement_asked(a, j),
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
	TRY(moderate_tell_all(books, a, p, &h));
	return p->settings.respond_to_post_requests ? moderate_tell_waits(books, a, p, &h)
						    : OK;
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
	h->asked = judgement_asked(a, j);
	TRY(held_rule(books->lists, h));
	TRY(moderate_record(books, h, p->list->address, STR("held"),
			    judgement_text(a, j)));
	return moderate_tell_all(books, a, p, h);
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
	return str_eq(h.rule, STR("proof")) ? moderate_tell_all(books, a, &p, &h) : OK;
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

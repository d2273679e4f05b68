#include "lists/bounce.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/settings.h"
#include "mail/bounce.h"
#include "mail/dsn.h"
#include "store/lists/member.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"
#include "trust/trust.h"

enum { MEMBERS_MAX = 20 }; /* of one report to the bare address */

struct taking {
	struct books *books;
	struct arena *a;
	const struct bounce_mail *x;
	struct outbound_message post; /* that came back; id 0: not known */
	bool counts;                  /* the report may count against a member */
};

/* The post of this list that is returned, if the report shows its header. */
static err find_post(struct taking *t, str message_id)
{
	struct outbound_message *m;
	size_t n;
	if (!message_id.n)
		return OK;
	TRY(outbound_by_message_id(t->books->outbound, t->a, message_id, &m, &n));
	for (size_t i = 0; i < n; i++)
		if (str_eq(m[i].kind, STR("post"))
		    && list_is_called(t->x->list, m[i].list))
			t->post = m[i];
	return OK;
}

static err note(struct taking *t, str why)
{
	struct ledger_entry e = { .at = clock_now_ms(),
				  .inbound = t->x->arrival->id,
				  .recipient = t->x->list->address,
				  .member = t->x->member,
				  .what = STR("discarded"),
				  .detail = why };
	return ledger_add(t->books->outbound, &e, 1);
}

static str words_of(struct arena *a, const struct bounce_failure *f)
{
	str words = arena_cat(a, f->status, STR(" "), f->diagnostic);
	return f->remote.n ? arena_cat(a, words, STR(" ("), f->remote, STR(")")) : words;
}

/* Entered at the post, so that its trace shows what became of the copy after all. */
static err enter(struct taking *t, const struct bounce_failure *f, int64_t member,
		 str recipient)
{
	const struct bounce_mail *x = t->x;
	bool there;
	TRY(ledger_has_report(t->books->outbound, x->arrival->id, member, &there));
	if (there)
		return OK;
	struct ledger_entry e = {
		.at = clock_now_ms(),
		.inbound = t->post.id ? t->post.inbound : x->arrival->id,
		.message = t->post.id,
		.recipient = recipient,
		.member = member,
		.what = x->probe    ? STR("probe-bounced")
			: x->member ? STR("bounced")
				    : STR("bounce-named"),
		.detail = str_trim(words_of(t->a, f)),
		.class = t->counts ? str_from(bounce_class_word(f->class)) : STR(""),
		.status = f->status,
		.report = x->arrival->id
	};
	log_info("bounce-received", KS("list", x->list->address), KN("member", member),
		 KZ("class", bounce_class_word(f->class)), KS("says", e.detail));
	return ledger_add(t->books->outbound, &e, 1);
}

/* The address before: what went there came back, or so late a report that it may be of it. */
static bool is_of_before(const struct taking *t, const struct member_row *m,
			 const struct bounce_failure *f)
{
	enum { LATE = 7 * 86400 };
	int64_t at = t->post.id ? t->post.created_at / 1000 : clock_now() - LATE;
	return m->moved_at && at < m->moved_at && !str_ieq(f->address, m->text);
}

/* What came to a member's own path is about that member, whoever is named: the address
 * may have been forwarded to another. Of one who is at another address since, it is about the
 * one before, which lists/score_run.c does not count. */
static err take_own(struct taking *t, const struct bounce *b)
{
	struct member_row m = { .text = t->x->list->address };
	const struct bounce_failure *found = NULL;
	err e = member_get(t->books->lists, t->a, t->x->member, &m);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	for (size_t i = 0; i < b->count; i++) {
		const struct bounce_failure *f = &b->failures[i];
		if (f->permanent && (!found || str_ieq(f->address, m.text)))
			found = f;
	}
	if (found && is_of_before(t, &m, found))
		m.text = found->address.n ? found->address : t->x->list->address;
	return found ? enter(t, found, t->x->member, m.text)
		     : note(t, STR("a report of a delay"));
}

static err take_named(struct taking *t, const struct bounce_failure *f, bool *counts)
{
	struct address x;
	struct member_row m;
	*counts = false;
	if (!f->permanent || address_parse(t->a, f->address, &x).kind)
		return OK;
	err e = member_find(t->books->lists, t->a, t->x->list->id, address_key(t->a, &x),
			    &m);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	TRY(ledger_went_to(t->books->outbound, t->post.id, m.id, counts));
	return *counts ? enter(t, f, m.id, m.text) : OK;
}

/* Anybody can write to the bare address: believed is what names a post of ours and
 * somebody whom it was sent to. Who makes that up five days long brings about a probe,
 * and no more: its path is known to the member alone, and of its answer only what says that
 * the mailbox is gone decides (lists/score.h). Without probes it counts nothing, nor
 * where DMARC rejects its From: here no tag shows that it is about mail of ours. */
static err take_bare(struct taking *t, const struct bounce *b)
{
	bool any = false, counts;
	struct settings settings;
	TRY(settings_load(t->books->lists, t->a, t->x->list->id, &settings));
	t->counts = settings.verp_probes
		    && !trust_said(t->x->arrival->trust).dmarc_reject;
	for (size_t i = 0; t->post.id && i < b->count && i < MEMBERS_MAX; i++) {
		TRY(take_named(t, &b->failures[i], &counts));
		any = any || counts;
	}
	return any ? OK : note(t, STR("a report that names no copy of ours"));
}

/* RFC 3834 section 5, and what programs used before it. A report may bear the same
 * field, so this is asked only of what is none. */
static bool is_answer(struct arena *a, const struct header *h)
{
	static const char *const fields[] = { "X-Autoreply", "X-Autorespond",
					      "X-Auto-Response-Suppress" };
	const struct field *kind = header_find(h, STR("Auto-Submitted"));
	str type = header_token(a, header_find(h, STR("Content-Type")));
	if (str_eq(type, STR("multipart/report")))
		return false;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (header_find(h, str_from(fields[i])))
			return true;
	str precedence = header_value(a, header_find(h, STR("Precedence")));
	return (kind && !str_eq(header_token(a, kind), STR("no")))
	       || str_ieq(precedence, STR("auto_reply"));
}

/* A report by the standard that reports no failure: delivered, relayed, delayed. */
static bool is_good_news(struct arena *a, str message)
{
	struct dsn d;
	return !dsn_read(a, message, &d).kind && d.count > 0;
}

static err take_other(struct taking *t, bool *unread)
{
	if (is_good_news(t->a, t->x->message))
		return note(t, STR("a report of no failure"));
	if (is_answer(t->a, t->x->header))
		return note(t, STR("an answer of a program, no bounce"));
	*unread = true;
	return OK;
}

err bounce_take(struct books *books, struct arena *a, const struct bounce_mail *x,
		bool *unread)
{
	struct taking t = { .books = books, .a = a, .x = x, .counts = true };
	struct bounce b = { 0 };
	*unread = false;
	err e = bounce_read(a, x->message, &b);
	if (e.kind && e.kind != ERR_LIMIT)
		return e;
	if (e.kind || !b.count)
		return take_other(&t, unread);
	TRY(find_post(&t, b.message_id));
	return x->member ? take_own(&t, &b) : take_bare(&t, &b);
}

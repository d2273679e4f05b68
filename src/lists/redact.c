#include "lists/redact.h"

#include "archive/learn.h"
#include "archive/redact.h"
#include "base/clock.h"
#include "base/log.h"
#include "mail/address.h"
#include "store/archive/words.h"
#include "store/lists/audit.h"
#include "store/lists/ban.h"
#include "store/lists/digest.h"
#include "store/lists/held.h"
#include "store/outbound/arrival.h"
#include "store/outbound/message.h"

enum {
	REASON_MAX = 300,
	LATER_MS = 3600 * 1000, /* a copy that waits has left by then, or not */
	SOON_MS = 5 * 1000,     /* a reader held on to a log */
};

/* ---- the acts */

typedef err act_fn(struct books *books, struct arena *a, struct redaction *x,
		   const struct redact *r);

static err act_hide(struct books *books, struct arena *a, struct redaction *x,
		    const struct redact *r)
{
	(void)x;
	return archive_hide(books->archive, a, r);
}

static err act_show(struct books *books, struct arena *a, struct redaction *x,
		    const struct redact *r)
{
	(void)x;
	return archive_show(books->archive, a, r);
}

/* A post that was held is named where it says who decided, which stays for good; its subject
 * is known only as long as the archive has it. */
static err forget_subject(struct books *books, struct arena *a, const struct redact *r)
{
	struct archive_post p = { 0 }, was;
	struct archive_attachments files;
	str message;
	bool found;
	TRY(archive_post_by_number(books->archive, a, r->list, r->number, &p, &found));
	was = p;
	if (found && (p.flags & ARCHIVE_GONE))
		TRY(archive_read_hidden(books->archive, a, &p, &was, &files, &message,
					&found));
	if (!found || !was.subject.n)
		return OK;
	TRY(audit_forget_held(books->lists, r->list, was.subject));
	return ban_forget_held(books->lists, r->list, was.subject);
}

static err act_purge(struct books *books, struct arena *a, struct redaction *x,
		     const struct redact *r)
{
	(void)x;
	TRY(forget_subject(books, a, r));
	return archive_post_purge(books->archive, a, r);
}

static err act_part(struct books *books, struct arena *a, struct redaction *x,
		    const struct redact *r)
{
	if (x->part < 0)
		return FAIL(ERR_SYNTAX, "say which part is to go");
	return archive_cut_part(books->archive, a, r, (size_t)x->part);
}

static err act_address(struct books *books, struct arena *a, struct redaction *x,
		       const struct redact *r)
{
	struct address who;
	int64_t after = 0;
	bool more = true;
	TRY(address_parse(a, str_trim(x->address), &who));
	str address = address_text(a, &who);
	if (!x->all)
		return archive_cut_address(books->archive, a, r, address);
	x->changed = 0;
	while (more) {
		ARENA(own);
		TRY(archive_cut_address_all(books->archive, own, r, address, &after,
					    &x->changed, &more));
	}
	return x->changed ? OK
			  : FAIL(ERR_NOTFOUND, "no post of the list names that address");
}

static err act_split(struct books *books, struct arena *a, struct redaction *x,
		     const struct redact *r)
{
	(void)x;
	return archive_split(books->archive, a, r);
}

static err act_merge(struct books *books, struct arena *a, struct redaction *x,
		     const struct redact *r)
{
	if (x->under < 1)
		return FAIL(ERR_SYNTAX,
			    "say below which post the thread is to go, by its "
			    "number or address");
	return archive_merge(books->archive, a, r, x->under);
}

static err act_undo(struct books *books, struct arena *a, struct redaction *x,
		    const struct redact *r)
{
	(void)x;
	return archive_unplace(books->archive, a, r);
}

static const struct act {
	const char *what, *audit;
	act_fn *run;
} acts[] = {
	{ "hide", "post hidden", act_hide },
	{ "show", "post shown again", act_show },
	{ "purge", "post removed for good", act_purge },
	{ "part", "part of a post removed", act_part },
	{ "address", "address removed from the archive", act_address },
	{ "split", "thread split", act_split },
	{ "merge", "threads merged", act_merge },
	{ "undo", "post put back into its thread", act_undo },
};

static bool is_line(str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ')
			return false;
	return text.n <= REASON_MAX;
}

static err do_act(struct books *books, struct arena *a, struct redaction *x,
		  const struct act *act, const struct actor *by)
{
	struct redact r = { .list = x->list->id,
			    .number = x->number,
			    .at = clock_now(),
			    .actor = by->name,
			    .reason = x->reason };
	x->changed = 1;
	TRY(act->run(books, a, x, &r));
	str detail = x->all ? arena_printf(a, "%lld posts", (long long)x->changed)
			    : arena_printf(a, "#%lld", (long long)x->number);
	if (x->reason.n)
		detail = arena_cat(a, detail, STR(": "), x->reason);
	return books_audit(books, by, x->list->id, str_from(act->audit), detail);
}

err list_redact(struct books *books, struct arena *a, struct redaction *x,
		const struct actor *by)
{
	x->reason = str_trim(x->reason);
	if (!is_line(x->reason))
		return FAIL(ERR_SYNTAX, "a reason is one line of at most 300 octets");
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (str_eq(x->what, str_from(acts[i].what)))
			return do_act(books, a, x, &acts[i], by);
	return FAIL(ERR_SYNTAX, "there is no such act");
}

/* ---- what else knows of a post that is to go for good */

/* "17/dev@lists.example": the arrival's number. */
static int64_t arrival_of(str source)
{
	str number, list;
	int64_t n = 0;
	return str_cut(source, '/', &number, &list) && str_i64(number, &n) ? n : 0;
}

static err forget_copies(struct books *books, struct arena *a,
			 const struct redaction_row *r, bool *waits)
{
	struct archive_post p;
	bool found;
	TRY(archive_post_by_id(books->archive, a, r->post, &p, &found));
	*waits = false;
	if (!found)
		return OK;
	const struct list_entry *l = addressbook_list_by_id(books->addresses, r->list);
	TRY(digest_post_drop(books->lists, p.source));
	TRY(held_blank(books->lists, p.source));
	if (arrival_of(p.source))
		TRY(arrival_blank(books->outbound, arrival_of(p.source)));
	return outbound_message_blank(books->outbound, p.source,
				      l ? l->address : STR("-"), p.received_at * 1000,
				      waits);
}

/* ---- and the files */

static err scrub_all(struct books *books)
{
	TRY(book_scrub(books->archive));
	TRY(book_scrub(books->lists));
	TRY(book_scrub(books->outbound));
	return book_scrub(books->inbound);
}

/* Where a copy has not left yet it is looked for again, and the rest is clean by now. */
static err finish(struct books *books, struct arena *a, struct cleaning *c,
		  const struct redaction_row *rows, size_t count)
{
	bool *waits = arena_zero(a, count + 1);
	for (size_t i = 0; i < count; i++)
		if (rows[i].id <= c->last)
			TRY(forget_copies(books, a, &rows[i], &waits[i]));
	err e = scrub_all(books);
	if (e.kind)
		c->retry_at = clock_mono_ms() + SOON_MS;
	if (e.kind == ERR_TEMP) {
		log_info("archive-cleaned-later", KS("why", str_from(e.msg)));
		return OK;
	}
	TRY(e);
	int64_t now = clock_now(), clean = 0;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].id > c->last || waits[i])
			continue;
		TRY(redaction_cleaned(books->archive, rows[i].id, now));
		clean++;
	}
	c->retry_at = clock_mono_ms() + LATER_MS;
	log_info("archive-cleaned", KN("redactions", clean),
		 KN("waiting", (int64_t)count - clean));
	return OK;
}

err clean_continue(struct books *books, struct arena *a, struct cleaning *c, bool *more)
{
	struct redaction_row *rows;
	size_t count;
	bool begins = !c->last;
	TRY(redactions_unclean(books->archive, a, &rows, &count));
	*more = count
		&& (!begins || clock_mono_ms() >= c->retry_at
		    || rows[count - 1].id > c->seen);
	if (!*more)
		return OK;
	if (begins) {
		bool packs;
		TRY(archive_unlearn_continue(books->archive, a, &c->packed, &packs));
		if (packs)
			return OK;
	}
	if (begins)
		c->last = c->seen = rows[count - 1].id;
	TRY(archive_words_merge(books->archive, begins, more));
	if (*more)
		return OK;
	err e = finish(books, a, c, rows, count);
	*more = !e.kind && rows[count - 1].id > c->seen;
	c->last = 0;
	return e;
}

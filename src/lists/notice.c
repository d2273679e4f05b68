#include "lists/notice.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "lists/shadow.h"
#include "lists/umbrella.h"
#include "mail/compose.h"
#include "mail/retpath.h"
#include "mail/seven.h"
#include "mail/tls_want.h"
#include "store/lists/answered.h"
#include "store/outbound/delivery.h"
#include "store/outbound/message.h"
#include "wall/verdict.h"

enum { ANSWERS_A_DAY = 10 };

static struct mailbox sender_of(struct books *books, struct arena *a,
				const struct notice *n)
{
	struct mailbox from = { 0 };
	if (n->list) {
		from.name = n->list->name;
		from.address = (struct address){
			.local = arena_cat(a, n->list->name,
					   n->confirm_token.n ? STR("-confirm+")
							      : STR("-owner"),
					   n->confirm_token),
			.domain = n->list->domain
		};
	} else {
		from.name = books->conf->site_domain;
		from.address = (struct address){ .local = STR("postmaster"),
						 .domain = domain_ascii(
							 a, books->conf->site_domain) };
	}
	return from;
}

/* Of a list it is the sender itself. */
static str answers_to(struct arena *a, const struct notice *n)
{
	return n->answered && !n->list
		       ? arena_cat(a, STR("<"), n->answered->name, STR("-confirm+"),
				   n->confirm_token, STR("@"), n->answered->domain,
				   STR(">"))
		       : STR("");
}

static str write_letter(struct books *books, struct arena *a, const struct notice *n,
			enum language language, str subject, str text)
{
	/* RFC 3282 */
	str in = arena_cat(a, STR("Content-Language: "),
			   str_from(language_row(language)->tag), STR("\r\n"));
	struct compose l = { .from = sender_of(books, a, n),
			     .to = n->to,
			     .subject = subject,
			     .reply_to = answers_to(a, n),
			     .in_reply_to = n->in_reply_to,
			     .auto_submitted = n->answers ? STR("auto-replied")
							  : STR("auto-generated"),
			     .list_id = n->list ? arena_cat(a, STR("<"), n->list->list_id,
							    STR(">"))
						: STR(""),
			     .extra = in,
			     .text = text,
			     .attached = n->attached,
			     .host = books->conf->site_hostname };
	return compose(a, &l);
}

static err queue(struct books *books, struct arena *a, const struct notice *n, str letter,
		 str subject, struct outbound_message *m)
{
	str to = address_text(a, &n->to.address);
	bool fresh;
	struct header held;
	m->kind = n->probe ? STR("probe") : STR("notice");
	m->list = n->list ? n->list->address : STR("");
	m->reverse_path = n->probe ? retpath_probe(a, &books->mac, n->list->address,
						   n->probe)
				   : STR("");
	m->subject = subject;
	m->created_at = clock_now_ms();
	m->size = (int64_t)letter.n;
	m->eightbit = message_has_8bit(letter);
	/* A post that may not go in clear does not do so inside of a letter. */
	if (n->attached.n && !header_scan(a, n->attached, &held).kind
	    && tls_want_of(a, &held) == TLS_WANT_REQUIRED)
		m->tls = TLS_WANT_REQUIRED;
	struct delivery copy = { .destination = destination_of(a, to),
				 .recipient = to,
				 .member = n->probe };
	TRY(outbound_add(books->outbound, m, &fresh));
	if (!fresh)
		return OK;
	TRY(outbound_body_write(books->outbound, m->id, letter));
	TRY(shadow_deliver(books, a, m->list, m, &copy, 1));
	TRY(outbound_progress(books->outbound, m->id, 0, true));
	log_info("notice-queued", KZ("name", n->name), KS("to", to),
		 KN("message", m->id));
	return OK;
}

static str source_of(struct arena *a, const struct notice *n)
{
	return n->source.n ? n->source
			   : arena_cat(a, str_from(n->name), STR("/"), rand_token(a, 10));
}

/* What the wall does not call clean leaves this server in no letter. */
static bool is_doubted(struct arena *a, const struct notice *n)
{
	struct wall_verdict v;
	return n->attached.n && wall_get(a, n->trust, &v) && v.result != WALL_CLEAN;
}

/* The text of a letter that goes without; waits: the frozen one, or 0. */
static str without(struct arena *a, enum language l, str text, int64_t waits)
{
	str says = STR(N_("The mail itself is not attached: the virus check does not "
			  "call it clean."));
	str where = STR(N_("Its only copy waits, frozen, in the queue of the server:"));
	text = arena_cat(a, text, STR("\n"), language_str(l, says), STR("\n"));
	return waits ? arena_cat(a, text, STR("\n"), language_str(l, where),
				 arena_printf(a, "\n\n    postern queue show %lld\n",
					      (long long)waits))
		     : text;
}

/* A letter; before it, where it goes without what it should bear and that is nowhere
 * else, a frozen one that bears it. */
static err queue_all(struct books *books, struct arena *a, struct notice *n,
		     enum language l, str subject, str text)
{
	str source = source_of(a, n);
	struct outbound_message m = { .source = source };
	struct outbound_message kept = { .source = arena_cat(a, source, STR("/copy")),
					 .frozen = true };
	if (is_doubted(a, n)) {
		if (n->only_copy)
			TRY(queue(books, a, n,
				  write_letter(books, a, n, l, subject, text), subject,
				  &kept));
		text = without(a, l, text, kept.id);
		n->attached = STR_NONE;
	}
	return queue(books, a, n, write_letter(books, a, n, l, subject, text), subject,
		     &m);
}

err notice_send(struct books *books, struct arena *a, const struct notice *given)
{
	str subject, text;
	enum language l;
	struct notice n = *given;
	if (n.to_member && n.list)
		TRY(umbrella_mailbox(books, a, n.list, &n.to));
	TRY(notice_text(books, a, given, &l, &subject, &text));
	if (n.confirm_token.n && !n.wants_none)
		subject = arena_cat(a, STR("confirm "), n.confirm_token, STR(": "),
				    subject);
	bool mine;
	TRY(book_join(books->outbound, &mine));
	return book_leave(books->outbound, mine,
			  queue_all(books, a, &n, l, subject, text));
}

/* Names of programs' mailboxes (RFC 3834 section 2). A local part is compared up to
 * its +. */
static bool is_program(struct arena *a, str local)
{
	static const char *const whole[] = { "mailer-daemon", "noreply", "no-reply",
					     "donotreply" };
	static const char *const ends[] = { "-request", "-owner", "-bounces", "-relay" };
	str rest;
	local = arena_lower(a, local);
	str_cut(local, '+', &local, &rest);
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (str_eq(local, str_from(whole[i])))
			return true;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_ends(local, str_from(ends[i])))
			return true;
	return str_starts(local, STR("owner-"));
}

static bool is_bulk(struct arena *a, const struct header *h)
{
	static const char *const words[] = { "bulk", "junk", "list" };
	str kind = header_value(a, header_find(h, STR("Precedence")));
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ieq(kind, str_from(words[i])))
			return true;
	for (size_t i = 0; i < h->count; i++)
		if (str_istarts(h->fields[i].name, STR("List-")))
			return true;
	return false;
}

bool notice_is_automated(struct arena *a, const struct header *h,
			 const struct address *path)
{
	const struct field *kind = header_find(h, STR("Auto-Submitted"));
	if (address_is_null(path) || is_bulk(a, h) || is_program(a, path->local))
		return true;
	if (kind && !str_eq(header_token(a, kind), STR("no")))
		return true;
	/* Microsoft's word for the same. */
	str quiet = header_value(a, header_find(h, STR("X-Auto-Response-Suppress")));
	return str_ifind(quiet, STR("All")).n || str_ifind(quiet, STR("AutoReply")).n;
}

str notice_mailbox(struct arena *a, str key)
{
	str local, domain, base, tag;
	if (!str_cut_last(key, '@', &local, &domain) || !str_cut(local, '+', &base, &tag)
	    || !base.n)
		return key;
	return arena_cat(a, base, STR("@"), domain);
}

err notice_may_answer(struct books *books, struct arena *a, const struct header *h,
		      const struct address *reverse_path, bool *may)
{
	int64_t times;
	*may = false;
	if (notice_is_automated(a, h, reverse_path))
		return OK;
	str mailbox = notice_mailbox(a, address_key(a, reverse_path));
	TRY(answered_add(books->lists, mailbox, clock_now() / 86400, &times));
	*may = times <= ANSWERS_A_DAY;
	if (!*may)
		log_warn("answers-exhausted",
			 KS("address", address_key(a, reverse_path)));
	return OK;
}

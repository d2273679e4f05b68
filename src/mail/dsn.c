#include "mail/dsn.h"

#include "base/buf.h"
#include "mail/compose.h"
#include "mail/date.h"
#include "mail/encode.h"
#include "mail/header.h"
#include "mail/lex.h"
#include "mail/mime.h"

enum {
	RECIPIENTS_MAX = 10000,
	WORDS_MAX = 1000,
	STATUS_MAX = 4 * 1024 * 1024,
	PARTS_MAX = 4,
};

/* RFC 3464 section 2.3.3: what each action means to the one who wrote, in the
 * order in which they are told; and the status when nobody gave one. */
static const struct action {
	str name, subject, status, words;
} actions[] = {
	{ STR("failed"), STR("Mail not delivered"), STR("5.0.0"),
	  STR("Your message could not be delivered to the following recipients. It will "
	      "not be tried again.") },
	{ STR("delayed"), STR("Mail delayed"), STR("4.0.0"),
	  STR("Your message has not yet been delivered to the following recipients. It "
	      "is "
	      "still being tried; you need not send it again.") },
	{ STR("delivered"), STR("Mail delivered"), STR("2.0.0"),
	  STR("As you asked to be told: your message was delivered to the following "
	      "recipients.") },
	{ STR("relayed"), STR("Mail relayed"), STR("2.0.0"),
	  STR("As you asked to be told: your message was handed on for the following "
	      "recipients, to a server that does not report deliveries.") },
	{ STR("expanded"), STR("Mail expanded"), STR("2.0.0"),
	  STR("As you asked to be told: your message was handed on to the members of the "
	      "following lists.") },
};

enum { ACTIONS = sizeof actions / sizeof *actions };

static bool has_action(const struct dsn_recipient *r, const struct action *x)
{
	return str_ieq(r->action, x->name)
	       || (x == actions && !r->action.n); /* unsaid: the worst */
}

/* The gravest action that some recipient has. */
static const struct action *gravest(const struct dsn *d)
{
	for (size_t k = 0; k < ACTIONS; k++)
		for (size_t i = 0; i < d->count; i++)
			if (has_action(&d->recipients[i], &actions[k]))
				return &actions[k];
	return actions;
}

static str words_of(struct arena *a, const struct dsn *d, str hostname)
{
	BUF(b);
	buf_cat(&b, STR("This is the mail system of "), hostname, STR(".\n"));
	for (size_t k = 0; k < ACTIONS; k++) {
		bool told = false;
		for (size_t i = 0; i < d->count; i++) {
			const struct dsn_recipient *r = &d->recipients[i];
			if (!has_action(r, &actions[k]))
				continue;
			if (!told)
				buf_cat(&b, STR("\n"), actions[k].words, STR("\n\n"));
			told = true;
			buf_cat(&b, STR("  <"), r->final, STR(">\n"));
			if (r->diagnostic.n)
				buf_cat(&b, STR("    "),
					str_first(r->diagnostic, WORDS_MAX), STR("\n"));
			if (r->remote.n)
				buf_cat(&b, STR("    (said "), r->remote, STR(")\n"));
			if (r->until)
				buf_cat(&b, STR("    (tried until "),
					date_text(a, r->until), STR(")\n"));
		}
	}
	return text_wrap(a, buf_str(&b));
}

/* "Name: type; value", if there is a value. */
static void add_typed(struct buf *b, struct arena *a, str name, str type, str value)
{
	if (value.n)
		buf_add(b, header_fold(a, name, arena_cat(a, type, value)));
}

/* The words of a remote server in a part that is 7-bit. */
static str ascii_words(struct arena *a, str s)
{
	s = str_first(s, WORDS_MAX);
	char *out = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++)
		out[i] = s.p[i] & '\x80' ? '?' : s.p[i];
	return (str){ out, s.n };
}

static void add_recipient(struct buf *b, struct arena *a, const struct dsn_recipient *r)
{
	const struct action *action = actions;
	for (size_t k = 0; k < ACTIONS; k++)
		if (has_action(r, &actions[k]))
			action = &actions[k];
	bool ascii = lex_ascii(r->final);
	buf_add(b, STR("\r\n"));
	add_typed(b, a, STR("Original-Recipient"), STR_NONE, r->original);
	add_typed(b, a, STR("Final-Recipient"), ascii ? STR("rfc822; ") : STR("utf-8; "),
		  r->final);
	add_typed(b, a, STR("Action"), STR_NONE, action->name);
	add_typed(b, a, STR("Status"), STR_NONE,
		  r->status.n ? r->status : action->status);
	add_typed(b, a, STR("Remote-MTA"), STR("dns; "), r->remote);
	/* "smtp" is for a server's reply word for word (RFC 3464 section 2.3.6). */
	add_typed(b, a, STR("Diagnostic-Code"),
		  r->remote.n ? STR("smtp; ") : STR("x-postern; "),
		  ascii_words(a, r->diagnostic));
	if (r->until)
		add_typed(b, a, STR("Will-Retry-Until"), STR_NONE,
			  date_text(a, r->until));
}

static str status_of(struct arena *a, const struct dsn *d)
{
	BUF(b);
	add_typed(&b, a, STR("Reporting-MTA"), STR("dns; "), d->reporting_mta);
	add_typed(&b, a, STR("Original-Envelope-Id"), STR_NONE, d->envelope_id);
	if (d->arrival)
		add_typed(&b, a, STR("Arrival-Date"), STR_NONE, date_text(a, d->arrival));
	for (size_t i = 0; i < d->count; i++)
		add_recipient(&b, a, &d->recipients[i]);
	return arena_copy(a, buf_str(&b));
}

/* The message or its header, as the media type that it is: those of RFC 6533
 * where it needs more than ASCII in places that RFC 3464 keeps for it. */
static str returned(struct arena *a, str original, bool headers_only)
{
	struct header h;
	bool scanned = !header_scan(a, original, &h).kind;
	bool wide = scanned && h.flags & HEADER_8BIT;
	if (headers_only && scanned)
		return encode_message_part(a,
					   wide ? STR("message/global-headers")
						: STR("text/rfc822-headers"),
					   h.raw);
	return encode_message_part(
		a, wide ? STR("message/global") : STR("message/rfc822"), original);
}

static str id_of(struct arena *a, str message)
{
	struct header h;
	str *ids;
	if (header_scan(a, message, &h).kind
	    || !header_ids(a, header_find(&h, STR("Message-ID")), &ids))
		return STR_NONE;
	return arena_cat(a, STR("<"), ids[0], STR(">"));
}

str dsn_write(struct arena *a, const struct dsn *d, const struct address *to,
	      str hostname, str original, bool headers_only)
{
	str status = status_of(a, d), boundary = encode_boundary(a);
	str fence = arena_cat(a, STR("\r\n--"), boundary);
	str type = lex_ascii(status) ? STR("message/delivery-status")
				     : STR("message/global-delivery-status");
	struct compose l = {
		.from = { STR("Mail delivery"), { STR("postmaster"), hostname } },
		.to = { STR_NONE, *to },
		.subject = gravest(d)->subject,
		.in_reply_to = id_of(a, original),
		.host = hostname,
	};
	BUF(b);
	buf_cat(&b, compose_header(a, &l),
		STR("Content-Type: multipart/report; report-type=delivery-status;\r\n"
		    " boundary=\""),
		boundary, STR("\"\r\n"), fence, STR("\r\n"),
		encode_text_part(a, words_of(a, d, hostname)), fence, STR("\r\n"),
		encode_message_part(a, type, status), fence, STR("\r\n"),
		returned(a, original, headers_only), fence, STR("--\r\n"));
	return arena_copy(a, buf_str(&b));
}

/* What follows "type;" in a field, or all of it. */
static str untyped(struct arena *a, const struct header *h, const char *name)
{
	str value = header_text(a, header_find(h, str_from(name))), type, rest;
	return str_cut(value, ';', &type, &rest) ? str_trim(rest) : value;
}

/* As written where it is one word: some mailboxes are no dot-atom ("a...@x"), and
 * whoever compares it has the same spelling. */
static str address_of(struct arena *a, str value)
{
	struct mailbox *m;
	size_t n;
	str rest = value, word, more;
	if (str_word(&rest, &word) && !str_word(&rest, &more) && str_has(word, '@')
	    && *word.p != '<')
		return word;
	if (!address_list(a, value, &m, &n).kind && n == 1)
		return address_text(a, &m[0].address);
	return value;
}

static bool read_recipient(struct arena *a, const struct header *h,
			   struct dsn_recipient *r)
{
	str final = untyped(a, h, "Final-Recipient"), status;
	if (!final.n)
		final = untyped(a, h, "Original-Recipient");
	if (!final.n)
		return false;
	str rest = header_text(a, header_find(h, STR("Status")));
	str words = untyped(a, h, "Diagnostic-Code");
	bool coded = str_word(&rest, &status);
	*r = (struct dsn_recipient){
		.final = address_of(a, final),
		.original = header_text(a, header_find(h, STR("Original-Recipient"))),
		.action = header_token(a, header_find(h, STR("Action"))),
		.status = coded ? status : STR_NONE,
		.diagnostic = words.n ? words : str_trim(rest),
		.remote = untyped(a, h, "Remote-MTA"),
	};
	return true;
}

static void read_message_fields(struct arena *a, const struct header *h, struct dsn *d)
{
	const struct field *date = header_find(h, STR("Arrival-Date"));
	int offset;
	d->reporting_mta = untyped(a, h, "Reporting-MTA");
	d->envelope_id = header_text(a, header_find(h, STR("Original-Envelope-Id")));
	if (!date || date_parse(date->value, &d->arrival, &offset).kind)
		d->arrival = 0;
}

static size_t count_blocks(str text)
{
	size_t n = 0;
	for (str line; n < RECIPIENTS_MAX && str_line(&text, &line);)
		n += str_istarts(line, STR("Final-Recipient"))
		     || str_istarts(line, STR("Original-Recipient"));
	return n;
}

static str without_empty_lines(str text)
{
	while (text.n && (*text.p == '\n' || *text.p == '\r'))
		text = str_skip(text, 1);
	return text;
}

/* Blocks of fields with empty lines between (RFC 3464 section 2.1): the first
 * about the message, each other about a recipient. Some forget the empty line
 * behind the first. */
static void read_status(struct arena *a, str text, struct dsn *d)
{
	struct header h;
	text = str_first(text, STATUS_MAX);
	size_t room = count_blocks(text);
	bool first = true;
	d->recipients = arena_alloc(a, (room + 1) * sizeof *d->recipients);
	/* Blocks that say nothing and empty lines come by the million, too. */
	for (size_t blocks = 0; blocks <= RECIPIENTS_MAX; blocks++, text = h.body) {
		text = without_empty_lines(text);
		if (!text.n || header_scan(a, text, &h).kind)
			return;
		if (!h.count)
			continue;
		if (first)
			read_message_fields(a, &h, d);
		first = false;
		if (d->count < room && read_recipient(a, &h, &d->recipients[d->count]))
			d->count++;
	}
}

err dsn_read(struct arena *a, str message, struct dsn *d)
{
	struct mime m;
	struct dsn x = { 0 };
	TRY(mime_parse(a, message, &m));
	/* there is one such part; some have put their words in another */
	for (size_t i = 0, tried = 0; i < m.count && !x.count; i++) {
		const struct mime_part *p = &m.parts[i];
		if ((str_eq(p->type, STR("message/delivery-status"))
		     || str_eq(p->type, STR("message/global-delivery-status")))
		    && tried++ < PARTS_MAX)
			read_status(a, mime_bytes(a, p), &x);
	}
	*d = x;
	return OK;
}

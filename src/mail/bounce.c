#include "mail/bounce.h"

#include "mail/bounce_match.h"
#include "mail/bounce_scan.h"
#include "mail/dsn.h"
#include "mail/returned.h"

enum { ADDRESS_MAX = 320 };

/* RFC 3464 section 2.3.3, and what some write instead. */
static const struct {
	str action;
	bool failure, lasting;
} actions[] = {
	{ STR("failed"), true, true },      { STR("failure"), true, true },
	{ STR("error"), true, true },       { STR("delayed"), true, false },
	{ STR("delivered"), false, false }, { STR("relayed"), false, false },
	{ STR("expanded"), false, false },
};

/* Without an action that is known the status code's first digit tells. */
static bool is_failure(const struct dsn_recipient *r, bool *lasting)
{
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (str_eq(r->action, actions[i].action)) {
			*lasting = actions[i].lasting;
			return actions[i].failure;
		}
	*lasting = str_starts(r->status, STR("5"));
	return *lasting || str_starts(r->status, STR("4"));
}

static bool is_address(str s)
{
	str local, domain;
	if (s.n > ADDRESS_MAX || !str_cut_last(s, '@', &local, &domain) || !local.n
	    || !domain.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (chr_is_space(s.p[i]) || s.p[i] == '<' || s.p[i] == '>')
			return false;
	return true;
}

/* The address to which we wrote, where it is told (RFC 3464 section 2.3.1); the final
 * one may be an alias's target or an X.400 name. */
static str recipient_of(const struct dsn_recipient *r)
{
	str type, address;
	if (str_cut(r->original, ';', &type, &address)
	    && is_address(returned_address(str_trim(address))))
		return returned_address(str_trim(address));
	return is_address(r->final) ? r->final : STR_NONE;
}

/* False: it says that somebody failed, and not by an address whom. */
static bool read_report(struct arena *a, const struct dsn *d, struct bounce *b)
{
	bool failed = false;
	for (size_t i = 0; i < d->count; i++) {
		const struct dsn_recipient *r = &d->recipients[i];
		struct bounce_failure f = { .address = recipient_of(r),
					    .status = r->status,
					    .diagnostic = r->diagnostic,
					    .remote = r->remote };
		if (!is_failure(r, &f.permanent))
			continue;
		failed = true;
		if (f.address.n)
			bounce_add(a, b, f);
	}
	b->format = b->count ? "rfc3464" : NULL;
	return d->count && (b->count || !failed);
}

/* What a report leaves out its words may tell. */
static void explain(struct arena *a, const struct bounce_notice *n, str from,
		    struct bounce *b)
{
	struct bounce told = { 0 };
	for (size_t i = 0; i < b->count; i++) {
		struct bounce_failure *f = &b->failures[i];
		if (f->class != BOUNCE_OTHER || f->diagnostic.n)
			continue;
		if (!told.failures)
			bounce_scan(a, n, from, &told);
		for (size_t k = 0; k < told.count; k++)
			if (str_ieq(told.failures[k].address, f->address)) {
				f->diagnostic = told.failures[k].diagnostic;
				f->class = bounce_classify(f->status, f->diagnostic);
			}
		if (!told.count)
			return;
	}
}

/* Where nothing that was said of any address tells why, the notice may, before its list
 * of addresses or behind it. */
static void explain_all(const struct bounce_notice *n, struct bounce *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->failures[i].class != BOUNCE_OTHER)
			return;
	enum bounce_class class = bounce_only_class(n->text);
	for (size_t i = 0; i < b->count; i++)
		b->failures[i].class = class;
}

/* Some wrap their report in a message that says what it holds (report-type). */
static err unwrap(struct arena *a, struct mime *m, struct dsn *d)
{
	const struct field *type = header_find(&m->header, STR("Content-Type"));
	size_t i = 0;
	struct mime inner;
	while (i < m->count && m->parts[i].multipart)
		i++;
	if (i == m->count || !str_eq(m->parts[i].type, STR("message/rfc822"))
	    || !str_ieq(header_param(a, type, STR("report-type")),
			STR("delivery-status")))
		return OK;
	str wrapped = mime_bytes(a, &m->parts[i]);
	TRY(mime_parse(a, wrapped, &inner));
	if (!inner.count || !str_eq(inner.parts[0].type, STR("multipart/report")))
		return OK;
	TRY(dsn_read(a, wrapped, d));
	*m = inner;
	return OK;
}

/* From the part that holds the mail that came back, or its header. */
static str id_of_part(struct arena *a, const struct mime *m)
{
	struct header h;
	return returned_header(a, m, &h)
		       ? returned_id(a, header_find(&h, STR("Message-ID")))
		       : STR_NONE;
}

/* From a line of the text. */
static str id_of_text(struct arena *a, str text)
{
	for (str line; str_line(&text, &line);) {
		str value;
		line = str_trim(line);
		while (line.n && *line.p == '>')
			line = str_trim(str_skip(line, 1));
		if (!str_istarts(line, STR("Message-ID:")))
			continue;
		value = str_skip(line, sizeof "Message-ID:" - 1);
		if (!str_trim(value).n) /* folded */
			str_line(&text, &value);
		return returned_id(a, &(struct field){ .value = value });
	}
	return STR_NONE;
}

/* A report in words alone may say what it answers (RFC 5322 section 3.6.4). Of several
 * that it names none is meant for sure. */
static str id_of_answered(struct arena *a, const struct header *h)
{
	static const str names[] = { STR("In-Reply-To"), STR("References") };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct field *f = header_find(h, names[i]);
		str first, rest;
		if (f && str_cut(f->value, '<', &first, &rest) && !str_has(rest, '<'))
			return returned_id(a, f);
	}
	return STR_NONE;
}

static str author_domain(struct arena *a, const struct header *h)
{
	struct mailbox *m;
	size_t n;
	const struct field *f = header_find(h, STR("From"));
	return f && !address_list(a, f->value, &m, &n).kind && n ? m[0].address.domain
								 : STR_NONE;
}

/* Exim names them in the header as well. */
static void read_failed_recipients(struct arena *a, const struct header *h,
				   struct bounce *b)
{
	for (const struct field *f = header_find(h, STR("X-Failed-Recipients")); f;
	     f = header_next(h, f)) {
		struct mailbox *m;
		size_t n;
		if (address_list(a, f->value, &m, &n).kind)
			continue;
		for (size_t i = 0; i < n; i++)
			bounce_add(a, b,
				   (struct bounce_failure){
					   .address = address_text(a, &m[i].address),
					   .permanent = true });
	}
	b->format = b->count ? "x-failed-recipients" : NULL;
}

static void read_machine(struct arena *a, const struct mime *m, const struct dsn *d,
			 struct bounce *b)
{
	struct bounce_notice n = bounce_notice(a, m);
	str from = author_domain(a, &m->header);
	if (read_report(a, d, b)) {
		explain(a, &n, from, b);
	} else {
		bounce_scan(a, &n, from, b);
		if (!b->count)
			read_failed_recipients(a, &m->header, b);
	}
	if (!b->count)
		return;
	explain_all(&n, b);
	b->message_id = id_of_part(a, m);
	if (!b->message_id.n)
		b->message_id = id_of_text(a, str_skip(n.whole, n.text.n));
	if (!b->message_id.n)
		b->message_id = id_of_text(a, n.whole);
	if (!b->message_id.n)
		b->message_id = id_of_answered(a, &m->header);
}

err bounce_read(struct arena *a, str message, struct bounce *b)
{
	struct mime m;
	struct dsn d;
	struct bounce x = { 0 };
	TRY(mime_parse(a, message, &m));
	if (bounce_by_machine(a, &m)) {
		TRY(dsn_read(a, message, &d));
		if (!d.count)
			TRY(unwrap(a, &m, &d));
		read_machine(a, &m, &d, &x);
	}
	*b = x;
	return OK;
}

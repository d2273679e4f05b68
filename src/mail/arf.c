#include "mail/arf.h"

#include "mail/date.h"
#include "mail/returned.h"

enum { REPEATED_MAX = 100 }; /* times a field may stand that may stand often */

static const struct field *named(const struct header *h, const char *name)
{
	return header_find(h, str_from(name));
}

static str text_of(struct arena *a, const struct header *h, const char *name)
{
	return header_text(a, named(h, name));
}

/* Every value of a field that may stand more than once (RFC 5965 section 3.2). */
static struct arf_values all_of(struct arena *a, const struct header *h, const char *name)
{
	struct arf_values all = { arena_alloc(a, REPEATED_MAX * sizeof(str)), 0 };
	for (const struct field *f = named(h, name); f && all.count < REPEATED_MAX;
	     f = header_next(h, f)) {
		str value = header_text(a, f);
		if (value.n)
			all.values[all.count++] = value;
	}
	return all;
}

/* Without angle brackets, and without those that name nobody: "<>". */
static struct arf_values addresses_of(struct arf_values all)
{
	struct arf_values some = { all.values, 0 };
	for (size_t i = 0; i < all.count; i++) {
		str address = returned_address(all.values[i]);
		if (address.n)
			some.values[some.count++] = address;
	}
	return some;
}

/* "dns; mx.x.example" without its type. */
static str untyped(str value)
{
	str type, rest;
	return str_cut(value, ';', &type, &rest) ? str_trim(rest) : value;
}

/* Behind an address some write the name that it has. */
static str first_word(str value)
{
	str word;
	return str_word(&value, &word) ? word : STR_NONE;
}

/* Received-Date is the older name of Arrival-Date (RFC 5965 section 3.2). */
static int64_t arrival_of(const struct header *h)
{
	const struct field *f = named(h, "Arrival-Date");
	int64_t at;
	int offset;
	if (!f)
		f = named(h, "Received-Date");
	return f && !date_parse(f->value, &at, &offset).kind ? at : 0;
}

static void read_fields(struct arena *a, struct arf *r)
{
	const struct header *h = &r->fields;
	r->type = header_token(a, named(h, "Feedback-Type"));
	r->user_agent = text_of(a, h, "User-Agent");
	r->version = text_of(a, h, "Version");
	r->reporting_mta = untyped(text_of(a, h, "Reporting-MTA"));
	r->envelope_id = text_of(a, h, "Original-Envelope-Id");
	r->original_mail_from = returned_address(text_of(a, h, "Original-Mail-From"));
	r->source_ip = first_word(text_of(a, h, "Source-IP"));
	r->arrival = arrival_of(h);
	if (!str_u64(text_of(a, h, "Incidents"), &r->incidents) || !r->incidents)
		r->incidents = 1;
	r->auth_failure = header_token(a, named(h, "Auth-Failure"));
	r->dkim_domain = text_of(a, h, "DKIM-Domain");
	r->dkim_identity = text_of(a, h, "DKIM-Identity");
	r->dkim_selector = text_of(a, h, "DKIM-Selector");
	r->original_rcpt_to = all_of(a, h, "Original-Rcpt-To");
	r->original_rcpt_to = addresses_of(r->original_rcpt_to);
	r->reported_domain = all_of(a, h, "Reported-Domain");
	r->reported_uri = all_of(a, h, "Reported-URI");
	r->authentication_results = all_of(a, h, "Authentication-Results");
}

/* "The list <dev.lists.example>": what stands in the brackets (RFC 2919 section 3). */
static str list_id(str value)
{
	str text, rest, id;
	return str_cut_last(value, '<', &text, &rest) && str_cut(rest, '>', &id, &text)
		       ? str_trim(id)
		       : value;
}

static void read_returned(struct arena *a, const struct mime *m, struct arf *r)
{
	if (!returned_header(a, m, &r->returned))
		return;
	r->message_id = returned_id(a, named(&r->returned, "Message-ID"));
	r->list_id = list_id(text_of(a, &r->returned, "List-Id"));
}

err arf_read(struct arena *a, str message, struct arf *r)
{
	struct mime m;
	struct arf x = { 0 };
	TRY(mime_parse(a, message, &m));
	for (size_t i = 0; i < m.count && !x.type.n; i++)
		if (str_eq(m.parts[i].type, STR("message/feedback-report"))) {
			TRY(header_scan(a, mime_bytes(a, &m.parts[i]), &x.fields));
			read_fields(a, &x);
		}
	if (x.type.n)
		read_returned(a, &m, &x);
	*r = x.type.n ? x : (struct arf){ 0 };
	return OK;
}

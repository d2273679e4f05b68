/* What we write in front of a message, and what we take out of it. */
#include "roles/smtpd_inside.h"

#include "base/clock.h"
#include "mail/compose.h"
#include "mail/date.h"
#include "mail/tls_want.h"
#include "trust/authres.h"

struct dressing {
	const struct visit *v;
	const struct smtp_session *s;
	const struct smtp_message *m;
	str results;
	bool complete;
	struct smtpd_text text;
};

/* What a client calls itself, as it may stand in a field: nothing that would begin a
 * comment or end the clause. */
static str plain_name(struct arena *a, str name)
{
	char *out = arena_alloc(a, name.n);
	for (size_t i = 0; i < name.n; i++)
		out[i] = chr_is_alpha(name.p[i]) || chr_is_digit(name.p[i])
					 || memchr(".-_:[]", name.p[i], 6)
				 ? name.p[i]
				 : '?';
	return (str){ out, name.n };
}

/* TCP-info (RFC 5321 section 4.4): an address literal in parentheses. */
static str client_info(struct dressing *x)
{
	bool six = str_has(x->v->client, ':');
	return arena_cat(x->m->arena, six ? STR(" ([IPv6:") : STR(" (["), x->v->client,
			 STR("])"));
}

/* Received (RFC 5321 section 4.4), with our own mark of REQUIRETLS. "for" only where there is one recipient: the
 * others must not learn of each other. Where a person signed in, at home or in a hotel,
 * is for the inbound book and the log to know, not for every member and the archive. */
static str received_field(struct dressing *x)
{
	const struct smtp_session *s = x->s;
	str from = STR("");
	if (x->v->is_local)
		from = STR("from local\r\n\t");
	else if (!s->account)
		from = arena_cat(x->m->arena, STR("from "),
				 plain_name(x->m->arena, s->helo), client_info(x),
				 STR("\r\n\t"));
	str to = s->rcpt_count == 1
			 ? arena_cat(x->m->arena, STR("\r\n\tfor <"),
				     address_text(x->m->arena, &s->rcpts[0].to), STR(">"))
			 : STR("");
	return arena_cat(x->m->arena, STR("Received: "), from, STR("by "),
			 x->v->d->conf->site_hostname, STR(" with "), smtp_protocol(s),
			 s->mail.require_tls ? STR(" " TLS_REQUIRED_MARK) : STR(""), to,
			 STR(";\r\n\t"), date_text(x->m->arena, clock_now()),
			 STR("\r\n"));
}

static bool has_message_id(const struct dressing *x)
{
	const struct field *f = header_find(x->m->header, STR("Message-ID"));
	str value = header_value(x->m->arena, f);
	return value.n && !str_eq(value, STR("<>"));
}

/* Return-Path is written at final delivery only; one that arrives is somebody's
 * mistake (RFC 5321 section 4.4). Bcc is for no recipient's eyes, Content-Length for
 * the sender's mailbox alone. Nobody but us states results in our name
 * (RFC 8601 section 5). */
static void strip_fields(struct dressing *x)
{
	const struct header *h = x->m->header;
	str drop[] = { STR("Return-Path"), STR("Bcc"), STR("Resent-Bcc"),
		       STR("Content-Length"), STR("Message-ID") };
	/* the last one only where it says nothing and is written anew */
	size_t drops = x->complete && !has_message_id(x) ? 5 : 4;
	struct header_edit edit = {
		.drop = drop, .drop_count = drops, .prepend = STR(""), .append = STR("")
	};
	bool any = false;
	for (size_t i = 0; i < drops; i++)
		any = any || header_find(h, drop[i]);
	bool foreign = header_find(h, STR("Authentication-Results"));
	x->text.body = x->m->text;
	if (!foreign && !any)
		return;
	struct header stripped = *h;
	if (foreign
	    && header_scan(x->m->arena,
			   arena_cat(x->m->arena,
				     authres_strip(x->m->arena, h,
						   x->v->d->conf->site_hostname),
				     STR("\r\n")),
			   &stripped)
		       .kind)
		stripped = *h;
	x->text.body = arena_cat(x->m->arena, header_apply(x->m->arena, &stripped, &edit),
				 STR("\r\n"), h->body);
}

static void complete(struct dressing *x)
{
	x->text.head = arena_cat(x->m->arena, x->results, received_field(x));
	if (!x->complete)
		return;
	if (!has_message_id(x))
		x->text.head = arena_cat(
			x->m->arena, x->text.head, STR("Message-ID: "),
			message_id_new(x->m->arena, x->v->d->conf->site_hostname),
			STR("\r\n"));
	if (!header_find(x->m->header, STR("Date")))
		x->text.head = arena_cat(x->m->arena, x->text.head, STR("Date: "),
					 date_text(x->m->arena, clock_now()),
					 STR("\r\n"));
}

void smtpd_dress(const struct visit *v, const struct smtp_session *s,
		 const struct smtp_message *m, str results, bool as_author,
		 struct smtpd_text *text)
{
	struct dressing x = {
		.v = v, .s = s, .m = m, .results = results, .complete = as_author
	};
	strip_fields(&x);
	complete(&x);
	*text = x.text;
}

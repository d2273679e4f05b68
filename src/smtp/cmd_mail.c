/* MAIL: who sends. */
#include "smtp/verbs.h"

#include "base/enc.h"

#include <stdlib.h>

static bool set_size(struct smtp_session *s, void *into, str value)
{
	struct smtp_mail *m = into;
	(void)s;
	return value.p[0] != '-' && value.n <= 20 && str_i64(value, &m->size);
}

static bool set_body(struct smtp_session *s, void *into, str value)
{
	struct smtp_mail *m = into;
	(void)s;
	m->eight_bit = str_ieq(value, STR("8BITMIME")); /* RFC 6152 section 2 */
	return m->eight_bit || str_ieq(value, STR("7BIT"));
}

static bool set_utf8(struct smtp_session *s, void *into, str value)
{
	struct smtp_mail *m = into;
	(void)s;
	(void)value;
	return m->utf8 = true;
}

static bool set_require_tls(struct smtp_session *s, void *into, str value)
{
	struct smtp_mail *m = into;
	(void)s;
	(void)value;
	return m->require_tls = true;
}

static bool set_ret(struct smtp_session *s, void *into, str value)
{
	struct smtp_mail *m = into;
	(void)s;
	m->ret_given = true;
	m->headers_only = str_ieq(value, STR("HDRS"));
	return m->headers_only || str_ieq(value, STR("FULL"));
}

static bool set_envid(struct smtp_session *s, void *into, str value)
{
	struct smtp_mail *m = into;
	/* RFC 3461 section 5.4: at most 100 octets. */
	return value.n <= 100
	       && !enc_xtext_decode(s->arena, value, false, &m->envid).kind;
}

/* RFC 4954 section 5: believed only from a peer that is trusted to say so. Anybody
 * else's is read, since it may be sent wherever AUTH is offered, and forgotten. */
static bool set_auth(struct smtp_session *s, void *into, str value)
{
	struct smtp_mail *m = into;
	str account;
	if (enc_xtext_decode(s->arena, value, false, &account).kind)
		return false;
	if (s->conf->kind == SMTP_LOCAL && !str_eq(account, STR("<>")))
		m->auth = account;
	return true;
}

static const struct param mail_params[] = {
	{ "SIZE", true, set_size },
	{ "BODY", true, set_body },
	{ "SMTPUTF8", false, set_utf8 },
	{ "RET", true, set_ret },
	{ "ENVID", true, set_envid },
	{ "AUTH", true, set_auth },
	{ "REQUIRETLS", false, set_require_tls },
};

static bool may_begin(struct smtp_session *s, struct smtp_reply *r)
{
	const struct smtp_config *conf = s->conf;
	if (conf->draining && atomic_load(conf->draining)) {
		smtp_say(r, 421, "4.3.2", STR("this server is going down"));
		r->next = SMTP_CLOSE;
		return false;
	}
	bool submits = conf->kind == SMTP_SUBMISSION || conf->kind == SMTP_SUBMISSIONS;
	if (submits && !s->account) { /* RFC 6409 section 4.3 */
		smtp_say(r, 530, "5.7.0", STR("sign in first (AUTH)"));
		return false;
	}
	return true;
}

static bool read_mail(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	struct smtp_mail *m = &s->mail;
	str rest;
	if (!path_read(s, arg, STR("FROM:"), "5.1.7", &m->from, &rest, r)
	    || !params_read(s, rest, mail_params,
			    sizeof mail_params / sizeof *mail_params, m, r))
		return false;
	if (!m->from.domain.n && m->from.local.n)
		smtp_say(r, 501, "5.1.7", STR("the sender's address needs a domain"));
	else if (!m->utf8 && !address_is_ascii(&m->from)) /* RFC 6531 section 3.5 */
		smtp_say(r, 553, "5.6.7", STR("such an address needs SMTPUTF8"));
	else if (m->require_tls && !offers_require_tls(s))
		smtp_say(r, 530, "5.7.10", STR("REQUIRETLS needs TLS first (STARTTLS)"));
	else if (m->size > s->conf->max_size) /* RFC 1870 section 6.1 */
		smtp_say(r, 552, "5.3.4",
			 STR("the message is too large for this server"));
	else
		return true;
	return false;
}

static void begin(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	s->arena = arena_new();
	s->mail = (struct smtp_mail){ 0 };
	if (!read_mail(s, arg, r)) { /* the policy never heard of it */
		arena_free(s->arena);
		s->arena = NULL;
		s->mail = (struct smtp_mail){ 0 };
		return;
	}
	if (s->mail.require_tls) /* a report goes another way (RFC 8689) */
		s->mail.ret_given = s->mail.headers_only = true;
	smtp_say(r, 250, "2.1.0", STR("sender noted"));
	if (s->conf->policy->mail)
		s->conf->policy->mail(s->ctx, s, r);
	if (smtp_is_yes(r))
		s->state = SMTP_SENDER;
	else
		session_reset(s);
}

void cmd_mail(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	if (may_begin(s, r))
		begin(s, arg, r);
	if (!smtp_is_yes(r) && r->next == SMTP_GO_ON)
		session_counts(s, &s->refused, SMTP_REFUSED_MAX, "refused-senders", r);
}

/* smtp/verbs.h: what the files of the verbs share. Not for other folders.
 *
 * A verb is a row of the table in session.c and a function: it gets what stands
 * behind the verb, trimmed, in a state that its row allows, and fills in the
 * reply. */
#pragma once

#include "smtp/session.h"

typedef void verb_act(struct smtp_session *s, str arg, struct smtp_reply *r);

verb_act cmd_ehlo, cmd_helo, cmd_starttls, cmd_auth;
verb_act cmd_mail, cmd_rcpt, cmd_data, cmd_bdat;
verb_act cmd_rset, cmd_noop, cmd_quit, cmd_vrfy, cmd_expn, cmd_help, cmd_http;

/* A line while s->auth is set: the client's answer to a challenge. */
void auth_answer(struct smtp_session *s, str line, struct smtp_reply *r);
void auth_drop(struct smtp_session *s);

/* Whether REQUIRETLS is offered now (RFC 8689): not in clear. */
static inline bool offers_require_tls(const struct smtp_session *s)
{
	return s->tls || s->conf->kind == SMTP_LOCAL;
}

/* Which mechanisms EHLO offers now, each with a space before it; "" none. */
str auth_offer(const struct smtp_session *s);

void session_reset(struct smtp_session *s); /* ends the transaction, if there is one */

/* A limit is hit: r becomes a 421 that closes, and the policy is told. */
void session_limit(struct smtp_session *s, const char *what, struct smtp_reply *r);

/* Counts one more. True, with the reply, where that was beyond most. */
bool session_counts(struct smtp_session *s, unsigned *count, unsigned most,
		    const char *what, struct smtp_reply *r);
bool session_pointless(struct smtp_session *s, struct smtp_reply *r);

/* MAIL's and RCPT's parameters: "KEYWORD" or "KEYWORD=VALUE" (RFC 5321 section
 * 4.1.2), each a row of the caller's table. set returns false where the value is
 * wrong. False, with the reply, for the first that does not fit. */
struct param {
	const char *keyword;
	bool has_value;
	bool (*set)(struct smtp_session *s, void *into, str value);
};
bool params_read(struct smtp_session *s, str text, const struct param *table,
		 size_t count, void *into, struct smtp_reply *r);

/* "FROM:" or "TO:" and the path behind it, brackets forgotten or not. False, with
 * the reply; status: "5.1.7" or "5.1.3". *rest: the parameters. */
bool path_read(struct smtp_session *s, str arg, str keyword, const char *status,
	       struct address *out, str *rest, struct smtp_reply *r);

/* EHLO, HELO and STARTTLS: who speaks, what can be had, and how safely. */
#include "smtp/verbs.h"

/* The name is for the log and for Received. RFC 5321 section 4.1.4 forbids to
 * refuse mail because of it, so that it is one word is all we ask. */
static bool take_name(struct smtp_session *s, str name, struct smtp_reply *r)
{
	if (!name.n || name.n > SMTP_NAME_MAX || str_has(name, ' ')
	    || str_has(name, '\t')) {
		smtp_say(r, 501, "5.5.4",
			 STR("say your host name: EHLO mail.example.org"));
		return false;
	}
	session_reset(s);
	memcpy(s->helo_room, name.p, name.n);
	s->helo = (str){ s->helo_room, name.n };
	s->state = SMTP_READY;
	return true;
}

void cmd_helo(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	if (!take_name(s, arg, r))
		return;
	s->esmtp = false;
	smtp_say(r, 250, "", s->conf->hostname);
}

void cmd_ehlo(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	if (!take_name(s, arg, r))
		return;
	const struct smtp_config *conf = s->conf;
	s->esmtp = true;
	struct arena *a = smtp_scratch(s);
	str auth = auth_offer(s);
	smtp_say(
		r, 250, "",
		arena_cat(a, conf->hostname, STR("\nPIPELINING\nSIZE "),
			  arena_printf(a, "%lld", (long long)conf->max_size),
			  STR("\n8BITMIME\nSMTPUTF8\nENHANCEDSTATUSCODES\nDSN\nCHUNKING"),
			  conf->tls && !s->tls ? STR("\nSTARTTLS") : STR_NONE,
			  offers_require_tls(s) ? STR("\nREQUIRETLS") : STR_NONE,
			  auth.n ? STR("\nAUTH") : STR_NONE, auth,
			  arena_printf(a, "\nLIMITS RCPTMAX=%u", /* RFC 9422 */
				       conf->max_recipients),
			  STR("\nHELP")));
}

void cmd_starttls(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	if (arg.n)
		smtp_say(r, 501, "5.5.4", STR("STARTTLS stands alone"));
	else if (s->tls)
		smtp_say(r, 503, "5.5.1", STR("this is TLS already"));
	else if (!s->conf->tls)
		smtp_say(r, 502, "5.5.1", STR("there is no TLS here"));
	else
		*r = (struct smtp_reply){ 220, "2.0.0", STR("begin"), SMTP_STARTTLS };
}

/* The verbs that move nothing: RSET NOOP QUIT VRFY EXPN HELP, and other protocols'. */
#include "smtp/verbs.h"

void cmd_rset(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	(void)arg;
	session_reset(s);
	smtp_say(r, 250, "2.0.0", STR("forgotten"));
}

void cmd_noop(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	(void)s;
	(void)arg;
	smtp_say(r, 250, "2.0.0", STR("ok"));
}

void cmd_quit(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	(void)arg;
	smtp_say(r, 221, "2.0.0",
		 arena_cat(smtp_scratch(s), s->conf->hostname, STR(" bye")));
	r->next = SMTP_CLOSE;
}

/* RFC 5321 section 3.5.3 and 7.3: 252 tells nobody who is here. */
void cmd_vrfy(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	(void)s;
	if (arg.n)
		smtp_say(r, 252, "2.5.0", STR("send some mail and see"));
	else
		smtp_say(r, 501, "5.5.4", STR("VRFY whom?"));
}

void cmd_expn(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	(void)s;
	(void)arg;
	smtp_say(r, 502, "5.5.1", STR("lists are not shown here; see the web pages"));
}

void cmd_help(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	(void)s;
	(void)arg;
	smtp_say(r, 214, "2.0.0",
		 STR("EHLO HELO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP STARTTLS "
		     "AUTH\n"
		     "a person who needs help writes to postmaster"));
}

void cmd_http(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	(void)s;
	(void)arg;
	smtp_say(r, 502, "5.7.0",
		 STR("this is a mail server; you speak another protocol"));
	r->next = SMTP_CLOSE;
}

/* fuzz/smtp_policy.h: the policy of the SMTP targets: local@here and postmaster are at
 * home, "anna" signs in with "secret"; who is not signed in sends nowhere else. */
#pragma once

#include "fuzz.h"

#include "smtp/session.h"

static inline bool at_home(const struct address *x)
{
	return x->domain.n ? str_ieq(x->domain, STR("here"))
				     && str_ieq(x->local, STR("local"))
			   : str_ieq(x->local, STR("postmaster"));
}

static inline void policy_rcpt(void *ctx, struct smtp_session *s, struct smtp_rcpt *to,
			       struct smtp_reply *r)
{
	(void)ctx;
	if (at_home(&to->to) || s->account)
		smtp_say(r, 250, "2.1.5", STR("ok"));
}

static inline void policy_scram(void *ctx, struct smtp_session *s, struct arena *a,
				str user, struct scram_user *out)
{
	static struct scram_keys keys;
	(void)ctx, (void)s, (void)a;
	*out = (struct scram_user){
		.salt = STR("salt"), .keys = &keys, .count = 1, .account = 7
	};
	if (!str_eq(user, STR("anna")))
		out->count = 0;
}

static inline bool policy_plain(void *ctx, struct smtp_session *s, str user, str token,
				int64_t *account)
{
	(void)ctx, (void)s;
	*account = 7;
	return str_eq(user, STR("anna")) && str_eq(token, STR("secret"));
}

static inline int policy_file(void *ctx, struct smtp_session *s)
{
	(void)ctx, (void)s;
	return -1;
}

/* What must hold after whatever was said. */
static inline void session_is_sound(const struct smtp_session *s)
{
	bool inside = s->state > SMTP_READY;
	must((s->arena != NULL) == inside);
	must(inside || s->rcpt_count == 0);
	must((s->rcpt_count > 0)
	     == (s->state == SMTP_RECIPIENT || s->state == SMTP_CHUNKS));
	for (size_t i = 0; i < s->rcpt_count; i++)
		must(s->account || at_home(&s->rcpts[i].to));
}

/* A reply is whole lines of one code, and nothing else. */
static inline void reply_is_sound(const struct smtp_reply *r)
{
	BUF(wire);
	smtp_reply_add(&wire, r);
	str rest = buf_str(&wire), line;
	must(r->code >= 200 && r->code < 600 && str_ends(rest, STR("\r\n")));
	while (str_line(&rest, &line)) {
		must(line.n >= 4 && line.n <= 510 && !str_has(line, '\r'));
		must(line.p[0] == (char)('0' + r->code / 100));
		must(line.p[3] == (rest.n ? '-' : ' '));
	}
}

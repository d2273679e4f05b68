/* AUTH (RFC 4954) with PLAIN (RFC 4616), LOGIN and SCRAM-SHA-256 (RFC 7677). */
#include "smtp/verbs.h"

#include "base/enc.h"
#include "base/mem.h"
#include "base/rand.h"

#include <stdlib.h>

struct smtp_auth { /* an exchange under way */
	const struct mechanism *mechanism;
	struct arena *a;
	int step;
	str user; /* LOGIN's first answer */
	struct scram scram;
	struct scram_user who;
};

/* Takes an answer, decoded, and fills in the reply. */
typedef void answer(struct smtp_session *s, str text, struct smtp_reply *r);

struct mechanism {
	str name;
	bool needs_tls; /* it shows the secret itself */
	str challenge;  /* where the client sends nothing with AUTH, in base64 */
	answer *take;
};

static answer plain, login, scram;

static const struct mechanism mechanisms[] = {
	{ STR("SCRAM-SHA-256"), false, STR(""), scram },
	{ STR("PLAIN"), true, STR(""), plain },
	{ STR("LOGIN"), true, STR("VXNlcm5hbWU6"), login }, /* "Username:" */
};

enum { MECHANISMS = sizeof mechanisms / sizeof *mechanisms, NONCE = 15 };

static bool submits(const struct smtp_session *s)
{
	return s->conf->kind == SMTP_SUBMISSION || s->conf->kind == SMTP_SUBMISSIONS;
}

str auth_offer(const struct smtp_session *s)
{
	if (!submits(s) || s->account)
		return STR_NONE;
	return s->tls ? STR(" SCRAM-SHA-256 PLAIN LOGIN") : STR(" SCRAM-SHA-256");
}

void auth_drop(struct smtp_session *s)
{
	if (!s->auth)
		return;
	arena_free(s->auth->a);
	free(s->auth);
	s->auth = NULL;
}

static void challenge(struct smtp_reply *r, str base64)
{
	smtp_say(r, 334, "", base64);
}

/* The end of an exchange that looked at a secret. */
static void decide(struct smtp_session *s, str user, int64_t account,
		   struct smtp_reply *r)
{
	const struct smtp_policy *policy = s->conf->policy;
	const char *mechanism = s->auth->mechanism->name.p;
	if (policy->auth_done)
		policy->auth_done(s->ctx, s, mechanism, user, account != 0);
	if (account) {
		s->account = account;
		s->mechanism = mechanism;
		memcpy(s->user_room, user.p, user.n);
		s->user = (str){ s->user_room, user.n };
		smtp_say(r, 235, "2.7.0", STR("signed in"));
	} else {
		smtp_say(r, 535, "5.7.8", STR("wrong user or token"));
		if (++s->auth_refused >= SMTP_AUTH_MAX)
			session_limit(s, "refused-auths", r);
	}
	auth_drop(s);
}

/* No secret is looked at where too many were tried, or for no name. */
static bool may_try(struct smtp_session *s, str user, struct smtp_reply *r)
{
	const struct smtp_policy *policy = s->conf->policy;
	if (!user.n || user.n >= SMTP_NAME_MAX || str_has(user, '\0')) {
		decide(s, STR_NONE, 0, r);
		return false;
	}
	if (!policy->auth_allow || policy->auth_allow(s->ctx, s, user))
		return true;
	auth_drop(s);
	smtp_say(r, 454, "4.7.0", STR("too many sign-ins were tried; wait a while"));
	return false;
}

static void by_token(struct smtp_session *s, str user, str token, struct smtp_reply *r)
{
	int64_t account = 0;
	if (!may_try(s, user, r))
		return;
	bool ok = token.n && !str_has(token, '\0') && s->conf->policy->plain
		  && s->conf->policy->plain(s->ctx, s, user, token, &account);
	decide(s, user, ok ? account : 0, r);
}

/* RFC 4616 section 2: authorization id NUL user NUL password. */
static void plain(struct smtp_session *s, str text, struct smtp_reply *r)
{
	str as, user, token, rest;
	if (!str_cut(text, '\0', &as, &rest) || !str_cut(rest, '\0', &user, &token)) {
		auth_drop(s);
		smtp_say(r, 501, "5.5.2", STR("this is no answer to PLAIN"));
	} else if (as.n && !str_eq(as, user)) { /* nobody acts for another */
		decide(s, STR_NONE, 0, r);
	} else {
		by_token(s, user, token, r);
	}
}

static void login(struct smtp_session *s, str text, struct smtp_reply *r)
{
	if (s->auth->step++ == 0) {
		s->auth->user = arena_copy(s->auth->a, text);
		challenge(r, STR("UGFzc3dvcmQ6")); /* "Password:" */
	} else {
		by_token(s, s->auth->user, text, r);
	}
}

static void scram_begin(struct smtp_session *s, str text, struct smtp_reply *r)
{
	struct smtp_auth *x = s->auth;
	err e = scram_first(x->a, arena_copy(x->a, text), &x->scram);
	if (e.kind == ERR_DENIED) {
		decide(s, STR_NONE, 0, r);
	} else if (e.kind || !s->conf->policy->scram) {
		auth_drop(s);
		smtp_say(r, 501, "5.5.2", STR("this is no SCRAM message"));
	} else if (may_try(s, x->scram.user, r)) {
		s->conf->policy->scram(s->ctx, s, x->a, x->scram.user, &x->who);
		str first = scram_challenge(x->a, &x->scram, &x->who,
					    rand_token(x->a, NONCE));
		challenge(r, enc_base64(smtp_scratch(s), first));
	}
}

static void scram_prove(struct smtp_session *s, str text, struct smtp_reply *r)
{
	struct smtp_auth *x = s->auth;
	size_t which;
	str last;
	err e = scram_final(x->a, &x->scram, arena_copy(x->a, text), &last, &which);
	if (e.kind == ERR_SYNTAX) {
		auth_drop(s);
		smtp_say(r, 501, "5.5.2", STR("this is no SCRAM message"));
	} else if (e.kind) {
		decide(s, x->scram.user, 0, r);
	} else {
		s->token = x->who.keys[which].token;
		/* RFC 4954 section 4: what the server still has to say goes in a
		 * challenge, which the client answers with an empty line. */
		challenge(r, enc_base64(smtp_scratch(s), last));
	}
}

static void scram(struct smtp_session *s, str text, struct smtp_reply *r)
{
	switch (s->auth->step++) {
	case 0:
		scram_begin(s, text, r);
		break;
	case 1:
		scram_prove(s, text, r);
		break;
	default:
		decide(s, s->auth->scram.user, text.n ? 0 : s->auth->who.account, r);
	}
}

/* An answer as it stands on the line: base64, "=" for an empty one sent with AUTH. */
static void take(struct smtp_session *s, str line, struct smtp_reply *r)
{
	struct smtp_auth *x = s->auth;
	str text = STR("");
	if (str_eq(line, STR("*"))) {
		auth_drop(s);
		smtp_say(r, 501, "5.7.0", STR("AUTH given up"));
	} else if (enc_base64_decode(x->a, line, &text).kind) {
		auth_drop(s);
		smtp_say(r, 501, "5.5.2", STR("this is no base64"));
	} else {
		x->mechanism->take(s, text, r);
	}
}

void auth_answer(struct smtp_session *s, str line, struct smtp_reply *r)
{
	take(s, line, r);
}

static const struct mechanism *mechanism_find(str name)
{
	for (size_t i = 0; i < MECHANISMS; i++)
		if (str_ieq(name, mechanisms[i].name))
			return &mechanisms[i];
	return NULL;
}

static void begin(struct smtp_session *s, const struct mechanism *m, str initial,
		  struct smtp_reply *r)
{
	s->auth = mem_zero(sizeof *s->auth);
	s->auth->mechanism = m;
	s->auth->a = arena_new();
	if (!initial.n)
		challenge(r, m->challenge);
	else
		take(s, str_eq(initial, STR("=")) ? STR("") : initial, r);
}

void cmd_auth(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	str name, initial = STR_NONE, more;
	if (!submits(s)) {
		smtp_say(r, 502, "5.5.1", STR("nobody signs in at this port"));
		return;
	}
	if (!s->esmtp || s->account) { /* RFC 4954 section 4 */
		smtp_say(r, 503, "5.5.1",
			 s->account ? STR("signed in already") : STR("EHLO first"));
		return;
	}
	if (!str_word(&arg, &name)) {
		smtp_say(r, 501, "5.5.4", STR("AUTH how?"));
		return;
	}
	str_word(&arg, &initial);
	const struct mechanism *m = mechanism_find(name);
	if (str_word(&arg, &more))
		smtp_say(r, 501, "5.5.4", STR("AUTH MECHANISM and one answer at most"));
	else if (!m)
		smtp_say(r, 504, "5.5.4", STR("no such mechanism here; see EHLO"));
	else if (m->needs_tls && !s->tls)
		smtp_say(r, 538, "5.7.11", STR("STARTTLS first"));
	else
		begin(s, m, initial, r);
}

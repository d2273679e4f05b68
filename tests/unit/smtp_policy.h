/* tests/unit/smtp_policy.h: a server's policy for tests: local@here.example and
 * postmaster are at home, everybody else is foreign; anna@here.example signs in
 * with "secret". What was accepted is kept. */
#pragma once

#include "account/scram.h"
#include "smtp/session.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What the policy keeps is written by the session's thread and read by the test once a
 * reply has come. The socket orders the two; this tells the thread sanitizer so. */
static pthread_mutex_t policy_order = PTHREAD_MUTEX_INITIALIZER;

static inline void policy_sync(void)
{
	pthread_mutex_lock(&policy_order);
	pthread_mutex_unlock(&policy_order);
}

struct policy_fake {
	struct arena *a;
	int accepted, ended, limits, disk_full, auths, auth_refused;
	str text; /* of the last message */
	size_t rcpts;
	bool from_file;
	char limit[64];
	str helo, user;
	struct smtp_reply verdict; /* code 0: 250 */
	bool no_file;
};

static inline bool at_home(const struct address *x)
{
	if (!x->domain.n)
		return str_ieq(x->local, STR("postmaster"));
	return (str_ieq(x->domain, STR("here.example"))
		|| str_ieq(x->domain, STR("testserver")))
	       && (str_eq(x->local, STR("local")) || str_ieq(x->local, STR("postmaster"))
		   || str_eq(x->local, STR("user")));
}

static void policy_rcpt(void *ctx, struct smtp_session *s, struct smtp_rcpt *to,
			struct smtp_reply *r)
{
	(void)ctx;
	bool ours = !to->to.domain.n || str_ieq(to->to.domain, STR("here.example"))
		    || str_ieq(to->to.domain, STR("testserver"));
	if (at_home(&to->to) || s->account)
		smtp_say(r, 250, "2.1.5", STR("recipient noted"));
	else if (ours)
		smtp_say(r, 550, "5.1.1", STR("no such address here"));
}

static void policy_data(void *ctx, struct smtp_session *s, struct smtp_reply *r)
{
	struct policy_fake *o = ctx;
	(void)s;
	policy_sync();
	if (o->disk_full)
		smtp_say(r, 452, "4.3.1", STR("no room; try later"));
	policy_sync();
}

static int policy_file(void *ctx, struct smtp_session *s)
{
	struct policy_fake *o = ctx;
	char name[] = "/tmp/postern-body-XXXXXX";
	(void)s;
	policy_sync();
	int fd = o->no_file ? -1 : mkstemp(name);
	if (fd >= 0)
		unlink(name);
	policy_sync();
	return fd;
}

static void policy_accept(void *ctx, struct smtp_session *s, const struct smtp_message *m,
			  struct smtp_reply *r)
{
	struct policy_fake *o = ctx;
	policy_sync();
	o->text = arena_copy(o->a, m->text);
	o->rcpts = s->rcpt_count;
	o->from_file = m->fd >= 0;
	o->helo = arena_copy(o->a, s->helo);
	o->user = arena_copy(o->a, s->user);
	if (o->verdict.code) {
		*r = o->verdict;
	} else {
		o->accepted++;
		smtp_say(r, 250, "2.0.0", STR("taken"));
	}
	policy_sync();
}

static void policy_end(void *ctx, struct smtp_session *s)
{
	struct policy_fake *o = ctx;
	(void)s;
	o->ended++;
}

static void policy_scram(void *ctx, struct smtp_session *s, struct arena *a, str user,
			 struct scram_user *out)
{
	(void)ctx;
	(void)s;
	*out = (struct scram_user){ .salt = STR("0123456789abcdef") };
	if (!str_ieq(user, STR("anna@here.example")))
		return;
	struct scram_keys *keys = arena_alloc(a, sizeof *keys);
	scram_derive(STR("secret"), out->salt, SCRAM_ROUNDS, keys);
	out->keys = keys;
	out->count = 1;
	out->account = 7;
}

static bool policy_plain(void *ctx, struct smtp_session *s, str user, str token,
			 int64_t *account)
{
	(void)ctx;
	(void)s;
	*account = 7;
	return (str_ieq(user, STR("anna@here.example")) && str_eq(token, STR("secret")))
	       || (str_eq(user, STR("user@testserver"))
		   && str_eq(token, STR("secretpassword")));
}

static void policy_auth(void *ctx, struct smtp_session *s, const char *mechanism,
			str user, bool ok)
{
	struct policy_fake *o = ctx;
	(void)s;
	(void)mechanism;
	(void)user;
	o->auths += ok;
	o->auth_refused += !ok;
	policy_sync();
}

static void policy_limit(void *ctx, struct smtp_session *s, const char *what)
{
	struct policy_fake *o = ctx;
	(void)s;
	o->limits++;
	snprintf(o->limit, sizeof o->limit, "%s", what);
}

static const struct smtp_policy test_policy = {
	.rcpt = policy_rcpt,
	.data = policy_data,
	.body_file = policy_file,
	.accept = policy_accept,
	.end = policy_end,
	.scram = policy_scram,
	.plain = policy_plain,
	.auth_done = policy_auth,
	.limit = policy_limit,
};

static inline struct smtp_config policy_conf(enum smtp_kind kind)
{
	return (struct smtp_config){ .kind = kind,
				     .hostname = STR("mail.here.example"),
				     .max_size = 1 << 20,
				     .max_recipients = 1000,
				     .tls = true,
				     .policy = &test_policy };
}

#define WITH_SESSION(s, o, kind)                     \
	struct policy_fake o = { .a = a };           \
	struct smtp_config conf = policy_conf(kind); \
	struct smtp_session s;                       \
	smtp_session_init(&s, &conf, &o)

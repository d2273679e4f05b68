#include "roles/smtpd_inside.h"
#include "roles/smtpd_uses.h"

#include "account/account.h"
#include "account/token.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "mail/retpath.h"
#include "store/inbound/file.h"

/* Members who have signed in are counted by their budget instead. Of what is named in
 * the log; who names whose share is spent, for the reply. */
static bool too_many(struct visit *v, const struct smtp_session *s, struct rates *rates,
		     const char *what, const char **who)
{
	static const char *const names[] = { [LIMIT_OK] = "",
					     [LIMIT_CLIENT] = "your address",
					     [LIMIT_NETWORK] = "your network",
					     [LIMIT_TOTAL] = "everybody" };
	static const char *const keys[] = { [LIMIT_OK] = "",
					    [LIMIT_CLIENT] = "client",
					    [LIMIT_NETWORK] = "network",
					    [LIMIT_TOTAL] = "all" };
	if (!rates || v->is_local || s->account)
		return false;
	struct net_addr counted = smtpd_counted(v->d, &v->peer);
	enum limit_verdict verdict = rates_take(rates, &counted, 1);
	*who = names[verdict];
	if (verdict != LIMIT_OK)
		log_warn("rate-limit", KS("client", v->client), KZ("of", what),
			 KZ("share", keys[verdict]));
	return verdict != LIMIT_OK;
}

err smtpd_reader_failed(err e)
{
	if (e.kind != ERR_TEMP && e.kind != ERR_IO)
		return e;
	log_error("lists-not-read", KE(e),
		  KZ("do", "mend what the error names; mail is put off until then"));
	return FAIL(ERR_TEMP, "the server has trouble of its own; try again later");
}

err smtpd_may_send_as(struct smtpd *d, struct arena *a, int64_t account,
		      const struct address *x)
{
	pthread_mutex_lock(&d->accounts.lock);
	err e = smtpd_reader_failed(
		account_may_send_as(a, d->accounts.lists, account, x));
	pthread_mutex_unlock(&d->accounts.lock);
	return e;
}

/* By the local door a role vouches for a person (RFC 4954 section 5): web, for
 * whoever is signed in there. */
static bool vouch(struct visit *v, struct smtp_session *s, struct smtp_reply *r)
{
	struct address x;
	struct account who;
	s->account = 0;
	if (!s->mail.auth.n)
		return true;
	err e = address_parse(s->arena, s->mail.auth, &x);
	pthread_mutex_lock(&v->d->accounts.lock);
	if (!e.kind)
		e = account_by_address(s->arena, v->d->accounts.lists, &x, &who);
	pthread_mutex_unlock(&v->d->accounts.lock);
	if (!e.kind)
		s->account = who.id;
	else
		smtp_say(r, 550, "5.7.1", STR("no account has verified that address"));
	return !e.kind;
}

static void on_mail(void *ctx, struct smtp_session *s, struct smtp_reply *r)
{
	struct visit *v = ctx;
	atomic_store(&v->in_mail, true);
	v->addresses = smtpd_addresses(v->d);
	const char *who;
	if (too_many(v, s, v->d->messages, "messages", &who)) {
		smtp_say(r, 451, "4.7.0",
			 arena_cat(smtp_scratch(s), STR("too many messages from "),
				   str_from(who), STR("; try again later")));
		return;
	}
	if (v->is_local && !vouch(v, s, r))
		return;
	if (!s->account || address_is_null(&s->mail.from))
		return;
	err e = smtpd_may_send_as(v->d, smtp_scratch(s), s->account, &s->mail.from);
	if (e.kind)
		smtp_reply_from(r, e);
}

/* A list's own limit is told before the octets are sent. */
static void answer_post(const struct meaning *m, const struct smtp_session *s,
			struct smtp_reply *r)
{
	if (m->list->max_size && s->mail.size > m->list->max_size)
		smtp_say(r, 552, "5.3.4", STR("larger than this list takes"));
	else
		smtp_say(r, 250, "2.1.5", STR("recipient ok"));
}

static void answer_foreign(struct visit *v, const struct smtp_session *s,
			   struct smtp_reply *r)
{
	struct account who = { 0 };
	err e = FAIL(ERR_DENIED, "");
	if (s->account) {
		pthread_mutex_lock(&v->d->accounts.lock);
		e = account_by_id(s->arena, v->d->accounts.lists, s->account, &who);
		pthread_mutex_unlock(&v->d->accounts.lock);
	}
	if (!e.kind && who.may_send)
		smtp_say(r, 250, "2.1.5", STR("recipient ok, elsewhere"));
	else if (!e.kind)
		smtp_say(r, 550, "5.7.1",
			 STR("this account may not write to other sites; an "
			     "administrator here lets it: postern user set ADDRESS "
			     "may_send=yes"));
	else
		smtp_say(r, 550, "5.7.1", STR("relaying denied"));
}

static void answer_srs(struct visit *v, const struct smtp_session *s,
		       const struct smtp_rcpt *to, struct smtp_reply *r)
{
	str sender;
	if (!address_is_null(&s->mail.from))
		smtp_say(r, 550, "5.7.1", STR("this address takes bounces only"));
	else if (srs_reverse(smtp_scratch((struct smtp_session *)s), &v->d->mac, &to->to,
			     clock_now(), &sender)
			 .kind)
		smtp_say(r, 550, "5.1.1", STR("no return path of ours, or too old"));
	else
		smtp_say(r, 250, "2.1.5", STR("recipient ok"));
}

static void answer(struct visit *v, const struct smtp_session *s,
		   const struct smtp_rcpt *to, const struct meaning *m,
		   struct smtp_reply *r)
{
	switch (m->what) {
	case MEANS_FOREIGN:
		answer_foreign(v, s, r);
		break;
	case MEANS_POST:
		answer_post(m, s, r);
		break;
	case MEANS_SRS:
		answer_srs(v, s, to, r);
		break;
	case MEANS_NOBODY:
		smtp_say(r, 550, "5.1.1", STR("no such address here"));
		break;
	case MEANS_BAD_PATH:
		smtp_say(r, 550, "5.1.1", STR("no return path of ours"));
		break;
	case MEANS_CONFIRM:
		if (!m->token.n) {
			smtp_say(r, 550, "5.1.1",
				 STR("a confirmation address ends in +TOKEN"));
			break;
		}
		__attribute__((fallthrough));
	default:
		smtp_say(r, 250, "2.1.5", STR("recipient ok"));
	}
}

/* What an address means is said first, whatever the client has left of its share: a
 * stranger's is refused for good, and only what is accepted spends. */
static void on_rcpt(void *ctx, struct smtp_session *s, struct smtp_rcpt *to,
		    struct smtp_reply *r)
{
	struct visit *v = ctx;
	const char *who;
	struct meaning m = addressbook_find(v->addresses, s->arena, &to->to);
	to->tag = m.what;
	to->data = (void *)(uintptr_t)m.list;
	answer(v, s, to, &m, r);
	if (smtp_is_yes(r))
		smtpd_site_rcpt(v, s, to, &m, r);
	if (smtp_is_yes(r) && too_many(v, s, v->d->recipients, "recipients", &who))
		smtp_say(r, 452, "4.5.3",
			 arena_cat(smtp_scratch(s), STR("too many recipients from "),
				   str_from(who), STR("; try again later")));
	log_debug("rcpt", KS("client", v->client),
		  KS("to", address_text(s->arena, &to->to)), KN("code", r->code));
}

void smtpd_look_at_disk(struct smtpd *d)
{
	ARENA(a);
	atomic_store(&d->space, (int64_t)file_space(arena_z(a, d->conf->site_data)));
}

/* Asked before every body; the disk is looked at once a second, by one of those who
 * ask. The others take what was seen last. */
static void on_data(void *ctx, struct smtp_session *s, struct smtp_reply *r)
{
	struct smtpd *d = ((struct visit *)ctx)->d;
	int64_t now = clock_mono_ms(), last = atomic_load(&d->space_checked);
	(void)s;
	if (now - last > 1000
	    && atomic_compare_exchange_strong(&d->space_checked, &last, now))
		smtpd_look_at_disk(d);
	if (atomic_load(&d->space) >= d->conf->smtp_min_space)
		return;
	log_error("disk-nearly-full", KS("folder", d->conf->site_data),
		  KN("free", atomic_load(&d->space)),
		  KZ("do", "free space; mail is put off until then"));
	smtp_say(r, 452, "4.3.1", STR("no room at the moment; try again later"));
}

static int on_body_file(void *ctx, struct smtp_session *s)
{
	struct visit *v = ctx;
	int fd;
	err e = inbound_file_open(s->arena, v->d->conf->site_data, &fd, &v->file);
	if (!e.kind)
		return fd;
	log_error("body-file-not-made", KE(e),
		  KZ("do", "free space or mend the data folder's rights"));
	return -1;
}

static void on_end(void *ctx, struct smtp_session *s)
{
	struct visit *v = ctx;
	inbound_file_remove(s->arena, v->d->conf->site_data, v->file);
	v->file = STR("");
	addressbook_drop(v->addresses);
	v->addresses = NULL;
	atomic_store(&v->in_mail, false);
}

static void on_scram(void *ctx, struct smtp_session *s, struct arena *a, str user,
		     struct scram_user *out)
{
	struct visit *v = ctx;
	(void)s;
	pthread_mutex_lock(&v->d->accounts.lock);
	err e = account_scram(a, v->d->accounts.lists, &v->d->mac, user, out);
	pthread_mutex_unlock(&v->d->accounts.lock);
	if (e.kind)
		log_error("accounts-not-read", KE(e),
			  KZ("do", "see the error before this one"));
}

static bool on_plain(void *ctx, struct smtp_session *s, str user, str token,
		     int64_t *account)
{
	struct visit *v = ctx;
	if (!user.n)
		return false;
	pthread_mutex_lock(&v->d->accounts.lock);
	err e = account_token_check(v->a, v->d->accounts.lists, user, token, account,
				    &s->token);
	pthread_mutex_unlock(&v->d->accounts.lock);
	return !e.kind;
}

static bool on_auth_allow(void *ctx, struct smtp_session *s, str user)
{
	struct visit *v = ctx;
	(void)s, (void)user;
	return throttle_may(v->d->sign_ins, STR_NONE, &v->peer);
}

static void on_auth_done(void *ctx, struct smtp_session *s, const char *mechanism,
			 str user, bool ok)
{
	struct visit *v = ctx;
	if (ok)
		token_uses_note(v->d->uses, s->token, clock_now());
	else
		throttle_failed(v->d->sign_ins, STR_NONE, &v->peer);
	if (ok)
		log_info("signed-in", KS("client", v->client), KZ("mechanism", mechanism),
			 KS("user", user));
	else
		log_warn("sign-in-refused", KS("client", v->client),
			 KZ("mechanism", mechanism), KS("user", user));
}

static void on_limit(void *ctx, struct smtp_session *s, const char *what)
{
	struct visit *v = ctx;
	(void)s;
	log_warn("session-limit", KS("client", v->client), KZ("of", what));
}

const struct smtp_policy smtpd_policy = {
	.mail = on_mail,
	.rcpt = on_rcpt,
	.data = on_data,
	.body_file = on_body_file,
	.accept = smtpd_receive,
	.end = on_end,
	.scram = on_scram,
	.plain = on_plain,
	.auth_allow = on_auth_allow,
	.auth_done = on_auth_done,
	.limit = on_limit,
};

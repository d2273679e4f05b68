#include "roles/smtpd_inside.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "lists/header_match.h"
#include "lists/proof.h"
#include "lists/rules.h"
#include "lists/umbrella.h"
#include "store/inbound/file.h"
#include "trust/authres.h"
#include "trust/trust.h"

#include <unistd.h>

enum {
	TRUST_MS = 20000,
	POLICY_MS =
		2000, /* a person waits, and nothing is refused for lack of an answer */
};

struct receipt { /* one message being received */
	struct visit *v;
	struct smtp_session *s;
	const struct smtp_message *m;
	struct arena *a;
	struct inbound_message row;
	struct smtpd_text text;     /* as it is kept */
	str results;                /* our Authentication-Results, or empty */
	struct trust_said said;     /* of x->row.trust */
	struct trust_ask ask;       /* of a stranger's message: how it was judged, */
	struct trust_result *trust; /* and the judgement; NULL: our own people's */
	enum dmarc_outcome proof;
	bool unsure;  /* DNS left open whether the author is who From says, */
	bool put_off; /* and what is to become of it hangs on that */
};

static bool is_post(const struct receipt *x)
{
	bool yes = false;
	for (size_t i = 0; i < x->s->rcpt_count; i++)
		yes = yes || x->s->rcpts[i].tag == MEANS_POST;
	return yes;
}

/* Whether rules are asked about it. */
static bool is_judged(const struct receipt *x)
{
	bool yes = false;
	for (size_t i = 0; i < x->s->rcpt_count; i++)
		yes = yes || x->s->rcpts[i].tag == MEANS_POST
		      || x->s->rcpts[i].tag == MEANS_OWNER;
	return yes;
}

/* What a mail program left out, on submission (RFC 6409 section 8); and of a post,
 * which the list sends anew and which all its readers must know by one name. */
static bool is_completed(const struct receipt *x)
{
	return x->s->account || x->v->is_local || is_post(x);
}

/* By the local door comes what the administrator says; web, which speaks for
 * others, names the account (MAIL's AUTH=). */
static void trust_own(struct receipt *x)
{
	struct trust_result t = { 0 };
	str receiver = x->v->d->conf->site_hostname;
	if (is_post(x))
		trust_policy(x->a, x->v->d->resolver, clock_mono_ms() + POLICY_MS,
			     x->m->header, &t);
	x->row.trust = trust_json_own(x->a, x->s->account ? "account" : "local", &t);
	x->said.account = x->s->account > 0;
	x->said.local = !x->s->account;
	if (x->s->account)
		x->results = authres_field(x->a, trust_authres_account(x->a, receiver));
}

/* Who wrote it, says whom? Mail of our own people is theirs by their sign-in. */
static void judge_trust(struct receipt *x)
{
	struct trust_result *t = arena_zero(x->a, sizeof *t);
	struct smtpd *d = x->v->d;
	x->results = STR("");
	if (x->s->account || x->v->is_local) {
		trust_own(x);
		return;
	}
	x->ask = (struct trust_ask){ .resolver = d->resolver,
				     .deadline = clock_mono_ms() + TRUST_MS,
				     .client = &x->v->peer,
				     .helo = x->s->helo,
				     .upstream = &d->upstream,
				     .sender = x->row.reverse_path,
				     .receiver = d->conf->site_hostname,
				     .header = x->m->header,
				     .body = x->m->header->body,
				     .now = clock_now() };
	trust_judge(x->a, &x->ask, t);
	x->trust = t;
	x->row.trust = trust_json(x->a, t);
	x->said = trust_says(t);
	x->results = authres_field(x->a, trust_authres(x->a, &x->ask, t));
	x->unsure = t->temporary;
}

/* An account writes under its own verified addresses and no other. */
static err check_from(struct receipt *x)
{
	const struct field *from = header_find(x->m->header, STR("From"));
	struct mailbox *list = NULL;
	size_t n = 0;
	if (!x->s->account)
		return OK;
	if (header_count(x->m->header, STR("From")) != 1)
		return FAIL(ERR_DENIED, "a message has exactly one From field");
	TRY(address_list(x->a, from->value, &list, &n));
	if (!n)
		return FAIL(ERR_DENIED, "From names no address");
	for (size_t i = 0; i < n; i++)
		TRY(smtpd_may_send_as(x->v->d, x->a, x->s->account, &list[i].address));
	return OK;
}

/* What the rules make of it there: for a list all of them, for its owners few. sift does
 * what takes time, under no lock. */
struct court {
	err (*sift)(struct arena *a, struct post *p);
	err (*judge)(struct book *lists, struct arena *a, const struct post *p,
		     struct judgement *j);
};

static const struct court of_list = { post_sift, rules_judge };
static const struct court of_owners = { post_sift_owner, rules_judge_owner };

static err judge(struct receipt *x, const struct court *court, const struct smtp_rcpt *to,
		 const struct post *parsed, struct judgement *j)
{
	struct post p = *parsed;
	struct reader *rules = &x->v->d->rules;
	pthread_mutex_lock(&rules->lock);
	err e = smtpd_reader_failed(post_look_up(rules->lists, x->a, to->data, &p));
	pthread_mutex_unlock(&rules->lock);
	TRY(e);
	TRY(court->sift(x->a, &p));
	pthread_mutex_lock(&rules->lock);
	e = smtpd_reader_failed(court->judge(rules->lists, x->a, &p, j));
	pthread_mutex_unlock(&rules->lock);
	return e;
}

/* At every other address the proof alone decides. */
static void judge_sender(struct receipt *x, const struct smtp_rcpt *to,
			 struct judgement *j)
{
	const char *why = proof_refusal(&x->said, (enum meaning_kind)to->tag);
	struct ruling *ruling = arena_zero(x->a, sizeof *ruling);
	*ruling = (struct ruling){ .rule = "sender",
				   .verdict = why ? VERDICT_REJECT : VERDICT_MISS,
				   .reason = str_from(why) };
	*j = (struct judgement){ .verdict = ruling->verdict,
				 .rule = ruling->rule,
				 .reason = ruling->reason,
				 .trace = ruling,
				 .count = 1 };
}

static bool is_for_proof(const struct judgement *j)
{
	str rule = str_from(j->rule);
	return str_eq(rule, STR("proof")) || str_eq(rule, STR("sender"));
}

/* Whether a proof could have made it another. */
static bool hangs_on_proof(const struct judgement *j)
{
	str rule = str_from(j->rule);
	return str_eq(rule, STR("proof"))
	       || (j->verdict == VERDICT_REJECT
		   && (str_eq(rule, STR("nonmember")) || str_eq(rule, STR("unsigned"))));
}

/* What the author's proof, or the lack of it, led to, as far as this session knows. */
static enum dmarc_outcome outcome_of(const struct judgement *j)
{
	if (!is_for_proof(j))
		return DMARC_TAKEN;
	return j->verdict == VERDICT_REJECT || j->verdict == VERDICT_DISCARD
		       ? DMARC_REFUSED
	       : j->verdict == VERDICT_HOLD ? DMARC_HELD
					    : DMARC_TAKEN;
}

/* For the reports to the domain that From names. Mail that comes back to us was counted
 * the first time. */
static void count_for_report(const struct receipt *x)
{
	const struct smtpd *d = x->v->d;
	struct dmarc_seen row;
	if (!d->dmarc || !x->trust || x->v->is_back)
		return;
	struct dmarc_case c = { &x->ask, x->trust, x->proof };
	if (d->conf->trust_dmarc_reports && dmarc_note(x->a, &c, &row))
		dmarc_counts_add(d->dmarc, &row);
	if (d->conf->trust_failure_reports && dmarc_note_failure(x->a, &c, &row))
		dmarc_counts_add(d->dmarc, &row);
}

/* One judgement a recipient; *refused: each of them says no. */
static err judge_all(struct receipt *x, struct judgement *j, bool *refused)
{
	struct post parsed = { 0 };
	*refused = false;
	if (is_judged(x))
		TRY(post_parse(x->a,
			       &(struct mail_in){
				       .text = x->m->text,
				       .reverse_path = &x->s->mail.from,
				       .account = x->s->account,
				       .trust = x->row.trust,
				       .copy_of = umbrella_copy_of(x->v->addresses, x->a,
								   &x->s->mail.from) },
			       &parsed));
	for (size_t i = 0; i < x->s->rcpt_count; i++) {
		const struct smtp_rcpt *to = &x->s->rcpts[i];
		if (to->tag == MEANS_POST)
			TRY(judge(x, &of_list, to, &parsed, &j[i]));
		else
			judge_sender(x, to, &j[i]);
		/* The proof first, then bans and header rules. */
		if (to->tag == MEANS_OWNER && j[i].verdict == VERDICT_MISS)
			TRY(judge(x, &of_owners, to, &parsed, &j[i]));
		/* Not proven because a name server is away: not proven yet. */
		x->put_off = x->unsure && hangs_on_proof(&j[i]);
		if (x->put_off)
			return FAIL(ERR_TEMP, "the author cannot be verified at the "
					      "moment (DNS); try again later");
		x->proof = outcome_of(&j[i]);
		if (j[i].verdict != VERDICT_REJECT)
			return OK;
	}
	*refused = x->s->rcpt_count > 0;
	return OK;
}

/* What every address it is for would refuse is refused here, to the face of the
 * author's server; later a bounce would be all that is left. */
static err check_rules(struct receipt *x, struct smtp_reply *r, bool *refused)
{
	struct judgement *judged = arena_zero(x->a, x->s->rcpt_count * sizeof *judged);
	TRY(judge_all(x, judged, refused));
	if (!*refused)
		return OK;
	const struct judgement *j = &judged[x->s->rcpt_count - 1];
	smtpd_note_refused(x->v, x->s, x->m, &x->row, judged);
	log_info("post-refused", KN("inbound", x->row.id), KS("client", x->v->client),
		 KZ("rule", j->rule), KS("reason", j->reason));
	bool size = str_eq(str_from(j->rule), STR("size"));
	smtp_say(r, size ? 552 : 550, size ? "5.3.4" : "5.7.1",
		 arena_copy(smtp_scratch(x->s),
			    judgement_answer(x->a, j, x->s->mail.utf8)));
	return OK;
}

/* Asked last: what the rules refuse need not be looked at. What it does not call clean
 * is put to them once more. *answered: r has the last word. */
static err pass_wall(struct receipt *x, struct smtp_reply *r, bool *answered)
{
	enum wall_says says = smtpd_wall(x->v, x->s, x->m, &x->row, r);
	*answered = says == WALL_ANSWERS;
	return says == WALL_DOUBTS ? check_rules(x, r, answered) : OK;
}

static str notify_text(struct arena *a, unsigned notify)
{
	static const struct {
		unsigned bit;
		str word;
	} words[] = { { SMTP_NOTIFY_NEVER, { "NEVER", 5 } },
		      { SMTP_NOTIFY_SUCCESS, { "SUCCESS", 7 } },
		      { SMTP_NOTIFY_FAILURE, { "FAILURE", 7 } },
		      { SMTP_NOTIFY_DELAY, { "DELAY", 5 } } };
	str out = STR("");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (notify & words[i].bit)
			out = out.n ? arena_cat(a, out, STR(","), words[i].word)
				    : words[i].word;
	return out;
}

static struct inbound_recipient *recipients(struct receipt *x)
{
	struct inbound_recipient *out = arena_alloc(x->a, x->s->rcpt_count * sizeof *out);
	for (size_t i = 0; i < x->s->rcpt_count; i++) {
		const struct smtp_rcpt *to = &x->s->rcpts[i];
		out[i] = (struct inbound_recipient){
			.address = address_text(x->a, &to->to),
			.notify = notify_text(x->a, to->notify),
			.orcpt = to->orcpt_type.n ? arena_cat(x->a, to->orcpt_type,
							      STR(";"), to->orcpt)
						  : STR(""),
		};
	}
	return out;
}

/* A large body goes into a new file with our fields in front, synced before its
 * row names it. */
static err write_file(struct receipt *x, str *name)
{
	str folder = x->v->d->conf->site_data;
	int fd;
	TRY(inbound_file_open(x->a, folder, &fd, name));
	err e = file_write_all(x->a, fd, x->text.head);
	if (!e.kind)
		e = file_write_all(x->a, fd, x->text.body);
	if (!e.kind)
		return inbound_file_sync(x->a, folder, fd, *name);
	close(fd);
	inbound_file_remove(x->a, folder, *name);
	return e;
}

static err keep_body(struct receipt *x)
{
	if (x->row.size <= INBOUND_ROW_MAX) {
		x->row.body = arena_cat(x->a, x->text.head, x->text.body);
		return OK;
	}
	err e = write_file(x, &x->row.file);
	if (!e.kind)
		return OK;
	log_error("body-not-written", KE(e), KZ("do", "free space in the data folder"));
	return FAIL(ERR_TEMP, "no room to keep the message; try again later");
}

static void fill_row(struct receipt *x)
{
	const struct smtp_session *s = x->s;
	x->row = (struct inbound_message){
		.received_at = clock_now_ms(),
		.reverse_path = address_is_null(&s->mail.from)
					? STR("")
					: address_text(x->a, &s->mail.from),
		.client = x->v->client,
		.helo = s->helo,
		.protocol = smtp_protocol(s),
		.account = s->account,
		.envid = s->mail.envid,
		.ret = !s->mail.ret_given     ? STR("")
		       : s->mail.headers_only ? STR("HDRS")
					      : STR("FULL"),
		.body = STR(""),
		.file = STR(""),
	};
}

/* Our fields go in front: a first line that continues nothing would continue them. */
static err check_start(struct receipt *x)
{
	str text = x->m->text;
	if (text.n && (text.p[0] == ' ' || text.p[0] == '\t'))
		return FAIL(ERR_DENIED, "the message begins with a continuation line");
	return OK;
}

static err keep(struct receipt *x)
{
	TRY(check_start(x));
	TRY(check_from(x));
	smtpd_dress(x->v, x->s, x->m, x->results, is_completed(x), &x->text);
	x->row.size = (int64_t)(x->text.head.n + x->text.body.n);
	TRY(keep_body(x));
	err e = commit_add(x->v->d->commit, &x->row, recipients(x), x->s->rcpt_count);
	if (e.kind)
		inbound_file_remove(x->a, x->v->d->conf->site_data, x->row.file);
	return e;
}

/* RFC 7208 section 8.6: a DNS that does not answer is a directory server's failure (RFC 3463
 * section 3.5), and no fault of this server. */
static void refuse(const struct receipt *x, struct smtp_reply *r, err e)
{
	char *why = arena_z(smtp_scratch(x->s), str_from(e.msg));
	if (x->put_off)
		smtp_say(r, 451, "4.4.3", str_from(why));
	else
		smtp_reply_from(r, (err){ e.kind, why });
}

static void log_refusal(const struct receipt *x, err e)
{
	bool again = e.kind == ERR_TEMP;
	log_warn(
		"message-refused", KS("client", x->v->client),
		KS("from", x->row.reverse_path),
		KS("to", address_text(x->a, &x->s->rcpts[0].to)),
		KN("recipients", x->s->rcpt_count), KE(e),
		KZ("do", again ? "mend what the error names; the client was asked to try "
				 "again"
			       : "nothing: the client was told; its sender must mend "
				 "the message"));
}

void smtpd_receive(void *ctx, struct smtp_session *s, const struct smtp_message *m,
		   struct smtp_reply *r)
{
	struct receipt x = { .v = ctx, .s = s, .m = m, .a = m->arena };
	bool refused = false;
	fill_row(&x);
	judge_trust(&x);
	err e = check_rules(&x, r, &refused);
	if (!e.kind && !refused)
		e = pass_wall(&x, r, &refused);
	if (refused) {
		if (r->code >= 500) /* else it comes again */
			count_for_report(&x);
		return;
	}
	if (!e.kind)
		e = keep(&x);
	if (e.kind) {
		log_refusal(&x, e);
		refuse(&x, r, e);
		return;
	}
	count_for_report(&x);
	log_info("message-accepted", KN("inbound", x.row.id), KS("client", x.v->client),
		 KS("from", x.row.reverse_path), KN("recipients", s->rcpt_count),
		 KN("size", x.row.size));
	smtp_say(r, 250, "2.0.0",
		 arena_printf(smtp_scratch(s), "accepted as %lld", (long long)x.row.id));
}

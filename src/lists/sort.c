#include "lists/sort_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/autorespond.h"
#include "lists/publish.h"
#include "lists/bounce.h"
#include "lists/command.h"
#include "lists/complaint.h"
#include "lists/forward.h"
#include "lists/header_match.h"
#include "lists/moderate.h"
#include "lists/notice.h"
#include "lists/proof.h"
#include "lists/reported.h"
#include "lists/shadow.h"
#include "lists/umbrella.h"
#include "lists/undelivered.h"
#include "mail/tls_want.h"
#include "store/outbound/ledger.h"

err sort_note(struct sorting *s, const char *what, str detail)
{
	struct ledger_entry e = { .at = clock_now_ms(),
				  .inbound = s->arrival->id,
				  .recipient = s->recipient->address,
				  .what = str_from(what),
				  .detail = detail };
	return ledger_add(s->books->outbound, &e, 1);
}

static str source_of(struct sorting *s, str name)
{
	return arena_printf(s->a, "%lld/%.*s", (long long)s->arrival->id, STR_F(name));
}

/* Whether the sender asked to be told (RFC 3461 section 4.1). */
static bool wants(const struct sorting *s, const char *when, bool standard)
{
	str asked = s->recipient->notify;
	return asked.n ? str_ifind(asked, str_from(when)).n > 0 : standard;
}

/* Whether the return path is the sender's own: else nobody is written to. */
static bool has_proven_path(const struct sorting *s)
{
	struct proof_mail m = { s->arrival->account, s->arrival->trust, &s->header,
				s->arrival->reverse_path };
	return proof_of_path(s->a, &m);
}

static bool hears_of_failure(const struct sorting *s)
{
	return wants(s, "FAILURE", true) && has_proven_path(s);
}

static err tell_sender(struct sorting *s, const char *action, str status, str why)
{
	bool failed = str_eq(str_from(action), STR("failed"));
	struct dsn_recipient r = { .final = s->recipient->address,
				   .original = s->recipient->orcpt,
				   .action = str_from(action),
				   .status = status,
				   .diagnostic = why,
				   .remote = STR("") };
	struct undelivered u = { .source = arena_printf(s->a, "%lld/dsn/%lld",
							(long long)s->arrival->id,
							(long long)s->recipient->n),
				 .sender = s->arrival->reverse_path,
				 .hostname = s->books->conf->site_hostname,
				 .envid = s->arrival->envid,
				 .ret = failed ? s->arrival->ret : STR("HDRS"),
				 .arrival = s->arrival->received_at / 1000,
				 .recipients = &r,
				 .count = 1,
				 .original = s->message,
				 .tls = tls_want_of(s->a, &s->header) };
	bool shadow = false;
	if (s->meaning.list)
		TRY(shadow_is(s->books, s->a, s->meaning.list, &shadow));
	return shadow ? sort_note(s, LEDGER_SHADOWED, s->meaning.list->address)
		      : undelivered_tell(s->books->outbound, s->a, &u);
}

/* It was accepted, so its sender learns that it went nowhere; but nobody who may not be
 * its sender does. */
static err report(struct sorting *s, str status, str why)
{
	TRY(sort_note(s, "refused", why));
	return hears_of_failure(s) ? tell_sender(s, "failed", status, why) : OK;
}

/* A list is where a message ends (RFC 3461 section 5.2.7.1); its copies are new ones. A
 * sender that is not proven is not written to. */
static err delivered(struct sorting *s, const struct post *p)
{
	return p->authentic && wants(s, "SUCCESS", false) && has_proven_path(s)
		       ? tell_sender(s, "delivered", STR("2.1.5"), STR(""))
		       : OK;
}

static str one_line(struct arena *a, str text)
{
	char *out = arena_alloc(a, text.n + 1);
	for (size_t i = 0; i < text.n; i++)
		out[i] = chr_is_space(text.p[i]) ? ' ' : text.p[i];
	return (str){ out, text.n };
}

static err take_rejected(struct sorting *s, const struct post *p,
			 const struct judgement *j)
{
	TRY(sort_note(s, "rejected", judgement_text(s->a, j)));
	/* smtpd refuses such posts in the session; what still comes here was accepted
	 * just before a setting changed, or by the local door. */
	return p->authentic ? report(s, STR("5.7.1"),
				     one_line(s->a, judgement_answer(s->a, j, true)))
			    : OK;
}

static err take_discarded(struct sorting *s, const struct post *p,
			  const struct judgement *j)
{
	if (j->to_owners)
		TRY(owners_have(s->books, s->a, p, j));
	return sort_note(s, "discarded", judgement_text(s->a, j));
}

static err take_post(struct sorting *s)
{
	struct post p;
	struct judgement j;
	str source = source_of(s, s->meaning.list->origin);
	TRY(post_read(
		s->books->lists, s->a, s->meaning.list,
		&(struct mail_in){ .source = source,
				   .text = s->message,
				   .reverse_path = &s->reverse_path,
				   .account = s->arrival->account,
				   .trust = s->arrival->trust,
				   .copy_of = umbrella_copy_of(s->books->addresses, s->a,
							       &s->reverse_path) },
		&p));
	bool begun; /* and cut off by a crash */
	TRY(post_has_begun(s->books, s->a, source, &begun));
	if (begun) {
		TRY(post_publish(s->books, s->a, &p, STR("")));
		return delivered(s, &p);
	}
	TRY(post_ask_archive(s->books, s->a, &p));
	TRY(rules_judge(s->books->lists, s->a, &p, &j));
	log_info("post-judged", KS("list", p.list->address), KS("source", source),
		 KZ("verdict", verdict_word(j.verdict)), KZ("rule", j.rule));
	switch (j.verdict) {
	case VERDICT_HOLD:
		TRY(held_keep(s->books, s->a, &p, &j));
		return delivered(s, &p);
	case VERDICT_REJECT:
		return take_rejected(s, &p, &j);
	case VERDICT_DISCARD:
		return take_discarded(s, &p, &j);
	case VERDICT_MISS:
	case VERDICT_ACCEPT:
		break;
	}
	TRY(post_publish(s->books, s->a, &p, judgement_text(s->a, &j)));
	return delivered(s, &p);
}

/* To or Cc names the address that it came to, by whichever of its names. */
static bool is_addressed(struct sorting *s, const struct header *h)
{
	static const char *const names[] = { "To", "Cc" };
	for (size_t i = 0; i < 2; i++)
		for (const struct field *f = header_find(h, str_from(names[i])); f;
		     f = header_next(h, f)) {
			struct mailbox *m;
			size_t n;
			if (address_list(s->a, f->value, &m, &n).kind)
				continue;
			for (size_t k = 0; k < n; k++) {
				struct meaning x = addressbook_find(s->books->addresses,
								    s->a, &m[k].address);
				if (x.what == s->meaning.what
				    && x.list == s->meaning.list)
					return true;
			}
		}
	return false;
}

/* A signed mail is anybody's to send again, to any list: its author asked for what it says
 * only where it says so. */
static err read_command(struct sorting *s, struct mail_command *c)
{
	struct post p; /* for the author and the proof; a command has the same */
	TRY(post_read(s->books->lists, s->a, s->meaning.list,
		      &(struct mail_in){ .text = s->message,
					 .reverse_path = &s->reverse_path,
					 .account = s->arrival->account,
					 .trust = s->arrival->trust },
		      &p));
	*c = (struct mail_command){ .list = s->meaning.list,
				    .message = s->message,
				    .header = p.header,
				    .reverse_path = s->reverse_path,
				    .from = p.author,
				    .authentic = p.authentic
						 && is_addressed(s, &p.header),
				    .runs_list = p.is_moderator,
				    .proven = has_proven_path(s),
				    .client = s->arrival->client,
				    .source = source_of(s, s->recipient->address),
				    .token = s->meaning.token };
	return OK;
}

static err take_command(struct sorting *s)
{
	static err (*const commands[])(struct books * books, struct arena * a,
				       const struct mail_command *c) = {
		[MEANS_REQUEST] = command_request,
		[MEANS_JOIN] = command_join,
		[MEANS_LEAVE] = command_leave,
		[MEANS_CONFIRM] = command_confirm,
	};
	struct mail_command c;
	TRY(read_command(s, &c));
	return commands[s->meaning.what](s->books, s->a, &c);
}

static struct forward forwarding(struct sorting *s)
{
	return (struct forward){ s->arrival, s->message, s->recipient, 1 };
}

/* Providers write to whatever address they were told, or find. */
static err hear_complaint(struct sorting *s, bool *taken)
{
	return complaint_take(s->books, s->a, s->arrival, s->message, &s->header, taken);
}

/* The tag shows that we sent what it is about: proof enough, whatever DMARC says of a
 * report's From. */
static bool is_answer_to_ours(const struct sorting *s)
{
	return s->meaning.member && !s->arrival->reverse_path.n;
}

/* What cannot be read as a post is left to their eyes. */
static err judge_for_owners(struct sorting *s, struct post *p, struct judgement *j)
{
	struct mail_in in = { .text = s->message,
			      .reverse_path = &s->reverse_path,
			      .account = s->arrival->account,
			      .trust = s->arrival->trust };
	*j = (struct judgement){ .verdict = VERDICT_ACCEPT };
	err e = post_parse(s->a, &in, p);
	if (!e.kind)
		e = post_look_up(s->books->lists, s->a, s->meaning.list, p);
	if (!e.kind)
		e = header_match_sift(s->a, p);
	if (!e.kind)
		e = rules_judge_owner(s->books->lists, s->a, p, j);
	return err_is_passing(e) ? e : OK;
}

static err take_owner(struct sorting *s)
{
	struct forward f = forwarding(s);
	struct post p;
	struct judgement j = { .verdict = VERDICT_ACCEPT };
	bool complaint;
	TRY(hear_complaint(s, &complaint));
	if (complaint)
		return OK;
	if (!is_answer_to_ours(s))
		TRY(judge_for_owners(s, &p, &j));
	if (j.verdict == VERDICT_REJECT)
		return take_rejected(s, &p, &j);
	if (j.verdict == VERDICT_DISCARD)
		return sort_note(s, "discarded", judgement_text(s->a, &j));
	return forward_owner(s->books, s->a, &f, s->meaning.list);
}

static err take_alias(struct sorting *s)
{
	struct forward f = forwarding(s);
	return forward_alias(s->books, s->a, &f, s->meaning.alias);
}

static bool may_be_report(struct sorting *s)
{
	return reported_may_be(s->a, s->recipient->address, &s->header);
}

/* What comes to abuse@ is read by a person in any case (RFC 2142 section 2); reports on
 * DMARC and TLS, which programs write to postmaster@, are counted. */
static err take_admin(struct sorting *s)
{
	struct forward f = forwarding(s);
	bool complaint, reported = false;
	TRY(hear_complaint(s, &complaint));
	if (may_be_report(s))
		TRY(reported_take(s->books, s->a, s->arrival, s->message, &s->header,
				  &reported));
	return reported ? sort_note(s, "counted", STR("a report about this server"))
			: forward_admin(s->books, s->a, &f);
}

/* A way back that somebody made up, or that is too old, is no trouble of ours. */
static err take_srs(struct sorting *s)
{
	struct forward f = forwarding(s);
	err e = forward_srs(s->books, s->a, &f);
	return e.kind == ERR_DENIED || e.kind == ERR_SYNTAX
		       ? report(s, STR("5.1.1"), arena_copy(s->a, str_from(e.msg)))
		       : e;
}

static err serve(struct sorting *s);
static err take_as_meant(struct sorting *s);

/* Reports that nobody can read go to who the list says. */
static err take_unread(struct sorting *s)
{
	struct settings settings;
	TRY(settings_load(s->books->lists, s->a, s->meaning.list->id, &settings));
	if (setting_is(settings.forward_unrecognized_bounces_to, "discard"))
		return sort_note(s, "discarded", STR("came back, and cannot be read"));
	s->meaning.what = setting_is(settings.forward_unrecognized_bounces_to,
				     "site_owner")
				  ? MEANS_ADMIN
				  : MEANS_OWNER;
	return is_answer_to_ours(s) ? take_as_meant(s) : serve(s);
}

/* What has a return path is no bounce: a person who wrote to LIST-bounces means those
 * who run the list. */
static err take_bounce(struct sorting *s)
{
	bool unread, complaint;
	struct bounce_mail x = { .arrival = s->arrival,
				 .message = s->message,
				 .header = &s->header,
				 .list = s->meaning.list,
				 .member = s->meaning.member,
				 .probe = s->meaning.probe };
	TRY(hear_complaint(s, &complaint));
	if (complaint)
		return OK;
	if (!x.member && s->arrival->reverse_path.n) {
		s->meaning.what = MEANS_OWNER;
		return serve(s);
	}
	TRY(bounce_take(s->books, s->a, &x, &unread));
	return unread ? take_unread(s) : OK;
}

static err take_nobody(struct sorting *s)
{
	return report(s, STR("5.1.1"), STR("no such address here (any more)"));
}

static err take_bad_path(struct sorting *s)
{
	return sort_note(s, "discarded", STR("a return path whose tag is wrong"));
}

bool sort_only_leaves(struct sorting *s)
{
	static const bool leaves[MEANS_KINDS] = {
		[MEANS_OWNER] = true,   [MEANS_ALIAS] = true,    [MEANS_ADMIN] = true,
		[MEANS_SRS] = true,     [MEANS_BAD_PATH] = true, [MEANS_NOBODY] = true,
		[MEANS_FOREIGN] = true,
	};
	const struct meaning *m = &s->meaning;
	bool answers = m->what == MEANS_OWNER && m->list->answers_owner;
	bool reports = m->what == MEANS_ADMIN && may_be_report(s);
	return leaves[m->what] && !answers && !reports;
}

static err (*const takers[MEANS_KINDS])(struct sorting *s) = {
	[MEANS_POST] = take_post,      [MEANS_REQUEST] = take_command,
	[MEANS_JOIN] = take_command,   [MEANS_LEAVE] = take_command,
	[MEANS_OWNER] = take_owner,    [MEANS_CONFIRM] = take_command,
	[MEANS_BOUNCE] = take_bounce,  [MEANS_BAD_PATH] = take_bad_path,
	[MEANS_ALIAS] = take_alias,    [MEANS_ADMIN] = take_admin,
	[MEANS_SRS] = take_srs,        [MEANS_NOBODY] = take_nobody,
	[MEANS_FOREIGN] = take_nobody, /* foreign recipients have gone before, all at once */
};

static err take_as_meant(struct sorting *s)
{
	return takers[s->meaning.what](s);
}

/* What we wrote ourselves without a return path. */
static bool is_our_own_notice(struct sorting *s)
{
	str *ids, local, host;
	return !s->arrival->reverse_path.n
	       && header_ids(s->a, header_find(&s->header, STR("Message-ID")), &ids)
	       && str_cut_last(ids[0], '@', &local, &host)
	       && str_ieq(host, s->books->conf->site_hostname);
}

/* Mail to the administrator that cannot be dealt with is not reported to the same
 * address, nor a notice of ours to any: that would come back for ever. */
static bool comes_back(struct sorting *s)
{
	return s->meaning.what == MEANS_ADMIN
	       || str_ieq(s->recipient->address, s->books->conf->site_admin)
	       || is_our_own_notice(s);
}

/* The message itself goes to who can mend what hinders it: there is no other copy. */
static err tell_admin(struct sorting *s, str why)
{
	struct address admin;
	str sender = s->arrival->reverse_path;
	struct notice_var vars[] = { { "recipient", s->recipient->address },
				     { "sender", sender.n ? sender : STR("<>") },
				     { "reason", why } };
	if (comes_back(s))
		return OK;
	TRY(address_parse(s->a, s->books->conf->site_admin, &admin));
	return notice_send(
		s->books, s->a,
		&(struct notice){ .name = "not-served",
				  .to = { .address = admin },
				  .source = arena_printf(s->a, "%lld/not-served/%lld",
							 (long long)s->arrival->id,
							 (long long)s->recipient->n),
				  .vars = vars,
				  .var_count = sizeof vars / sizeof *vars,
				  .attached = s->message });
}

/* What cannot be dealt with today or tomorrow is not tried for ever: its sender
 * hears of it, or else the administrator, whose status counts all of them. */
static err give_up(struct sorting *s)
{
	str why = arena_copy(s->a, str_from(s->broken.msg));
	bool hears = hears_of_failure(s);
	log_error("recipient-not-served", KN("inbound", s->arrival->id),
		  KS("recipient", s->recipient->address), KS("error", why),
		  KZ("told", hears           ? "sender"
			     : comes_back(s) ? "nobody"
					     : "administrator"),
		  KZ("do", "mend what the error names"));
	TRY(sort_note(s, LEDGER_NOT_SERVED, why));
	return hears ? tell_sender(s, "failed", STR("5.3.0"), why) : tell_admin(s, why);
}

static err answer(struct sorting *s, bool *ends)
{
	*ends = false;
	if (!s->meaning.list)
		return OK;
	struct autorespond_mail m = { .list = s->meaning.list,
				      .what = s->meaning.what,
				      .header = &s->header,
				      .reverse_path = &s->reverse_path,
				      .proven = has_proven_path(s),
				      .source = source_of(s, s->recipient->address) };
	return autorespond(s->books, s->a, &m, ends);
}

/* smtpd refuses such mail in the session, unless another recipient took it. */
static err serve(struct sorting *s)
{
	bool ends;
	struct trust_said said = trust_said(s->arrival->trust);
	const char *why = proof_refusal(&said, s->meaning.what);
	if (why)
		return sort_note(s, "rejected", str_from(why));
	TRY(answer(s, &ends));
	return ends ? sort_note(s, "discarded", STR("answered by the list itself"))
		    : take_as_meant(s);
}

err sort_in_part(struct sorting *s, err (*act)(struct sorting *s))
{
	struct book *b = s->books->outbound;
	if (!s->together)
		return act(s);
	TRY(book_part(b));
	err e = book_part_end(b, act(s));
	/* Then all of it is tried again: nobody is told yet. */
	return e.kind && !book_in_transaction(b)
		       ? FAIL(ERR_TEMP, "what was written with other mail was undone "
					"with it")
		       : e;
}

err sort_give_up(struct sorting *s, err why)
{
	s->broken = why;
	TRY(sort_in_part(s, give_up));
	s->broken = OK; /* others of its recipients may be served */
	return OK;
}

err sort_take(struct sorting *s)
{
	if (s->broken.kind)
		return sort_in_part(s, give_up);
	err e = sort_in_part(s, serve);
	if (!e.kind || err_is_passing(e))
		return e;
	return sort_give_up(s, e);
}

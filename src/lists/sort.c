/* Each recipient to where it belongs. */
#include "lists/sort_inside.h"

#include "lists/autorespond.h"
#include "lists/bounce.h"
#include "lists/complaint.h"
#include "lists/forward.h"
#include "lists/proof.h"
#include "lists/publish.h"
#include "lists/reported.h"

str sort_source(struct sorting *s, str name)
{
	return arena_printf(s->a, "%lld/%.*s", (long long)s->arrival->id, STR_F(name));
}

static struct forward forwarding(struct sorting *s)
{
	return (struct forward){ .arrival = s->arrival,
				 .message = s->message,
				 .to = s->recipient,
				 .to_count = 1 };
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

static err judge_as_post(struct sorting *s, struct post *p, struct judgement *j)
{
	bool begun; /* and cut off by a crash */
	if (owner_mail_is_post(s->a, p)) {
		TRY(post_has_begun(s->books, s->a, p->source, &begun));
		if (begun)
			return OK;
		TRY(post_ask_archive(s->books, s->a, p));
	}
	return rules_judge_owner(s->books->lists, s->a, p, j);
}

/* What cannot be read as a post is left to their eyes: of it *p has no settings. */
static err judge_for_owners(struct sorting *s, struct post *p, struct judgement *j)
{
	struct mail_in in = { .source = sort_source(s, s->recipient->address),
			      .text = s->message,
			      .reverse_path = &s->reverse_path,
			      .account = s->arrival->account,
			      .trust = s->arrival->trust };
	struct post read;
	*j = (struct judgement){ .verdict = VERDICT_ACCEPT };
	err e = post_parse(s->a, &in, &read);
	if (!e.kind)
		e = post_look_up(s->books->lists, s->a, s->meaning.list, &read);
	if (!e.kind)
		e = post_sift_owner(s->a, &read);
	if (!e.kind)
		e = judge_as_post(s, &read, j);
	if (!e.kind)
		*p = read;
	return err_is_passing(e) ? e : OK;
}

static err take_owner(struct sorting *s)
{
	struct forward f = forwarding(s);
	struct post p = { 0 };
	struct judgement j = { .verdict = VERDICT_ACCEPT };
	bool complaint;
	TRY(hear_complaint(s, &complaint));
	if (complaint)
		return OK;
	if (!is_answer_to_ours(s))
		TRY(judge_for_owners(s, &p, &j));
	if (p.list && owner_mail_is_post(s->a, &p)) {
		p.settings.posting_pipeline = p.settings.owner_pipeline;
		return sort_judged(s, &p, &j);
	}
	if (j.verdict == VERDICT_REJECT)
		return sort_rejected(s, &p, &j);
	if (j.verdict == VERDICT_DISCARD)
		return sort_note(s, "discarded", judgement_text(s->a, &j));
	if (p.list && setting_is(p.settings.owner_pipeline, "virgin"))
		return sort_note(s, "discarded",
				 STR("nobody gets mail to the owners "
				     "(owner_pipeline)"));
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

static err serve(struct sorting *s);
static err take_as_meant(struct sorting *s);

/* What comes to abuse@ is read by a person in any case (RFC 2142 section 2); reports on
 * DMARC and TLS, which programs write to postmaster@, are counted. */
static err take_admin(struct sorting *s)
{
	struct forward f = forwarding(s);
	bool complaint, reported = false;
	if (sort_names_list(s, &s->meaning))
		return serve(s);
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
		       ? sort_report(s, STR("5.1.1"), arena_copy(s->a, str_from(e.msg)))
		       : e;
}

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
	return sort_report(s, STR("5.1.1"), STR("no such address here (any more)"));
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
	bool answers = m->what == MEANS_OWNER
		       && (m->list->answers_owner || m->list->publishes_owner);
	struct meaning named;
	bool reports = m->what == MEANS_ADMIN
		       && (may_be_report(s) || sort_names_list(s, &named));
	return leaves[m->what] && !answers && !reports;
}

static err (*const takers[MEANS_KINDS])(struct sorting *s) = {
	[MEANS_POST] = sort_post,      [MEANS_REQUEST] = sort_command,
	[MEANS_JOIN] = sort_command,   [MEANS_LEAVE] = sort_command,
	[MEANS_OWNER] = take_owner,    [MEANS_CONFIRM] = sort_command,
	[MEANS_BOUNCE] = take_bounce,  [MEANS_BAD_PATH] = take_bad_path,
	[MEANS_ALIAS] = take_alias,    [MEANS_ADMIN] = take_admin,
	[MEANS_SRS] = take_srs,        [MEANS_NOBODY] = take_nobody,
	[MEANS_FOREIGN] = take_nobody, /* foreign recipients have gone before, all at once */
};

static err take_as_meant(struct sorting *s)
{
	return takers[s->meaning.what](s);
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
				      .proven = sort_has_proven_path(s),
				      .source = sort_source(s, s->recipient->address) };
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
	TRY(sort_in_part(s, sort_report_broken));
	s->broken = OK; /* others of its recipients may be served */
	return OK;
}

err sort_take(struct sorting *s)
{
	if (s->broken.kind)
		return sort_in_part(s, sort_report_broken);
	err e = sort_in_part(s, serve);
	if (!e.kind || err_is_passing(e))
		return e;
	return sort_give_up(s, e);
}

#include "lists/score_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/follow.h"
#include "store/lists/answered.h"
#include "store/outbound/arrival.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

enum { AT_ONCE = 200, ASKED_DAYS = 30 };

struct taken { /* an entry, and what was made of it */
	struct ledger_entry e;
	struct bounce_row row;
	const struct list_entry *list; /* NULL: nothing, the member or the list is gone */
};

struct round {
	struct books *books;
	struct arena *a;
	struct taken *each;
	size_t count;
	int64_t asked_list; /* the last answer of is_against_us: many ask the same */
	str asked_domain;
	bool against_us;
};

struct score score_of_member(const struct member_row *m)
{
	return (struct score){ .points = m->bounce_score,
			       .today = m->bounce_today,
			       .at = m->bounce_at,
			       .doubt_at = m->doubt_at,
			       .probe_at = m->probe_at,
			       .off = str_eq(m->delivery, STR("off")),
			       .off_at = m->off_at,
			       .warnings = m->warnings,
			       .warned_at = m->warned_at };
}

void score_into_member(const struct score *s, struct member_row *m)
{
	m->bounce_score = s->points;
	m->bounce_today = s->today;
	m->bounce_at = s->at;
	m->doubt_at = s->doubt_at;
	m->probe_at = s->probe_at;
	m->off_at = s->off_at;
	m->warnings = s->warnings;
	m->warned_at = s->warned_at;
}

struct score_rules score_rules_of(const struct settings *s)
{
	return (struct score_rules){
		.process = s->process_bounces,
		.probes = s->verp_probes,
		.complaints = s->process_complaints,
		.threshold = s->bounce_score_threshold,
		.stale_after = s->bounce_info_stale_after,
		.warnings = s->bounce_you_are_disabled_warnings,
		.interval = s->bounce_you_are_disabled_warnings_interval,
	};
}

static enum bounce_class class_of(str word)
{
	for (int c = BOUNCE_OTHER; c <= BOUNCE_NETWORK; c++)
		if (str_eq(word, str_from(bounce_class_word((enum bounce_class)c))))
			return (enum bounce_class)c;
	return BOUNCE_OTHER;
}

/* The post of which the copy came back: whose author may be the reason, and whether it
 * was a probe. */
static err look_at_post(struct round *r, struct taken *t, bool *probe)
{
	struct outbound_message m = { 0 };
	struct arrival x = { 0 };
	str local;
	*probe = str_eq(t->e.what, STR("probe-bounced"));
	err e = t->e.message ? outbound_get(r->books->outbound, r->a, t->e.message, &m)
			     : OK;
	if (!e.kind && m.inbound)
		e = arrival_get(r->books->outbound, r->a, m.inbound, &x);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	*probe = *probe || str_eq(m.kind, STR("probe"));
	str_cut_last(x.author, '@', &local, &t->row.author_domain);
	return OK;
}

static err clear_doubt(struct round *r, const struct taken *t, struct score *s)
{
	bool delivered;
	if (!score_doubts(s, t->row.at))
		return OK;
	TRY(ledger_delivered_since(r->books->outbound, r->a, t->row.address, t->e.member,
				   s->doubt_at * 1000, &delivered));
	if (delivered)
		s->doubt_at = 0;
	return OK;
}

/* A server that refuses several members for policy, probes as well, and is known to take
 * mail for none, refuses this server: no member is to blame. Alone a member has nobody to
 * be compared with, and the probe decides. */
static err is_against_us(struct round *r, const struct taken *t, bool *yes)
{
	str local, domain;
	bool alone, all;
	*yes = false;
	if (!str_eq(t->e.class, str_from(bounce_class_word(BOUNCE_POLICY)))
	    || !str_cut_last(t->row.address, '@', &local, &domain))
		return OK;
	domain = arena_lower(r->a, domain);
	if (r->asked_list != t->row.list || !str_eq(r->asked_domain, domain)) {
		TRY(member_doubted_domain(r->books->lists, t->row.list, t->row.member,
					  domain, &alone, &all));
		r->asked_list = t->row.list;
		r->asked_domain = domain;
		r->against_us = !alone && all;
	}
	*yes = r->against_us;
	if (*yes)
		log_warn(
			"probes-refused-for-all", KS("list", t->list->address),
			KS("domain", domain), KS("says", t->row.text),
			KZ("do", "ask that server's postmaster why it refuses this one"));
	return OK;
}

/* Did anything but reports to the bare address, which anybody can write, speak against
 * the member before the probe? */
static err is_unproven(struct round *r, const struct taken *t, int64_t probe_at,
		       bool *yes)
{
	enum { DAYS = SCORE_DOUBT_DAYS + SCORE_PROBE_DAYS };
	int64_t from = (probe_at - DAYS * SCORE_DAY) * 1000, to = (probe_at + 1) * 1000;
	bool failed;
	TRY(ledger_failed_before(r->books->outbound, r->a, &t->e, from, to, &failed));
	*yes = !failed;
	return OK;
}

static err turn_off(struct round *r, const struct taken *t, struct member_row *m,
		    str off_by)
{
	struct actor by = { .name = off_by };
	m->delivery = STR("off");
	m->off_by = off_by;
	log_info("delivery-turned-off", KS("list", t->list->address),
		 KS("address", m->key), KS("by", off_by), KS("says", t->row.text));
	return books_audit(r->books, &by, m->list, STR("delivery off"), m->key);
}

static enum score_what what_of(const struct taken *t, bool probe)
{
	if (str_eq(t->e.what, STR("complaint-named")))
		return SCORE_COMPLAINT_NAMED;
	if (str_eq(t->e.class, STR("complaint")))
		return SCORE_COMPLAINT;
	return probe ? SCORE_PROBE_BACK : SCORE_CAME_BACK;
}

/* Once a month: who writes such reports is not to write letters through us. */
static err may_ask(struct round *r, const struct member_row *m, enum score_act *act)
{
	bool asked;
	int64_t times, today = clock_now() / SCORE_DAY;
	str name = arena_printf(r->a, "complaint of:%lld", (long long)m->id);
	TRY(answered_beyond(r->books->lists, name, today, &asked));
	if (!asked)
		return answered_add(r->books->lists, name, today + ASKED_DAYS, &times);
	*act = SCORE_NONE;
	return OK;
}

static err step(struct round *r, struct taken *t, struct member_row *m, bool probe)
{
	struct settings settings;
	struct score s = score_of_member(m);
	struct score_event x = { .what = what_of(t, probe),
				 .class = class_of(t->e.class),
				 .status = t->e.status,
				 .at = t->row.at };
	enum score_act act = SCORE_NONE;
	bool against_us = false;
	TRY(settings_load(r->books->lists, r->a, m->list, &settings));
	TRY(clear_doubt(r, t, &s));
	if (probe) {
		TRY(is_against_us(r, t, &against_us));
		TRY(is_unproven(r, t, s.probe_at, &x.unproven));
	}
	struct score_rules rules = score_rules_of(&settings);
	if (!against_us)
		act = score_step(&s, &rules, &x);
	if (act == SCORE_ASKED)
		TRY(may_ask(r, m, &act));
	t->row.act = str_from(score_word(act));
	t->row.score = s.points;
	if (act == SCORE_OFF || act == SCORE_STOPPED)
		TRY(turn_off(r, t, m,
			     act == SCORE_OFF ? STR("bounces") : STR("complaint")));
	score_into_member(&s, m);
	m->bounce_text = t->row.text;
	TRY(member_bounced(r->books->lists, m));
	return bounced_add(r->books->lists, &t->row);
}

/* What came back from an address at which the member is no more says nothing of the other. */
static bool is_of_before(const struct taken *t, const struct member_row *m)
{
	return m->moved_at && !str_ieq(t->e.recipient, m->text);
}

/* One entry, once: what was made of it before stands as it is. */
static err take(struct round *r, struct taken *t)
{
	struct member_row m;
	bool probe;
	if (!t->e.member)
		return OK;
	if (follow_is_number(t->e.member))
		return follow_came_back(r->books, &t->e);
	err e = bounced_by_event(r->books->lists, r->a, t->e.id, &t->row);
	if (!e.kind)
		t->list = addressbook_list_by_id(r->books->addresses, t->row.list);
	if (e.kind != ERR_NOTFOUND)
		return e;
	e = member_get(r->books->lists, r->a, t->e.member, &m);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	if (is_of_before(t, &m))
		return OK;
	t->list = addressbook_list_by_id(r->books->addresses, m.list);
	if (!t->list)
		return OK;
	t->row = (struct bounce_row){ .list = m.list,
				      .member = m.id,
				      .address = m.text,
				      .at = t->e.at / 1000,
				      .class = t->e.class,
				      .status = t->e.status,
				      .text = t->e.detail,
				      .event = t->e.id };
	TRY(look_at_post(r, t, &probe));
	return step(r, t, &m, probe);
}

/* An entry of which nothing can be made, today or tomorrow, holds up no other. */
static err go_on(struct book *b, const struct taken *t, err e)
{
	if (!e.kind || err_is_passing(e) || !book_in_transaction(b))
		return e;
	log_error("bounce-not-processed", KN("entry", t->e.id), KN("member", t->e.member),
		  KE(e), KZ("do", "mend what the error names; the entry is passed over"));
	return OK;
}

static err take_all(struct round *r)
{
	struct book *b = r->books->lists;
	for (size_t i = 0; i < r->count; i++) {
		TRY(book_part(b));
		TRY(go_on(b, &r->each[i], book_part_end(b, take(r, &r->each[i]))));
	}
	return OK;
}

static err write_letters(struct round *r, const struct taken *t)
{
	struct settings s;
	struct score_case c = { .books = r->books,
				.a = r->a,
				.list = t->list,
				.member = t->row.member,
				.address = t->row.address,
				.source = arena_printf(r->a, "bounce/%lld",
						       (long long)t->e.id),
				.reason = t->row.text,
				.points = t->row.score };
	enum score_act act = score_of_word(t->row.act);
	if (!t->list || act == SCORE_NONE)
		return OK;
	TRY(settings_load(r->books->lists, r->a, t->row.list, &s));
	return score_write(&c, act, &s, 0);
}

static err write_all(struct round *r)
{
	struct book *b = r->books->outbound;
	for (size_t i = 0; i < r->count; i++) {
		TRY(book_part(b));
		TRY(go_on(b, &r->each[i],
			  book_part_end(b, write_letters(r, &r->each[i]))));
	}
	return ledger_set_cursor(r->books->outbound, STR("bounce"),
				 r->each[r->count - 1].e.id);
}

err score_round(struct books *books, struct arena *a, bool *more)
{
	struct round r = { .books = books, .a = a };
	struct ledger_entry *e;
	int64_t after;
	*more = false;
	TRY(ledger_cursor(books->outbound, STR("bounce"), &after));
	TRY(ledger_failures(books->outbound, a, after, AT_ONCE, &e, &r.count));
	if (!r.count)
		return OK;
	TRY(books_refresh(books));
	r.each = arena_zero(a, r.count * sizeof *r.each);
	for (size_t i = 0; i < r.count; i++)
		r.each[i].e = e[i];
	TRY(book_begin(books->lists));
	TRY(book_end(books->lists, take_all(&r)));
	TRY(book_begin(books->outbound));
	TRY(book_end(books->outbound, write_all(&r)));
	*more = r.count == AT_ONCE;
	return OK;
}

#include "lists/import/mailman3_inside.h"

enum { BATCH = 1000, DEFER = 4 };

/* Its enum Action, by number. */
static const char *const actions[] = { "hold", "reject", "discard", "accept", "defer" };

struct people {
	struct moving_count members, owners, moderators, strangers;
	int64_t without_action;
	int64_t known;      /* what holds for all their lists there holds for this one */
	int64_t as_address; /* as users there */
	int64_t left;       /* further addresses of users */
	int64_t no_language;
};

static int64_t positive(int64_t n)
{
	return n > 0 ? n : 0;
}

/* What is no preference. Whose wish it is that nothing comes stands at the membership. */
static struct member_row rest_of(const struct mailman3_member *m)
{
	bool known = m->action >= 0
		     && (size_t)m->action < sizeof actions / sizeof *actions;
	struct member_row as = {
		.off_by = mailman3_off_by(m->own.status),
		.action = known ? str_from(actions[m->action]) : STR(""),
		.bounce_score = (double)positive(m->bounce_score),
		.bounce_at = positive(m->bounced_at),
		.bounce_text = STR("counted by Mailman"),
	};
	if (!as.off_by.n)
		as.off_by = STR("user");
	if (!str_eq(as.off_by, STR("bounces")))
		return as;
	as.off_at = as.bounce_at;
	as.warnings = positive(m->warnings);
	as.warned_at = as.warnings ? positive(m->warned_at) : 0;
	return as;
}

static bool is_foreign(const struct mailman3_likes *l, const struct preference *p)
{
	return l->language.n && !(p->set & PREFERS_LANGUAGE);
}

static err move_levels(struct moving *x, struct people *p,
		       const struct mailman3_member *m, struct preference *own,
		       bool *follows)
{
	struct moved_levels l = { .address = m->email,
				  .name = str_trim(m->name),
				  .of_address = mailman3_preference(&m->of_address),
				  .of_person = mailman3_preference(&m->of_user),
				  .follows = m->as_user };
	*own = mailman3_preference(&m->own);
	p->no_language += is_foreign(&m->own, own)
			  || is_foreign(&m->of_address, &l.of_address)
			  || is_foreign(&m->of_user, &l.of_person);
	unsigned set = own->set;
	TRY(moving_levels(x, &l, own, follows));
	p->known += own->set != set;
	p->as_address += m->as_user && !*follows;
	return OK;
}

/* hide_address does nothing there by default, so only who has asked for it is hidden. */
static err move_member(struct moving *x, struct people *p,
		       const struct mailman3_member *m)
{
	struct preference own;
	bool here, follows;
	p->members.there++;
	TRY(move_levels(x, p, m, &own, &follows));
	TRY(moving_member(x,
			  &(struct moved_member){ .address = m->email,
						  .key = STR(""),
						  .name = str_trim(m->name),
						  .as = rest_of(m),
						  .own = &own,
						  .follows = follows,
						  .bounced = m->bounce_score > 0
							     || m->warnings > 0 },
			  &here));
	p->members.here += here;
	return OK;
}

static err move_role(struct moving *x, struct moving_count *c, const char *role,
		     const struct mailman3_member *m)
{
	bool here;
	c->there++;
	TRY(moving_role(x, role, m->email, &here));
	c->here += here;
	return OK;
}

/* The member's own first. */
static err move_addresses(struct moving *x, struct people *p,
			  const struct mailman3_member *m)
{
	size_t n = 1, further = m->all ? (size_t)m->addresses : 0;
	struct moved_address *all = arena_zero(x->a, (further + 1) * sizeof *all);
	all[0] = (struct moved_address){ .text = m->email,
					 .verified_at = positive(m->verified_at) };
	for (size_t i = 0; i < further; i++) {
		const struct mailman3_address *one = &m->all[i];
		bool same = str_ieq(one->email, m->email);
		struct moved_address *to = same ? &all[0] : &all[n++];
		*to = (struct moved_address){ one->email, positive(one->verified_at),
					      one->preferred };
	}
	return moving_addresses(x, &(struct moved_addresses){ str_trim(m->name), all, n },
				&p->left);
}

static err move_one(struct moving *x, struct people *p, const struct mailman3_member *m)
{
	TRY(move_addresses(x, p, m));
	switch (m->role) {
	case MAILMAN3_MEMBER:
		return move_member(x, p, m);
	case MAILMAN3_OWNER:
		return move_role(x, &p->owners, "owner", m);
	case MAILMAN3_MODERATOR:
		return move_role(x, &p->moderators, "moderator", m);
	}
	return OK;
}

/* What one batch takes of memory is free for the next. */
static err move_all(struct moving *x, struct people *p)
{
	const struct mailman3_source *s = source_of(x);
	struct arena *whole = x->a;
	ARENA(one);
	int64_t after = 0;
	size_t n = BATCH;
	err e = OK;
	x->a = one;
	while (!e.kind && n == BATCH) {
		struct mailman3_member *m;
		arena_reset(one);
		e = source_members(s, one, after, BATCH, &m, &n);
		for (size_t i = 0; i < n && !e.kind; i++)
			e = move_one(x, p, &m[i]);
		after = !e.kind && n ? m[n - 1].id : after;
	}
	x->a = whole;
	return e.kind ? err_in(whole, e.kind, "%s", e.msg) : OK;
}

static err read_named(struct moving *x, struct map *named)
{
	struct settings now;
	str line;
	TRY(settings_load(x->books->lists, x->a, x->list, &now));
	for (int64_t action = 0; action < 4; action++) {
		const char *key = mailman3_stranger_setting(action);
		str text = setting_text(x->a, &now, setting_find(str_from(key)));
		while (str_line(&text, &line))
			map_set(named, arena_lower(x->a, line), named);
	}
	return OK;
}

/* Those of the other actions stand among the settings (move3_read). */
static err move_deferred(struct moving *x, struct people *p, str address)
{
	bool here;
	TRY(moving_nonmember(x, address, STR("defer"), &here));
	p->strangers.there++;
	p->strangers.here += here;
	return OK;
}

static err move_strangers(struct moving *x, struct people *p)
{
	const struct mailman3_source *s = source_of(x);
	struct mailman3_line *line;
	struct map named = { 0 };
	size_t n = 0;
	err e = source_strangers(s, x->a, &line, &n);
	if (!e.kind)
		e = read_named(x, &named);
	for (size_t i = 0; i < n && !e.kind; i++) {
		if (line[i].type == DEFER) {
			e = move_deferred(x, p, line[i].text);
			continue;
		}
		if (!mailman3_stranger_setting(line[i].type)) {
			p->without_action++;
			continue;
		}
		p->strangers.there++;
		p->strangers.here += map_get(&named, arena_lower(x->a, line[i].text))
				     != NULL;
	}
	map_free(&named);
	return e;
}

static void tell_levels(struct moving *x, const struct people *p)
{
	if (p->known)
		import_report_note(x->report,
				   "%lld members were known here before: what they had "
				   "chosen there for all their lists holds for this one "
				   "alone",
				   (long long)p->known);
	if (p->as_address)
		import_report_note(x->report,
				   "%lld members as users are members by their address: "
				   "they prefer another one here",
				   (long long)p->as_address);
	if (p->left)
		import_report_note(
			x->report,
			"%lld further addresses of users are left as they are: they, or "
			"their users, were known here before",
			(long long)p->left);
	if (p->no_language)
		import_report_note(x->report,
				   "%lld members had chosen a language of which we have "
				   "no catalog: they read the list's",
				   (long long)p->no_language);
}

static void tell(struct moving *x, const struct people *p)
{
	import_report_count(x->report, "members", p->members.there, p->members.here);
	import_report_count(x->report, "owners", p->owners.there, p->owners.here);
	import_report_count(x->report, "moderators", p->moderators.there,
			    p->moderators.here);
	import_report_count(x->report, "nonmembers with an action", p->strangers.there,
			    p->strangers.here);
	if (p->without_action)
		import_report_note(
			x->report,
			"%lld nonmembers without an action of their own are "
			"left out: what holds for all strangers holds for them",
			(long long)p->without_action);
	tell_levels(x, p);
}

err move3_people(struct moving *x)
{
	struct people p = { 0 };
	err e = move_all(x, &p);
	if (!e.kind)
		e = move_strangers(x, &p);
	if (!e.kind)
		tell(x, &p);
	return e;
}

/* ---- bans, and rules by header */

static err move_bans(struct moving *x)
{
	const struct mailman3_source *s = source_of(x);
	struct mailman3_line *line;
	size_t n;
	int64_t count = 0;
	TRY(source_bans(s, x->a, &line, &n));
	for (size_t i = 0; i < n; i++) {
		bool here;
		TRY(moving_ban(x, line[i].text, moving_ban_reason(x), &here));
		count += here;
	}
	import_report_count(x->report, "bans", (int64_t)n, count);
	return OK;
}

/* A chain is named by what it does; none: the site's, which holds. */
static err move_match(struct moving *x, const struct mailman3_match *m)
{
	static const char *const chains[] = { "hold", "reject", "discard", "accept" };
	str action = m->chain.n ? m->chain : STR("hold");
	for (size_t i = 0; i < sizeof chains / sizeof *chains; i++)
		if (str_eq(action, str_from(chains[i])))
			return moving_header_rule(x, arena_lower(x->a, m->header),
						  m->pattern, action);
	return err_in(x->a, ERR_SYNTAX, "there is no chain %.*s here", STR_F(action));
}

err move3_rules(struct moving *x)
{
	const struct mailman3_source *s = source_of(x);
	struct moving_count c = { 0 };
	struct mailman3_match *m;
	size_t n;
	TRY(move_bans(x));
	TRY(source_matches(s, x->a, &m, &n));
	for (size_t i = 0; i < n; i++) {
		err e = move_match(x, &m[i]);
		if (err_is_passing(e))
			return e;
		if (e.kind)
			import_report_note(
				x->report, "header rule %.*s: %.*s is left out: %s",
				STR_F(m[i].header), STR_F(m[i].pattern), e.msg);
		c.there++;
		c.here += !e.kind;
	}
	TRY(moving_suspicious(
		x, &c,
		mailman2_text(&x->config,
			      mailman2_get(&x->config, "bounce_matching_headers"))));
	import_report_count(x->report, "header rules", c.there, c.here);
	return OK;
}

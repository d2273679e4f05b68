/* The letters about mail that comes back: to the member, and to the owners. */
#include "lists/score_inside.h"

#include "lists/notice.h"
#include "store/lists/role.h"

static err to_member(const struct score_case *c, const char *name, int64_t probe,
		     const struct notice_var *vars, size_t n)
{
	struct mailbox to = { .name = STR("") };
	TRY(address_parse(c->a, c->address, &to.address));
	return notice_send(
		c->books, c->a,
		&(struct notice){
			.name = name,
			.list = c->list,
			.to = to,
			.to_member = !probe,
			.source = arena_cat(c->a, c->source, STR("/"), str_from(name)),
			.probe = probe,
			.vars = vars,
			.var_count = n });
}

static err to_owners(const struct score_case *c, const char *name)
{
	struct role_row *r;
	size_t n;
	struct notice_var vars[] = { { "asker", c->address },
				     { "reason", c->reason },
				     { "score", arena_printf(c->a, "%.4g", c->points) } };
	TRY(role_list(c->books->lists, c->a, c->list->id, &r, &n));
	for (size_t i = 0; i < n; i++) {
		struct mailbox to = { .name = r[i].name };
		if (!str_eq(r[i].role, STR("owner")))
			continue;
		TRY(address_parse(c->a, r[i].text, &to.address));
		TRY(notice_send(
			c->books, c->a,
			&(struct notice){
				.name = name,
				.list = c->list,
				.to = to,
				.source = arena_cat(c->a, c->source, STR("/"), r[i].key),
				.vars = vars,
				.var_count = sizeof vars / sizeof *vars }));
	}
	return OK;
}

static str words_left(struct arena *a, const struct settings *s, int64_t left)
{
	long long days = (long long)s->bounce_you_are_disabled_warnings_interval;
	if (!left)
		return arena_printf(a,
				    "This is the last such letter: in %lld days the "
				    "membership ends.",
				    days);
	return arena_printf(
		a,
		"If it stays off the membership ends after %lld more of these "
		"letters,\n%lld days apart.",
		(long long)left, days);
}

static err warn(const struct score_case *c, const struct settings *s, int64_t left)
{
	struct notice_var vars[] = { { "reason", c->reason },
				     { "left", words_left(c->a, s, left) } };
	return to_member(c, "bounce-warning", 0, vars, 2);
}

static err tell_off(const struct score_case *c, const struct settings *s)
{
	return s->bounce_notify_owner_on_disable ? to_owners(c, "owner-bounce-off") : OK;
}

err score_write(const struct score_case *c, enum score_act act, const struct settings *s,
		int64_t left)
{
	switch (act) {
	case SCORE_COUNTED:
		return s->bounce_notify_owner_on_bounce_increment
			       ? to_owners(c, "owner-bounce")
			       : OK;
	case SCORE_PROBE:
		return to_member(c, "probe", c->member, NULL, 0);
	case SCORE_STOPPED:
		TRY(to_member(c, "complaint-off", 0, NULL, 0));
		return tell_off(c, s);
	case SCORE_OFF:
		return tell_off(c, s);
	case SCORE_ASKED:
		return to_member(c, "complaint-ask", 0, NULL, 0);
	case SCORE_WARN:
		return warn(c, s, left);
	case SCORE_REMOVE:
		TRY(to_member(c, "bounce-removed", 0, NULL, 0));
		return s->bounce_notify_owner_on_removal
			       ? to_owners(c, "owner-bounce-removed")
			       : OK;
	case SCORE_NONE:
	case SCORE_FORGIVEN:
	case SCORE_ACTS:
		break;
	}
	return OK;
}

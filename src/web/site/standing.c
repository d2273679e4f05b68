#include "web/site/standing.h"

#include "account/account.h"

static bool had_name(const struct list_entry *l, str name)
{
	str local, domain;
	bool yes = false;
	for (size_t i = 0; i < l->former_count; i++)
		yes = yes
		      || (str_cut_last(l->former[i], '@', &local, &domain)
			  && str_eq(local, name));
	return yes;
}

const struct list_entry *standing_list(const struct books *books, struct arena *a,
				       str name)
{
	name = arena_lower(a, name);
	if (str_has(name, '@'))
		return addressbook_list(books->addresses, name);
	str own_domain = domain_ascii(a, books->conf->site_domain);
	const struct list_entry *l = addressbook_list(
		books->addresses, arena_cat(a, name, STR("@"), own_domain));
	if (l)
		return l;
	const struct list_entry **all;
	size_t n;
	addressbook_lists(books->addresses, a, &all, &n);
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i]->name, name))
			return all[i];
	for (size_t i = 0; i < n; i++)
		if (had_name(all[i], name))
			return all[i];
	return NULL;
}

/* What a token is not good for its person may all the same: a deny asks for no token. */
static bool token_reads(const struct standing *s, const struct rule *rule, int64_t list)
{
	return rule->deed == RULE_DENY || !s->scopes
	       || !(scopes_denied(s->scopes, list) >> RIGHT_site_see & 1);
}

static err of_list(const struct standing *s, const struct rule *rule, bool *yes)
{
	static const enum who least[] = {
		[RULE_MEMBERS] = WHO_MEMBER,
		[RULE_MODERATORS] = WHO_MODERATOR,
		[RULE_OWNERS] = WHO_OWNER,
	};
	struct viewer v;
	const struct list_entry *l = standing_list(s->books, s->a, rule->name);
	if (!l || !s->person)
		return OK;
	TRY(account_viewer(s->a, s->books->lists, s->person, l->id, &v));
	*yes = v.here >= least[rule->who] && token_reads(s, rule, l->id);
	return OK;
}

static err is_person(const struct standing *s, const struct rule *rule, bool *yes)
{
	struct address x;
	if (!s->person || address_parse(s->a, rule->name, &x).kind)
		return OK;
	err e = account_may_send_as(s->a, s->books->lists, s->person, &x);
	if (e.kind && e.kind != ERR_DENIED)
		return e;
	*yes = !e.kind && token_reads(s, rule, 0);
	return OK;
}

err standing_holds(void *ctx, const struct rule *rule, bool *yes)
{
	const struct standing *s = ctx;
	*yes = false;
	switch (rule->who) {
	case RULE_PUBLIC:
		*yes = true;
		return OK;
	case RULE_SIGNED_IN:
		*yes = s->person && token_reads(s, rule, 0);
		return OK;
	case RULE_LINK:
		*yes = s->by_link;
		return OK;
	case RULE_PERSON:
		return is_person(s, rule, yes);
	case RULE_MEMBERS:
	case RULE_MODERATORS:
	case RULE_OWNERS:
	case RULE_WHO_COUNT:
		break;
	}
	return of_list(s, rule, yes);
}

/* Of somebody: the account, its memberships and rights, and where they are signed in. */
#include "lists/personal_inside.h"

#include "account/second.h"
#include "lists/token_scopes.h"
#include "store/lists/domain.h"
#include "store/lists/domain_owner.h"
#include "store/lists/identity.h"
#include "store/lists/member.h"
#include "store/lists/passkey.h"
#include "store/lists/person.h"
#include "store/lists/role.h"
#include "store/lists/session.h"
#include "store/lists/token.h"

err gather_account(struct gathering *g)
{
	struct person_row who;
	TRY(person_get(g->books->lists, g->a, g->person, &who));
	gather_text(g->out, "name", who.name);
	gather_text(g->out, "language", who.language);
	gather_text(g->out, "timezone", who.timezone);
	gather_time(g, g->out, "since", who.created_at);
	json_object_set_new(g->out, "has_password", json_boolean(who.password.n));
	json_object_set_new(g->out, "administrator", json_boolean(who.admin));
	json_object_set_new(g->out, "sends_to_other_sites", json_boolean(who.may_send));
	json_t *rows = gather_section(g, "addresses");
	for (size_t i = 0; i < g->own_count; i++) {
		json_t *o = gather_row(rows);
		gather_text(o, "address", g->own[i].text);
		gather_time(g, o, "shown_to_be_mine", g->own[i].verified_at);
		json_object_set_new(o, "preferred",
				    json_boolean(who.preferred == g->own[i].id));
	}
	return OK;
}

static void put_preference(json_t *rows, str of, const struct preference *p)
{
	const struct {
		unsigned bit;
		const char *name;
		bool value;
	} switches[] = {
		{ PREFERS_OFF, "off", p->off },
		{ PREFERS_OWN_POSTS, "own_posts", p->own_posts },
		{ PREFERS_COPIES, "copies", p->copies },
		{ PREFERS_ACKNOWLEDGE, "acknowledge", p->acknowledge },
		{ PREFERS_HIDDEN, "hidden", p->hidden },
	};
	if (!p->set)
		return;
	json_t *o = gather_row(rows);
	gather_text(o, "of", of);
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
		if (p->set & switches[i].bit)
			json_object_set_new(o, switches[i].name,
					    json_boolean(switches[i].value));
	if (p->set & PREFERS_FORM)
		gather_text(o, "form", p->form);
	if (p->set & PREFERS_LANGUAGE)
		gather_text(o, "language", p->language);
}

err gather_preferences(struct gathering *g)
{
	struct preference all = { .person = g->person };
	json_t *rows = gather_section(g, "for_all_my_lists");
	TRY(preference_get(g->books->lists, g->a, &all));
	put_preference(rows, STR("account"), &all);
	for (size_t i = 0; i < g->own_count; i++) {
		struct preference one = { .address = g->own[i].id };
		TRY(preference_get(g->books->lists, g->a, &one));
		put_preference(rows, g->own[i].text, &one);
	}
	return OK;
}

/* "release, hardware" */
static str topics_text(struct gathering *g, str topics)
{
	str text = STR(""), line;
	while (str_line(&topics, &line))
		if (line.n)
			text = arena_cat(g->a, text, text.n ? STR(", ") : STR(""), line);
	return text;
}

err gather_memberships(struct gathering *g)
{
	struct member_row *m;
	size_t n;
	json_t *rows = gather_section(g, "memberships");
	TRY(member_by_person(g->books->lists, g->a, g->person, &m, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_list(g, o, m[i].list);
		gather_text(o, "address", m[i].text);
		gather_time(g, o, "since", m[i].joined_at);
		if (m[i].own_name.n)
			gather_text(o, "name", m[i].own_name);
		gather_text(o, "delivery", m[i].delivery);
		gather_text(o, "form", m[i].form);
		gather_text(o, "language", m[i].language);
		json_object_set_new(o, "at_my_preferred_address",
				    json_boolean(m[i].follows));
		gather_time(g, o, "at_this_address_since", m[i].moved_at);
		gather_text(o, "off_by", m[i].off_by);
		json_object_set_new(o, "own_posts", json_boolean(m[i].own_posts));
		json_object_set_new(o, "copies", json_boolean(m[i].copies));
		json_object_set_new(o, "acknowledge", json_boolean(m[i].acknowledge));
		json_object_set_new(o, "hidden", json_boolean(m[i].hidden));
		gather_text(o, "topics", topics_text(g, m[i].topics));
		json_object_set_new(o, "other_topics", json_boolean(m[i].other_topics));
		gather_text(o, "what_becomes_of_my_posts", m[i].action);
		gather_text(o, "off_why", m[i].off_why);
		gather_day(g, o, "last_day", m[i].last_day);
		json_object_set_new(o, "bounce_score", json_real(m[i].bounce_score));
		gather_text(o, "bounce_text", m[i].bounce_text);
	}
	return OK;
}

/* A role of theirs, too, on a domain in place of a list. */
static err add_domains(struct gathering *g, json_t *rows)
{
	struct domain_owner_row *r;
	struct domain_row *d;
	size_t n, domains;
	TRY(domain_owner_by_person(g->books->lists, g->a, g->person, &r, &n));
	TRY(domain_all(g->books->lists, g->a, &d, &domains));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < domains; k++) {
			if (d[k].id != r[i].domain)
				continue;
			json_t *o = gather_row(rows);
			gather_text(o, "domain", d[k].name);
			gather_text(o, "address", r[i].text);
			gather_text(o, "role", STR("owner"));
		}
	return OK;
}

err gather_roles(struct gathering *g)
{
	struct role_row *r;
	size_t n;
	json_t *rows = gather_section(g, "roles");
	TRY(role_by_person(g->books->lists, g->a, g->person, &r, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_list(g, o, r[i].list);
		gather_text(o, "address", r[i].text);
		gather_text(o, "role", r[i].role);
	}
	return add_domains(g, rows);
}

static err add_identities(struct gathering *g)
{
	struct identity_row *x;
	size_t n;
	json_t *rows = gather_section(g, "accounts_elsewhere");
	TRY(identity_by_person(g->books->lists, g->a, g->person, &x, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_text(o, "issuer", x[i].issuer);
		gather_text(o, "subject", x[i].subject);
		gather_text(o, "address", x[i].address);
		gather_time(g, o, "made", x[i].made_at);
		gather_time(g, o, "last_used", x[i].used_at);
	}
	return OK;
}

static err add_second_factor(struct gathering *g)
{
	struct second s;
	struct passkey_row *k;
	size_t n;
	json_t *rows = gather_section(g, "second_factor");
	TRY(second_get(g->a, g->books->lists, g->person, &s));
	if (s.on) {
		json_t *o = gather_row(rows);
		gather_time(g, o, "codes_of_an_app_since", s.since);
		json_object_set_new(o, "asked_with_links", json_boolean(s.links));
		json_object_set_new(o, "recovery_codes_left", json_integer(s.codes));
	}
	rows = gather_section(g, "passkeys");
	TRY(passkey_by_person(g->books->lists, g->a, g->person, &k, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_text(o, "name", k[i].name);
		gather_time(g, o, "made", k[i].created_at);
		gather_time(g, o, "last_used", k[i].used_at);
	}
	return OK;
}

err gather_sign_ins(struct gathering *g)
{
	struct session_row *s;
	struct token_row *t;
	size_t n;
	json_t *rows = gather_section(g, "sign_ins");
	TRY(session_list(g->books->lists, g->a, g->person, &s, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_text(o, "client", s[i].client);
		gather_text(o, "browser", s[i].agent);
		gather_time(g, o, "since", s[i].created_at);
		gather_time(g, o, "last_seen", s[i].seen_at);
	}
	TRY(add_second_factor(g));
	rows = gather_section(g, "tokens");
	TRY(token_by_person(g->books->lists, g->a, g->person, &t, &n));
	for (size_t i = 0; i < n; i++) {
		struct scopes may;
		json_t *o = gather_row(rows);
		TRY(scopes_read(g->a, t[i].scopes, &may));
		gather_text(o, "name", t[i].name);
		gather_text(o, "scopes", token_scopes_text(g->a, g->books, &may));
		gather_time(g, o, "made", t[i].created_at);
		gather_time(g, o, "last_used", t[i].used_at);
	}
	return add_identities(g);
}

#include "lists/personal.h"

#include "lists/token_scopes.h"
#include "mail/date.h"
#include "store/lists/address.h"
#include "store/lists/alias.h"
#include "store/lists/audit.h"
#include "store/lists/bounce.h"
#include "store/lists/held.h"
#include "store/lists/member.h"
#include "store/lists/nonmember.h"
#include "store/lists/pending.h"
#include "store/lists/person.h"
#include "store/lists/planned.h"
#include "store/lists/request.h"
#include "store/lists/domain.h"
#include "store/lists/domain_owner.h"
#include "store/lists/role.h"
#include "store/lists/session.h"
#include "store/lists/token.h"

enum { ROWS_MAX = 10000 };

struct gathering {
	struct books *books;
	struct arena *a;
	int64_t person;
	struct address_row *own;
	size_t own_count;
	json_t *out;
};

static void put(json_t *o, const char *key, str text)
{
	json_object_set_new(o, key, json_stringn(text.n ? text.p : "", text.n));
}

static void put_time(struct gathering *g, json_t *o, const char *key, int64_t at)
{
	if (at)
		put(o, key, date_minute(g->a, at));
}

static void put_day(struct gathering *g, json_t *o, const char *key, int64_t at)
{
	if (at)
		put(o, key, date_day(g->a, at));
}

static void put_list(struct gathering *g, json_t *o, int64_t list)
{
	const struct list_entry *l = addressbook_list_by_id(g->books->addresses, list);
	if (l)
		put(o, "list", l->address);
}

static json_t *section(struct gathering *g, const char *name)
{
	json_t *rows = json_array();
	json_object_set_new(g->out, name, rows);
	return rows;
}

static json_t *row_of(json_t *rows)
{
	json_t *o = json_object();
	json_array_append_new(rows, o);
	return o;
}

static err add_account(struct gathering *g)
{
	struct person_row who;
	TRY(person_get(g->books->lists, g->a, g->person, &who));
	put(g->out, "name", who.name);
	put(g->out, "language", who.language);
	put_time(g, g->out, "since", who.created_at);
	json_object_set_new(g->out, "has_password", json_boolean(who.password.n));
	json_object_set_new(g->out, "administrator", json_boolean(who.admin));
	json_object_set_new(g->out, "sends_to_other_sites", json_boolean(who.may_send));
	json_t *rows = section(g, "addresses");
	for (size_t i = 0; i < g->own_count; i++) {
		json_t *o = row_of(rows);
		put(o, "address", g->own[i].text);
		put_time(g, o, "shown_to_be_mine", g->own[i].verified_at);
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
	json_t *o = row_of(rows);
	put(o, "of", of);
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
		if (p->set & switches[i].bit)
			json_object_set_new(o, switches[i].name,
					    json_boolean(switches[i].value));
	if (p->set & PREFERS_FORM)
		put(o, "form", p->form);
	if (p->set & PREFERS_LANGUAGE)
		put(o, "language", p->language);
}

static err add_preferences(struct gathering *g)
{
	struct preference all = { .person = g->person };
	json_t *rows = section(g, "for_all_my_lists");
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

static err add_memberships(struct gathering *g)
{
	struct member_row *m;
	size_t n;
	json_t *rows = section(g, "memberships");
	TRY(member_by_person(g->books->lists, g->a, g->person, &m, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = row_of(rows);
		put_list(g, o, m[i].list);
		put(o, "address", m[i].text);
		put_time(g, o, "since", m[i].joined_at);
		if (m[i].own_name.n)
			put(o, "name", m[i].own_name);
		put(o, "delivery", m[i].delivery);
		put(o, "form", m[i].form);
		put(o, "language", m[i].language);
		json_object_set_new(o, "at_my_preferred_address",
				    json_boolean(m[i].follows));
		put_time(g, o, "at_this_address_since", m[i].moved_at);
		put(o, "off_by", m[i].off_by);
		json_object_set_new(o, "own_posts", json_boolean(m[i].own_posts));
		json_object_set_new(o, "copies", json_boolean(m[i].copies));
		json_object_set_new(o, "acknowledge", json_boolean(m[i].acknowledge));
		json_object_set_new(o, "hidden", json_boolean(m[i].hidden));
		put(o, "topics", topics_text(g, m[i].topics));
		json_object_set_new(o, "other_topics", json_boolean(m[i].other_topics));
		put(o, "what_becomes_of_my_posts", m[i].action);
		put(o, "off_why", m[i].off_why);
		put_day(g, o, "last_day", m[i].last_day);
		json_object_set_new(o, "bounce_score", json_real(m[i].bounce_score));
		put(o, "bounce_text", m[i].bounce_text);
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
			json_t *o = row_of(rows);
			put(o, "domain", d[k].name);
			put(o, "address", r[i].text);
			put(o, "role", STR("owner"));
		}
	return OK;
}

static err add_roles(struct gathering *g)
{
	struct role_row *r;
	size_t n;
	json_t *rows = section(g, "roles");
	TRY(role_by_person(g->books->lists, g->a, g->person, &r, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = row_of(rows);
		put_list(g, o, r[i].list);
		put(o, "address", r[i].text);
		put(o, "role", r[i].role);
	}
	return add_domains(g, rows);
}

static err add_sign_ins(struct gathering *g)
{
	struct session_row *s;
	struct token_row *t;
	size_t n;
	json_t *rows = section(g, "sign_ins");
	TRY(session_list(g->books->lists, g->a, g->person, &s, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = row_of(rows);
		put(o, "client", s[i].client);
		put(o, "browser", s[i].agent);
		put_time(g, o, "since", s[i].created_at);
		put_time(g, o, "last_seen", s[i].seen_at);
	}
	rows = section(g, "tokens");
	TRY(token_by_person(g->books->lists, g->a, g->person, &t, &n));
	for (size_t i = 0; i < n; i++) {
		struct scopes may;
		json_t *o = row_of(rows);
		TRY(scopes_read(g->a, t[i].scopes, &may));
		put(o, "name", t[i].name);
		put(o, "scopes", token_scopes_text(g->a, g->books, &may));
		put_time(g, o, "made", t[i].created_at);
		put_time(g, o, "last_used", t[i].used_at);
	}
	return OK;
}

static err add_held(struct gathering *g)
{
	json_t *rows = section(g, "held_posts");
	for (size_t i = 0; i < g->own_count; i++) {
		struct held_row *h;
		size_t n;
		if (!g->own[i].verified_at)
			continue;
		TRY(held_by_author(g->books->lists, g->a, g->own[i].key, ROWS_MAX, &h,
				   &n));
		for (size_t k = 0; k < n; k++) {
			json_t *o = row_of(rows);
			put_list(g, o, h[k].list);
			put_time(g, o, "held", h[k].held_at);
			put(o, "author", h[k].author);
			put(o, "subject", h[k].subject);
			put(o, "reason", h[k].reason);
			put(o, "verdict", h[k].verdict.n ? h[k].verdict : STR("waits"));
			/* Other notes are among moderators; this one was in a letter. */
			if (str_eq(h[k].verdict, STR("rejected")))
				put(o, "answer", h[k].note);
		}
	}
	return OK;
}

/* ---- what waits for them, came back from them, or leads to them */

static err add_asked(struct gathering *g, json_t *rows, str key)
{
	struct request_row *r;
	struct pending_row *p;
	size_t n;
	TRY(request_by_address(g->books->lists, g->a, key, &r, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = row_of(rows);
		put_list(g, o, r[i].list);
		put(o, "what",
		    r[i].leaves ? STR("waits for a moderator, to leave")
				: STR("waits for a moderator, to join"));
		put(o, "name", r[i].name);
		put_time(g, o, "since", r[i].asked_at);
	}
	TRY(pending_by_address(g->books->lists, g->a, key, &p, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = row_of(rows);
		put_list(g, o, p[i].list);
		put(o, "what", arena_cat(g->a, STR("mailed link: "), p[i].kind));
		put_time(g, o, "since", p[i].created_at);
		put_time(g, o, "until", p[i].expires_at);
	}
	return OK;
}

static err add_planned(struct gathering *g, json_t *rows, str key)
{
	struct planned_row *p;
	size_t n;
	TRY(planned_by_key(g->books->lists, g->a, key, &p, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = row_of(rows);
		put_list(g, o, p[i].list);
		put(o, "what", STR("a membership that begins"));
		put_day(g, o, "first_day", p[i].first_day);
		put_day(g, o, "last_day", p[i].last_day);
	}
	return OK;
}

static err add_requests(struct gathering *g, json_t *rows, str key)
{
	struct request_handled *r;
	size_t n;
	TRY(request_handled_by_address(g->books->lists, g->a, key, &r, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = row_of(rows);
		put_list(g, o, r[i].was.list);
		put(o, "what", r[i].was.leaves ? STR("to leave") : STR("to join"));
		put(o, "name", r[i].was.name);
		put_time(g, o, "asked", r[i].was.asked_at);
		put(o, "verdict", r[i].end.verdict);
		put(o, "answer", r[i].end.note);
		put_time(g, o, "answered", r[i].end.at);
	}
	return OK;
}

static err add_waiting(struct gathering *g, json_t *rows, str key)
{
	TRY(add_asked(g, rows, key));
	return add_planned(g, rows, key);
}

static err add_nonmember(struct gathering *g, json_t *rows, str key)
{
	struct nonmember_row *x;
	size_t n;
	TRY(nonmember_by_key(g->books->lists, g->a, key, &x, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = row_of(rows);
		put_list(g, o, x[i].list);
		put(o, "what", x[i].action);
		put_time(g, o, "since", x[i].set_at);
	}
	return OK;
}

static err add_bounces(struct gathering *g, json_t *rows, str key)
{
	struct bounce_row *b;
	size_t n;
	TRY(bounced_by_address(g->books->lists, g->a, key, ROWS_MAX, &b, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = row_of(rows);
		put_time(g, o, "at", b[i].at);
		put_list(g, o, b[i].list);
		put(o, "what", b[i].class);
		put(o, "said", b[i].text);
	}
	return OK;
}

static err add_aliases(struct gathering *g, json_t *rows, str key)
{
	struct alias_row *x;
	size_t n;
	TRY(alias_of_target(g->books->lists, g->a, key, &x, &n));
	for (size_t i = 0; i < n; i++)
		put(row_of(rows), "address", x[i].address);
	return OK;
}

static err add_each(struct gathering *g, const char *name,
		    err (*add)(struct gathering *g, json_t *rows, str key))
{
	json_t *rows = section(g, name);
	for (size_t i = 0; i < g->own_count; i++)
		if (g->own[i].verified_at)
			TRY(add(g, rows, g->own[i].key));
	return OK;
}

static err add_acts(struct gathering *g)
{
	struct audit_row *x;
	size_t n;
	json_t *rows = section(g, "what_i_did");
	TRY(audit_of_person(g->books->lists, g->a, g->person, ROWS_MAX, &x, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = row_of(rows);
		put_time(g, o, "at", x[i].at);
		put_list(g, o, x[i].list);
		put(o, "what", x[i].what);
		put(o, "detail", x[i].detail);
	}
	return OK;
}

static err gather(struct gathering *g)
{
	TRY(address_of_person(g->books->lists, g->a, g->person, &g->own, &g->own_count));
	TRY(add_account(g));
	TRY(add_preferences(g));
	TRY(add_memberships(g));
	TRY(add_roles(g));
	TRY(add_sign_ins(g));
	TRY(add_held(g));
	TRY(add_each(g, "waits", add_waiting));
	TRY(add_each(g, "requests", add_requests));
	TRY(add_each(g, "my_posts_where_i_am_no_member", add_nonmember));
	TRY(add_each(g, "came_back", add_bounces));
	TRY(add_each(g, "aliases", add_aliases));
	return add_acts(g);
}

err personal_data(struct books *books, struct arena *a, int64_t person, json_t **out)
{
	struct gathering g = {
		.books = books, .a = a, .person = person, .out = json_object()
	};
	err e = gather(&g);
	if (e.kind)
		json_decref(g.out);
	else
		*out = g.out;
	return e;
}

err personal_addresses(struct books *books, struct arena *a, int64_t person, str **keys,
		       size_t *count)
{
	struct address_row *own;
	size_t n, shown = 0;
	TRY(address_of_person(books->lists, a, person, &own, &n));
	*keys = arena_alloc(a, (n + 1) * sizeof **keys);
	for (size_t i = 0; i < n; i++)
		if (own[i].verified_at)
			(*keys)[shown++] = own[i].key;
	*count = shown;
	return OK;
}

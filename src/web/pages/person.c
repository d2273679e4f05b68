/* /persons/N: one person, for those who run the server. */
#include "web/pages/person.h"

#include "account/second.h"
#include "base/language.h"
#include "base/said.h"
#include "lists/preferences.h"
#include "lists/token_scopes.h"
#include "store/lists/domain.h"
#include "store/lists/domain_owner.h"
#include "store/lists/member.h"
#include "store/lists/role.h"
#include "store/lists/session.h"
#include "store/lists/token.h"
#include "web/pages/meanwhile.h"
#include "web/pages/page.h"

err person_whose(struct request *q, int64_t person, struct whose *x)
{
	struct book *b = worker_of(q)->books.lists;
	struct whose found = { 0 };
	TRY(person_get(b, q->arena, person, &found.who));
	TRY(address_of_person(b, q->arena, person, &found.own, &found.own_count));
	found.title = found.who.name.n  ? found.who.name
		      : found.own_count ? found.own[0].text
					: S_("no name");
	found.path = arena_printf(q->arena, "/persons/%lld", (long long)person);
	*x = found;
	return OK;
}

bool person_named(struct request *q, struct response *r, struct whose *x)
{
	int64_t id = 0;
	err e = str_i64(request_arg(q, "person"), &id) ? person_whose(q, id, x)
						       : FAIL(ERR_NOTFOUND, "no number");
	if (e.kind == ERR_NOTFOUND)
		error_page(q, r, 404, S_("There is no such person any more."));
	else if (!page_failed(q, r, e))
		return true;
	return false;
}

str person_addresses(struct request *q, const struct whose *x, size_t from)
{
	str all = STR("");
	for (size_t i = from; i < x->own_count; i++)
		all = arena_cat(q->arena, all, all.n ? STR(", ") : STR(""),
				x->own[i].text);
	return all;
}

err person_counts(struct request *q, const struct whose *x, int64_t *memberships,
		  int64_t *roles)
{
	struct member_row *m;
	struct role_row *role;
	size_t n, k;
	struct book *b = worker_of(q)->books.lists;
	TRY(member_by_person(b, q->arena, x->who.id, &m, &n));
	TRY(role_by_person(b, q->arena, x->who.id, &role, &k));
	*memberships = (int64_t)n;
	*roles = (int64_t)k;
	return OK;
}

struct page_frame person_frame(struct request *q, const struct whose *x, str title)
{
	struct page_frame f = account_way(q, title.n ? title : x->title);
	frame_step(q, &f, S_("Persons"), STR("/persons"));
	frame_step(q, &f, x->title, title.n ? x->path : STR_NONE);
	if (title.n)
		frame_step(q, &f, title, STR_NONE);
	return f;
}

/* ---- lists and roles */

static str path_to(struct request *q, const struct list_entry *l, str rest)
{
	return arena_cat(q->arena, list_url_path(q->arena, &worker_of(q)->books, l),
			 rest);
}

static err add_lists(struct request *q, const struct whose *x, struct page_person *p)
{
	size_t n;
	struct member_row *m;
	const struct worker *w = worker_of(q);
	TRY(member_by_person(w->books.lists, q->arena, x->who.id, &m, &n));
	struct page_person_lists *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		const struct list_entry *l = addressbook_list_by_id(w->books.addresses,
								    m[i].list);
		if (!l)
			continue;
		str rest = arena_printf(q->arena, "/admin/members/%lld",
					(long long)m[i].id);
		rows[p->lists_count++] = (struct page_person_lists){
			.name = l->name,
			.href = path_to(q, l, STR("")),
			.as = m[i].text,
			.settings = path_to(q, l, rest),
			.off = str_eq(m[i].delivery, STR("off")),
			.joined = m[i].joined_at,
		};
	}
	p->lists = rows;
	return OK;
}

static err add_domains(struct request *q, const struct whose *x, struct page_person *p,
		       const struct domain_row *d, size_t n)
{
	struct page_person_roles *rows = (struct page_person_roles *)(uintptr_t)p->roles;
	for (size_t i = 0; i < n; i++) {
		bool owns = false;
		TRY(domain_owner_is(worker_of(q)->books.lists, d[i].id, x->who.id,
				    &owns));
		if (owns)
			rows[p->roles_count++] = (struct page_person_roles){
				.name = d[i].name,
				.href = arena_cat(q->arena, STR("/domains/"), d[i].name),
				.as = x->own[0].text,
				.role = STR("domain"),
			};
	}
	return OK;
}

static err add_roles(struct request *q, const struct whose *x, struct page_person *p)
{
	size_t n, domains;
	struct role_row *r;
	struct domain_row *d;
	const struct worker *w = worker_of(q);
	TRY(role_by_person(w->books.lists, q->arena, x->who.id, &r, &n));
	TRY(domain_all(w->books.lists, q->arena, &d, &domains));
	struct page_person_roles *rows = arena_zero(q->arena,
						    (n + domains + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		const struct list_entry *l = addressbook_list_by_id(w->books.addresses,
								    r[i].list);
		if (l)
			rows[p->roles_count++] = (struct page_person_roles){
				.name = l->name,
				.href = path_to(q, l, STR("/admin/roles")),
				.as = r[i].text,
				.role = r[i].role,
			};
	}
	p->roles = rows;
	return x->own_count ? add_domains(q, x, p, d, domains) : OK;
}

/* ---- what holds for all of their lists */

static str chosen(const struct preference *all, unsigned bit, bool yes)
{
	return !(all->set & bit) ? STR("usual") : yes ? STR("yes") : STR("no");
}

static str delivery_of(const struct preference *all)
{
	return !(all->set & (PREFERS_OFF | PREFERS_FORM)) ? STR("usual")
	       : all->off                                 ? STR("off")
							  : all->form;
}

err person_preferences(struct request *q, const struct whose *x,
		       struct person_preference all[PERSON_PREFERENCES])
{
	struct preference p = { .person = x->who.id };
	str language = x->who.language;
	TRY(preference_get(worker_of(q)->books.lists, q->arena, &p));
	const struct person_preference rows[PERSON_PREFERENCES] = {
		{ "own_posts", chosen(&p, PREFERS_OWN_POSTS, p.own_posts) },
		{ "copies", chosen(&p, PREFERS_COPIES, p.copies) },
		{ "acknowledge", chosen(&p, PREFERS_ACKNOWLEDGE, p.acknowledge) },
		{ "hidden", chosen(&p, PREFERS_HIDDEN, p.hidden) },
		{ "delivery", delivery_of(&p) },
		{ "language", language.n ? language : STR("usual") },
	};
	memcpy(all, rows, sizeof rows);
	return OK;
}

static void add_languages(const struct request *q, str now, struct page_person *p)
{
	struct page_person_languages *rows = arena_zero(q->arena,
							LANGUAGES * sizeof *rows);
	for (size_t i = 0; i < LANGUAGES; i++) {
		const struct language_row *l = language_row((enum language)i);
		rows[i] = (struct page_person_languages){
			.name = str_from(l->name),
			.tag = str_from(l->tag),
			.own = str_from(l->own),
			.chosen = str_eq(now, str_from(l->name)),
		};
	}
	p->languages = rows;
	p->languages_count = LANGUAGES;
}

static err add_preferences(struct request *q, const struct whose *x,
			   struct page_person *p)
{
	static const char *const labels[] = {
		N_("Their own posts, too"),
		N_("Posts that were also sent to them directly (To, Cc)"),
		N_("A short note when a post of theirs was accepted"),
		N_("Not in the list of members that other members see"),
	};
	enum { SWITCHES = sizeof labels / sizeof *labels };
	struct person_preference all[PERSON_PREFERENCES];
	TRY(person_preferences(q, x, all));
	struct page_person_switches *rows = arena_zero(q->arena, SWITCHES * sizeof *rows);
	p->was = STR("");
	for (size_t i = 0; i < PERSON_PREFERENCES; i++)
		p->was = arena_cat(
			q->arena, p->was,
			meanwhile_mark(q->arena, str_from(all[i].key), all[i].value));
	for (size_t i = 0; i < SWITCHES; i++)
		rows[i] = (struct page_person_switches){ str_from(all[i].key),
							 S_(labels[i]), all[i].value };
	p->switches = rows;
	p->switches_count = SWITCHES;
	p->delivery = all[SWITCHES].value;
	add_languages(q, x->who.language, p);
	return OK;
}

/* ---- addresses and sign-ins */

static void add_addresses(const struct request *q, const struct whose *x,
			  struct page_person *p)
{
	struct page_person_addresses *rows = arena_zero(q->arena, (x->own_count + 1)
									  * sizeof *rows);
	for (size_t i = 0; i < x->own_count; i++)
		rows[i] = (struct page_person_addresses){
			.address = x->own[i].text,
			.verified = x->own[i].verified_at,
			.preferred = x->own[i].id == x->who.preferred,
			.last = x->own_count == 1,
		};
	p->addresses = rows;
	p->addresses_count = x->own_count;
}

static err add_tokens(struct request *q, const struct whose *x, struct page_person *p)
{
	size_t n;
	struct token_row *t;
	const struct worker *w = worker_of(q);
	TRY(token_by_person(w->books.lists, q->arena, x->who.id, &t, &n));
	struct page_person_tokens *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		struct scopes s;
		TRY(scopes_read(q->arena, t[i].scopes, &s));
		rows[i] = (struct page_person_tokens){
			.id = t[i].id,
			.name = t[i].name.n ? t[i].name : S_("no name"),
			.may = token_scopes_text(q->arena, &w->books, &s),
			.made = t[i].created_at,
			.used = t[i].used_at,
		};
	}
	p->tokens = rows;
	p->tokens_count = n;
	return OK;
}

static err add_browsers(struct request *q, const struct whose *x, struct page_person *p)
{
	size_t n;
	struct session_row *s;
	TRY(session_list(worker_of(q)->books.lists, q->arena, x->who.id, &s, &n));
	for (size_t i = 0; i < n; i++)
		if (s[i].seen_at > p->seen)
			p->seen = s[i].seen_at;
	p->browsers = (int64_t)n;
	return OK;
}

static err gather(struct request *q, const struct whose *x, struct page_person *p)
{
	TRY(add_lists(q, x, p));
	TRY(add_roles(q, x, p));
	TRY(add_preferences(q, x, p));
	add_addresses(q, x, p);
	TRY(add_tokens(q, x, p));
	return add_browsers(q, x, p);
}

static bool has_second(struct request *q, int64_t person)
{
	struct second s;
	return !second_get(q->arena, worker_of(q)->books.lists, person, &s).kind && s.on;
}

void person_show(struct request *q, struct response *r, const struct whose *x,
		 const struct page_note *note, const struct person_faults *faults)
{
	struct page_person p = {
		.frame = person_frame(q, x, STR_NONE),
		.note = note,
		.csrf = csrf_of(q),
		.action = x->path,
		.id = x->who.id,
		.title = x->title,
		.name = x->who.name,
		.admin = x->who.admin,
		.self = x->who.id == q->session->person,
		.has_password = x->who.password.n,
		.second = has_second(q, x->who.id),
		.since = x->who.created_at,
		.address = faults->address.n ? field(q, "address") : STR_NONE,
		.address_error = said_in(q->arena, language_now(), faults->address),
		.other = faults->other.n ? request_query(q, "address") : STR_NONE,
		.other_error = said_in(q->arena, language_now(), faults->other),
	};
	if (!page_failed(q, r, gather(q, x, &p)))
		ANSWER(q, r, person, &p);
}

void one_person_page(struct request *q, struct response *r)
{
	struct whose x;
	if (person_named(q, r, &x))
		person_show(q, r, &x, note_of(q), &(struct person_faults){ 0 });
}

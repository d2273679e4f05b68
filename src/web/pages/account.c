/* /account: the person's addresses, lists, password, tokens and browsers. */
#include "web/pages/account.h"

#include "base/said.h"
#include "account/device.h"
#include "account/second.h"
#include "account/session.h"
#include "base/enc.h"
#include "store/lists/address.h"
#include "store/lists/member.h"
#include "store/lists/passkey.h"
#include "store/lists/person.h"
#include "store/lists/role.h"
#include "store/lists/session.h"
#include "store/lists/waiting.h"
#include "web/pages/oidc.h"
#include "web/pages/visible.h"

static err add_addresses(struct request *q, int64_t preferred, struct page_account *p)
{
	size_t n;
	struct address_row *own;
	TRY(address_of_person(worker_of(q)->books.lists, q->arena, q->session->person,
			      &own, &n));
	struct page_account_addresses *rows = arena_zero(q->arena,
							 (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_account_addresses){ own[i].text,
							   own[i].verified_at, n == 1,
							   own[i].id == preferred };
	p->addresses = rows;
	p->addresses_count = n;
	return OK;
}

static str path_of(struct request *q, const struct list_entry *l)
{
	return list_url_path(q->arena, &worker_of(q)->books, l);
}

static err add_lists(struct request *q, struct page_account *p)
{
	size_t n;
	struct member_row *m;
	struct worker *w = worker_of(q);
	TRY(member_by_person(w->books.lists, q->arena, q->session->person, &m, &n));
	struct page_account_lists *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		const struct list_entry *l = addressbook_list_by_id(w->books.addresses,
								    m[i].list);
		if (l && m[i].verified_at)
			rows[p->lists_count++] = (struct page_account_lists){
				.name = l->name,
				.href = path_of(q, l),
				.as = m[i].text,
				.settings = arena_cat(q->arena, path_of(q, l),
						      STR("/me?as="),
						      enc_percent(q->arena, m[i].text)),
				.off = str_eq(m[i].delivery, STR("off")),
			};
	}
	p->lists = rows;
	return OK;
}

static err add_preferences(struct request *q, struct page_account *p)
{
	struct preference all = { .person = q->session->person };
	TRY(preference_get(worker_of(q)->books.lists, q->arena, &all));
	p->off = all.off;
	p->delivery = all.off ? STR("off") : all.form;
	p->own_posts = all.own_posts;
	p->copies = all.copies;
	p->acknowledge = all.acknowledge;
	p->hidden = all.hidden;
	return OK;
}

/* What waits there for who may decide it: a role of an address that is not shown to be theirs
 * lets nobody. */
static err count_waiting(struct request *q, const struct waiting_row *w, size_t n,
			 int64_t list, int64_t *waiting)
{
	struct visible_list l;
	err e = visible_list_find(q, list, RIGHT_held_decide, &l);
	*waiting = 0;
	for (size_t i = 0; !e.kind && i < n; i++)
		if (w[i].list == list)
			*waiting = w[i].posts + w[i].requests;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

static err add_roles(struct request *q, struct page_account *p)
{
	size_t n, lists;
	struct waiting_row *waits;
	struct role_row *r;
	struct worker *w = worker_of(q);
	TRY(role_by_person(w->books.lists, q->arena, q->session->person, &r, &n));
	TRY(waiting_counts(w->books.lists, q->arena, &waits, &lists));
	struct page_account_roles *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		const struct list_entry *l = addressbook_list_by_id(w->books.addresses,
								    r[i].list);
		if (!l)
			continue;
		struct page_account_roles *row = &rows[p->roles_count++];
		*row = (struct page_account_roles){
			.name = l->name,
			.href = path_of(q, l),
			.role = r[i].role,
			.owns = str_eq(r[i].role, STR("owner")),
		};
		TRY(count_waiting(q, waits, lists, l->id, &row->waiting));
	}
	p->roles = rows;
	return OK;
}

static err add_sessions(struct request *q, struct page_account *p)
{
	size_t n;
	struct session_row *s;
	struct account_session here = { 0 };
	struct book *b = worker_of(q)->books.lists;
	TRY(session_list(b, q->arena, q->session->person, &s, &n));
	if (q->session->cookie.n)
		TRY(account_session_find(q->arena, b, q->session->cookie, &here));
	struct page_account_sessions *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_account_sessions){
			.id = enc_hex(q->arena, s[i].hash),
			.here = str_eq(s[i].hash, here.hash),
			.agent = device_words(q->arena, s[i].agent),
			.client = s[i].client,
			.since = s[i].created_at,
			.seen = s[i].seen_at,
		};
	p->sessions = rows;
	p->sessions_count = n;
	return OK;
}

static void add_languages(const struct request *q, struct page_account *p)
{
	struct page_account_languages *rows = arena_zero(q->arena,
							 LANGUAGES * sizeof *rows);
	for (size_t i = 0; i < LANGUAGES; i++) {
		const struct language_row *l = language_row((enum language)i);
		rows[i] = (struct page_account_languages){
			.name = str_from(l->name),
			.tag = str_from(l->tag),
			.own = str_from(l->own),
			.chosen = str_eq(q->session->language, str_from(l->name)),
		};
	}
	p->languages = rows;
	p->languages_count = LANGUAGES;
}

static err count_passkeys(struct request *q, int64_t *count)
{
	struct passkey_row *k;
	size_t n;
	TRY(passkey_by_person(worker_of(q)->books.lists, q->arena, q->session->person, &k,
			      &n));
	*count = (int64_t)n;
	return OK;
}

static err gather(struct request *q, struct page_account *p)
{
	struct person_row who;
	struct second second;
	struct book *b = worker_of(q)->books.lists;
	TRY(person_get(b, q->arena, q->session->person, &who));
	TRY(second_get(q->arena, b, who.id, &second));
	p->name = who.name;
	p->timezone = who.timezone;
	p->admin = who.admin;
	p->has_password = who.password.n;
	p->has_codes = second.on;
	TRY(count_passkeys(q, &p->passkeys));
	p->proven = account_is_proven(q);
	add_languages(q, p);
	TRY(add_addresses(q, who.preferred, p));
	TRY(add_preferences(q, p));
	TRY(add_lists(q, p));
	TRY(add_roles(q, p));
	TRY(oidc_add_identities(q, p));
	TRY(account_add_tokens(q, p));
	return add_sessions(q, p);
}

void account_show(struct request *q, struct response *r, const struct page_note *note,
		  const struct account_faults *faults)
{
	const struct worker *w = worker_of(q);
	struct page_account p = {
		.frame = frame_of(q, S_("Account")),
		.note = note,
		.csrf = csrf_of(q),
		.address = field(q, "address"),
		.address_error = said_in(q->arena, language_now(),
					 str_from(faults->address)),
		.password_error = said_in(q->arena, language_now(),
					  str_from(faults->password)),
		.token_error = said_in(q->arena, language_now(), str_from(faults->token)),
		.outbox = worker_may(w, RIGHT_queue_see)
			  && str_eq(w->books.conf->send_relay, STR("outbox")),
		.queue = worker_may(w, RIGHT_queue_see),
	};
	r->cache = STR("no-store");
	if (!page_failed(q, r, gather(q, &p)))
		ANSWER(q, r, account, &p);
}

void account_page(struct request *q, struct response *r)
{
	account_show(q, r, note_of(q), &(struct account_faults){ 0 });
}

#include "lists/addressbook.h"

#include "base/map.h"
#include "base/mem.h"
#include "lists/settings.h"
#include "mail/retpath.h"
#include "store/lists/alias.h"
#include "store/lists/domain.h"
#include "store/lists/former.h"
#include "store/lists/list.h"

#include <stdatomic.h>
#include <stdlib.h>

struct addressbook {
	struct arena *a;
	atomic_int users;
	struct map domains; /* "lists.example", or its alias -> struct ours */
	struct map lists;   /* "dev@lists.example" -> struct list_entry */
	struct map former;  /* the same, by addresses that they had */
	struct map aliases; /* "bugs@lists.example" -> struct alias_entry */
	struct mac_key mac;
	str hostname;
};

struct ours { /* a domain of ours */
	str name, alias;
};

static const struct {
	enum meaning_kind what;
	const char *suffix;
	enum subaddress_behind behind;
	bool old;
} subaddresses[] = {
#define SUBADDRESS(what, suffix, behind)     { what, suffix, behind, false },
#define OLD_SUBADDRESS(what, suffix, behind) { what, suffix, behind, true },
	SUBADDRESSES
#undef SUBADDRESS
#undef OLD_SUBADDRESS
};

enum { ADDRESS_ROOM = 512 }; /* RFC 5321 section 4.5.3.1.3: 256 */

static const char *const roles[] = { "postmaster", "abuse" };

/* Sympa's, of a whole domain. A list may be called so, and comes first. */
static const char *const old_roles[] = { "listmaster", "sympa" };

static void add_domain(struct addressbook *b, str name, str alias)
{
	struct ours *o = arena_alloc(b->a, sizeof *o);
	*o = (struct ours){ name, alias };
	map_set(&b->domains, name, o);
	if (alias.n)
		map_set(&b->domains, alias, o);
}

static err load_domains(struct book *lists, struct addressbook *b,
			const struct conf *conf)
{
	struct domain_row *d;
	size_t n;
	TRY(domain_all(lists, b->a, &d, &n));
	str own = domain_ascii(b->a, conf->site_domain);
	if (own.n)
		add_domain(b, own, STR(""));
	for (size_t i = 0; i < n; i++)
		add_domain(b, d[i].name, d[i].alias);
	return OK;
}

/* "dev@old.example" as it is at the domain of which that is an alias; else as it is. */
static str at_home(const struct addressbook *b, str address, char *room, size_t size)
{
	str local, domain;
	if (!str_cut_last(address, '@', &local, &domain))
		return address;
	const struct ours *o = map_get(&b->domains, domain);
	if (!o || str_eq(o->name, domain) || local.n + 1 + o->name.n > size)
		return address;
	memcpy(room, local.p, local.n);
	room[local.n] = '@';
	memcpy(room + local.n + 1, o->name.p, o->name.n);
	return (str){ room, local.n + 1 + o->name.n };
}

static str alias_of(const struct addressbook *b, str domain)
{
	const struct ours *o = map_get(&b->domains, domain);
	return o ? o->alias : STR("");
}

static err load_lists(struct book *lists, struct addressbook *b)
{
	struct list_row *row;
	size_t n;
	TRY(list_all(lists, b->a, 0, &row, &n));
	for (size_t i = 0; i < n; i++) {
		struct settings s;
		TRY(settings_load(lists, b->a, row[i].id, &s));
		struct list_entry *e = arena_alloc(b->a, sizeof *e);
		*e = (struct list_entry){
			.id = row[i].id,
			.name = row[i].name,
			.domain = row[i].domain_name,
			.address = row[i].address,
			.max_size = s.max_message_size * 1024,
			.answers_owner = !setting_is(s.autorespond_owner, "none"),
			.publishes_owner = setting_is(s.owner_pipeline,
						      "default-posting-pipeline"),
			.web_page_url = s.web_page_url,
			.origin = row[i].origin,
			.list_id = row[i].list_id,
			.alias_domain = alias_of(b, row[i].domain_name)
		};
		map_set(&b->lists, e->address, e);
	}
	return OK;
}

static void take_former(struct addressbook *b, const struct former_row *f)
{
	struct list_entry *l = NULL;
	for (struct map_slot *s = NULL; !l && (s = map_next(&b->lists, s));)
		if (((struct list_entry *)s->value)->id == f->list)
			l = s->value;
	if (!l)
		return;
	str *all = arena_alloc(b->a, (l->former_count + 1) * sizeof *all);
	for (size_t i = 0; i < l->former_count; i++)
		all[i] = l->former[i];
	all[l->former_count++] = f->address;
	l->former = all;
	map_set(&b->former, f->address, l);
}

static err load_former(struct book *lists, struct addressbook *b)
{
	struct former_row *f;
	size_t n;
	TRY(former_all(lists, b->a, 0, &f, &n));
	for (size_t i = 0; i < n; i++)
		take_former(b, &f[i]);
	return OK;
}

static err load_aliases(struct book *lists, struct addressbook *b)
{
	struct alias_row *row;
	size_t n;
	TRY(alias_all(lists, b->a, &row, &n));
	for (size_t i = 0; i < n; i++) {
		struct alias_entry *e = arena_alloc(b->a, sizeof *e);
		*e = (struct alias_entry){ row[i].id, row[i].address, row[i].targets,
					   row[i].target_count };
		map_set(&b->aliases, e->address, e);
	}
	return OK;
}

err addressbook_load(struct book *lists, const struct conf *conf,
		     const struct mac_key *mac, struct addressbook **out)
{
	struct addressbook *b = mem_zero(sizeof *b);
	b->a = arena_new();
	b->mac = *mac;
	b->hostname = domain_ascii(b->a, conf->site_hostname);
	atomic_init(&b->users, 1);
	err e = load_domains(lists, b, conf);
	if (!e.kind)
		e = load_lists(lists, b);
	if (!e.kind)
		e = load_former(lists, b);
	if (!e.kind)
		e = load_aliases(lists, b);
	if (e.kind) {
		addressbook_drop(b);
		return FAIL(e.kind, "cannot read the addresses from the lists book");
	}
	*out = b;
	return OK;
}

struct addressbook *addressbook_keep(struct addressbook *b)
{
	atomic_fetch_add(&b->users, 1);
	return b;
}

void addressbook_drop(struct addressbook *b)
{
	if (!b || atomic_fetch_sub(&b->users, 1) > 1)
		return;
	map_free(&b->domains);
	map_free(&b->lists);
	map_free(&b->former);
	map_free(&b->aliases);
	arena_free(b->a);
	free(b);
}

bool addressbook_is_ours(const struct addressbook *b, str domain)
{
	return map_get(&b->domains, domain);
}

const struct list_entry *addressbook_list(const struct addressbook *b, str address)
{
	char room[ADDRESS_ROOM];
	address = at_home(b, address, room, sizeof room);
	const struct list_entry *l = map_get(&b->lists, address);
	return l ? l : map_get(&b->former, address);
}

bool list_is_called(const struct list_entry *l, str address)
{
	str local, domain;
	bool yes = str_eq(l->address, address)
		   || (l->alias_domain.n && str_cut_last(address, '@', &local, &domain)
		       && str_eq(domain, l->alias_domain) && str_eq(local, l->name));
	for (size_t i = 0; i < l->former_count; i++)
		yes = yes || str_eq(l->former[i], address);
	return yes;
}

const struct list_entry *addressbook_list_by_id(const struct addressbook *b, int64_t id)
{
	for (struct map_slot *s = NULL; (s = map_next(&b->lists, s));)
		if (((const struct list_entry *)s->value)->id == id)
			return s->value;
	return NULL;
}

/* "dev@lists.example" and "dev.lists.example" */
static bool names_id(str address, str id)
{
	bool same = address.n == id.n;
	for (size_t i = 0; same && i < id.n; i++)
		same = address.p[i] == chr_lower(id.p[i])
		       || (address.p[i] == '@' && id.p[i] == '.');
	return same;
}

const struct list_entry *addressbook_list_by_list_id(const struct addressbook *b, str id)
{
	for (struct map_slot *s = NULL; (s = map_next(&b->lists, s));) {
		const struct list_entry *l = s->value;
		bool is = str_ieq(l->list_id, id) || names_id(l->address, id);
		for (size_t i = 0; i < l->former_count; i++)
			is = is || names_id(l->former[i], id);
		if (is)
			return l;
	}
	return NULL;
}

static int by_address(const void *x, const void *y)
{
	const struct list_entry *const *l = x, *const *r = y;
	return str_cmp((*l)->address, (*r)->address);
}

void addressbook_lists(const struct addressbook *b, struct arena *a,
		       const struct list_entry ***out, size_t *count)
{
	size_t n = 0;
	*out = arena_alloc(a, (b->lists.used + 1) * sizeof **out);
	for (struct map_slot *s = NULL; (s = map_next(&b->lists, s));)
		(*out)[n++] = s->value;
	qsort(*out, n, sizeof **out, by_address);
	*count = n;
}

/* called: the name in the address; the tag was made for it. */
static struct meaning read_return_path(const struct addressbook *b, struct arena *a,
				       str called, struct meaning m)
{
	if (m.token.n
	    && retpath_read(a, &b->mac, called, m.token, &m.member, &m.probe).kind)
		m.what = MEANS_BAD_PATH;
	return m;
}

/* "anna=uni.example" */
static bool read_behind(struct arena *a, str *behind)
{
	str name, domain;
	if (!str_cut_last(*behind, '=', &name, &domain) || !name.n || !domain.n)
		return false;
	*behind = arena_cat(a, name, STR("@"), domain);
	return true;
}

/* LIST-suffix or LIST-suffix+token, in lower case: so our tokens are made. name and token
 * are changed in any case. */
static bool fits_subaddress(struct arena *a, size_t row, str local, str *name, str *token)
{
	str suffix = str_from(subaddresses[row].suffix);
	enum subaddress_behind behind = subaddresses[row].behind;
	*name = local;
	*token = STR_NONE;
	if (behind == BEHIND_ANY || behind == BEHIND_ADDRESS) {
		str from = str_find(local, suffix);
		*name = str_first(local, local.n - from.n);
		*token = str_skip(from, suffix.n);
		return token->n && (behind == BEHIND_ANY || read_behind(a, token));
	}
	if (behind != BEHIND_NOTHING && str_cut(local, '+', name, token) && !token->n)
		return false;
	if (!str_ends(*name, suffix))
		return false;
	*name = str_first(*name, name->n - suffix.n);
	return true;
}

static struct meaning find_subaddress(const struct addressbook *b, struct arena *a,
				      str local, str domain)
{
	for (size_t i = 0; i < sizeof subaddresses / sizeof *subaddresses; i++) {
		enum subaddress_behind behind = subaddresses[i].behind;
		str name, token;
		if (!fits_subaddress(a, i, local, &name, &token))
			continue;
		str called = arena_cat(a, name, STR("@"), domain);
		const struct list_entry *list = addressbook_list(b, called);
		if (!list)
			continue;
		bool ours = behind == BEHIND_TOKEN || behind == BEHIND_ADDRESS;
		struct meaning m = { .what = subaddresses[i].what,
				     .list = list,
				     .token = ours ? token : STR_NONE };
		return m.what == MEANS_BOUNCE ? read_return_path(b, a, called, m) : m;
	}
	return (struct meaning){ .what = MEANS_NOBODY };
}

static bool is_role(str local)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (str_eq(local, str_from(roles[i])))
			return true;
	return false;
}

static bool is_old_role(str local)
{
	for (size_t i = 0; i < sizeof old_roles / sizeof *old_roles; i++)
		if (str_eq(local, str_from(old_roles[i])))
			return true;
	return false;
}

struct meaning addressbook_find(const struct addressbook *b, struct arena *a,
				const struct address *x)
{
	str local = arena_lower(a, x->local), domain = domain_ascii(a, x->domain);
	/* RFC 5321 section 4.5.1: <postmaster> without a domain is the server's. */
	if (!domain.n)
		return (struct meaning){ .what = str_eq(local, STR("postmaster"))
							 ? MEANS_ADMIN
							 : MEANS_NOBODY };
	/* Reports are from postmaster at the host's own name, and may be answered. */
	if (is_role(local) && str_eq(domain, b->hostname)
	    && !addressbook_is_ours(b, domain))
		return (struct meaning){ .what = MEANS_ADMIN };
	const struct ours *ours = map_get(&b->domains, domain);
	if (!ours)
		return (struct meaning){ .what = MEANS_FOREIGN };
	domain = ours->name;
	str whole = arena_cat(a, local, STR("@"), domain);
	const struct list_entry *list = addressbook_list(b, whole);
	if (list)
		return (struct meaning){ .what = MEANS_POST, .list = list };
	const struct alias_entry *alias = map_get(&b->aliases, whole);
	if (alias)
		return (struct meaning){ .what = MEANS_ALIAS, .alias = alias };
	if (is_role(local) || is_old_role(local))
		return (struct meaning){ .what = MEANS_ADMIN };
	if (str_starts(local, STR("srs0=")) || str_starts(local, STR("srs1=")))
		return (struct meaning){ .what = MEANS_SRS };
	return find_subaddress(b, a, local, domain);
}

err list_name_check(struct arena *a, str name)
{
	enum { NAME_MAX_OCTETS = 32 };
	if (!name.n || name.n > NAME_MAX_OCTETS)
		return FAIL(ERR_SYNTAX, "a list's name has 1 to 32 characters");
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool first = chr_is_digit(c) || (c >= 'a' && c <= 'z');
		if (!first && (i == 0 || (c != '.' && c != '_' && c != '-')))
			return err_in(a, ERR_SYNTAX,
				      "%.*s: a list's name is made of a-z, 0-9 and, "
				      "inside, . _ -",
				      STR_F(name));
	}
	if (name.p[name.n - 1] == '.' || str_find(name, STR("..")).n)
		return FAIL(ERR_SYNTAX, "dots stand between other characters of a name");
	for (size_t i = 0; i < sizeof subaddresses / sizeof *subaddresses; i++)
		if (!subaddresses[i].old
		    && str_ends(name, str_from(subaddresses[i].suffix)))
			return err_in(a, ERR_SYNTAX,
				      "%.*s: a list's name cannot end in %s, which "
				      "belongs to another list's addresses",
				      STR_F(name), subaddresses[i].suffix);
	if (is_role(name))
		return err_in(a, ERR_SYNTAX,
			      "%.*s: this address goes to the administrator",
			      STR_F(name));
	return OK;
}

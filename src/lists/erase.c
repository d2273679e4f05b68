#include "lists/erase.h"

#include "archive/pseudonym.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "store/archive/author.h"
#include "store/archive/inside.h"
#include "store/archive/redaction.h"
#include "store/archive/words.h"
#include "lists/settings.h"
#include "store/lists/address.h"
#include "store/lists/alias.h"
#include "store/lists/consent.h"
#include "store/lists/erasure.h"
#include "store/lists/person.h"
#include "store/lists/role.h"
#include "store/lists/setting.h"

enum { AT_ONCE = 50, PSEUDONYM_OCTETS = 5, NAMES_MAX = 20 };

/* ---- may they? */

static err check_list(struct books *books, struct arena *a, int64_t list, int64_t person)
{
	struct role_row *r;
	size_t n, others = 0;
	TRY(role_list(books->lists, a, list, &r, &n));
	for (size_t i = 0; i < n; i++) {
		struct address_row x;
		TRY(address_get(books->lists, a, r[i].address, &x));
		others += str_eq(r[i].role, STR("owner")) && x.person != person;
	}
	const struct list_entry *l = addressbook_list_by_id(books->addresses, list);
	return others || !l ? OK
			    : err_in(a, ERR_DENIED,
				     "%.*s would have no owner any more: give it another "
				     "one first",
				     STR_F(l->address));
}

err person_admin_may_go(struct books *books, struct arena *a, int64_t person)
{
	struct person_row *p;
	size_t n, others = 0;
	bool is_one = false;
	TRY(person_admins(books->lists, a, &p, &n));
	for (size_t i = 0; i < n; i++) {
		is_one = is_one || p[i].id == person;
		others += p[i].id != person;
	}
	return is_one && !others
		       ? FAIL(ERR_DENIED, "the site would have no administrator any "
					  "more: make somebody else one first")
		       : OK;
}

/* Mail to an alias must go on reaching somebody. */
static err check_aliases(struct books *books, struct arena *a, str address)
{
	struct alias_row *x;
	size_t n;
	TRY(alias_of_target(books->lists, a, address, &x, &n));
	for (size_t i = 0; i < n; i++)
		if (x[i].target_count == 1)
			return err_in(a, ERR_DENIED,
				      "%.*s leads to %.*s alone: give it another target, "
				      "or remove it, first",
				      STR_F(x[i].address), STR_F(address));
	return OK;
}

err person_may_go(struct books *books, struct arena *a, int64_t person)
{
	struct person_row who;
	struct address_row *own;
	struct role_row *r;
	size_t n;
	TRY(person_get(books->lists, a, person, &who));
	TRY(person_admin_may_go(books, a, person));
	TRY(address_of_person(books->lists, a, person, &own, &n));
	for (size_t i = 0; i < n; i++)
		TRY(check_aliases(books, a, own[i].key));
	TRY(role_by_person(books->lists, a, person, &r, &n));
	for (size_t i = 0; i < n; i++)
		if (str_eq(r[i].role, STR("owner")))
			TRY(check_list(books, a, r[i].list, person));
	return OK;
}

/* ---- the lists book */

/* The account's, and those in From of what they wrote. */
static err names_of(struct books *books, struct arena *a, str name, const str *keys,
		    size_t count, str *lines)
{
	BUF(out);
	buf_add(&out, name);
	for (size_t i = 0; i < count; i++) {
		str *names;
		size_t n;
		TRY(archive_author_names(books->archive, a, keys[i], NAMES_MAX, &names,
					 &n));
		for (size_t k = 0; k < n; k++)
			buf_cat(&out, out.n ? STR("\n") : STR(""), names[k]);
	}
	*lines = arena_copy(a, buf_str(&out));
	return OK;
}

/* Who is trusted though no member (lists/decide.h) is so no more; other lines of settings
 * and all bans were written on purpose. */
static err forget_trust(struct books *books, struct arena *a, str key)
{
	static const str setting = { "accept_these_nonmembers", 23 };
	struct setting_holder *s;
	size_t n;
	TRY(setting_holders(books->lists, a, setting, &s, &n));
	for (size_t i = 0; i < n; i++) {
		str rest = s[i].value, line, left = STR("");
		if (!str_ifind(rest, key).n)
			continue;
		while (str_line(&rest, &line))
			if (!str_ieq(str_trim(line), key))
				left = arena_cat(a, left, line, STR("\n"));
		TRY(setting_put(books->lists, a, s[i].list, setting, left));
	}
	return OK;
}

static err scrub(struct books *books, struct arena *a, str key, str text,
		 const struct erasure_row *e)
{
	TRY(erasure_scrub(books->lists, key, e->pseudonym, e->begun_at));
	if (!str_eq(text, key)) /* as they write it */
		TRY(erasure_scrub(books->lists, text, e->pseudonym, e->begun_at));
	return forget_trust(books, a, key);
}

static err begin(struct books *books, struct arena *a, str name, const str *keys,
		 const str *texts, size_t count, const struct actor *by)
{
	BUF(lines);
	struct erasure_row e = { .pseudonym = arena_cat(a, STR("former-"),
							rand_token(a, PSEUDONYM_OCTETS)),
				 .begun_at = clock_now() };
	TRY(names_of(books, a, name, keys, count, &e.names));
	for (size_t i = 0; i < count; i++)
		buf_cat(&lines, i ? STR("\n") : STR(""), keys[i]);
	e.addresses = arena_copy(a, buf_str(&lines));
	TRY(erasure_add(books->lists, &e));
	for (size_t i = 0; i < count; i++)
		TRY(scrub(books, a, keys[i], texts[i], &e));
	bool own = false;
	for (size_t i = 0; i < count; i++)
		own = own || str_eq(by->name, keys[i]);
	struct actor as = { .name = own ? e.pseudonym : by->name,
			    .person = own ? 0 : by->person,
			    .via = by->via };
	log_info("erasure-begun", KN("erasure", e.id), KS("as", e.pseudonym));
	return books_audit(books, &as, 0, STR("person erased"), e.pseudonym);
}

/* An address that is in the account without proof may be somebody else's, whose posts
 * these are. */
static err erase_all(struct books *books, struct arena *a, int64_t person, str named,
		     const struct actor *by)
{
	struct person_row who;
	struct address_row *own;
	size_t n, theirs = 0;
	TRY(person_may_go(books, a, person));
	TRY(person_get(books->lists, a, person, &who));
	TRY(address_of_person(books->lists, a, person, &own, &n));
	str *keys = arena_alloc(a, (n + 1) * sizeof *keys);
	str *texts = arena_alloc(a, (n + 1) * sizeof *texts);
	for (size_t i = 0; i < n; i++) {
		if (!own[i].verified_at && !str_eq(own[i].key, named))
			continue;
		keys[theirs] = own[i].key;
		texts[theirs++] = own[i].text;
	}
	if (theirs)
		TRY(consent_leave(books->lists, person, keys[0]));
	TRY(person_remove(books->lists, person));
	TRY(erasure_scrub_orders(books->lists, person));
	return begin(books, a, who.name, keys, texts, theirs, by);
}

err person_erase(struct books *books, struct arena *a, int64_t person, str named,
		 const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, erase_all(books, a, person, named, by));
}

static err erase_one(struct books *books, struct arena *a, str key,
		     const struct actor *by)
{
	TRY(check_aliases(books, a, key));
	return begin(books, a, STR(""), &key, &key, 1, by);
}

err address_erase(struct books *books, struct arena *a, str key, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, erase_one(books, a, key, by));
}

/* ---- the archive */

static err finish(struct books *books, const struct erasure_row *e)
{
	TRY(erasure_end(books->lists, e->id));
	log_info("erasure-done", KN("erasure", e->id), KS("as", e->pseudonym),
		 KN("posts", e->posts), KN("missed", e->missed));
	return OK;
}

static size_t split(struct arena *a, str lines, str **keys)
{
	size_t n = 0, room = 1;
	str line;
	for (size_t i = 0; i < lines.n; i++)
		room += lines.p[i] == '\n';
	*keys = arena_alloc(a, room * sizeof **keys);
	while (str_line(&lines, &line))
		(*keys)[n++] = line;
	return n;
}

/* What is written in files is looked for in the index alone: first it has all of that. */
static err is_ready(struct books *books, bool *ready)
{
	int64_t missing;
	bool left;
	TRY(archive_words_missing(books->archive, &missing));
	*ready = false;
	if (missing)
		return OK;
	TRY(archive_unread_close(books->archive, 0, &left));
	*ready = !left;
	return OK;
}

err erase_continue(struct books *books, struct arena *a, bool *more)
{
	struct erasure_row e;
	struct pseudonym p;
	str *keys, *names;
	bool others = false;
	TRY(erasure_next(books->lists, a, &e, more));
	if (*more && !e.after)
		TRY(is_ready(books, more));
	if (!*more)
		return OK;
	p = (struct pseudonym){ .as = e.pseudonym };
	struct pseudonym_done done = { e.after, e.posts, e.missed };
	p.count = split(a, e.addresses, &keys);
	p.name_count = split(a, e.names, &names);
	p.addresses = keys;
	p.names = names;
	for (size_t i = 0; i < p.count && !e.after; i++)
		TRY(redaction_rename(books->archive, keys[i], e.pseudonym));
	if (p.count && !e.after)
		TRY(pseudonym_hidden(books->archive, &p));
	if (p.count)
		TRY(pseudonym_posts(books->archive, a, &p, AT_ONCE, &done, &others));
	e.after = done.after;
	e.posts = done.changed;
	e.missed = done.missed;
	return others ? erasure_progress(books->lists, &e) : finish(books, &e);
}

#include "lists/umbrella.h"

#include "lists/rules_inside.h"
#include "lists/steps_inside.h"
#include "mail/header.h"
#include "store/lists/list.h"
#include "store/lists/member.h"

enum { PLACES_MAX = 20 }; /* that a post may have been at */

int64_t umbrella_copy_of(const struct addressbook *b, struct arena *a,
			 const struct address *reverse_path)
{
	if (address_is_null(reverse_path))
		return 0;
	struct meaning m = addressbook_find(b, a, reverse_path);
	return m.what == MEANS_BOUNCE && !m.probe ? m.member : 0;
}

const char *const umbrella_settings[] = { "accept_these_lists", "regular_include_lists",
					  "regular_exclude_lists", NULL };

str umbrella_address(struct arena *a, str line, str domain)
{
	line = arena_lower(a, str_trim(line));
	return !line.n || str_has(line, '@') ? line
					     : arena_cat(a, line, STR("@"), domain);
}

/* Lists that were renamed are named by what they were called, too. */
err umbrella_is_believed(struct book *lists, struct arena *a, const struct post *p,
			 bool *yes)
{
	str setting = p->settings.accept_these_lists, line;
	*yes = false;
	while (p->umbrella.n && !*yes && str_line(&setting, &line)) {
		struct list_row named;
		err e = list_by_address(
			lists, a, umbrella_address(a, line, p->list->domain), &named);
		if (e.kind && e.kind != ERR_NOTFOUND)
			return e;
		*yes = !e.kind && named.id == p->umbrella_id;
	}
	return OK;
}

err umbrella_check_names(struct arena *a, str key, str setting)
{
	str line, name, domain;
	while (str_line(&setting, &line)) {
		str address = umbrella_address(a, line, STR("x.example"));
		if (!address.n)
			continue;
		if (!str_cut_last(address, '@', &name, &domain)
		    || list_name_check(a, name).kind || !domain_valid(domain))
			return err_in(a, ERR_SYNTAX,
				      "%.*s = %.*s: it takes lists of this server, dev "
				      "or dev@lists.example, one a line",
				      STR_F(key), STR_F(str_first(line, 80)));
	}
	return OK;
}

/* The member is this list, so the list of which it is one has accepted the post. */
err umbrella_look_up(struct book *lists, struct arena *a, struct post *p)
{
	struct member_row m;
	struct list_row from;
	p->umbrella = STR("");
	if (!p->copy_of)
		return OK;
	err e = member_get(lists, a, p->copy_of, &m);
	if (!e.kind && list_is_called(p->list, m.key))
		e = list_get(lists, a, m.list, &from);
	if (e.kind || !list_is_called(p->list, m.key))
		return e.kind == ERR_NOTFOUND ? OK : e;
	p->umbrella = from.address;
	p->umbrella_id = from.id;
	return OK;
}

static str list_id_of(struct arena *a, const struct field *f)
{
	str value = header_value(a, f), text, id;
	if (!str_cut_last(value, '<', &text, &id) || !str_cut(id, '>', &id, &text))
		return STR("");
	return arena_lower(a, str_trim(id));
}

static err has_member(struct book *lists, struct arena *a, int64_t list, str address,
		      bool *yes)
{
	struct member_row m;
	err e = member_find(lists, a, list, address, &m);
	*yes = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

err umbrella_recorded(struct books *books, struct arena *a, struct post *p)
{
	const struct header *h = &p->header;
	size_t count = 0;
	for (const struct field *f = header_find(h, STR("List-Id"));
	     f && count < PLACES_MAX; f = header_next(h, f), count++) {
		const struct list_entry *l = addressbook_list_by_list_id(
			books->addresses, list_id_of(a, f));
		bool yes = false;
		if (!l || l == p->list)
			continue;
		TRY(has_member(books->lists, a, l->id, p->list->address, &yes));
		for (size_t i = 0; i < p->list->former_count && !yes; i++)
			TRY(has_member(books->lists, a, l->id, p->list->former[i], &yes));
		if (!yes)
			continue;
		p->umbrella = l->address;
		p->umbrella_id = l->id;
	}
	return OK;
}

err rule_passed_on(struct book *lists, struct arena *a, const struct post *p,
		   struct ruling *r)
{
	(void)lists;
	if (!p->passed_on)
		return OK;
	return rule_says(r, VERDICT_ACCEPT,
			 arena_cat(a, p->umbrella, STR(" has accepted it")));
}

/* "dev@lists.example" of the identifier dev.lists.example, where that is a list of ours;
 * else the identifier as it is. */
static str place_of(const struct books *books, struct arena *a, const struct field *f)
{
	str id = list_id_of(a, f);
	const struct list_entry *l = addressbook_list_by_list_id(books->addresses, id);
	return l ? l->address : id;
}

/* This list's copy bears its own List-Id alone: of those before it this is left. */
err step_been_there(struct books *books, struct arena *a, struct outgoing *out)
{
	const struct header *h = &out->post->header;
	size_t count = 0;
	for (const struct field *f = header_find(h, STR("List-Id"));
	     f && count < PLACES_MAX; f = header_next(h, f), count++) {
		str place = place_of(books, a, f);
		if (place.n)
			buf_add(&out->append, header_fold(a, STR("X-BeenThere"), place));
	}
	return OK;
}

/* Elsewhere only where a list's owner is reached by custom: any other word behind a
 * person's name may be a stranger's mailbox. */
static bool is_run_there(const struct books *books, str suffix, const struct address *to)
{
	return str_ieq(suffix, STR("-owner")) || str_ieq(suffix, STR("-request"))
	       || addressbook_is_ours(books->addresses, to->domain);
}

err umbrella_mailbox(struct books *books, struct arena *a, const struct list_entry *list,
		     struct mailbox *to)
{
	struct settings s;
	TRY(settings_load(books->lists, a, list->id, &s));
	if (s.umbrella_list
	    && is_run_there(books, s.umbrella_member_suffix, &to->address))
		to->address.local = arena_cat(a, to->address.local,
					      s.umbrella_member_suffix);
	return OK;
}

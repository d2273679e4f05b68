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

str umbrella_address(struct arena *a, str line, str domain)
{
	line = arena_lower(a, str_trim(line));
	return !line.n || str_has(line, '@') ? line
					     : arena_cat(a, line, STR("@"), domain);
}

bool umbrella_names(struct arena *a, str setting, str domain, str address)
{
	str line;
	while (str_line(&setting, &line))
		if (str_eq(umbrella_address(a, line, domain), address))
			return true;
	return false;
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
	p->passed_on = false;
	if (!p->copy_of)
		return OK;
	err e = member_get(lists, a, p->copy_of, &m);
	if (!e.kind && str_eq(m.key, p->list->address))
		e = list_get(lists, a, m.list, &from);
	if (e.kind || !str_eq(m.key, p->list->address))
		return e.kind == ERR_NOTFOUND ? OK : e;
	p->umbrella = from.address;
	p->umbrella_id = from.id;
	p->passed_on = umbrella_names(a, p->settings.accept_these_lists, p->list->domain,
				      from.address);
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
	str value = header_value(a, f), text, id;
	if (!str_cut_last(value, '<', &text, &id) || !str_cut(id, '>', &id, &text))
		return STR("");
	id = arena_lower(a, str_trim(id));
	for (size_t i = 0; i < id.n; i++) {
		str address = arena_cat(a, str_first(id, i), STR("@"),
					str_skip(id, i + 1));
		if (id.p[i] == '.' && addressbook_list(books->addresses, address))
			return address;
	}
	return id;
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

err umbrella_mailbox(struct books *books, struct arena *a, const struct list_entry *list,
		     struct mailbox *to)
{
	struct settings s;
	TRY(settings_load(books->lists, a, list->id, &s));
	if (s.umbrella_list)
		to->address.local = arena_cat(a, to->address.local,
					      s.umbrella_member_suffix);
	return OK;
}

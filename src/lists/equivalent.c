#include "lists/equivalent.h"

#include "mail/address.h"

/* The next domain of a group. */
static bool next_domain(str *group, str *domain)
{
	while (group->n) {
		str rest;
		if (!str_cut(*group, ',', domain, &rest)) {
			*domain = *group;
			rest = STR("");
		}
		*group = rest;
		*domain = str_trim(*domain);
		if (domain->n)
			return true;
	}
	return false;
}

static bool has_domain(struct arena *a, str group, str domain)
{
	str one;
	while (next_domain(&group, &one))
		if (str_eq(domain_ascii(a, one), domain))
			return true;
	return false;
}

static err find_in(struct book *lists, struct arena *a, int64_t list, str group,
		   str local, str domain, struct member_row *m)
{
	str one;
	for (int i = 0; i < EQUIVALENT_DOMAINS_MAX && next_domain(&group, &one); i++) {
		str ascii = domain_ascii(a, one);
		if (str_eq(ascii, domain))
			continue;
		err e = member_find(lists, a, list, arena_cat(a, local, STR("@"), ascii),
				    m);
		if (e.kind != ERR_NOTFOUND)
			return e;
	}
	return FAIL(ERR_NOTFOUND, "no member at an equivalent domain");
}

static bool next_group(str *groups, str *group)
{
	str line, rest;
	if (!groups->n)
		return false;
	size_t at = 0;
	while (at < groups->n && groups->p[at] != ';' && groups->p[at] != '\n')
		at++;
	line = str_first(*groups, at);
	rest = str_skip(*groups, at < groups->n ? at + 1 : at);
	*group = str_trim(line);
	*groups = rest;
	return true;
}

/* Commas alone are none, and no mistake. */
static bool is_group(struct arena *a, str group, bool *empty)
{
	str domain;
	int named = 0;
	bool valid = true;
	for (; next_domain(&group, &domain); named++)
		valid = valid && domain_valid(domain_ascii(a, domain));
	*empty = !named;
	return named > 1 && valid;
}

err equivalent_check(struct arena *a, str key, str groups)
{
	str group;
	bool empty;
	while (next_group(&groups, &group))
		if (!is_group(a, group, &empty) && !empty)
			return err_in(a, ERR_SYNTAX,
				      "%.*s = %.*s: it takes groups of two domains or "
				      "more with commas in between, one group a line",
				      STR_F(key), STR_F(str_first(group, 80)));
	return OK;
}

str equivalent_groups(struct arena *a, str text)
{
	str group, out = STR("");
	bool empty;
	while (next_group(&text, &group))
		if (is_group(a, group, &empty))
			out = arena_cat(a, out, out.n ? STR("\n") : STR(""), group);
	return out;
}

err equivalent_member(struct book *lists, struct arena *a, int64_t list, str groups,
		      str key, struct member_row *m)
{
	str local, domain, group;
	err e = member_find(lists, a, list, key, m);
	if (e.kind != ERR_NOTFOUND || !str_cut_last(key, '@', &local, &domain))
		return e;
	domain = domain_ascii(a, domain);
	while (next_group(&groups, &group)) {
		if (!has_domain(a, group, domain))
			continue;
		e = find_in(lists, a, list, group, local, domain, m);
		if (e.kind != ERR_NOTFOUND)
			return e;
	}
	return FAIL(ERR_NOTFOUND, "no member under that address");
}

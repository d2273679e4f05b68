/* A list's rows: out of the database, or as they were read by REST. */
#include "lists/import/mailman3_inside.h"

static void lines_of(const struct rest_lines *from, struct mailman3_line **line,
		     size_t *count)
{
	*line = from->line;
	*count = from->count;
}

err source_site(const struct mailman3_source *s, struct arena *a,
		struct mailman3_site *out)
{
	struct mailman3_site site = { 0 };
	if (s->rest)
		return rest_site(s->rest, a, out);
	TRY(mailman3_site_bans(s->book, a, &site.ban, &site.bans));
	TRY(mailman3_server_owners(s->book, &site.owners));
	TRY(mailman3_domains(s->book, a, &site.domain, &site.domains));
	for (size_t i = 0; i < site.domains; i++)
		TRY(mailman3_domain_owners(s->book, a, site.domain[i].id,
					   &site.domain[i].owner,
					   &site.domain[i].owners));
	*out = site;
	return OK;
}

err source_attributes(const struct mailman3_source *s, struct arena *a,
		      struct mailman3_value **value, size_t *count)
{
	if (!s->read)
		return mailman3_attributes(s->book, a, s->list.id, value, count);
	*value = s->read->value;
	*count = s->read->value_count;
	return OK;
}

err source_filters(const struct mailman3_source *s, struct arena *a,
		   struct mailman3_line **line, size_t *count)
{
	if (!s->read)
		return mailman3_filters(s->book, a, s->list.id, line, count);
	lines_of(&s->read->filters, line, count);
	return OK;
}

err source_aliases(const struct mailman3_source *s, struct arena *a,
		   struct mailman3_line **line, size_t *count)
{
	if (!s->read)
		return mailman3_aliases(s->book, a, s->list.id, line, count);
	lines_of(&s->read->aliases, line, count);
	return OK;
}

err source_strangers(const struct mailman3_source *s, struct arena *a,
		     struct mailman3_line **line, size_t *count)
{
	if (!s->read)
		return mailman3_nonmembers(s->book, a, s->list.list_id, line, count);
	lines_of(&s->read->strangers, line, count);
	return OK;
}

err source_bans(const struct mailman3_source *s, struct arena *a,
		struct mailman3_line **line, size_t *count)
{
	if (!s->read)
		return mailman3_bans(s->book, a, s->list.list_id, line, count);
	lines_of(&s->read->bans, line, count);
	return OK;
}

err source_matches(const struct mailman3_source *s, struct arena *a,
		   struct mailman3_match **match, size_t *count)
{
	if (!s->read)
		return mailman3_matches(s->book, a, s->list.id, match, count);
	*match = s->read->match;
	*count = s->read->matches;
	return OK;
}

err source_templates(const struct mailman3_source *s, struct arena *a,
		     struct mailman3_pair **template, size_t *count)
{
	if (!s->read)
		return mailman3_templates(s->book, a, s->list.list_id, template, count);
	*template = s->read->template;
	*count = s->read->templates;
	return OK;
}

static err add_addresses(const struct mailman3_source *s, struct arena *a,
			 struct mailman3_member *m)
{
	struct mailman3_address *all;
	size_t n;
	if (m->addresses < 2)
		return OK;
	TRY(mailman3_addresses(s->book, a, m->user, &all, &n));
	m->all = all;
	m->addresses = (int64_t)n;
	return OK;
}

/* Those read by REST are numbered from 1 on. */
err source_members(const struct mailman3_source *s, struct arena *a, int64_t after,
		   size_t limit, struct mailman3_member **m, size_t *count)
{
	if (!s->read) {
		TRY(mailman3_members(s->book, a, s->list.list_id, after, limit, m,
				     count));
		for (size_t i = 0; i < *count; i++)
			TRY(add_addresses(s, a, &(*m)[i]));
		return OK;
	}
	size_t left = s->read->members - (size_t)after;
	*m = s->read->member + after;
	*count = left < limit ? left : limit;
	return OK;
}

err source_pended(const struct mailman3_source *s, struct arena *a,
		  struct mailman3_pended **p, size_t *count)
{
	if (!s->read)
		return mailman3_pended(s->book, a, s->list.list_id, p, count);
	*p = arena_zero(a, (s->read->pended_count + 1) * sizeof **p);
	*count = s->read->pended_count;
	for (size_t i = 0; i < *count; i++)
		(*p)[i] = s->read->pended[i].row;
	return OK;
}

err source_pairs(const struct mailman3_source *s, struct arena *a, int64_t pended,
		 struct mailman3_pair **pair, size_t *count)
{
	if (!s->read)
		return mailman3_pairs(s->book, a, pended, pair, count);
	*pair = s->read->pended[pended].pairs;
	*count = s->read->pended[pended].count;
	return OK;
}

#include "archive/search.h"

#include "archive/content.h"
#include "archive/snippet.h"
#include "base/clock.h"
#include "mail/charset.h"
#include "store/archive/blob.h"
#include "store/archive/words.h"

#include <stdlib.h>

enum { SNIPPET_LEAD = 256 * 1024 }; /* octets of a message that a snippet is taken from */

static bool is_named(const struct search_list *l, str name)
{
	str local, domain;
	if (str_ieq(l->name, name))
		return true;
	/* lid: the form of List-Id */
	if (str_cut_last(l->name, '@', &local, &domain) && name.n == l->name.n
	    && name.p[local.n] == '.' && str_ieq(str_first(name, local.n), local)
	    && str_ieq(str_skip(name, local.n + 1), domain))
		return true;
	return str_cut_last(l->name, '@', &local, &domain) && str_ieq(local, name);
}

static int by_list(const void *x, const void *y)
{
	const struct archive_scope *a = x, *b = y;
	return (a->list > b->list) - (a->list < b->list);
}

/* The lists to look at: those that the query names, of those that may be read. One that may not be read is as unknown as one that does not exist. *hide: one of
 * them hides addresses. */
static err choose_lists(struct arena *a, const struct search *s, const struct query *q,
			struct archive_ask *ask, bool *hide)
{
	struct archive_scope *scope = arena_zero(a, (s->list_count + 1) * sizeof *scope);
	bool *used = arena_zero(a, q->list_count + 1);
	*hide = false;
	for (size_t i = 0; i < s->list_count; i++) {
		bool wanted = !q->list_count;
		for (size_t k = 0; k < q->list_count; k++)
			if (is_named(&s->lists[i], q->lists[k]))
				wanted = used[k] = true;
		if (!wanted)
			continue;
		scope[ask->scope_count++] = (struct archive_scope){ s->lists[i].id,
								    s->lists[i].since };
		*hide |= s->lists[i].hides_addresses;
	}
	for (size_t k = 0; k < q->list_count; k++)
		if (!used[k])
			return err_in(a, ERR_NOTFOUND,
				      "list: there is no list %s that you may read",
				      arena_z(a, q->lists[k]));
	qsort(scope, ask->scope_count, sizeof *scope, by_list);
	ask->scope = scope;
	return OK;
}

static bool hides(const struct search *s, int64_t list)
{
	for (size_t i = 0; i < s->list_count; i++)
		if (s->lists[i].id == list)
			return s->lists[i].hides_addresses;
	return true;
}

static err fill_hit(struct book *b, struct arena *a, const struct search *s,
		    const struct marks *m, struct search_hit *hit)
{
	ARENA(mine);
	struct content c;
	str message;
	int64_t lead = hit->post.lead < SNIPPET_LEAD ? hit->post.lead : SNIPPET_LEAD;
	hit->subject = marked(a, m, hit->post.subject);
	TRY(archive_blob_read(b, mine, hit->post.id, (size_t)lead, &message));
	str before = charset_assume(hit->post.charset);
	if (!content_read(mine, message, &c).kind)
		hit->snippet = snippet(a, m, c.text, hides(s, hit->post.list),
				       &hit->code);
	charset_assume(before);
	return OK;
}

static err keep_to(const struct search *s, const struct query *q, str *threads)
{
	*threads = STR("");
	if (!q->kept_count)
		return OK;
	if (!s->kept)
		return FAIL(ERR_SYNTAX, "is:starred and tag: find what you have marked "
					"yourself: sign in first");
	return s->kept(s->ctx, q->kept, q->kept_count, threads);
}

err search_run(struct book *b, struct arena *a, const struct search *s,
	       struct search_found *out)
{
	struct search_found found = { 0 };
	struct archive_ask ask = { .order = s->order,
				   .after_date = s->after_date,
				   .after_id = s->after_id,
				   .by_thread = s->by_thread,
				   .facets = s->facets,
				   .skip = s->skip,
				   .limit = s->limit + 1 };
	struct archive_found got;
	struct marks m;
	int64_t missing;
	TRY(query_parse(a, s->text, clock_now(), &found.query));
	const struct query *q = &found.query;
	TRY(choose_lists(a, s, q, &ask, &found.names_only));
	ask.match = found.names_only ? query_names_only(a, q->match) : q->match;
	ask.without = found.names_only ? query_names_only(a, q->without) : q->without;
	ask.from = q->from;
	ask.until = q->until;
	ask.has = q->has;
	ask.lacks = q->lacks | ARCHIVE_GONE;
	ask.has_file = q->has_file;
	ask.lacks_file = q->lacks_file;
	ask.thread = q->thread;
	ask.message_id = q->message_id;
	ask.type = q->type;
	TRY(keep_to(s, q, &ask.threads));
	TRY(archive_words_search(b, a, &ask, &got));
	TRY(archive_words_missing(b, &missing));
	found.filling = missing > 0;
	found.total = got.total;
	found.groups = got.groups;
	found.facets = got.facets;
	found.more = (int64_t)got.posts.count > s->limit;
	found.count = found.more ? (size_t)s->limit : got.posts.count;
	found.hits = arena_zero(a, (found.count + 1) * sizeof *found.hits);
	marks_read(a, q->marks, q->mark_count, &m);
	for (size_t i = 0; i < found.count; i++) {
		found.hits[i].post = got.posts.list[i];
		found.hits[i].more = got.more[i];
		if (!s->bare)
			TRY(fill_hit(b, a, s, &m, &found.hits[i]));
	}
	*out = found;
	return OK;
}

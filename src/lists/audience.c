#include "lists/audience.h"

static bool *some(struct arena *a, bool *gone, size_t n)
{
	return gone ? gone : arena_zero(a, n * sizeof *gone);
}

/* Both are in order of id. */
static bool *mark(struct arena *a, bool *gone, const struct member_copy *members,
		  size_t n, const int64_t *ids, size_t count)
{
	if (count)
		gone = some(a, gone, n);
	for (size_t i = 0, k = 0; k < count && i < n; i++) {
		while (k < count && ids[k] < members[i].id)
			k++;
		gone[i] = gone[i] || (k < count && ids[k] == members[i].id);
	}
	return gone;
}

/* Who has chosen topics, and not this post's. */
static err by_topics(struct book *lists, struct arena *a, const struct audience *who,
		     int64_t after, int64_t upto, int64_t **ids, size_t *count)
{
	struct member_choice *c;
	size_t n;
	*count = 0;
	TRY(member_choices(lists, a, who->list, after, upto, &c, &n));
	*ids = arena_alloc(a, (n + 1) * sizeof **ids);
	for (size_t i = 0; i < n; i++)
		if (!topics_want(&who->topics, c[i].topics, c[i].other_topics, who->fits))
			(*ids)[(*count)++] = c[i].id;
	return OK;
}

static err by_lists(struct book *lists, struct arena *a, const struct audience *who,
		    int64_t after, const struct member_copy *members, size_t n,
		    bool **gone)
{
	for (size_t i = 0; i < who->elsewhere_count + who->crossed_count; i++) {
		bool once = i >= who->elsewhere_count;
		int64_t other = once ? who->crossed[i - who->elsewhere_count]
				     : who->elsewhere[i];
		int64_t *ids;
		size_t count;
		TRY(member_also_on(lists, a, who->list, other, once, after,
				   members[n - 1].id, &ids, &count));
		*gone = mark(a, *gone, members, n, ids, count);
	}
	return OK;
}

static bool has_it(const struct audience *who, const struct member_copy *m)
{
	return m->id == who->own || (!m->copies && map_get(who->has_copy, m->key));
}

/* The author, and whom To or Cc names. */
static bool *by_post(struct arena *a, const struct audience *who,
		     const struct member_copy *members, size_t n, bool *gone)
{
	for (size_t i = 0; i < n; i++)
		if (has_it(who, &members[i])) {
			gone = some(a, gone, n);
			gone[i] = true;
		}
	return gone;
}

err audience_passes_over(struct book *lists, struct arena *a, const struct audience *who,
			 int64_t after, const struct member_copy *members, size_t n,
			 bool **gone)
{
	int64_t *ids;
	size_t count;
	*gone = NULL;
	if (!n)
		return OK;
	*gone = by_post(a, who, members, n, NULL);
	TRY(by_lists(lists, a, who, after, members, n, gone));
	if (!who->fits.n)
		return OK;
	TRY(by_topics(lists, a, who, after, members[n - 1].id, &ids, &count));
	*gone = mark(a, *gone, members, n, ids, count);
	return OK;
}

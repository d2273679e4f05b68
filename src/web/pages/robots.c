/* /robots.txt (RFC 9309): what is not worth a crawler's visit, where the rest stands, and which
 * lists ask those to keep away that collect texts for AI. */
#include "web/pages/forms.h"

#include "base/clock.h"
#include "web/pages/visible.h"

#include <inttypes.h>

enum { KEPT_SECONDS = 60 };

/* Pages that show what stands elsewhere in another way, and cost most to make; and those on
 * which something is done. */
static const char kept_out[] = "Disallow: /lists/search\n"
			       "Disallow: /lists/*/search\n"
			       "Disallow: /lists/*/from/\n"
			       "Disallow: /lists/*?view=\n"
			       "Disallow: /lists/*?by=\n"
			       "Disallow: /lists/*/raw\n"
			       "Disallow: /lists/*/redact\n"
			       "Disallow: /lists/*.mbox.gz\n"
			       "Disallow: /lists/*/t/*.atom\n"
			       "Disallow: /lists/*.feed.json\n"
			       "Disallow: /lists/*/admin/\n"
			       "Disallow: /lists/*/join\n"
			       "Disallow: /lists/*/leave\n"
			       "Disallow: /lists/*/me$\n"
			       "Disallow: /lists/*/post\n"
			       "Disallow: /login\n"
			       "Disallow: /account\n"
			       "Disallow: /confirm/\n";

/* They obey the group of lines that names them and no other (section 2.2.1), so theirs has
 * what holds for all, too. */
static void add_ai(struct buf *b, const struct visible_lists *s)
{
	static const char *const names[] = {
#define AI(name) name,
#include "web/pages/ai.def"
#undef AI
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		buf_cat(b, STR("User-agent: "), str_from(names[i]), STR("\n"));
	for (size_t i = 0; i < s->count; i++)
		if (visible_list_is_open(&s->lists[i])
		    && s->lists[i].settings.archive_no_ai)
			buf_cat(b, STR("Disallow: "), s->lists[i].path, STR("/\n"));
	buf_cat(b, str_from(kept_out), STR("\n"));
}

static bool any_asks(const struct visible_lists *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (visible_list_is_open(&s->lists[i])
		    && s->lists[i].settings.archive_no_ai)
			return true;
	return false;
}

static err write_robots(struct request *q, struct buf *b)
{
	struct visible_lists s;
	TRY(visible_lists_read(q, RIGHT_archive_read, &s));
	if (any_asks(&s))
		add_ai(b, &s);
	buf_cat(b, STR("User-agent: *\n"), str_from(kept_out), STR("\nSitemap: "),
		page_url(q, STR("/lists/sitemap.xml")), STR("\n"));
	return OK;
}

/* It is never refused, so it is made once a minute at most. */
void robots_page(struct request *q, struct response *r)
{
	if (page_is_groups_own(q, r))
		return;
	const struct worker *w = worker_open(q);
	struct cache_key key = {
		STR("robots"),
		arena_printf(q->arena, "%" PRId64, clock_now() / KEPT_SECONDS),
	};
	struct blob *b = cache_get(w->web->cache, &key);
	if (!b) {
		if (page_failed(q, r, write_robots(q, &r->body)))
			return;
		b = blob_new(&r->body, STR("text/plain; charset=utf-8"));
		cache_put(w->web->cache, &key, b);
	}
	response_blob(q, r, b);
}

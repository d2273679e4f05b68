#include "web/pages/page.h"

#include "base/language.h"
#include "archive/opening.h"
#include "archive/render.h"
#include "base/enc.h"
#include "store/archive/author.h"
#include "web/pages/forms.h"
#include "web/pages/since.h"

#include <inttypes.h>
#include <time.h>

/* ---- where a page stands */

enum { CRUMBS_MAX = 6, MEMBER_ROWS_MAX = 1000 };

static struct page_frame frame_from(const struct request *q, str title, str top, str href)
{
	struct page_frame f = frame_of(q, title);
	f.crumbs = arena_zero(q->arena, CRUMBS_MAX * sizeof *f.crumbs);
	frame_step(q, &f, top, href);
	return f;
}

struct page_frame account_way(const struct request *q, str title)
{
	return frame_from(q, title, S_("Account"), STR("/account"));
}

struct page_frame account_frame(const struct request *q, str title)
{
	struct page_frame f = account_way(q, title);
	frame_step(q, &f, title, STR_NONE);
	return f;
}

struct page_frame archive_frame(const struct request *q, str title)
{
	struct page_frame f = frame_from(q, title, S_("Lists"), STR("/lists/"));
	const struct worker *w = worker_of(q);
	if (!w->list)
		return f;
	f.description = w->settings.description;
	frame_step(q, &f, w->list->name, arena_cat(q->arena, list_path(q), STR("/")));
	return f;
}

void frame_step(const struct request *q, struct page_frame *f, str label, str href)
{
	struct page_frame_crumbs *rows = (struct page_frame_crumbs *)(uintptr_t)f->crumbs;
	(void)q;
	if (f->crumbs_count < CRUMBS_MAX)
		rows[f->crumbs_count++] = (struct page_frame_crumbs){ label, href };
}

str page_post_path(const struct request *q, int64_t number)
{
	return arena_printf(q->arena, "%.*s/%" PRId64, STR_F(list_path(q)), number);
}

str page_thread_path(const struct request *q, int64_t number)
{
	return arena_printf(q->arena, "%.*s/t/%" PRId64, STR_F(list_path(q)), number);
}

str page_author_path(const struct request *q, int64_t number)
{
	return arena_printf(q->arena, "%.*s/from/%" PRId64, STR_F(list_path(q)), number);
}

static err read_author(struct request *q, struct archive_post *p, int64_t *first,
		       bool *found)
{
	const struct worker *w = worker_of(q);
	int64_t number = 0;
	*found = false;
	if (!str_i64(request_arg(q, "number"), &number))
		return OK;
	TRY(archive_post_by_number(w->books.archive, q->arena, w->list->id, number, p,
				   found));
	*found = *found && since_sees(q, p) && !(p->flags & ARCHIVE_GONE)
		 && p->from_address.n;
	if (*found)
		TRY(archive_author_first(w->books.archive, w->list->id, p->from_address,
					 w->since, first, found));
	return OK;
}

bool page_author_of(struct request *q, struct response *r, str tail,
		    struct archive_post *first)
{
	int64_t number = 0;
	bool found;
	if (page_failed(q, r, read_author(q, first, &number, &found)))
		return false;
	if (!found) {
		error_page(q, r, 404, STR_NONE);
		return false;
	}
	if (number == first->number)
		return true;
	response_redirect(r, 302,
			  arena_cat(q->arena, page_author_path(q, number), tail,
				    q->json ? STR(".json") : STR("")));
	return false;
}

str page_reply_path(const struct request *q, int64_t number)
{
	return arena_printf(q->arena, "%.*s/post?re=%" PRId64, STR_F(list_path(q)),
			    number);
}

/* RFC 6068: the fields that put the answer into its thread go along. */
str page_reply_mailto(const struct request *q, const struct archive_post *p)
{
	struct arena *a = q->arena;
	bool is_reply = p->flags & ARCHIVE_REPLY;
	str subject = arena_cat(a, is_reply ? STR("") : STR("Re: "), p->subject);
	str to = arena_cat(a, STR("mailto:"), worker_of(q)->list->address,
			   STR("?Subject="), enc_percent(a, subject));
	if (!p->message_id.n)
		return to;
	str id = enc_percent(a, arena_cat(a, STR("<"), p->message_id, STR(">")));
	return arena_cat(a, to, STR("&In-Reply-To="), id);
}

bool page_marks(const struct request *q)
{
	return setting_is(worker_of(q)->settings.archive_rendering_mode, "markdown");
}

size_t page_member_rows(const struct request *q)
{
	int64_t n = worker_of(q)->settings.admin_member_chunksize;
	return n < 1 ? 1 : n > MEMBER_ROWS_MAX ? MEMBER_ROWS_MAX : (size_t)n;
}

str page_month_path(const struct request *q, int year, int month)
{
	return arena_printf(q->arena, "%.*s/by/%04d/%02d/", STR_F(list_path(q)), year,
			    month);
}

str page_month_name(struct arena *a, int year, int month)
{
	BUF(b);
	show_month_of(&b, year, month);
	return arena_copy(a, buf_str(&b));
}

void page_month_of(int64_t seconds, int *year, int *month)
{
	struct tm tm = { 0 };
	time_t t = (time_t)seconds;
	gmtime_r(&t, &tm);
	*year = tm.tm_year + 1900;
	*month = tm.tm_mon + 1;
}

str page_url(const struct request *q, str path)
{
	return arena_cat(q->arena, worker_of(q)->books.conf->site_url, path);
}

void page_no_index(struct response *r)
{
	response_header(r, STR("X-Robots-Tag"), STR("noindex"));
}

/* ---- words */

bool page_hides(const struct request *q, const struct settings *s)
{
	return s->obscure_addresses && !q->session;
}

str page_author(struct arena *a, str name, str address, bool hide)
{
	if (name.n)
		return hide && str_has(name, '@') ? render_hide(a, name) : name;
	if (!address.n)
		return STR("somebody");
	return hide ? render_hidden(a, address) : address;
}

str page_subject(str subject, unsigned flags)
{
	return flags & ARCHIVE_GONE ? S_("(taken away)") : subject;
}

err page_describe(struct request *q, const struct archive_post *p, str *description)
{
	const struct worker *w = worker_of(q);
	struct opening first = { 0 };
	if (!(p->flags & (ARCHIVE_GONE | ARCHIVE_CUT)))
		first.post = p->id;
	TRY(openings_read(w->books.archive, q->arena, &first, 1,
			  page_hides(q, &w->settings)));
	*description = first.text.n ? first.text : w->settings.description;
	return OK;
}

str page_readers(const struct settings *s)
{
	if (setting_is(s->archive_policy, "public"))
		return S_("everybody reads");
	return setting_is(s->archive_policy, "private") ? S_("members read")
							: S_("none is kept");
}

str page_writers(const struct settings *s)
{
	if (!s->allow_list_posts)
		return S_("owners post");
	return setting_is(s->default_nonmember_action, "accept") ? S_("everybody posts")
								 : S_("members post");
}

bool page_is_groups_own(struct request *q, struct response *r)
{
	if (!q->router->other)
		return false;
	q->router->other(q, r);
	if (r->status < 400)
		return true;
	buf_clear(&r->body);
	r->status = 200;
	r->type = STR_NONE;
	return false;
}

/* ---- pages that were made before */

static err make_key(struct request *q, const char *page, str details,
		    struct cache_key *key)
{
	const struct worker *w = worker_of(q);
	int64_t number, version;
	TRY(archive_newest(w->books.archive, w->list->id, &number, &version));
	str of = arena_printf(q->arena, "%s %" PRId64 " %d%d %" PRId64 " %" PRId64 " ",
			      page, w->list->id, q->json, language_now(),
			      w->viewer.person, w->since);
	key->page = arena_cat(q->arena, of, details, STR(" "),
			      q->session ? q->session->name : STR(""), STR(" "),
			      q->session ? q->session->timezone : STR(""));
	key->state = arena_printf(q->arena, "%" PRId64 " %" PRId64, version,
				  w->books.addresses_revision);
	return OK;
}

bool page_from_cache(struct request *q, struct response *r, const char *page, str details,
		     struct cache_key *key)
{
	if (page_failed(q, r, make_key(q, page, details, key)))
		return true;
	struct blob *b = cache_get(worker_of(q)->web->cache, key);
	if (b)
		response_blob(q, r, b);
	return b;
}

void page_to_cache(struct request *q, struct response *r, const struct cache_key *key)
{
	str type = r->type.n ? r->type : STR("text/html; charset=utf-8");
	str name = arena_cat(q->arena, key->page, STR("\n"), key->state);
	struct blob *b = blob_named(&r->body, type, name);
	cache_put(worker_of(q)->web->cache, key, b);
	response_blob(q, r, b);
}

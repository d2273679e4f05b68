#include "web/worker.h"

#include "account/account.h"
#include "account/session.h"
#include "account/token.h"
#include "base/language.h"
#include "base/log.h"
#include "base/mem.h"
#include "lists/speaks.h"
#include "mail/charset.h"
#include "store/lists/address.h"
#include "store/lists/member.h"
#include "web/site/standing.h"

#include <stdlib.h>

enum { DAY = 86400 };

static __thread struct worker *own; /* the worker's; lives as long as its thread */

/* There may be up to HTTP_WORKERS of these; the system keeps the pages for all of them.
 * They are read, not mapped: whenever another has written SQLite takes the map down,
 * and to fault its pages in again costs more than to read them. Of the archive as much is
 * kept as the longest threads need, whose page is made for guests and for members. */
static err keep_little(const struct books *books)
{
	const struct {
		struct book *book;
		const char *cache;
	} all[] = { { books->lists, "PRAGMA cache_size = -512" },
		    { books->outbound, "PRAGMA cache_size = -512" },
		    { books->archive, "PRAGMA cache_size = -1024" } };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		TRY(book_run(all[i].book, all[i].cache));
		TRY(book_run(all[i].book, "PRAGMA mmap_size = 0"));
	}
	return OK;
}

/* lists is opened for writing: sessions, tokens and orders are web's to write. */
static err open_worker(struct web *web, struct worker *w)
{
	struct arena *a = arena_new(); /* the books live in it, as long as the thread */
	struct book *lists;
	err e = books_open(a, web->conf, BOOKS_READ, &web->mac, &w->books);
	if (!e.kind)
		e = book_open(a, web->conf->site_data, BOOK_LISTS, BOOK_WRITE, &lists);
	if (!e.kind) {
		book_close(w->books.lists);
		w->books.lists = lists;
		e = keep_little(&w->books);
	}
	if (e.kind) {
		log_error("books-not-opened", KE(e),
			  KZ("do", "mend what the error names"));
		books_close(&w->books);
		arena_free(a);
		return FAIL(e.kind, "the books cannot be opened");
	}
	w->ready = true;
	return OK;
}

struct worker *worker_of(const struct request *q)
{
	if (!own) {
		own = mem_zero(sizeof *own);
		own->web = q->ctx;
	}
	if (!own->ready)
		(void)!open_worker(own->web, own).kind;
	return own;
}

err worker_check(const struct worker *w)
{
	return w->ready ? OK : FAIL(ERR_TEMP, "the books cannot be opened");
}

/* ---- the list and the viewer of a request */

/* Where a list that was renamed is asked for by what it was called. */
str worker_moved(struct request *q)
{
	const struct worker *w = worker_of(q);
	str lists, rest = str_skip(q->path, STR("/lists/").n), name, behind;
	if (!w->list || !str_starts(q->path, STR("/lists/")) || q->segment_count < 2)
		return STR_NONE;
	name = arena_lower(q->arena, q->segments[1]);
	if (str_eq(name, w->list->name) || str_eq(name, w->list->address)
	    || !str_cut(rest, '/', &lists, &behind))
		return STR_NONE;
	str to = arena_cat(q->arena, w->list_path, STR("/"), behind);
	return q->query_text.n ? arena_cat(q->arena, to, STR("?"), q->query_text) : to;
}

/* A search engine finds the page, not its twin for programs. Crawlers that collect texts for AI
 * read it where they ask at all. */
void worker_label(const struct request *q, struct response *r)
{
	if (q->json)
		response_header(r, STR("X-Robots-Tag"), STR("noindex"));
	if (!request_arg(q, "list").n)
		return;
	const struct worker *w = worker_of(q);
	if (w->list && w->settings.archive_no_ai)
		response_header(r, STR("X-Robots-Tag"), STR("noai, noimageai"));
}

err viewer_of(const struct request *q, int64_t list, struct viewer *v)
{
	struct viewer found;
	const struct session *s = q->session;
	TRY(account_viewer(q->arena, worker_of(q)->books.lists, s->person, list, &found));
	if (s->pass)
		found.denied = scopes_denied(&s->pass->scopes, list);
	*v = found;
	return OK;
}

/* A membership under an address that is not shown to be theirs makes nobody a member. */
err since_of(const struct request *q, int64_t list, const struct settings *s,
	     const struct viewer *v, int64_t *since)
{
	*since = 0;
	if (!s->archive_from_join || !setting_is(s->archive_policy, "private") || v->admin
	    || v->here != WHO_MEMBER)
		return OK;
	TRY(member_since(worker_of(q)->books.lists, list, v->person, since));
	*since -= *since % DAY;
	return OK;
}

static void clear_desk(struct worker *w)
{
	charset_assume(STR_NONE);
	w->list = NULL;
	w->list_path = STR_NONE;
	w->viewer = (struct viewer){ 0 };
	w->rights = (struct right_list){ 0 };
	w->since = 0;
}

err worker_turn(struct worker *w, const struct request *q, const struct list_entry *list)
{
	int64_t person = q->session ? q->session->person : 0;
	clear_desk(w);
	w->list = list;
	if (list) {
		w->list_path = list_url_path(q->arena, &w->books, list);
		TRY(settings_load(w->books.lists, q->arena, list->id, &w->settings));
		w->rights = settings_rights(&w->settings);
	}
	if (!person)
		return OK;
	TRY(viewer_of(q, list ? list->id : 0, &w->viewer));
	return list ? since_of(q, list->id, &w->settings, &w->viewer, &w->since) : OK;
}

static err read_desk(struct worker *w, struct request *q)
{
	str name = request_arg(q, "list");
	clear_desk(w);
	TRY(worker_check(w));
	TRY(books_refresh(&w->books));
	const struct list_entry *list = name.n ? standing_list(&w->books, q->arena, name)
					       : NULL;
	return name.n && !list ? OK : worker_turn(w, q, list);
}

bool worker_may(const struct worker *w, enum right right)
{
	return right_may(&w->viewer, right, w->list ? &w->rights : NULL);
}

/* Who has chosen no language, or one that the list does not offer, reads its pages in the
 * list's own. */
static void speak(const struct worker *w, const struct request *q)
{
	str site = w->books.conf->site_lang;
	if (w->list && !q->json
	    && (!q->language_chosen || !speaks(&w->settings, site, language_now())))
		language_use(speaks_own(&w->settings, site));
}

/* A list that one may not see does not exist; one that one sees but may not read
 * asks for a sign-in. */
enum may viewer_may(struct request *q, enum right right)
{
	struct worker *w = worker_of(q);
	err e = read_desk(w, q);
	if (e.kind) {
		log_error("page-not-made", KE(e), KZ("do", "mend what the error names"));
		return MAY_NOT_TELL;
	}
	if (request_arg(q, "list").n && (!w->list || !worker_may(w, RIGHT_list_see)))
		return MAY_NOT_KNOW;
	speak(w, q);
	charset_assume(w->list ? w->settings.default_charset : STR_NONE);
	if ((int)right == ROUTE_OPEN || worker_may(w, right))
		return MAY;
	if (w->viewer.denied >> right & 1)
		q->lacks = scopes_granting(q->arena, right);
	return MAY_NOT;
}

static err read_member(struct worker *w, struct request *q, str list, struct viewer *v)
{
	*v = (struct viewer){ 0 };
	TRY(worker_check(w));
	TRY(books_refresh(&w->books));
	const struct list_entry *l = standing_list(&w->books, q->arena, list);
	return l && q->session ? viewer_of(q, l->id, v) : OK;
}

/* As every page counts members: by a verified address; an owner is more than one. */
enum may viewer_is_member(struct request *q, str list)
{
	struct viewer v;
	err e = read_member(worker_of(q), q, list, &v);
	if (e.kind) {
		log_error("page-not-made", KE(e), KZ("do", "mend what the error names"));
		return MAY_NOT_TELL;
	}
	bool reads = !(v.denied >> RIGHT_site_see & 1); /* which `read` has alone */
	return v.here >= WHO_MEMBER && reads ? MAY : MAY_NOT;
}

str list_path(const struct request *q)
{
	return worker_of(q)->list_path;
}

str network_key(struct arena *a, const struct request *q)
{
	struct net_addr net = net_prefix(&q->client, 24, 48);
	return net_ip_text(a, &net);
}

/* ---- sessions */

str worker_name_of(const struct worker *w, struct arena *a, int64_t person, str name)
{
	struct address_row *x;
	size_t n;
	if (name.n || address_of_person(w->books.lists, a, person, &x, &n).kind || !n)
		return name;
	return x[0].text;
}

/* In what reads: the cause is logged here, the page tells none. */
static err unread(err e)
{
	log_error("page-not-made", KE(e), KZ("do", "mend what the error names"));
	return e;
}

static err find_session(void *ctx, struct arena *a, str cookie, struct session *out)
{
	struct request q = { .ctx = ctx };
	struct worker *w = worker_of(&q);
	struct account_session s;
	TRY(worker_check(w));
	err e = account_session_find(a, w->books.lists, cookie, &s);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? e : unread(e);
	e = account_session_touch(w->books.lists, cookie, &s);
	if (e.kind)
		log_warn("session-not-touched", KE(e));
	*out = (struct session){ .person = s.person,
				 .admin = s.admin,
				 .name = worker_name_of(w, a, s.person, s.name),
				 .language = s.language,
				 .timezone = s.timezone,
				 .cookie = cookie };
	return OK;
}

bool pass_take(struct worker *w, struct arena *a, const struct account_pass *pass)
{
	str key = arena_printf(a, "%lld", (long long)pass->token);
	return !pass->rate
	       || rate_take(w->web->token_uses, key, 1.0 / (double)pass->rate);
}

/* Where no right is asked for, as for files, who may see the site's state is its
 * administrator. */
bool pass_may(const struct account_pass *pass, bool admin)
{
	return admin && !(scopes_denied(&pass->scopes, 0) >> RIGHT_site_see & 1);
}

/* Files that [web] protect keeps are what a token for reading is for. */
static bool reads_files(const struct account_pass *pass)
{
	return !(scopes_denied(&pass->scopes, 0) >> RIGHT_site_see & 1);
}

err worker_token(struct worker *w, struct arena *a, str user, str token,
		 struct session *out)
{
	struct account who;
	struct account_pass *pass = arena_zero(a, sizeof *pass);
	err e = account_token_find(a, w->books.lists, user, token, pass);
	if (!e.kind)
		e = account_by_id(a, w->books.lists, pass->person, &who);
	if (e.kind == ERR_DENIED || e.kind == ERR_NOTFOUND)
		return FAIL(ERR_NOTFOUND, "nobody's token");
	if (e.kind)
		return unread(e);
	*out = (struct session){ .person = pass->person,
				 .admin = pass_may(pass, who.admin),
				 .name = worker_name_of(w, a, pass->person, who.name),
				 .language = who.language,
				 .timezone = who.timezone,
				 .cookie = STR(""),
				 .too_many = !pass_take(w, a, pass),
				 .no_files = !reads_files(pass),
				 .pass = pass };
	return OK;
}

static err find_bearer(void *ctx, struct arena *a, str token, struct session *out)
{
	struct request q = { .ctx = ctx };
	struct worker *w = worker_of(&q);
	TRY(worker_check(w));
	return worker_token(w, a, STR(""), token, out);
}

const struct sessions web_sessions = {
	.find = find_session,
	.bearer = find_bearer,
	.basic = worker_basic,
	.form_token = account_form_token,
	.form_check = account_form_check,
};

err worker_actor(struct request *q, struct actor *by)
{
	struct address_row *x;
	size_t n;
	TRY(address_of_person(worker_of(q)->books.lists, q->arena, q->session->person, &x,
			      &n));
	*by = (struct actor){ .person = q->session->person,
			      .name = n ? x[0].key : STR("somebody"),
			      .via = STR("page") };
	return OK;
}

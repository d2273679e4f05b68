/* /files/downloads: who had which file of the group's site, for who minds a folder of it. */
#include "web/pages/forms.h"

#include "base/enc.h"
#include "base/language.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/lists/consent.h"
#include "web/site/logged.h"
#include "web/site/manage.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ROWS = 100, COUNTS = 200, CSV_ROWS = 1000 };

static void read_want(struct request *q, struct download_want *w)
{
	str in = request_query(q, "in");
	*w = (struct download_want){ .below = in.n ? in : STR("/"),
				     .text = str_trim(request_query(q, "file")),
				     .who = str_trim(request_query(q, "who")) };
	(void)logged_month(request_query(q, "month"), &w->from, &w->until);
	if (!str_i64(request_query(q, "before"), &w->before) || w->before < 0)
		w->before = 0;
}

/* True: who asks may see that. Of a file its folder counts. */
static bool may_see(struct request *q, struct response *r, const struct download_want *w)
{
	const struct worker *at = worker_open(q);
	str folder = w->below, last;
	if (!str_ends(folder, STR("/"))) {
		if (!str_cut_last(folder, '/', &folder, &last))
			folder = STR("");
		folder = arena_cat(q->arena, folder, STR("/"));
	}
	bool admin = q->session && q->session->admin;
	enum may may = at->web->site ? site_manages(q, folder)
		       : admin       ? MAY
				     : MAY_NOT_KNOW;
	if (may == MAY)
		return true;
	router_lead_in(q, r, may);
	return false;
}

/* The query that asks for the same with one more word. */
static str query_with(struct request *q, const struct download_want *w, str more)
{
	static const char *const names[] = { "month", "file", "who" };
	struct arena *a = q->arena;
	str query = arena_cat(a, STR("?in="), enc_percent(a, w->below));
	for (size_t i = 0; i < 3; i++) {
		str value = request_query(q, names[i]);
		if (value.n)
			query = arena_cat(a, query, STR("&"), str_from(names[i]),
					  STR("="), enc_percent(a, value));
	}
	return arena_cat(a, query, more);
}

/* ---- the page */

static str how_text(str how)
{
	static const char *const rows[][2] = { { "open", N_("open to everybody") },
					       { "session", N_("signed in") },
					       { "token", N_("application token") },
					       { "password", N_("password (Basic)") },
					       { "link", N_("signed link") } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(how, str_from(rows[i][0])))
			return S_(rows[i][1]);
	return how;
}

static str who_text(struct arena *a, const struct download_row *x)
{
	if (x->d.network.n && x->accepted_by.n)
		return x->accepted_by;
	if (x->d.network.n)
		return arena_printf(a, _("network %.*s"), STR_F(x->d.network));
	return x->name.n ? x->name : S_("somebody who has gone");
}

static struct page_downloads_rows row_of(struct request *q, const struct download_row *x)
{
	struct arena *a = q->arena;
	return (struct page_downloads_rows){
		.at = x->d.at,
		.who = x->name.n || !x->address.n ? who_text(a, x) : x->address,
		.address = x->name.n      ? x->address
			   : x->address.n ? STR("")
					  : x->accepted_as,
		.institution = x->institution,
		.accepted = x->accepted_at,
		.licence = x->licence,
		.path = x->d.path,
		.how = how_text(x->d.how),
		.octets = x->d.octets,
		.size = x->d.size,
		.first = x->d.first,
		.complete = x->d.complete,
		.changed = x->d.changed_at,
		.tag = x->d.tag,
		.sha256 = x->sha256,
	};
}

static err add_rows(struct request *q, struct page_downloads *p, struct download_want *w)
{
	struct download_row *x;
	struct download_count *c;
	size_t n, counts;
	struct book *b = worker_of(q)->books.lists;
	TRY(download_list(b, q->arena, w, ROWS, &x, &n));
	struct page_downloads_rows *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = row_of(q, &x[i]);
	p->rows = rows;
	p->rows_count = n;
	if (n == ROWS)
		p->next = arena_cat(q->arena, STR("/files/downloads"),
				    query_with(q, w,
					       arena_printf(q->arena, "&before=%" PRId64,
							    x[n - 1].id)));
	if (w->before)
		return OK;
	TRY(download_counts(b, q->arena, w, COUNTS, &c, &counts));
	struct page_downloads_files *files = arena_zero(q->arena,
							(counts + 1) * sizeof *files);
	for (size_t i = 0; i < counts; i++)
		files[i] = (struct page_downloads_files){
			.month = c[i].month,
			.path = c[i].path,
			.complete = c[i].complete,
			.begun = c[i].begun,
			.people = c[i].people,
			.octets = c[i].octets,
		};
	p->files = files;
	p->files_count = counts;
	return OK;
}

static str days_text(const struct request *q)
{
	int64_t days = worker_of(q)->books.conf->web_keep_downloads / 86400;
	return arena_printf(q->arena, P_("%lld day", "%lld days", (uint64_t)days),
			    (long long)days);
}

static void show(struct request *q, struct response *r, struct download_want *w)
{
	struct page_downloads p = {
		.frame = frame_of(q, S_("Downloads")),
		.below = w->below,
		.month = request_query(q, "month"),
		.file = w->text,
		.who = w->who,
		.filtered = w->text.n || w->who.n || w->from,
		.csv = arena_cat(q->arena, STR("/files/downloads.csv"),
				 query_with(q, w, STR(""))),
		.kept = days_text(q),
		.keeps = worker_of(q)->books.conf->web_keep_downloads > 0,
	};
	r->cache = STR("private, no-store");
	if (!page_failed(q, r, add_rows(q, &p, w)))
		ANSWER(q, r, downloads, &p);
}

void downloads_page(struct request *q, struct response *r)
{
	struct download_want w;
	read_want(q, &w);
	if (may_see(q, r, &w))
		show(q, r, &w);
}

/* ---- CSV, in pieces, however long it is */

struct csv_stream {
	struct stream stream;
	struct request *q;
	struct download_want want;
	bool begun;
};

static enum stream_state more_lines(struct stream *s, struct buf *out)
{
	ARENA(a);
	struct csv_stream *x = (struct csv_stream *)s;
	struct download_row *rows;
	size_t n;
	if (!x->begun)
		buf_add(out, STR(LOGGED_COLUMNS "\r\n"));
	x->begun = true;
	struct worker *w = worker_of(x->q); /* each piece may be another one's */
	err e = worker_check(w);
	if (!e.kind)
		e = download_list(w->books.lists, a, &x->want, CSV_ROWS, &rows, &n);
	if (e.kind) {
		log_error(
			"downloads-not-sent", KE(e),
			KZ("do", "mend what the error names; then load the file again"));
		return STREAM_FAILED;
	}
	for (size_t i = 0; i < n; i++)
		logged_csv(a, out, &rows[i]);
	if (n < CSV_ROWS)
		return STREAM_END;
	x->want.before = rows[n - 1].id;
	return STREAM_MORE;
}

static void free_lines(struct stream *s)
{
	free(s);
}

void downloads_csv_page(struct request *q, struct response *r)
{
	struct download_want w;
	read_want(q, &w);
	w.before = 0;
	if (!may_see(q, r, &w))
		return;
	struct csv_stream *x = mem_zero(sizeof *x);
	*x = (struct csv_stream){
		.stream = { .more = more_lines, .free = free_lines, .length = -1 },
		.q = q,
		.want = w,
	};
	r->type = STR("text/csv; charset=utf-8; header=present");
	r->cache = STR("private, no-store");
	r->stream = &x->stream;
	response_download(r, STR("downloads.csv"));
}

/* ---- the text of a licence that somebody accepted */

void licence_text_page(struct request *q, struct response *r)
{
	struct download_want w;
	str text;
	read_want(q, &w);
	if (!may_see(q, r, &w))
		return;
	err e = licence_text(worker_of(q)->books.lists, q->arena, request_arg(q, "hash"),
			     &text);
	if (e.kind == ERR_NOTFOUND) {
		error_page(q, r, 404, STR_NONE);
	} else if (!page_failed(q, r, e)) {
		r->type = STR("text/plain; charset=utf-8");
		buf_add(&r->body, text);
	}
}

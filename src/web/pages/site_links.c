/* /files/links: signed links to what is below a folder of the group's site, made and ended by who
 * minds it. */
#include "web/pages/forms.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/language.h"
#include "web/site/link.h"
#include "web/site/manage.h"

enum { DAY = 86400, DAYS = 7, DAYS_MOST = 3650, TIMES_MOST = 1000000, NOTE_MAX = 200 };

static bool may(struct request *q, struct response *r, str below)
{
	const struct worker *w = worker_open(q);
	enum may may = w->web->site ? site_manages(q, below) : MAY_NOT_KNOW;
	r->cache = STR("private, no-store");
	if (may == MAY && q->session && str_starts(below, STR("/"))
	    && str_ends(below, STR("/")))
		return true;
	router_lead_in(q, r, may == MAY ? MAY_NOT : may);
	return false;
}

static void show(struct request *q, struct response *r, struct page_sitelinks *p)
{
	struct site_link_row *x;
	size_t n;
	struct arena *a = q->arena;
	if (page_failed(q, r,
			site_link_list(&worker_of(q)->books, a,
				       enc_percent_path(a, p->below), &x, &n)))
		return;
	struct page_sitelinks_links *rows = arena_zero(a, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_sitelinks_links){ .id = x[i].id,
							 .path = x[i].link.path,
							 .note = x[i].link.note,
							 .by = x[i].link.by,
							 .made = x[i].made_at,
							 .ends = x[i].link.expires_at,
							 .most = x[i].link.most,
							 .begun = x[i].begun };
	p->frame = frame_of(q, S_("Signed links"));
	p->csrf = csrf_of(q);
	p->links = rows;
	p->links_count = n;
	if (p->error.n)
		r->status = 400;
	ANSWER(q, r, sitelinks, p);
}

void site_links_page(struct request *q, struct response *r)
{
	str below = request_query(q, "in");
	if (may(q, r, below))
		show(q, r,
		     &(struct page_sitelinks){ .note = note_of(q),
					       .below = below,
					       .path = below,
					       .days = DAYS });
}

/* What is wrong; empty: nothing. */
static str fault(struct request *q, struct page_sitelinks *p, struct site_link *link)
{
	struct place at;
	struct access x;
	bool takes = false;
	if (!str_i64(field(q, "days"), &p->days) || p->days < 1 || p->days > DAYS_MOST)
		return S_("It is good for 1 to 3650 days.");
	if (p->times.n
	    && (!str_i64(p->times, &link->most) || link->most < 1
		|| link->most > TIMES_MOST))
		return S_("It is good for 1 to 1,000,000 downloads.");
	if (p->why.n > NOTE_MAX)
		return S_("That is longer than 200 characters.");
	bool is_path = str_starts(p->path, p->below) && site_look(q, p->path, &at, &x);
	enum place_kind kind = is_path ? at.kind : PLACE_NOTHING;
	if (is_path)
		place_close(&at);
	if (kind != (str_ends(p->path, STR("/")) ? PLACE_FOLDER : PLACE_FILE))
		return S_("There is no such file in this folder; a folder has a / at its "
			  "end.");
	for (size_t i = 0; i < x.rules.count; i++)
		takes |= x.rules.rows[i].who == RULE_LINK
			 && x.rules.rows[i].deed == RULE_ALLOW;
	if (!takes)
		return S_("The folder takes no links: its .access has no line “allow "
			  "link”.");
	if (site_manages(q, p->below) != MAY || site_manages_by(q, &x.rules) != MAY)
		return S_("You do not mind that folder.");
	return STR("");
}

static err make(struct request *q, struct page_sitelinks *p, struct site_link *link)
{
	struct books *books = &worker_of(q)->books;
	struct actor by;
	str query;
	TRY(worker_actor(q, &by));
	link->path = enc_percent_path(q->arena, p->path);
	link->expires_at = clock_now() + p->days * DAY;
	link->by = by.name;
	link->note = p->why;
	TRY(book_begin(books->lists));
	err e = site_link_make(books, q->arena, link, &query);
	if (!e.kind)
		e = books_audit(books, &by, 0, STR("site link made"), link->path);
	TRY(book_end(books->lists, e));
	p->made = arena_cat(q->arena, books->conf->site_url, link->path, STR("?"), query);
	return OK;
}

static err end_link(struct request *q, str below)
{
	struct books *books = &worker_of(q)->books;
	struct actor by;
	int64_t id;
	if (!str_i64(field(q, "id"), &id))
		return FAIL(ERR_NOTFOUND, "no number");
	TRY(worker_actor(q, &by));
	TRY(book_begin(books->lists));
	err e = site_link_end(books, q->arena, enc_percent_path(q->arena, below), id);
	if (!e.kind)
		e = books_audit(books, &by, 0, STR("site link ended"), below);
	return book_end(books->lists, e);
}

void site_links_post(struct request *q, struct response *r)
{
	struct site_link link = { 0 };
	struct page_sitelinks p = { .below = field(q, "in"),
				    .path = field(q, "path"),
				    .days = DAYS,
				    .times = field(q, "times"),
				    .why = field(q, "why") };
	if (!may(q, r, p.below))
		return;
	if (str_eq(field(q, "do"), STR("end"))) {
		err e = end_link(q, p.below);
		if (e.kind == ERR_NOTFOUND)
			error_page(q, r, 404, STR_NONE);
		else if (!page_failed(q, r, e))
			response_redirect(r, 303,
					  arena_cat(q->arena, STR("/files/links?in="),
						    enc_percent(q->arena, p.below),
						    STR("&done=site-link-ended")));
		return;
	}
	p.error = fault(q, &p, &link);
	if (!p.error.n && page_failed(q, r, make(q, &p, &link)))
		return;
	show(q, r, &p);
}

/* The directory of lists, as the visitor may see it. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "account/account.h"
#include "archive/opening.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "store/lists/member.h"
#include "store/lists/waiting.h"
#include "web/pages/calendar.h"
#include "web/pages/site_lists.h"
#include "web/pages/visible.h"

#include <inttypes.h>

static str standing(const struct viewer *v)
{
	static const char *const names[] = { [WHO_MEMBER] = N_("Member"),
					     [WHO_MODERATOR] = N_("Moderator"),
					     [WHO_OWNER] = N_("Owner"),
					     [WHO_DOMAIN_OWNER] = N_("Owner") };
	return v->here >= WHO_MEMBER && v->here <= WHO_DOMAIN_OWNER ? S_(names[v->here])
								    : STR_NONE;
}

static err count_posts(struct request *q, const struct visible_list *l,
		       struct page_lists_lists *row)
{
	const struct worker *w = worker_of(q);
	struct archive_threads latest;
	struct calendar c;
	int year, month;
	TRY(archive_months(w->books.archive, q->arena, l->entry->id, &c.months,
			   &c.count));
	TRY(archive_threads_latest(w->books.archive, q->arena, l->entry->id, 0, 0, 1,
				   &latest));
	for (size_t i = 0; i < c.count; i++) {
		int64_t from, until;
		archive_month_span(c.months[i].year, c.months[i].month, &from, &until);
		row->posts += until > l->since ? c.months[i].posts : 0;
	}
	page_month_of(clock_now(), &year, &month);
	row->month_posts = calendar_posts(&c, year, month);
	row->latest = latest.count && latest.list[0].last_at >= l->since
			      ? latest.list[0].last_at
			      : 0;
	return OK;
}

/* How much waits there for the visitor to decide. */
static int64_t waiting_on(const struct visible_list *l, const struct waiting_row *w,
			  size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (w[i].list == l->entry->id && visible_list_may(l, RIGHT_held_decide))
			return w[i].posts + w[i].requests;
	return 0;
}

static err show_list(struct request *q, const struct visible_list *l,
		     struct page_lists_lists *row)
{
	*row = (struct page_lists_lists){
		.name = l->name,
		.address = l->entry->address,
		.path = l->path,
		.about = l->settings.description,
		.readers = page_readers(&l->settings),
		.writers = page_writers(&l->settings),
		.may_read = visible_list_may(l, RIGHT_archive_read),
		.you = standing(&l->viewer),
	};
	return row->may_read ? count_posts(q, l, row) : OK;
}

/* "dev: Work on the code; users: Help with it": what a search engine says of the page. */
static str describe(struct arena *a, const struct page_lists_lists *rows, size_t count)
{
	BUF(b);
	for (size_t i = 0; i < count && b.n <= OPENING_MAX; i++)
		buf_cat(&b, b.n ? STR("; ") : STR(""), rows[i].name,
			rows[i].about.n ? STR(": ") : STR(""), rows[i].about);
	return arena_copy(a, utf8_first(buf_str(&b), OPENING_MAX));
}

static err show_lists(struct request *q, struct response *r)
{
	struct visible_lists s;
	TRY(visible_lists_read(q, RIGHT_list_see, &s));
	struct page_lists p = { .frame = frame_of(q, S_("Mailing lists")),
				.guest = !q->session };
	struct domain_row *domains;
	size_t makes;
	TRY(domains_to_make_in(q, &domains, &makes));
	p.makes = makes > 0;
	struct waiting_row *waits = NULL;
	size_t waiting = 0;
	if (q->session)
		TRY(waiting_counts(worker_of(q)->books.lists, q->arena, &waits,
				   &waiting));
	struct page_lists_lists *rows = arena_zero(q->arena,
						   (s.count + 1) * sizeof *rows);
	for (size_t i = 0; i < s.count; i++) {
		TRY(show_list(q, &s.lists[i], &rows[i]));
		rows[i].waiting = waiting_on(&s.lists[i], waits, waiting);
		p.waiting += rows[i].waiting;
		p.search |= rows[i].may_read;
		p.own_count += rows[i].you.n > 0;
	}
	p.frame.canonical = page_url(q, STR("/lists/"));
	p.frame.description = describe(q->arena, rows, s.count);
	p.lists = rows;
	p.lists_count = s.count;
	ANSWER(q, r, lists, &p);
	return OK;
}

void lists_page(struct request *q, struct response *r)
{
	(void)worker_open(q);
	if (page_failed(q, r, show_lists(q, r)))
		return;
	str type = r->type.n ? r->type : STR("text/html; charset=utf-8");
	response_blob(q, r, blob_new(&r->body, type));
}

/* /lists/NAME/members: who the members are, for those to whom member_roster_visibility
 * shows them. Who is hidden is left out; guests are shown no whole address, neither in a
 * row nor in a link, and can find nobody by one. */
#include "web/pages/forms.h"

#include "archive/render.h"
#include "base/enc.h"
#include "base/language.h"
#include "store/lists/member_page.h"
#include "web/pages/page.h"

static str path_here(struct request *q)
{
	return arena_cat(q->arena, list_path(q), STR("/members"));
}

/* A link names the outermost member by number: the key is an address. */
static str link_to(struct request *q, const char *way, int64_t member)
{
	return arena_printf(q->arena, "%.*s?%s=%lld&q=%.*s", STR_F(path_here(q)), way,
			    (long long)member,
			    STR_F(enc_percent(q->arena, request_query(q, "q"))));
}

/* Who has left meanwhile leads back to the first page; so does who is hidden, for what stands
 * behind them would say where they do. */
static err read_cursor(struct request *q, const char *way, str *key)
{
	struct worker *w = worker_of(q);
	struct member_row m;
	int64_t id;
	*key = STR("");
	if (!str_i64(request_query(q, way), &id))
		return OK;
	err e = member_get(w->books.lists, q->arena, id, &m);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	if (m.list == w->list->id && !m.hidden)
		*key = m.key;
	return OK;
}

static void add_row(struct request *q, const struct member_row *m,
		    struct page_roster_members *row)
{
	bool hide = !q->session;
	*row = (struct page_roster_members){
		.address = hide ? render_hidden(q->arena, m->text) : m->text,
		.name = hide ? render_hide(q->arena, m->name) : m->name,
		.joined = m->joined_at,
	};
}

static err add_rows(struct request *q, struct page_roster *p)
{
	struct book *book = worker_of(q)->books.lists;
	struct member_want want = { .list = worker_of(q)->list->id,
				    .search = p->q,
				    .visible = true,
				    .by_name = p->guest };
	struct member_row *m;
	size_t n;
	int64_t before;
	TRY(read_cursor(q, "after", &want.after));
	TRY(read_cursor(q, "before", &want.before));
	TRY(member_page(book, q->arena, &want, page_member_rows(q), &m, &n));
	TRY(member_place(book, &want, n ? m[0].key : STR(""), &before, &p->count));
	struct page_roster_members *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		add_row(q, &m[i], &rows[i]);
	p->members = rows;
	p->members_count = n;
	p->first = before + 1;
	p->last = before + (int64_t)n;
	if (n && p->first > 1)
		p->previous = link_to(q, "before", m[0].id);
	if (n && p->last < p->count)
		p->next = link_to(q, "after", m[n - 1].id);
	return OK;
}

void roster_page(struct request *q, struct response *r)
{
	struct page_roster p = {
		.frame = list_frame(q, S_("Members")),
		.list = worker_of(q)->list->name,
		.action = path_here(q),
		.guest = !q->session,
		.q = str_trim(request_query(q, "q")),
	};
	page_no_index(r);
	if (!page_failed(q, r, add_rows(q, &p)))
		ANSWER(q, r, roster, &p);
}

/* What an address wrote, and for an admin what was sent to it: a page at a time, newest
 * first, ?wrote= and ?before= the last row of the page before. */
#include "web/pages/trace_inside.h"

#include "base/enc.h"
#include "base/map.h"

enum { ROWS = 50, STEP = 500, ENTRIES_MAX = 20000 };

static int64_t cursor_of(const struct looking *l, const char *name)
{
	int64_t id;
	return str_i64(request_query(l->q, name), &id) && id > 0 ? id : 0;
}

static str link_to(struct looking *l, str address, const char *name, int64_t id)
{
	return arena_printf(l->q->arena, "/trace?q=%.*s&%s=%lld",
			    STR_F(enc_percent(l->q->arena, address)), name,
			    (long long)id);
}

/* One row beyond the page was asked for: a link to nothing would say that nothing is known. */
static bool cut(size_t *n)
{
	bool more = *n > ROWS;
	*n = more ? ROWS : *n;
	return more;
}

err trace_by_author(struct looking *l, str author, struct page_trace *p)
{
	struct arrival *x;
	size_t n;
	if (cursor_of(l, "before")) /* of what was sent to it alone */
		return OK;
	TRY(arrival_by_author(l->w->books.outbound, l->q->arena, author,
			      cursor_of(l, "wrote"), ROWS + 1, &x, &n));
	bool more = cut(&n);
	struct page_trace_messages *rows = arena_zero(
		l->q->arena, (p->messages_count + n + 1) * sizeof *rows);
	if (p->messages_count)
		memcpy(rows, p->messages, p->messages_count * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		if (x[i].message_id.n)
			rows[p->messages_count++] = (struct page_trace_messages){
				x[i].subject, x[i].author, x[i].message_id, x[i].at / 1000
			};
	p->messages = rows;
	if (more && (p->q.n || l->own_count == 1))
		p->older = link_to(l, author, "wrote", x[n - 1].inbound);
	return OK;
}

/* What the message was about; what is gone has no more than an address. */
static err subject_of(struct looking *l, const struct ledger_entry *e, str *subject)
{
	struct outbound_message m = { 0 };
	err got = e->message ? outbound_get(l->w->books.outbound, l->q->arena, e->message,
					    &m)
			     : OK;
	*subject = m.subject.n ? m.subject : e->recipient;
	return got.kind == ERR_NOTFOUND ? OK : got;
}

/* A message's newest entry comes first and says how it stands; those of its earlier tries
 * say nothing any more. */
static bool is_newest(struct map *seen, const struct ledger_entry *e)
{
	str key = { (const char *)&e->message, sizeof e->message };
	if (!e->message)
		return true;
	bool yes = !map_get(seen, key);
	map_set(seen, key, seen);
	return yes;
}

/* From the newest on, also for a page further back: which entries are a message's newest
 * shows only so. */
static err newest_of_each(struct looking *l, str address, struct map *seen,
			  struct ledger_entry *rows, size_t *count)
{
	int64_t before = 0, cursor = cursor_of(l, "before");
	struct ledger_entry *e;
	size_t n = STEP, all = 0;
	for (; n == STEP && all < ENTRIES_MAX && *count <= ROWS; all += n) {
		TRY(ledger_newest_of(l->w->books.outbound, l->q->arena, address, before,
				     STEP, &e, &n));
		for (size_t i = 0; i < n && *count <= ROWS; i++)
			if (is_newest(seen, &e[i]) && (!cursor || e[i].id < cursor))
				rows[(*count)++] = e[i];
		before = n ? e[n - 1].id : before;
	}
	return OK;
}

err trace_by_recipient(struct looking *l, str address, struct page_trace *p)
{
	struct ledger_entry e[ROWS + 1];
	struct map seen = { 0 };
	size_t n = 0;
	if (cursor_of(l, "wrote"))
		return OK;
	err got = newest_of_each(l, address, &seen, e, &n);
	map_free(&seen);
	TRY(got);
	bool more = cut(&n);
	struct page_trace_recipients *rows = arena_zero(l->q->arena,
							(n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		struct copy_row row;
		str subject;
		TRY(subject_of(l, &e[i], &subject));
		trace_set_row(l, &row, subject, SEES_ALL, &e[i]);
		rows[p->recipients_count++] = row.row;
	}
	p->recipients = rows;
	if (more)
		p->next = link_to(l, address, "before", e[n - 1].id);
	return OK;
}

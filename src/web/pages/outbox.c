/* /outbox: with [send] relay = outbox, what would have left, as each recipient would
 * get it. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "archive/render.h"
#include "mail/header.h"
#include "send/copy.h"
#include "store/lists/member.h"
#include "store/outbound/ledger.h"
#include "web/pages/page.h"

enum { ROWS = 100 };

static bool is_open(struct request *q, struct response *r)
{
	if (str_eq(worker_of(q)->books.conf->send_relay, STR("outbox")))
		return true;
	error_page(q, r, 404,
		   S_("This server sends its mail. Only with [send] relay = outbox it "
		      "is kept and shown here."));
	return false;
}

/* ---- the list */

static str of_whom(const struct outbound_message *m)
{
	return m->list.n ? m->list : m->reverse_path.n ? m->reverse_path : m->kind;
}

/* A fan-out's entries follow each other, so their message is read once. */
static err add_rows(struct request *q, const struct ledger_entry *e, size_t n,
		    struct page_outbox *p)
{
	struct outbound_message m = { 0 };
	struct page_outbox_rows *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		if (m.id != e[i].message) {
			err got = outbound_get(worker_of(q)->books.outbound, q->arena,
					       e[i].message, &m);
			if (got.kind && got.kind != ERR_NOTFOUND)
				return got;
			if (got.kind)
				m = (struct outbound_message){ .id = e[i].message };
		}
		rows[i] = (struct page_outbox_rows){ .id = e[i].id,
						     .recipient = e[i].recipient,
						     .subject = m.subject,
						     .of = of_whom(&m),
						     .at = e[i].at / 1000 };
	}
	p->rows = rows;
	p->rows_count = n;
	return OK;
}

void outbox_page(struct request *q, struct response *r)
{
	size_t n;
	int64_t before;
	struct ledger_entry *e;
	struct page_outbox p = { .frame = account_frame(q, S_("Mail that was kept")) };
	if (!is_open(q, r))
		return;
	if (!str_i64(request_query(q, "before"), &before))
		before = 0;
	err got = ledger_kept(worker_of(q)->books.outbound, q->arena, before, ROWS, &e,
			      &n);
	if (!got.kind)
		got = add_rows(q, e, n, &p);
	if (page_failed(q, r, got))
		return;
	if (n == ROWS)
		p.next = arena_printf(q->arena, "/outbox?before=%lld",
				      (long long)e[n - 1].id);
	ANSWER(q, r, outbox, &p);
}

/* ---- one copy */

struct copy {
	struct ledger_entry entry;
	str whole, reverse_path;
	bool gone;
};

/* As the member is called now; one who has gone, by the address alone. */
static struct reader reader_of(struct request *q, const struct ledger_entry *e)
{
	struct reader who = { .address = e->recipient };
	struct book *lists = worker_of(q)->books.lists;
	struct member_row m;
	struct member_reader *r;
	size_t n;
	if (e->member && !member_get(lists, q->arena, e->member, &m).kind
	    && !member_readers(lists, q->arena, m.list, m.id, m.id, &r, &n).kind && n) {
		who.name = r->name;
		who.language = r->language;
	}
	return who;
}

static err read_copy(struct request *q, struct copy *c)
{
	int64_t id;
	struct letter *l;
	struct copy_parts parts;
	struct worker *w = worker_of(q);
	if (!str_i64(request_arg(q, "id"), &id))
		return FAIL(ERR_NOTFOUND, "no number");
	TRY(ledger_get(w->books.outbound, q->arena, id, &c->entry));
	if (!str_eq(c->entry.what, STR("kept")))
		return FAIL(ERR_NOTFOUND, "not kept");
	err e = letter_load(w->books.outbound, c->entry.message, &l);
	c->gone = e.kind == ERR_NOTFOUND;
	if (e.kind)
		return c->gone ? OK : e;
	struct reader who = reader_of(q, &c->entry);
	copy_make(q->arena, l, &w->books.mac, c->entry.member, &who, &parts);
	c->reverse_path = arena_copy(q->arena, parts.reverse_path);
	c->whole = copy_whole(q->arena, l, &w->books.mac, c->entry.member, &who);
	letter_drop(l);
	return OK;
}

static bool find(struct request *q, struct response *r, struct copy *c)
{
	*c = (struct copy){ 0 };
	if (!is_open(q, r))
		return false;
	err e = read_copy(q, c);
	if (e.kind == ERR_NOTFOUND)
		r->status = 404;
	else if (!page_failed(q, r, e))
		return true;
	return false;
}

static void add_fields(struct request *q, const struct header *h, struct page_kept *p)
{
	static const char *const names[] = { "From", "To", "Cc", "Reply-To", "Date" };
	enum { NAMES = sizeof names / sizeof *names };
	struct page_kept_fields *rows = arena_zero(q->arena, NAMES * sizeof *rows);
	for (size_t i = 0; i < NAMES; i++) {
		const struct field *f = header_find(h, str_from(names[i]));
		if (f)
			rows[p->fields_count++] = (struct page_kept_fields){
				str_from(names[i]), header_text(q->arena, f)
			};
	}
	p->fields = rows;
	p->subject = header_text(q->arena, header_find(h, STR("Subject")));
	p->header = h->raw;
}

void kept_page(struct request *q, struct response *r)
{
	struct copy c;
	struct header h;
	if (!find(q, r, &c))
		return;
	struct page_kept p = {
		.frame = account_way(q, S_("A message that was kept")),
		.id = c.entry.id,
		.recipient = c.entry.recipient,
		.reverse_path = c.reverse_path,
		.at = c.entry.at / 1000,
		.size = (int64_t)c.whole.n,
		.gone = c.gone,
	};
	frame_step(q, &p.frame, S_("Mail that was kept"), STR("/outbox"));
	frame_step(q, &p.frame, S_("A message that was kept"), STR_NONE);
	if (!c.gone && !header_scan(q->arena, c.whole, &h).kind)
		add_fields(q, &h, &p);
	p.text = render_post(q->arena, c.whole, &(struct render_how){ .number = 0 });
	r->cache = STR("no-store");
	ANSWER(q, r, kept, &p);
}

void kept_raw_page(struct request *q, struct response *r)
{
	struct copy c;
	if (!find(q, r, &c))
		return;
	if (c.gone) {
		r->status = 410;
		return;
	}
	buf_add(&r->body, c.whole);
	r->type = STR("message/rfc822");
	r->cache = STR("no-store");
	response_download(r, arena_printf(q->arena, "%lld.eml", (long long)c.entry.id));
}

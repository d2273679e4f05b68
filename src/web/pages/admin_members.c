/* /lists/NAME/admin/members: who is a member; adding, changing, removing many. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/csv.h"
#include "base/enc.h"
#include "lists/members.h"
#include "lists/roster.h"
#include "lists/topics.h"
#include "mail/date.h"
#include "store/lists/member_page.h"
#include "web/pages/page.h"

enum { LINES_MAX = 5000, CSV_STEP = 1000 };

static str base(struct request *q)
{
	return arena_cat(q->arena, list_path(q), STR("/admin/members"));
}

/* The page before or after the one whose outermost address that is. */
static str page_link(struct request *q, const char *way, str key)
{
	return arena_printf(q->arena, "%.*s?%s=%.*s&q=%.*s", STR_F(base(q)), way,
			    STR_F(enc_percent(q->arena, key)),
			    STR_F(enc_percent(q->arena, request_query(q, "q"))));
}

static err add_rows(struct request *q, struct page_members *p)
{
	size_t n;
	int64_t before;
	struct member_row *m;
	struct book *book = worker_of(q)->books.lists;
	struct member_want want = { .list = worker_of(q)->list->id,
				    .search = p->q,
				    .after = request_query(q, "after"),
				    .before = request_query(q, "before") };
	TRY(member_page(book, q->arena, &want, page_member_rows(q), &m, &n));
	TRY(member_place(book, &want, n ? m[0].key : STR(""), &before, &p->count));
	struct page_members_members *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_members_members){
			.path = arena_printf(q->arena, "%.*s/%lld", STR_F(base(q)),
					     (long long)m[i].id),
			.address = m[i].text,
			.name = m[i].name,
			.verified = m[i].verified_at,
			.off = str_eq(m[i].delivery, STR("off")),
			.off_by = m[i].off_by.n ? m[i].off_by : STR("somebody"),
			.action = m[i].action,
			.hidden = m[i].hidden,
			.joined = m[i].joined_at,
			.bounce = m[i].bounce_text,
			.why = m[i].off_why,
			.until = m[i].last_day,
		};
	p->members = rows;
	p->members_count = n;
	p->first = before + 1;
	p->last = before + (int64_t)n;
	if (n && p->first > 1)
		p->previous = page_link(q, "before", m[0].key);
	if (n && p->last < p->count)
		p->next = page_link(q, "after", m[n - 1].key);
	return OK;
}

static void show(struct request *q, struct response *r, struct page_members *p)
{
	const struct worker *w = worker_of(q);
	p->frame = list_frame(q, S_("Members"));
	p->list = w->list->name;
	p->tabs = admin_tabs(q, "members");
	p->csrf = csrf_of(q);
	p->action = base(q);
	p->coming = arena_cat(q->arena, list_path(q), STR("/admin/coming"));
	p->others = arena_cat(q->arena, list_path(q), STR("/admin/nonmembers"));
	p->may_set = worker_may(w, RIGHT_members_set);
	p->q = str_trim(request_query(q, "q"));
	if (!p->how.n)
		p->how = STR("invite");
	if (!page_failed(q, r, add_rows(q, p)))
		ANSWER(q, r, members, p);
}

void members_page(struct request *q, struct response *r)
{
	show(q, r, &(struct page_members){ .note = note_of(q) });
}

/* ---- adding: nobody is, where a line is wrong */

static err check_line(struct arena *a, str line)
{
	struct mailbox *m;
	size_t n;
	TRY(address_list(a, line, &m, &n));
	return n == 1 && m[0].address.domain.n
		       ? OK
		       : err_in(a, ERR_SYNTAX, "no address, or more than one");
}

static const char *check_lines(struct request *q, struct page_members *p, str text)
{
	str line;
	size_t count = 0;
	struct page_members_wrong *wrong = arena_zero(q->arena, 20 * sizeof *wrong);
	for (; str_line(&text, &line); count += line.n > 0) {
		line = str_trim(line);
		if (line.n && check_line(q->arena, line).kind && p->wrong_count < 20)
			wrong[p->wrong_count++].text = line;
	}
	p->wrong = wrong;
	if (!count)
		return N_("Write at least one address.");
	if (count > LINES_MAX)
		return N_("At most 5,000 at a time; the command line takes any number.");
	return p->wrong_count ? N_("In each of these lines there must be one address:")
			      : NULL;
}

static bool is_how(str how)
{
	return str_eq(how, STR("invite")) || str_eq(how, STR("welcome"))
	       || str_eq(how, STR("add"));
}

void members_add_post(struct request *q, struct response *r)
{
	struct ordered x;
	struct page_members p = { .how = field(q, "how"),
				  .addresses = request_form(q, "addresses"),
				  .words = request_form(q, "words"),
				  .from = field(q, "from"),
				  .until = field(q, "until") };
	const char *fault = check_lines(q, &p, p.addresses);
	int64_t day;
	if (!fault && (!day_read(p.from, &day) || !day_read(p.until, &day)))
		fault = N_("A day is written as 2026-12-31.");
	if (!fault && !is_how(p.how))
		fault = N_("Choose how they are to be added.");
	if (fault) {
		p.addresses_error = S_(fault);
		r->status = 400;
		show(q, r, &p);
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "addresses", json_of(p.addresses));
	json_object_set_new(args, "how", json_of(p.how));
	json_object_set_new(args, "words", json_of(p.words));
	json_object_set_new(args, "from", json_of(p.from));
	json_object_set_new(args, "until", json_of(p.until));
	if (order_and_wait(q, "member_add", args, &x)) {
		go_done(q, r, STR("/admin/members"), x.order);
		return;
	}
	p.note = note_bad(q, x.why);
	r->status = x.result ? 400 : 503;
	show(q, r, &p);
}

/* ---- changing */

static const struct {
	const char *what, *kind, *key, *value;
} acts[] = {
	{ "remove", "member_remove", "", "" },
	{ "on", "member_set", "delivery", "regular" },
	{ "off", "member_set", "delivery", "off" },
	{ "accept", "member_set", "action", "accept" },
	{ "hold", "member_set", "action", "hold" },
	{ "defer", "member_set", "action", "defer" },
	{ "discard", "member_set", "action", "discard" },
	{ "default", "member_set", "action", "" },
	{ "until", "member_set", "until", "" },
};

static json_t *chosen(struct request *q)
{
	BUF(b);
	size_t at = 0;
	str address;
	while (pairs_next(&q->form, STR("address"), &at, &address))
		buf_cat(&b, address, STR("\n"));
	return json_of(buf_str(&b));
}

void members_post(struct request *q, struct response *r)
{
	struct ordered x;
	size_t i = 0, count = sizeof acts / sizeof *acts;
	str what = field(q, "do");
	while (i < count && !str_eq(what, str_from(acts[i].what)))
		i++;
	if (i == count || !field(q, "address").n) {
		r->status = 400;
		show(q, r,
		     &(struct page_members){
			     .note = note_bad(q, S_("Choose members, and what to do "
						    "with them.")) });
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "addresses", chosen(q));
	json_object_set_new(args, "key", json_string(acts[i].key));
	json_object_set_new(args, "value",
			    str_eq(what, STR("until")) ? json_of(field(q, "last"))
						       : json_string(acts[i].value));
	json_object_set_new(args, "why",
			    str_eq(what, STR("off")) ? json_of(field(q, "why"))
						     : json_string(""));
	if (order_and_wait(q, acts[i].kind, args, &x)) {
		go_done(q, r, STR("/admin/members"), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	show(q, r, &(struct page_members){ .note = note_bad(q, x.why) });
}

/* ---- CSV (RFC 4180) */

static str yes_no(bool yes)
{
	return yes ? STR("yes") : STR("no");
}

/* The columns of doc/members-csv.md, so that what is written here can be read again. */
static void add_member(struct buf *b, struct arena *a, const struct member_row *m)
{
	str levels[ROSTER_LEVEL_CELLS];
	roster_cells(a, m, levels);
	const str cells[] = { m->text,
			      m->name,
			      m->delivery,
			      m->off_by,
			      m->off_why,
			      m->action,
			      yes_no(m->own_posts),
			      yes_no(m->copies),
			      yes_no(m->acknowledge),
			      yes_no(m->hidden),
			      topics_shown(a, m->topics),
			      yes_no(m->other_topics),
			      date_day(a, m->joined_at),
			      m->last_day ? date_day(a, m->last_day) : STR(""),
			      levels[0],
			      levels[1],
			      levels[2],
			      levels[3] };
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
		buf_cat(b, i ? STR(",") : STR(""), csv_quoted(a, cells[i]));
	buf_add(b, STR("\r\n"));
}

void members_csv_page(struct request *q, struct response *r)
{
	struct member_row *m;
	size_t n;
	struct worker *w = worker_of(q);
	int64_t after = 0;
	buf_add(&r->body,
		STR("address,name,delivery,off_by,why,action,own_posts,copies,"
		    "acknowledge,hidden,topics,other_topics,joined,until," ROSTER_LEVELS
		    "\r\n"));
	do {
		ARENA(a);
		if (page_failed(q, r,
				member_list(w->books.lists, a, w->list->id, after,
					    CSV_STEP, &m, &n)))
			return;
		for (size_t i = 0; i < n; i++)
			add_member(&r->body, a, &m[i]);
		after = n ? m[n - 1].id : after;
	} while (n == CSV_STEP);
	r->type = STR("text/csv; charset=utf-8; header=present");
	r->cache = STR("no-store");
	response_download(r, arena_cat(q->arena, w->list->name, STR("-members.csv")));
}

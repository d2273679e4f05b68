/* /lists/NAME/admin/members: who is a member; adding, changing, removing many. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/csv.h"
#include "base/enc.h"
#include "lists/members.h"
#include "lists/roster.h"
#include "lists/roster_those.h"
#include "lists/topics.h"
#include "mail/date.h"
#include "store/lists/member_page.h"
#include "web/pages/page.h"

enum { LINES_MAX = 5000, CSV_STEP = 1000 };

static str base(struct request *q)
{
	return arena_cat(q->arena, list_path(q), STR("/admin/members"));
}

/* "state=off&q=anna": what a link or a form goes on looking at. */
static str looked_at(struct request *q, str state, str search)
{
	return arena_cat(q->arena, STR("state="), state, STR("&q="),
			 enc_percent(q->arena, search));
}

/* The page before or after the one whose outermost address that is. */
static str page_link(struct request *q, const struct page_members *p, const char *way,
		     str key)
{
	return arena_printf(q->arena, "%.*s?%s=%.*s&%.*s", STR_F(base(q)), way,
			    STR_F(enc_percent(q->arena, key)),
			    STR_F(looked_at(q, p->state, p->q)));
}

static const char *const state_labels[] = {
	[MEMBER_ANY] = N_("All"),
	[MEMBER_OFF] = N_("No posts by mail"),
	[MEMBER_BOUNCES] = N_("Off since mail came back"),
	[MEMBER_HELD] = N_("Own posts held or refused"),
	[MEMBER_DIGEST] = N_("Digests"),
	[MEMBER_UNPROVEN] = N_("Address not shown to be theirs"),
};

/* A link to each state that somebody is in, or that is looked at. */
static err add_states(struct request *q, struct page_members *p, enum member_state now)
{
	int64_t n[MEMBER_STATES];
	struct page_members_states *rows = arena_zero(q->arena,
						      MEMBER_STATES * sizeof *rows);
	TRY(member_states(worker_of(q)->books.lists, worker_of(q)->list->id, n));
	for (int i = 0; i < MEMBER_STATES; i++) {
		enum member_state state = (enum member_state)i;
		str word = member_state_word(state);
		if (n[i] || state == now)
			rows[p->states_count++] = (struct page_members_states){
				.word = word,
				.label = S_(state_labels[i]),
				.members = n[i],
				.href = arena_cat(q->arena, base(q), STR("?"),
						  looked_at(q, word, STR(""))),
				.current = state == now,
			};
	}
	p->states = rows;
	return OK;
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
				    .before = request_query(q, "before"),
				    .state = member_state_read(p->state) };
	TRY(add_states(q, p, want.state));
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
		p->previous = page_link(q, p, "before", m[0].key);
	if (n && p->last < p->count)
		p->next = page_link(q, p, "after", m[n - 1].key);
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
	bool posted = q->method == POST; /* refused: what was looked at is shown again */
	p->q = posted ? field(q, "q") : str_trim(request_query(q, "q"));
	p->state = member_state_word(member_state_read(
		posted ? field(q, "state") : request_query(q, "state")));
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
	const char *what, *key, *value; /* key "": they are removed */
	const char *field;              /* of the form: which holds the value; or NULL */
} acts[] = {
	{ "remove", "", "", NULL },
	{ "on", "status", "on", NULL },
	{ "off", "delivery", "off", NULL },
	{ "regular", "form", "regular", NULL },
	{ "mime", "form", "mime", NULL },
	{ "plain", "form", "plain", NULL },
	{ "summary", "form", "summary", NULL },
	{ "accept", "action", "accept", NULL },
	{ "defer", "action", "defer", NULL },
	{ "hold", "action", "hold", NULL },
	{ "reject", "action", "reject", NULL },
	{ "discard", "action", "discard", NULL },
	{ "default", "action", "", NULL },
	{ "until", "until", "", "last" },
};

enum { ACTS = sizeof acts / sizeof *acts };

static json_t *chosen(struct request *q)
{
	BUF(b);
	size_t at = 0;
	str address;
	while (pairs_next(&q->form, STR("address"), &at, &address))
		buf_cat(&b, address, STR("\n"));
	return json_of(buf_str(&b));
}

static void refuse(struct request *q, struct response *r, int status, str why)
{
	r->status = status;
	show(q, r, &(struct page_members){ .note = note_bad(q, why) });
}

static str value_of(struct request *q, size_t act)
{
	return acts[act].field ? field(q, acts[act].field) : str_from(acts[act].value);
}

static str why_off(struct request *q, size_t act)
{
	return str_eq(str_from(acts[act].what), STR("off")) ? field(q, "why") : STR("");
}

/* Those with a mark: at once. */
static void change_chosen(struct request *q, struct response *r, size_t act)
{
	struct ordered x;
	bool removes = !*acts[act].key;
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "addresses", chosen(q));
	json_object_set_new(args, "key", json_string(acts[act].key));
	json_object_set_new(args, "value", json_of(value_of(q, act)));
	json_object_set_new(args, "why", json_of(why_off(q, act)));
	json_object_set_new(args, "notice", json_of(field(q, "notice")));
	if (!order_and_wait(q, removes ? "member_remove" : "member_set", args, &x)) {
		refuse(q, r, x.result ? 400 : 503, x.why);
		return;
	}
	response_redirect(
		r, 303,
		arena_printf(q->arena, "%.*s?done=%lld&%.*s", STR_F(base(q)),
			     (long long)x.order,
			     STR_F(looked_at(q, field(q, "state"), field(q, "q")))));
}

/* All that fit: they are written down and shown first (admin_many.c). */
static void change_those(struct request *q, struct response *r, size_t act)
{
	struct worker *w = worker_of(q);
	int64_t id = 0;
	str why = why_off(q, act);
	struct assignment set[] = { { str_from(acts[act].key), value_of(q, act) },
				    { STR("why"), why } };
	struct actor by = { .person = w->viewer.person };
	err e = batch_those(
		&w->books, q->arena, w->list,
		&(struct roster_those){
			.want = { .search = field(q, "q"),
				  .state = member_state_read(field(q, "state")) },
			.set = set,
			.count = !*acts[act].key ? 0
				 : why.n         ? 2
						 : 1,
			.notice = !*acts[act].key && field(q, "notice").n },
		&by, &id);
	if (err_is_passing(e))
		(void)page_failed(q, r, e);
	else if (e.kind)
		refuse(q, r, 400, arena_copy(q->arena, str_from(e.msg)));
	else
		response_redirect(r, 303,
				  arena_printf(q->arena, "%.*s/many/%lld", STR_F(base(q)),
					       (long long)id));
}

void members_post(struct request *q, struct response *r)
{
	size_t act = 0;
	bool all = str_eq(field(q, "of"), STR("all"));
	while (act < ACTS && !str_eq(field(q, "do"), str_from(acts[act].what)))
		act++;
	if (act == ACTS || (!all && !field(q, "address").n))
		refuse(q, r, 400, S_("Choose members, and what to do with them."));
	else if (all)
		change_those(q, r, act);
	else
		change_chosen(q, r, act);
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

#include "web/worker.h"

#include "account/account.h"
#include "account/session.h"
#include "account/token.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "smtp/client.h"
#include "store/lists/address.h"
#include "store/lists/order.h"
#include "lists/orders.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ORDER_WAIT_MS = 10000,
	ORDER_LOOK_MS = 1000, /* where post's ring is lost: see roles/role.h */
	HAND_MS = 30000,
};

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

static bool had_name(const struct list_entry *l, str name)
{
	str local, domain;
	bool yes = false;
	for (size_t i = 0; i < l->former_count; i++)
		yes = yes
		      || (str_cut_last(l->former[i], '@', &local, &domain)
			  && str_eq(local, name));
	return yes;
}

static const struct list_entry *find_list(const struct worker *w, struct arena *a,
					  str name)
{
	name = arena_lower(a, name);
	if (str_has(name, '@'))
		return addressbook_list(w->books.addresses, name);
	str own_domain = domain_ascii(a, w->books.conf->site_domain);
	const struct list_entry *l = addressbook_list(
		w->books.addresses, arena_cat(a, name, STR("@"), own_domain));
	if (l)
		return l;
	const struct list_entry **all;
	size_t n;
	addressbook_lists(w->books.addresses, a, &all, &n);
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i]->name, name))
			return all[i];
	for (size_t i = 0; i < n; i++)
		if (had_name(all[i], name))
			return all[i];
	return NULL;
}

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

static void clear_desk(struct worker *w)
{
	w->list = NULL;
	w->list_path = STR_NONE;
	w->viewer = (struct viewer){ 0 };
	w->rights = (struct right_list){ 0 };
}

err worker_turn(struct worker *w, const struct request *q, const struct list_entry *list)
{
	int64_t person = q->session ? q->session->person : 0;
	clear_desk(w);
	w->list = list;
	if (list) {
		str url = list_url(q->arena, &w->books, list);
		w->list_path = str_skip(url, w->books.conf->site_url.n);
		TRY(settings_load(w->books.lists, q->arena, list->id, &w->settings));
		w->rights = settings_rights(&w->settings);
	}
	return person ? viewer_of(q, list ? list->id : 0, &w->viewer) : OK;
}

static err read_desk(struct worker *w, struct request *q)
{
	str name = request_arg(q, "list");
	clear_desk(w);
	TRY(worker_check(w));
	TRY(books_refresh(&w->books));
	const struct list_entry *list = name.n ? find_list(w, q->arena, name) : NULL;
	return name.n && !list ? OK : worker_turn(w, q, list);
}

bool worker_may(const struct worker *w, enum right right)
{
	return right_may(&w->viewer, right, w->list ? &w->rights : NULL);
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
	const struct list_entry *l = find_list(w, q->arena, list);
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

/* What pages call the person: the name, else an address. */
static str name_of(const struct worker *w, struct arena *a, int64_t person, str name)
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
				 .name = name_of(w, a, s.person, s.name),
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

static err find_bearer(void *ctx, struct arena *a, str token, struct session *out)
{
	struct request q = { .ctx = ctx };
	struct worker *w = worker_of(&q);
	struct account who;
	struct account_pass *pass = arena_zero(a, sizeof *pass);
	TRY(worker_check(w));
	err e = account_token_find(a, w->books.lists, STR(""), token, pass);
	if (!e.kind)
		e = account_by_id(a, w->books.lists, pass->person, &who);
	if (e.kind == ERR_DENIED || e.kind == ERR_NOTFOUND)
		return FAIL(ERR_NOTFOUND, "nobody's token");
	if (e.kind)
		return unread(e);
	*out = (struct session){ .person = pass->person,
				 .admin = pass_may(pass, who.admin),
				 .name = name_of(w, a, pass->person, who.name),
				 .cookie = STR(""),
				 .too_many = !pass_take(w, a, pass),
				 .no_files = !reads_files(pass),
				 .pass = pass };
	return OK;
}

const struct sessions web_sessions = {
	.find = find_session,
	.bearer = find_bearer,
	.form_token = account_form_token,
	.form_check = account_form_check,
};

/* ---- orders */

static void keep_result(struct request *q, struct worker *w, struct ordered *x,
			const struct order_row *row)
{
	json_decref(w->result);
	w->result = json_loadb(row->result.n ? row->result.p : "{}",
			       row->result.n ? row->result.n : 2, 0, NULL);
	x->result = w->result;
	x->why = arena_copy(
		q->arena, str_from(json_string_value(json_object_get(w->result, "why"))));
	x->done = str_eq(row->state, STR("done"));
}

static bool file_order(struct request *q, const char *kind, json_t *args, int64_t *id)
{
	struct worker *w = worker_of(q);
	err e = worker_check(w);
	if (!e.kind)
		e = order_put(w->books.lists, q->arena, kind, args,
			      q->session ? q->session->person : 0,
			      net_ip_text(q->arena, &q->client), id);
	json_decref(args);
	if (e.kind)
		log_error("order-not-filed", KZ("kind", kind), KE(e),
			  KZ("do", "free space; then the page works again"));
	else
		w->web->wake_post(w->web->ring);
	return !e.kind;
}

/* What the token at hand may not, its person may not by it. */
static bool token_may(struct request *q, const char *kind, const json_t *args, str *why)
{
	struct worker *w = worker_of(q);
	enum right right;
	const char *name = json_string_value(json_object_get(args, "list"));
	const struct list_entry *list = name && w->ready ? addressbook_list(
						w->books.addresses, str_from(name))
							 : NULL;
	if (!q->session || !q->session->pass || !order_right(kind, &right)
	    || !(scopes_denied(&q->session->pass->scopes, list ? list->id : 0) >> right
		 & 1))
		return true;
	*why = arena_cat(q->arena, STR("you may not "), str_from(right_text(right)),
			 STR(" with this token"));
	return false;
}

bool order_file_only(struct request *q, const char *kind, json_t *args)
{
	int64_t id;
	str why;
	if (token_may(q, kind, args, &why))
		return file_order(q, kind, args, &id);
	json_decref(args);
	return false;
}

static bool is_answered(struct request *q, int64_t id, struct order_row *row)
{
	err e = order_get(worker_of(q)->books.lists, q->arena, id, row);
	return !e.kind && row->state.n;
}

/* False: it did not come back in time. */
static bool wait_for_answer(struct request *q, int64_t id, struct order_row *row)
{
	struct bell *bell = worker_of(q)->web->answers;
	int64_t now = clock_mono_ms(), until = now + ORDER_WAIT_MS;
	bool answered = false;
	if (!bell_enter(bell))
		return false;
	for (;;) {
		uint64_t heard = bell_heard(bell);
		answered = is_answered(q, id, row);
		now = clock_mono_ms();
		if (answered || now >= until)
			break;
		int64_t look = now + ORDER_LOOK_MS;
		bell_wait(bell, heard, look < until ? look : until);
	}
	bell_leave(bell);
	return answered;
}

bool order_and_wait(struct request *q, const char *kind, json_t *args, struct ordered *x)
{
	struct worker *w = worker_of(q);
	struct order_row row;
	int64_t id;
	*x = (struct ordered){
		.why = STR("It was noted, but not done yet. Look again in a minute.")
	};
	if (!token_may(q, kind, args, &x->why)) {
		json_decref(args);
		return false;
	}
	if (!file_order(q, kind, args, &id)) {
		x->why = STR("The server cannot write at the moment. Nothing was "
			     "changed; try again later.");
		return false;
	}
	x->order = id;
	if (wait_for_answer(q, id, &row))
		keep_result(q, w, x, &row);
	return x->done;
}

/* ---- mail */

struct handing {
	struct smtp_copy copy;
	bool given;
	int code;
	struct arena *a;
	str text;
};

static bool give(void *ctx, struct smtp_copy *copy)
{
	struct handing *h = ctx;
	if (h->given)
		return false;
	h->given = true;
	*copy = h->copy;
	return true;
}

static void hear(void *ctx, const struct smtp_copy *copy, size_t i,
		 const struct smtp_outcome *o)
{
	struct handing *h = ctx;
	(void)copy, (void)i;
	h->code = o->code;
	h->text = arena_copy(h->a, o->text);
}

static void done(void *ctx, const struct smtp_copy *copy)
{
	(void)ctx, (void)copy;
}

static err talk(struct handing *h, const struct conf *conf, int fd)
{
	struct smtp_client_conf c = { .helo = conf->site_hostname,
				      .times = { HAND_MS, HAND_MS, HAND_MS, HAND_MS,
						 HAND_MS } };
	struct smtp_outcome why = { 0 };
	struct smtp_feed feed = { .ctx = h, .next = give, .outcome = hear, .done = done };
	struct smtp_client *client = smtp_client_new(conn_new(fd), &c);
	err e = smtp_client_open(client, &why);
	if (!e.kind)
		e = smtp_client_send(client, &feed);
	smtp_client_quit(client);
	return e;
}

static err submit(struct request *q, str reverse_path, str auth, str recipient,
		  str message, str *says)
{
	struct worker *w = worker_of(q);
	struct smtp_to to = { .address = recipient };
	struct smtp_part part = { .bytes = message };
	struct handing h = { .a = q->arena,
			     .copy = { .reverse_path = reverse_path,
				       .to = &to,
				       .to_count = 1,
				       .parts = &part,
				       .part_count = 1,
				       .eight_bit = true,
				       .auth = auth } };
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair))
		return FAIL(ERR_TEMP,
			    "no connection to the mail server at the moment; try again");
	err e = w->web->hand_mail(w->web->ring, pair[1]);
	close(pair[1]);
	if (e.kind) {
		close(pair[0]);
		return e;
	}
	e = talk(&h, w->books.conf, pair[0]);
	if (e.kind && !h.code)
		return FAIL(ERR_TEMP, "the mail server did not answer; try again");
	*says = h.text;
	return h.code / 100 == 2
		       ? OK
		       : err_in(q->arena, h.code / 100 == 5 ? ERR_DENIED : ERR_TEMP,
				"%.*s", STR_F(h.text));
}

err web_submit(struct request *q, str reverse_path, str recipient, str message, str *says)
{
	return submit(q, reverse_path, reverse_path, recipient, message, says);
}

err web_inject(struct request *q, str recipient, str message, str *says)
{
	str admin = worker_of(q)->books.conf->site_admin;
	return submit(q, admin, STR(""), recipient, message, says);
}

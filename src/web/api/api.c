#include "web/api/api.h"

#include "account/account.h"
#include "account/token.h"
#include "base/enc.h"
#include "base/log.h"
#include "web/api/api_inside.h"

enum { RIGHT_OPEN = ROUTE_OPEN, SECRET_MAX = 400 };

static const struct row {
	unsigned methods;
	const char *methods_text, *pattern;
	api_fn *run;
	unsigned right;
} rows[] = {
#define API(methods, pattern, function, right) \
	{ methods, #methods, pattern, function, RIGHT_##right },
#include "web/api/api.def"
#undef API
};

/* ---- which row */

/* NULL: none; *allowed: the methods that the path has. */
static const struct row *find(struct request *q, unsigned *allowed)
{
	*allowed = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!route_fits(rows[i].pattern, q))
			continue;
		*allowed |= rows[i].methods;
		if (rows[i].methods & q->method)
			return &rows[i];
	}
	return NULL;
}

str api_route(struct arena *a, enum method method, str path)
{
	struct request q = { .arena = a, .method = method };
	unsigned allowed;
	if (request_split_path(a, path, &q).kind)
		return STR("400");
	const struct row *row = find(&q, &allowed);
	if (!row)
		return allowed ? STR("405") : STR("404");
	return arena_cat(a, str_from(row->methods_text), STR(" "),
			 str_from(row->pattern));
}

/* ---- who */

/* A user's name is an address or an id; the secret is a token of theirs. */
static err check_pair(struct api *x, str user, str secret, struct account_pass *pass)
{
	int64_t id;
	struct book *book = x->w->books.lists;
	if (!user.n || !secret.n)
		return FAIL(ERR_DENIED, "a name and a token are needed");
	if (!api_read_person_id(user, &id))
		return account_token_find(x->a, book, user, secret, pass);
	TRY(account_token_find(x->a, book, STR(""), secret, pass));
	return pass->person == id ? OK : FAIL(ERR_DENIED, "not that user's token");
}

/* RFC 7617 section 2. */
static err check_basic(struct api *x, str credentials, struct account_pass *pass)
{
	str plain, user, secret;
	if (credentials.n > SECRET_MAX
	    || enc_base64_decode(x->a, credentials, &plain).kind
	    || !str_cut(plain, ':', &user, &secret))
		return FAIL(ERR_DENIED, "these are no credentials");
	return check_pair(x, user, secret, pass);
}

/* RFC 9110 section 15.5.2; RFC 6750 section 3.1 has words for what is wrong with a token. */
static void ask_who(struct api *x, int status, str why)
{
	bool bearer = str_istarts(request_header(x->q, "authorization"), STR("bearer "));
	if (status == 401) {
		response_header(x->r, STR("WWW-Authenticate"),
				STR("Basic realm=\"Postern\", charset=\"UTF-8\""));
		response_header(x->r, STR("WWW-Authenticate"),
				bearer ? STR("Bearer error=\"invalid_token\"")
				       : STR("Bearer"));
	}
	api_fail(x, status, why);
}

static void refuse(struct api *x)
{
	throttle_failed(x->w->web->sign_ins, STR(""), &x->q->client);
	log_warn("sign-in-refused", KS("client", net_ip_text(x->a, &x->q->client)),
		 KZ("mechanism", "token"), KS("user", STR("")));
	ask_who(x, 401, STR("The name or the token is wrong."));
}

static bool take_session(struct api *x, const struct account_pass *pass)
{
	struct account who;
	struct session *s = arena_zero(x->a, sizeof *s);
	if (api_failed(x, account_by_id(x->a, x->w->books.lists, pass->person, &who)))
		return false;
	*s = (struct session){ .person = pass->person,
			       .admin = pass_may(pass, who.admin),
			       .name = who.name,
			       .cookie = STR(""),
			       .pass = pass,
			       .too_many = !pass_take(x->w, x->a, pass) };
	x->q->session = s;
	return true;
}

/* True: x->q->session is who asks. A cookie lends a program nothing here. */
static bool sign_in(struct api *x)
{
	str header = request_header(x->q, "authorization");
	struct account_pass *pass = arena_zero(x->a, sizeof *pass);
	bool basic = str_istarts(header, STR("basic "));
	if (!basic && x->q->session && !x->q->session->cookie.n)
		return true;
	x->q->session = NULL;
	if (x->q->session_unread) {
		api_fail(x, 503, STR("Try again in a minute."));
		return false;
	}
	if (!header.n) {
		ask_who(x, 401,
			STR("Sign in by HTTP Basic: an address and a token of it."));
		return false;
	}
	if (!throttle_may(x->w->web->sign_ins, STR(""), &x->q->client)) {
		ask_who(x, 429, STR("Too many wrong tokens from your network of late."));
		return false;
	}
	err e = basic ? check_basic(x, str_trim(str_skip(header, 6)), pass)
		      : FAIL(ERR_DENIED, "neither Basic nor a token that is known");
	if (e.kind != ERR_DENIED)
		return !api_failed(x, e) && take_session(x, pass);
	refuse(x);
	return false;
}

/* ---- may they */

/* RFC 6750 section 3.1. */
static void say_scope(struct api *x, enum right right)
{
	if (x->w->viewer.denied >> right & 1)
		response_header(x->r, STR("WWW-Authenticate"),
				arena_cat(x->a,
					  STR("Bearer error=\"insufficient_scope\", "
					      "scope=\""),
					  scopes_granting(x->a, right), STR("\"")));
}

/* RFC 6585 section 4. */
static bool is_in_time(struct api *x)
{
	if (!x->q->session->too_many)
		return true;
	response_header(x->r, STR("Retry-After"), STR("60"));
	api_fail(x, 429,
		 STR("This token has made as many requests in a minute as it may. Try "
		     "again in a minute."));
	return false;
}

static bool may(struct api *x, unsigned right)
{
	struct worker *w = x->w;
	str name = request_arg(x->q, "list");
	const struct list_entry *list = NULL;
	if (name.n && !(list = api_find_list(x, name))) {
		api_fail(x, 404, STR("There is no such list."));
		return false;
	}
	if (!list && api_failed(x, api_turn(x, NULL)))
		return false;
	if (right == RIGHT_OPEN || worker_may(w, (enum right)right))
		return true;
	say_scope(x, (enum right)right);
	api_fail(x, 403,
		 arena_cat(x->a, STR("You may not "),
			   str_from(right_text((enum right)right)), STR(".")));
	return false;
}

/* As mailmanclient sends them; what is in another form would be ignored in silence. */
static bool is_form(struct api *x)
{
	if (!x->q->body.n || x->q->form.count)
		return true;
	api_fail(x, 415,
		 STR("Send the fields as a form: application/x-www-form-urlencoded or "
		     "multipart/form-data."));
	return false;
}

static void run(struct api *x)
{
	unsigned allowed;
	if (api_failed(x, worker_check(x->w))
	    || api_failed(x, books_refresh(&x->w->books)) || !sign_in(x) || !is_in_time(x)
	    || !is_form(x))
		return;
	const struct row *row = find(x->q, &allowed);
	if (!row)
		api_fail(x, allowed ? 405 : 404,
			 allowed ? STR("What stands here has not this method.")
				 : STR("There is no such resource."));
	else if (may(x, row->right))
		row->run(x);
}

void api_page(struct request *q, struct response *r)
{
	struct request below = *q;
	struct api x = { .q = &below, .r = r, .w = worker_of(q), .a = q->arena };
	r->type = STR("application/json");
	r->cache = STR("no-store");
	if (q->refused) {
		api_fail(&x, q->refused, str_from(q->why));
		return;
	}
	x.root = arena_cat(q->arena, x.w->web->conf->site_url, STR("/api/3.1"));
	if (q->segment_count < 2 || !str_eq(q->segments[1], STR("3.1"))) {
		api_fail(&x, 404, STR("The API's version is 3.1: /api/3.1/"));
		return;
	}
	below.segments += 2;
	below.segment_count -= 2;
	run(&x);
}

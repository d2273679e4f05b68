/* Texts of letters by URI, under Mailman's names: of a list, a domain, the site. The text
 * is fetched when its URI is set, all of a request before anything changes; to set the
 * same URI again fetches it anew. */
#include "web/api/uris_inside.h"

#include "base/clock.h"
#include "store/lists/domain.h"

enum { ALL_MS = 20000 };

struct wanted {
	struct template_owner owner;
	str path; /* of the resource of all */
	str name; /* the path's, where it is one of them; else empty */
};

/* ---- whose */

static bool find_domain(struct api *x, str host, struct wanted *w)
{
	host = arena_lower(x->a, host);
	err e = domain_find(x->w->books.lists, host, &w->owner.of.domain);
	if (e.kind == ERR_NOTFOUND)
		e = err_in(x->a, e.kind, "No such domain: %.*s", STR_F(host));
	w->owner.domain = host;
	w->path = arena_cat(x->a, STR("/domains/"), host, STR("/uris"));
	return !api_failed(x, e);
}

/* False: there is none of that name, which is answered. */
static bool find(struct api *x, struct wanted *w)
{
	str host = request_arg(x->q, "host"), local;
	*w = (struct wanted){ .owner = { .domain = STR("") },
			      .path = STR("/uris"),
			      .name = request_arg(x->q, "template") };
	if (host.n && !find_domain(x, host, w))
		return false;
	if (x->w->list) {
		w->owner.list = x->w->list;
		w->owner.of.list = x->w->list->id;
		(void)str_cut_last(x->w->list->address, '@', &local, &w->owner.domain);
		w->path = arena_cat(x->a, STR("/lists/"), x->w->list->list_id,
				    STR("/uris"));
	}
	if (!w->name.n || template_uri_fits(&w->owner.of, w->name))
		return true;
	api_fail(x, 404, arena_cat(x->a, STR("No such template: "), w->name));
	return false;
}

/* ---- shown */

static str path_of(struct api *x, const struct wanted *w, str name)
{
	return arena_cat(x->a, w->path, STR("/"), name);
}

/* A password is used once, and not kept. */
static json_t *uri_json(struct api *x, const struct wanted *w,
			const struct template_uri_row *row)
{
	json_t *object = json_object();
	json_object_set_new(object, "uri", api_str(row->uri));
	json_object_set_new(object, "name", api_str(row->name));
	if (row->username.n) {
		json_object_set_new(object, "username", api_str(row->username));
		json_object_set_new(object, "password", json_null());
	}
	api_link(x, object, path_of(x, w, row->name));
	return object;
}

void api_uris(struct api *x)
{
	struct template_uri_row *rows;
	struct api_span page;
	struct wanted w;
	size_t n;
	if (!find(x, &w)
	    || api_failed(
		    x, template_uri_holding(&x->w->books, x->a, &w.owner.of, &rows, &n))
	    || !api_paging(x, &page))
		return;
	json_t *all = json_array(), *object = json_object();
	for (size_t i = page.start; i < n && i - page.start < page.limit; i++)
		json_array_append_new(all, uri_json(x, &w, &rows[i]));
	api_link(x, object, w.path);
	api_entries(x, all, page.start, n, object);
}

void api_uri(struct api *x)
{
	struct template_uri_row *rows;
	struct wanted w;
	size_t n, i = 0;
	if (!find(x, &w)
	    || api_failed(
		    x, template_uri_holding(&x->w->books, x->a, &w.owner.of, &rows, &n)))
		return;
	while (i < n && !str_eq(rows[i].name, w.name))
		i++;
	if (i == n) {
		api_fail(x, 404, STR("404 Not Found"));
		return;
	}
	json_t *object = json_object();
	json_object_set_new(object, "uri", api_str(rows[i].uri));
	api_link(x, object, path_of(x, &w, w.name));
	api_json(x, object);
}

/* ---- set */

static bool is_credential(str name)
{
	return str_eq(name, STR("username")) || str_eq(name, STR("password"));
}

static bool takes(const struct wanted *w, str name)
{
	return w->name.n ? str_eq(name, w->name) : template_uri_fits(&w->owner.of, name);
}

/* As Mailman's validator: every name is known and, where all must be there, is. */
static bool check_names(struct api *x, const struct wanted *w, bool all)
{
	str unknown = STR(""), missing = STR("");
	size_t n;
	const char *const *names = template_uri_names(&n);
	for (size_t i = 0; i < x->q->form.count; i++) {
		str name = x->q->form.rows[i].name;
		if (!is_credential(name) && !takes(w, name))
			unknown = arena_cat(x->a, unknown,
					    unknown.n ? STR(", ") : STR(""), name);
	}
	for (size_t i = 0; all && i < n; i++)
		if (takes(w, str_from(names[i]))
		    && !pairs_get(&x->q->form, str_from(names[i])).p)
			missing = arena_cat(x->a, missing,
					    missing.n ? STR(", ") : STR(""),
					    str_from(names[i]));
	if (unknown.n)
		api_fail(x, 400,
			 arena_cat(x->a, STR("Unexpected parameters: "), unknown));
	else if (missing.n)
		api_fail(x, 400, arena_cat(x->a, STR("Missing parameters: "), missing));
	return !unknown.n && !missing.n;
}

static bool read_login(struct api *x, struct uri_fetch *f)
{
	f->username = request_form(x->q, "username");
	f->password = request_form(x->q, "password");
	if (!f->username.n == !f->password.n && !str_has(f->username, ':'))
		return true;
	api_fail(x, 400,
		 f->username.n && f->password.n
			 ? STR("A username has no colon.")
			 : STR("Specify both username and password, or neither"));
	return false;
}

static void add_text(json_t *texts, str name, str uri, str username, str text)
{
	json_t *one = json_object();
	json_object_set_new(one, "name", api_str(name));
	json_object_set_new(one, "uri", api_str(uri));
	json_object_set_new(one, "username", api_str(username));
	json_object_set_new(one, "text", api_str(text));
	json_array_append_new(texts, one);
}

/* False: why not is answered. */
static bool fetch_one(struct api *x, const struct wanted *w, struct uri_fetch *f,
		      struct pair field, json_t *texts)
{
	str text = STR("");
	err e = OK;
	if (field.value.n) {
		e = template_uri_check(x->a, &w->owner.of, field.name);
		if (!e.kind)
			e = uri_fetch(x, &w->owner, f, field.value, &text);
		if (err_is_passing(e)) {
			api_fail(x, 503, str_from(e.msg));
			return false;
		}
		if (e.kind) {
			api_fail(x, 400,
				 arena_cat(x->a, STR("Invalid Parameter \""), field.name,
					   STR("\": "), str_from(e.msg)));
			return false;
		}
	}
	add_text(texts, field.name, field.value, field.value.n ? f->username : STR(""),
		 text);
	return true;
}

/* texts is taken over. */
static void order(struct api *x, const struct wanted *w, json_t *texts)
{
	struct ordered done;
	json_t *args = w->owner.list ? api_list_args(x) : json_object();
	if (!w->owner.list)
		json_object_set_new(args, "domain", api_str(w->owner.domain));
	json_object_set_new(args, "texts", texts);
	if (api_order(x, w->owner.list ? "template_uris" : "site_template_uris", args,
		      &done))
		api_done(x);
}

static void set(struct api *x, bool all)
{
	struct uri_fetch f = { .until = clock_mono_ms() + ALL_MS };
	struct wanted w;
	if (!find(x, &w) || !check_names(x, &w, all) || !read_login(x, &f))
		return;
	json_t *texts = json_array();
	for (size_t i = 0; i < x->q->form.count; i++) {
		struct pair field = x->q->form.rows[i];
		if (is_credential(field.name)
		    || pairs_get(&x->q->form, field.name).p != field.value.p)
			continue; /* the first of that name stands for all of them */
		if (!fetch_one(x, &w, &f, field, texts)) {
			json_decref(texts);
			return;
		}
	}
	order(x, &w, texts);
}

void api_uris_patch(struct api *x)
{
	set(x, false);
}

void api_uris_put(struct api *x)
{
	set(x, true);
}

void api_uris_delete(struct api *x)
{
	struct wanted w;
	size_t n;
	const char *const *names = template_uri_names(&n);
	if (!find(x, &w))
		return;
	json_t *texts = json_array();
	for (size_t i = 0; i < n; i++)
		if (takes(&w, str_from(names[i])))
			add_text(texts, str_from(names[i]), STR(""), STR(""), STR(""));
	order(x, &w, texts);
}

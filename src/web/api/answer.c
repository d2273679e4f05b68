#include "web/api/api_inside.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"

#include <openssl/evp.h>

/* ---- values */

json_t *api_str(str s)
{
	json_t *text = json_stringn(s.n ? s.p : "", s.n);
	return text ? text : json_string("");
}

/* Mailman's times are UTC and say so nowhere. */
json_t *api_time(int64_t seconds)
{
	char text[CLOCK_TEXT];
	if (!seconds)
		return json_null();
	clock_iso(seconds * 1000, text);
	return json_stringn(text, sizeof "2026-11-27T03:15:08" - 1);
}

void api_link(struct api *x, json_t *object, str path)
{
	json_object_set_new(object, "self_link", api_str(arena_cat(x->a, x->root, path)));
}

/* SHA-1 over the fields in their order, as Mailman's are: a tag, no proof. */
static void add_etag(struct api *x, json_t *object)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	char *text = json_dumps(object, JSON_SORT_KEYS | JSON_COMPACT);
	if (text)
		(void)!EVP_Digest(text, strlen(text), sum, &n, EVP_sha1(), NULL);
	free(text);
	str hex = enc_hex(x->a, (str){ (const char *)sum, n });
	json_object_set_new(object, "http_etag",
			    api_str(arena_cat(x->a, STR("\""), hex, STR("\""))));
}

static void write_json(struct api *x, int status, json_t *object)
{
	char *text = json_dumps(object, JSON_SORT_KEYS);
	x->r->status = status;
	buf_clear(&x->r->body);
	buf_add(&x->r->body, str_from(text));
	free(text);
	json_decref(object);
}

void api_json(struct api *x, json_t *object)
{
	add_etag(x, object);
	write_json(x, 200, object);
}

void api_accepted(struct api *x, json_t *object)
{
	add_etag(x, object);
	write_json(x, 202, object);
}

void api_done(struct api *x)
{
	x->r->status = 204;
}

void api_created(struct api *x, str path)
{
	x->r->status = 201;
	response_header(x->r, STR("Location"), arena_cat(x->a, x->root, path));
}

/* ---- errors */

/* Programs that know Mailman look for its sentence. */
static str in_mailmans_words(str why)
{
	static const struct {
		const char *ours, *mailmans;
	} rows[] = {
		{ "the address is theirs already",
		  "Address already associated with the user" },
		{ "the address is another account's: make the two one, or remove it "
		  "there first",
		  "Address belongs to other user" },
		{ "the address is not shown to be theirs: that comes first",
		  "Unverified email address" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(why, str_from(rows[i].ours)))
			return str_from(rows[i].mailmans);
	return why;
}

void api_fail(struct api *x, int status, str why)
{
	json_t *object = json_object();
	why = in_mailmans_words(why);
	json_object_set_new(
		object, "title",
		api_str(arena_printf(x->a, "%d %s", status, status_text(status))));
	json_object_set_new(object, "description", api_str(why));
	write_json(x, status, object);
}

void api_fail_err(struct api *x, err e)
{
	int status = e.kind == ERR_NOTFOUND ? 404
		     : e.kind == ERR_DENIED ? 403
		     : err_is_passing(e)    ? 503
					    : 400;
	if (status == 503) {
		log_error("page-not-made", KE(e), KZ("do", "mend what the error names"));
		api_fail(x, status, STR("The server cannot answer at the moment."));
		return;
	}
	api_fail(x, status, str_from(e.msg));
}

bool api_failed(struct api *x, err e)
{
	if (e.kind)
		api_fail_err(x, e);
	return e.kind;
}

/* ---- fields */

str api_field(const struct api *x, const char *name)
{
	str value = request_form(x->q, name);
	return value.p ? value : request_query(x->q, name);
}

bool api_has(const struct api *x, const char *name)
{
	return api_field(x, name).n > 0;
}

static bool is_one_of(str value, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_ieq(value, str_from(words[i])))
			return true;
	return false;
}

bool api_is_true(str value)
{
	static const char *const words[] = { "true", "yes", "1",      "on",
					     "t",    "y",   "enable", "enabled" };
	return is_one_of(value, words, sizeof words / sizeof *words);
}

bool api_is_false(str value)
{
	static const char *const words[] = { "false", "no", "0",       "off",
					     "f",     "n",  "disable", "disabled" };
	return is_one_of(value, words, sizeof words / sizeof *words);
}

bool api_yes(const struct api *x, const char *name)
{
	return api_is_true(api_field(x, name));
}

/* ---- listings */

static bool read_number(struct api *x, const char *name, uint64_t least, uint64_t *n)
{
	str text = api_field(x, name);
	if (!text.n || (str_u64(text, n) && *n >= least && *n <= API_ALL))
		return true;
	api_fail(x, 400, arena_printf(x->a, "Cannot convert parameters: %s", name));
	return false;
}

bool api_paging(struct api *x, struct api_span *page)
{
	uint64_t count = API_ALL, number = 1;
	if (!read_number(x, "count", 0, &count) || !read_number(x, "page", 1, &number))
		return false;
	*page = (struct api_span){ .start = (size_t)(count * (number - 1)),
				   .limit = (size_t)count,
				   .paged = api_has(x, "count") };
	if (!page->paged)
		page->start = 0;
	return true;
}

void api_entries(struct api *x, json_t *entries, size_t start, size_t total,
		 json_t *extra)
{
	json_t *object = extra ? extra : json_object(), *entry;
	size_t i;
	if (total > API_ALL && json_array_size(entries) == API_ALL) {
		json_decref(entries);
		json_decref(object);
		api_fail(
			x, 400,
			STR("This is too much for one answer: ask with count and page."));
		return;
	}
	json_array_foreach(entries, i, entry) add_etag(x, entry);
	json_object_set_new(object, "start", json_integer((json_int_t)start));
	json_object_set_new(object, "total_size", json_integer((json_int_t)total));
	if (json_array_size(entries))
		json_object_set(object, "entries", entries);
	json_decref(entries);
	api_json(x, object);
}

void api_slice(struct api *x, json_t *all)
{
	struct api_span page;
	json_t *some = json_array(), *entry;
	size_t i, total = json_array_size(all);
	if (!api_paging(x, &page)) {
		json_decref(some);
		json_decref(all);
		return;
	}
	json_array_foreach(all, i,
			   entry) if (i >= page.start && i - page.start < page.limit)
		json_array_append(some, entry);
	json_decref(all);
	api_entries(x, some, page.start, total, NULL);
}

/* ---- orders */

json_t *api_list_args(const struct api *x)
{
	json_t *args = json_object();
	json_object_set_new(args, "list", api_str(x->w->list->address));
	return args;
}

/* What was wrong with the first of several, where the order lists it. */
static str first_wrong(struct api *x, const struct ordered *done)
{
	const json_t *wrong = json_object_get(done->result, "wrong");
	return arena_copy(x->a, str_from(json_string_value(json_array_get(wrong, 0))));
}

bool api_order(struct api *x, const char *kind, json_t *args, struct ordered *done)
{
	done->result = NULL;
	if (!order_and_wait(x->q, kind, args, done)) {
		bool ran = done->order && done->result;
		int status = str_starts(done->why, STR("you may not")) ? 403
			     : !ran                                    ? 503
								       : 400;
		api_fail(x, status, done->why);
		return false;
	}
	str wrong = first_wrong(x, done);
	if (wrong.n)
		api_fail(x, 400, wrong);
	return !wrong.n;
}

/* One answer, a collection page by page, and the small tables of a list. */
#include "lists/import/mailman3_rest_inside.h"

#include "lists/import/mailman3_inside.h"
#include "store/foreign/foreign.h"

const char *const rest_actions[5] = { "hold", "reject", "discard", "accept", "defer" };

/* How deep it is, and of how many values, is known before any of them takes memory: a
 * comma, a bracket or a brace begins one each. */
static bool is_modest(str body)
{
	size_t values = 0, depth = 0;
	bool quoted = false;
	for (size_t i = 0; i < body.n; i++) {
		char c = body.p[i];
		if (quoted) {
			i += c == '\\';
			quoted = c != '"';
			continue;
		}
		quoted = c == '"';
		bool opens = c == '[' || c == '{', closes = c == ']' || c == '}';
		depth += opens;
		depth -= closes && depth;
		values += opens || c == ',';
		if (depth > REST_DEPTH || values > REST_VALUES)
			return false;
	}
	return true;
}

err rest_ask(struct rest *r, str path, size_t most, json_t **answer)
{
	ARENA(one);
	str body;
	json_error_t why;
	err e = r->service->get(r->service->with, one, path, most, &body);
	if (e.kind)
		return err_in(r->a, e.kind, "%.*s: %s", STR_F(path), e.msg);
	if (body.n > REST_OCTETS - r->octets)
		return err_in(r->a, ERR_LIMIT,
			      "%.*s: all answers about this list take over %d MB",
			      STR_F(path), REST_OCTETS >> 20);
	r->octets += body.n;
	if (!is_modest(body))
		return err_in(r->a, ERR_LIMIT,
			      "%.*s: the answer is nested too deeply, or of too many "
			      "values",
			      STR_F(path));
	json_t *j = json_loadb(body.n ? body.p : "", body.n, JSON_ALLOW_NUL, &why);
	if (!json_is_object(j)) {
		json_decref(j);
		return err_in(r->a, ERR_SYNTAX, "%.*s: the answer is no JSON object%s%s",
			      STR_F(path), j ? "" : ": ", j ? "" : why.text);
	}
	*answer = j;
	return OK;
}

/* ---- values */

str rest_copy(struct arena *a, const json_t *text)
{
	return arena_copy(a, (str){ json_string_value(text), json_string_length(text) });
}

static const json_t *value_of(struct rest *r, const json_t *o, const char *key,
			      bool (*fits)(const json_t *))
{
	const json_t *v = json_object_get(o, key);
	if (!v || json_is_null(v))
		return NULL;
	if (fits(v))
		return v;
	if (!r->wrong)
		r->wrong = key;
	return NULL;
}

static bool is_text(const json_t *v)
{
	return json_is_string(v);
}

static bool is_number(const json_t *v)
{
	return json_is_number(v) && json_number_value(v) > -9e15
	       && json_number_value(v) < 9e15;
}

static bool is_yes_or_no(const json_t *v)
{
	return json_is_boolean(v);
}

str rest_text(struct rest *r, struct arena *a, const json_t *o, const char *key)
{
	const json_t *v = value_of(r, o, key, is_text);
	return v ? rest_copy(a, v) : STR("");
}

int64_t rest_number(struct rest *r, const json_t *o, const char *key, int64_t otherwise)
{
	const json_t *v = value_of(r, o, key, is_number);
	return v ? (int64_t)json_number_value(v) : otherwise;
}

int64_t rest_yes(struct rest *r, const json_t *o, const char *key)
{
	const json_t *v = value_of(r, o, key, is_yes_or_no);
	return v ? json_is_true(v) : -1;
}

int64_t rest_moment(struct rest *r, struct arena *a, const json_t *o, const char *key)
{
	return mailman3_moment(a, rest_text(r, a, o, key), 0);
}

int64_t rest_word(str word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(word, str_from(words[i])))
			return (int64_t)i;
	return -1;
}

err rest_right(struct rest *r, struct arena *a, str path)
{
	const char *wrong = r->wrong;
	r->wrong = NULL;
	return wrong ? err_in(a, ERR_SYNTAX,
			      "%.*s: the value of %s is not of the type that Mailman "
			      "gives it",
			      STR_F(path), wrong)
		     : OK;
}

/* ---- paths */

str rest_escaped(struct arena *a, str s)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_alloc(a, 3 * s.n + 1), *at = out;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (chr_is_alpha(s.p[i]) || chr_is_digit(s.p[i])
		    || (c && strchr("._-@", c))) {
			*at++ = s.p[i];
			continue;
		}
		*at++ = '%';
		*at++ = digits[c >> 4];
		*at++ = digits[c & 15];
	}
	return (str){ out, (size_t)(at - out) };
}

str rest_path(struct arena *a, const struct mailman3_list *list, const char *rest)
{
	return arena_cat(a, STR("/lists/"), rest_escaped(a, list->list_id),
			 str_from(rest));
}

/* ---- collections */

struct grown {
	char *rows;
	size_t size, count, room;
};

static void *next_row(struct arena *a, struct grown *g)
{
	if (g->count == g->room) {
		size_t room = g->room ? 2 * g->room : 16;
		char *more = arena_zero(a, room * g->size);
		if (g->count)
			memcpy(more, g->rows, g->count * g->size);
		g->rows = more;
		g->room = room;
	}
	return g->rows + g->size * g->count++;
}

/* What a page says of itself: where it starts, and of how many. */
static err check_page(struct rest *r, str path, const json_t *page, size_t seen,
		      int64_t *total, size_t *n)
{
	const json_t *entries = json_object_get(page, "entries");
	int64_t start = rest_number(r, page, "start", (int64_t)seen);
	int64_t all = rest_number(r, page, "total_size", -1);
	size_t count = entries ? json_array_size(entries) : 0;
	TRY(rest_right(r, r->a, path));
	if ((entries && !json_is_array(entries)) || all < 0)
		return err_in(r->a, ERR_SYNTAX, "%.*s: it is no collection", STR_F(path));
	if (all > FOREIGN_ROWS)
		return err_in(r->a, ERR_LIMIT, "%.*s: over %d entries", STR_F(path),
			      FOREIGN_ROWS);
	if (*total >= 0 && all != *total)
		return err_in(r->a, ERR_TEMP,
			      "%.*s: it changed while it was read; run the import again",
			      STR_F(path));
	if (start != (int64_t)seen || count > REST_PAGE || seen + count > (size_t)all
	    || (!count && seen < (size_t)all))
		return err_in(r->a, ERR_SYNTAX,
			      "%.*s: the page is not the one that was asked for: %zu of "
			      "%lld entries from %lld on",
			      STR_F(path), count, (long long)all, (long long)start);
	*total = all;
	*n = count;
	return OK;
}

static err take_page(struct rest *r, struct arena *a, str path, const json_t *page,
		     rest_row *take, struct grown *g)
{
	const json_t *entries = json_object_get(page, "entries");
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);
		if (!json_is_object(entry))
			return err_in(r->a, ERR_SYNTAX, "%.*s: an entry is no object",
				      STR_F(path));
		take(r, a, entry, next_row(a, g));
	}
	return rest_right(r, r->a, path);
}

err rest_rows(struct rest *r, struct arena *a, str path, rest_row *take, size_t size,
	      void **rows, size_t *count)
{
	struct grown g = { .size = size };
	int64_t total = -1;
	for (int number = 1; total < 0 || g.count < (size_t)total; number++) {
		ARENA(one);
		size_t n;
		json_t *page;
		str at = arena_printf(one, "%.*s%ccount=%d&page=%d", STR_F(path),
				      str_has(path, '?') ? '&' : '?', REST_PAGE, number);
		TRY(rest_ask(r, at, REST_BODY, &page));
		err e = check_page(r, at, page, g.count, &total, &n);
		if (!e.kind)
			e = take_page(r, a, at, page, take, &g);
		json_decref(page);
		TRY(e);
	}
	*rows = g.rows;
	*count = g.count;
	return OK;
}

/* ---- the small tables */

/* Its id becomes a part of paths, and none that leads elsewhere. */
static void take_list(struct rest *r, struct arena *a, const json_t *entry, void *row)
{
	struct mailman3_list *list = row;
	*list = (struct mailman3_list){
		.list_id = rest_text(r, a, entry, "list_id"),
		.name = rest_text(r, a, entry, "list_name"),
		.host = rest_text(r, a, entry, "mail_host"),
	};
	if (!list->list_id.n || str_starts(list->list_id, STR(".")))
		r->wrong = "list_id";
}

static void take_match(struct rest *r, struct arena *a, const json_t *entry, void *row)
{
	*(struct mailman3_match *)row = (struct mailman3_match){
		.header = rest_text(r, a, entry, "header"),
		.pattern = rest_text(r, a, entry, "pattern"),
		.chain = rest_text(r, a, entry, "action"),
	};
}

/* A user name and a password may stand there, too: they are not read. */
static void take_template(struct rest *r, struct arena *a, const json_t *entry, void *row)
{
	*(struct mailman3_pair *)row = (struct mailman3_pair){
		.key = rest_text(r, a, entry, "name"),
		.value = rest_text(r, a, entry, "uri"),
	};
}

err rest_version(struct rest *r, struct arena *a, str *version)
{
	json_t *answer;
	str path = STR("/system/versions");
	TRY(rest_ask(r, path, REST_BODY, &answer));
	str text = rest_text(r, a, answer, "mailman_version");
	json_decref(answer);
	TRY(rest_right(r, r->a, path));
	if (!str_starts(text, STR("GNU Mailman 3.")))
		return err_in(r->a, ERR_SYNTAX,
			      "%.*s: what answers there is no Mailman 3", STR_F(path));
	*version = text;
	return OK;
}

err rest_lists(struct rest *r, struct arena *a, struct mailman3_list **list,
	       size_t *count)
{
	return REST_ROWS(r, a, STR("/lists"), take_list, list, count);
}

err rest_read(struct rest *r, struct arena *a, const struct mailman3_list *list,
	      struct rest_read *out)
{
	struct rest_read read = { 0 };
	r->octets = 0;
	r->wrong = NULL;
	TRY(rest_config(r, a, list, &read));
	TRY(rest_bans(r, a, rest_path(a, list, "/bans"), &read.bans.line,
		      &read.bans.count));
	TRY(REST_ROWS(r, a, rest_path(a, list, "/header-matches"), take_match,
		      &read.match, &read.matches));
	TRY(REST_ROWS(r, a, rest_path(a, list, "/uris"), take_template, &read.template,
		      &read.templates));
	TRY(rest_people(r, a, list, &read));
	TRY(rest_waiting(r, a, list, &read));
	*out = read;
	return OK;
}

void rest_close(struct rest *r)
{
	map_free(&r->addresses);
	map_free(&r->users);
}

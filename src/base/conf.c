#include "base/conf.h"

#include "base/clock.h"
#include "base/file.h"

#include <ini.h>
#include <limits.h>
#include <stdlib.h>

enum { CONF_MAX = 256 * 1024, ROUTES_MAX = 10000 };

enum type { TEXT, WORDS, NUMBER, SIZE, SPAN, BOOL };

static const struct row {
	const char *section, *key;
	enum type type;
	size_t offset;
	const char *standard;
} rows[] = {
#define CONF(section, key, field, type, standard, text) \
	{ #section, #key, type, offsetof(struct conf, field), standard },
#include "base/conf.def"
#undef CONF
};

static const struct conf_doc docs[] = {
#define CONF(section, key, field, type, standard, text) \
	{ #section, #key, #type, standard, text },
#include "base/conf.def"
#undef CONF
};

enum { ROWS = sizeof rows / sizeof *rows };

struct load {
	struct arena *a;
	struct conf conf;
	err e;
};

const struct conf_doc *conf_docs(size_t *count)
{
	*count = ROWS;
	return docs;
}

static bool parse_size(str text, int64_t *octets)
{
	static const struct {
		char unit;
		int64_t octets;
	} units[] = { { 'k', 1024 }, { 'M', 1 << 20 }, { 'G', 1 << 30 } };
	int64_t n, scale = 1;
	for (size_t i = 0; text.n && i < sizeof units / sizeof *units; i++)
		if (text.p[text.n - 1] == units[i].unit) {
			scale = units[i].octets;
			text.n--;
			break;
		}
	return str_i64(text, &n) && n >= 0 && !__builtin_mul_overflow(n, scale, octets);
}

static bool parse_bool(str text, bool *value)
{
	*value = str_ieq(text, STR("yes"));
	return *value || str_ieq(text, STR("no"));
}

static bool set_number(str value, int64_t *number)
{
	return str_i64(value, number) && *number >= 0;
}

/* What a value of a type must look like, for the error's text. */
static const char *const wanted[] = {
	[TEXT] = "one line",
	[WORDS] = "words separated by commas",
	[NUMBER] = "a whole number",
	[SIZE] = "a size such as 512k, 50M or 1G",
	[SPAN] = "a time such as 90s, 5m, 12h or 5d",
	[BOOL] = "yes or no",
};

static bool set(struct load *l, const struct row *row, str value)
{
	void *at = (char *)&l->conf + row->offset;
	switch (row->type) {
	case TEXT:
	case WORDS:
		*(str *)at = arena_copy(l->a, value);
		return true;
	case NUMBER:
		return set_number(value, at);
	case SIZE:
		return parse_size(value, at);
	case SPAN:
		return clock_parse_span(value, at);
	case BOOL:
		return parse_bool(value, at);
	}
	return false;
}

static err add_route(struct load *l, str domain, str hop)
{
	struct conf *c = &l->conf;
	if (c->route_count == ROUTES_MAX)
		return FAIL(ERR_SYNTAX, "[route] takes at most 10,000 lines");
	if (c->route_count % 64 == 0) {
		struct conf_route *more = arena_alloc(l->a, (c->route_count + 64)
								    * sizeof *more);
		if (c->route_count)
			memcpy(more, c->routes, c->route_count * sizeof *more);
		c->routes = more;
	}
	c->routes[c->route_count++] = (struct conf_route){ arena_lower(l->a, domain),
							   arena_copy(l->a, hop) };
	return OK;
}

static err put(struct load *l, str section, str key, str value)
{
	if (!section.n)
		return FAIL(ERR_SYNTAX, "a key before the first [section]");
	if (str_eq(section, STR("route")))
		return add_route(l, key, value);
	for (size_t i = 0; i < ROWS; i++) {
		if (!str_eq(section, str_from(rows[i].section))
		    || !str_eq(key, str_from(rows[i].key)))
			continue;
		if (!set(l, &rows[i], value))
			return err_in(l->a, ERR_SYNTAX, "[%s] %s = %.*s: must be %s",
				      rows[i].section, rows[i].key, STR_F(value),
				      wanted[rows[i].type]);
		return OK;
	}
	return err_in(l->a, ERR_SYNTAX,
		      "[%.*s] has no key \"%.*s\"; postern.conf(5) lists the keys",
		      STR_F(section), STR_F(key));
}

static int on_pair(void *arg, const char *section, const char *key, const char *value)
{
	struct load *l = arg;
	if (!l->e.kind) /* inih goes on after an error; the first one is told */
		l->e = put(l, str_from(section), str_from(key), str_from(value));
	return l->e.kind == ERR_NONE;
}

static err put_override(struct load *l, const char *text)
{
	str name, value, section, key;
	if (!str_cut(str_from(text), '=', &name, &value)
	    || !str_cut(name, '.', &section, &key))
		return err_in(l->a, ERR_SYNTAX, "--set %s: write SECTION.KEY=VALUE",
			      text);
	err e = put(l, section, key, value);
	return e.kind ? err_in(l->a, e.kind, "--set %s: %s", text, e.msg) : OK;
}

static err read_text(struct load *l, const char *path, str text)
{
	str name;
	l->conf.path = arena_copy(l->a, str_from(path));
	str_cut_last(l->conf.path, '/', &l->conf.folder, &name);
	int line = ini_parse_string(arena_z(l->a, text), on_pair, l);
	if (l->e.kind)
		return err_in(l->a, l->e.kind, "%s:%d: %s", path, line, l->e.msg);
	if (line)
		return err_in(l->a, ERR_SYNTAX,
			      "%s:%d: neither [section] nor key = value", path, line);
	return OK;
}

err conf_parse(struct arena *a, const char *path, str text, const char *const *overrides,
	       size_t count, struct conf *conf)
{
	struct load l = { .a = a };
	for (size_t i = 0; i < ROWS; i++)
		set(&l, &rows[i], str_from(rows[i].standard));
	TRY(read_text(&l, path, text));
	for (size_t i = 0; i < count; i++)
		TRY(put_override(&l, overrides[i]));
	if (!str_eq(l.conf.store_backend, STR("sqlite")))
		return err_in(a, ERR_SYNTAX,
			      "%s: [store] backend = %.*s: not built yet; only sqlite is",
			      path, STR_F(l.conf.store_backend));
	if (!str_starts(l.conf.site_data, STR("/")))
		l.conf.site_data = arena_cat(a, l.conf.folder, STR("/"),
					     l.conf.site_data);
	*conf = l.conf;
	return OK;
}

err conf_read(struct arena *a, const char *path, const char **full, str *text)
{
	char name[PATH_MAX];
	if (!realpath(path, name))
		return err_in(a, ERR_NOTFOUND,
			      "%s: no such file; make one with postern init, or name one "
			      "with -c",
			      path);
	*full = arena_z(a, str_from(name));
	return file_read(a, name, CONF_MAX, text);
}

err conf_load(struct arena *a, const char *path, const char *const *overrides,
	      size_t count, struct conf *conf)
{
	const char *full;
	str text;
	TRY(conf_read(a, path, &full, &text));
	return conf_parse(a, full, text, overrides, count, conf);
}

bool conf_word(str *list, str *word)
{
	while (list->n) {
		str head;
		if (!str_cut(*list, ',', &head, list)) {
			head = *list;
			*list = STR_NONE;
		}
		*word = str_trim(head);
		if (word->n)
			return true;
	}
	return false;
}

str conf_path(struct arena *a, const struct conf *conf, str path)
{
	return str_starts(path, STR("/")) ? path
					  : arena_cat(a, conf->site_data, STR("/"), path);
}

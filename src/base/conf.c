#include "base/conf.h"

#include "base/conf_value.h"
#include "base/file.h"
#include "base/url.h"

#include <ini.h>
#include <limits.h>
#include <stdlib.h>

enum { CONF_MAX = 256 * 1024, ROUTES_MAX = 10000 };

static const struct row {
	const char *section, *key;
	enum conf_type type;
	size_t offset;
	const char *standard;
} rows[] = {
#define CONF(section, key, field, type, standard, text) \
	{ #section, #key, type, offsetof(struct conf, field), standard },
#include "base/conf.def"
#undef CONF
};

/* Of each provider; their offsets are those of struct conf_oidc. */
static const struct row oidc_rows[] = {
#define CONF_OIDC(key, field, type, standard, text) \
	{ "oidc", #key, type, offsetof(struct conf_oidc, field), standard },
#include "base/conf_oidc.def"
#undef CONF_OIDC
};

static const struct conf_doc docs[] = {
#define CONF(section, key, field, type, standard, text) \
	{ #section, #key, #type, standard, text },
#include "base/conf.def"
#undef CONF
#define CONF_OIDC(key, field, type, standard, text) \
	{ "oidc NAME", #key, #type, standard, text },
#include "base/conf_oidc.def"
#undef CONF_OIDC
};

enum {
	ROWS = sizeof rows / sizeof *rows,
	OIDC_ROWS = sizeof oidc_rows / sizeof *oidc_rows
};

struct load {
	struct arena *a;
	struct conf conf;
	bool has_url[2]; /* [site] url, [web] url */
	err e;
};

const struct conf_doc *conf_docs(size_t *count)
{
	*count = ROWS + OIDC_ROWS;
	return docs;
}

static bool set(struct load *l, const struct row *row, void *at, str value)
{
	return conf_value_read(l->a, row->type, value, (char *)at + row->offset);
}

static err add_route(struct load *l, str domain, str hop)
{
	struct conf *c = &l->conf;
	if (!conf_hop_valid(hop))
		return err_in(l->a, ERR_SYNTAX,
			      "[route] %.*s = %.*s: must be smtp://HOST:PORT, "
			      "lmtp://HOST:PORT or lmtp:/PATH",
			      STR_F(domain), STR_F(hop));
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

/* Two names of one key; what both say must be the same. */
static err same_url(struct load *l, const struct row *row)
{
	str *urls[] = { &l->conf.site_url, &l->conf.web_url };
	size_t this = row->offset == offsetof(struct conf, web_url);
	if (row->offset != offsetof(struct conf, site_url) && !this)
		return OK;
	l->has_url[this] = true;
	if (l->has_url[!this] && !str_eq(*urls[0], *urls[1]))
		return err_in(
			l->a, ERR_SYNTAX,
			"[site] url = %.*s and [web] url = %.*s: they are two names "
			"of one key; leave one out",
			STR_F(*urls[0]), STR_F(*urls[1]));
	*urls[!this] = *urls[this];
	return OK;
}

/* The name stands in URLs. */
static bool is_name(str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!chr_is_alpha(name.p[i]) && !chr_is_digit(name.p[i])
		    && name.p[i] != '-' && name.p[i] != '_')
			return false;
	return name.n && name.n <= 32;
}

/* "oidc" or "oidc NAME": the provider, which is begun at its first key. */
static err find_provider(struct load *l, str section, struct conf_oidc **p)
{
	struct conf *c = &l->conf;
	str name = str_trim(str_skip(section, strlen("oidc")));
	if (!name.n)
		name = STR("oidc");
	if (!is_name(name))
		return err_in(l->a, ERR_SYNTAX,
			      "[%.*s]: a provider's name has letters, digits, - and _",
			      STR_F(section));
	if (!c->oidc)
		c->oidc = arena_zero(l->a, CONF_PROVIDERS * sizeof *c->oidc);
	for (size_t i = 0; i < c->oidc_count; i++)
		if (str_eq(c->oidc[i].name, name)) {
			*p = &c->oidc[i];
			return OK;
		}
	if (c->oidc_count == CONF_PROVIDERS)
		return FAIL(ERR_SYNTAX, "[oidc NAME]: there may be 16 providers");
	*p = &c->oidc[c->oidc_count++];
	(*p)->name = arena_copy(l->a, name);
	for (size_t i = 0; i < OIDC_ROWS; i++)
		set(l, &oidc_rows[i], *p, str_from(oidc_rows[i].standard));
	return OK;
}

static err put_in(struct load *l, const struct row *of, size_t count, void *at,
		  str section, str key, str value)
{
	for (size_t i = 0; i < count; i++) {
		if (!str_eq(key, str_from(of[i].key))
		    || (of == rows && !str_eq(section, str_from(of[i].section))))
			continue;
		if (!set(l, &of[i], at, value))
			return err_in(l->a, ERR_SYNTAX, "[%.*s] %s = %.*s: must be %s",
				      STR_F(section), of[i].key, STR_F(value),
				      conf_wanted(of[i].type));
		return of == rows ? same_url(l, &of[i]) : OK;
	}
	return err_in(l->a, ERR_SYNTAX,
		      "[%.*s] has no key \"%.*s\"; postern.conf(5) lists the keys",
		      STR_F(section), STR_F(key));
}

static err put(struct load *l, str section, str key, str value)
{
	struct conf_oidc *p = NULL;
	if (!section.n)
		return FAIL(ERR_SYNTAX, "a key before the first [section]");
	if (str_eq(section, STR("route")))
		return add_route(l, key, value);
	if (!str_eq(section, STR("oidc")) && !str_starts(section, STR("oidc ")))
		return put_in(l, rows, ROWS, &l->conf, section, key, value);
	TRY(find_provider(l, section, &p));
	return put_in(l, oidc_rows, OIDC_ROWS, p, section, key, value);
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

static err check_providers(struct load *l, const char *path)
{
	for (size_t i = 0; i < l->conf.oidc_count; i++) {
		struct conf_oidc *p = &l->conf.oidc[i];
		struct url u;
		if (!p->issuer.n || !p->client.n)
			return err_in(l->a, ERR_SYNTAX,
				      "%s: [oidc %.*s] needs issuer and client_id", path,
				      STR_F(p->name));
		if (!p->label.n && !url_read(p->issuer, &u).kind)
			p->label = u.host;
	}
	return OK;
}

err conf_parse(struct arena *a, const char *path, str text, const char *const *overrides,
	       size_t count, struct conf *conf)
{
	struct load l = { .a = a };
	for (size_t i = 0; i < ROWS; i++)
		set(&l, &rows[i], &l.conf, str_from(rows[i].standard));
	TRY(read_text(&l, path, text));
	memset(l.has_url, 0, sizeof l.has_url); /* either overrides both */
	for (size_t i = 0; i < count; i++)
		TRY(put_override(&l, overrides[i]));
	if (!str_eq(l.conf.store_backend, STR("sqlite")))
		return err_in(a, ERR_SYNTAX,
			      "%s: [store] backend = %.*s: not built yet; only sqlite is",
			      path, STR_F(l.conf.store_backend));
	TRY(check_providers(&l, path));
	err e = zone_load(a, l.conf.site_timezone, &l.conf.zone);
	if (e.kind)
		return err_in(a, ERR_SYNTAX, "%s: [site] timezone = %s", path, e.msg);
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

bool conf_engine_next(const struct conf *conf, struct engine_at *at)
{
	const str places[] = {
#define ENGINE(kind, member, several) conf->member,
#include "base/engines.def"
#undef ENGINE
	};
	if (!at->begun)
		at->rest = places[at->kind];
	at->begun = true;
	while (!conf_word(&at->rest, &at->where)) {
		if (at->kind + 1 == CONF_ENGINES_ALL)
			return false;
		at->kind++;
		at->rest = places[at->kind];
	}
	return true;
}

str conf_path(struct arena *a, const struct conf *conf, str path)
{
	return str_starts(path, STR("/")) ? path
					  : arena_cat(a, conf->site_data, STR("/"), path);
}

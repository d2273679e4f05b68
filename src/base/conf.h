/* base/conf.h: postern.conf. Every key is a row of conf.def or, of [oidc NAME], of
 * conf_oidc.def; the man page is printed from the same rows.
 *
 *     struct conf conf;
 *     TRY(conf_load(a, "postern.conf", overrides, count, &conf));
 *     listen_at(conf.smtp_listen);
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/zone.h"

#define CONF_TEXT     str
#define CONF_WORDS    str
#define CONF_NUMBER   int64_t
#define CONF_SIZE     int64_t
#define CONF_SPAN     int64_t
#define CONF_BOOL     bool
#define CONF_LEVEL    str
#define CONF_FORMAT   str
#define CONF_ENGINES  str
#define CONF_FAILURE  str
#define CONF_ADDRESS  str
#define CONF_RELAY    str
#define CONF_PROTECT  str
#define CONF_NETWORKS str
#define CONF_ZONES    str
#define CONF_ALLOW    str
#define CONF_PLACES   str
#define CONF_ISSUER   str
#define CONF_CREATE   str
#define CONF_URL      str

struct conf_route {
	str domain; /* lower case; "*.suffix" covers every name below suffix */
	str hop;    /* smtp://HOST:PORT, lmtp://HOST:PORT or lmtp:/PATH */
};

enum { CONF_PROVIDERS = 16 };

struct conf_oidc { /* a provider: [oidc NAME] */
	str name;  /* letters, digits, - and _; "oidc" where the section has none */
#define CONF_OIDC(key, field, type, standard, text) CONF_##type field;
#include "base/conf_oidc.def"
#undef CONF_OIDC
};

struct conf {
#define CONF(section, key, field, type, standard, text) CONF_##type field;
#include "base/conf.def"
#undef CONF
	struct conf_route *routes;
	size_t route_count;
	struct conf_oidc *oidc;
	size_t oidc_count;
	struct zone zone; /* of [site] timezone */
	str path;         /* the file's absolute name */
	str folder;       /* the folder it stands in */
};

/* Reads the file, then the overrides ("SECTION.KEY=VALUE"). Everything lives
 * in a. On failure conf is untouched.
 * ERR_NOTFOUND: no such file. ERR_SYNTAX: names the line or the override, what
 * is wrong with it and what would be right. */
MUST_USE err conf_load(struct arena *a, const char *path, const char *const *overrides,
		       size_t count, struct conf *conf);

/* The two halves of it, for those who hand the text on: the file's absolute name
 * with its text, and what they say. */
MUST_USE err conf_read(struct arena *a, const char *path, const char **full, str *text);
MUST_USE err conf_parse(struct arena *a, const char *full, str text,
			const char *const *overrides, size_t count, struct conf *conf);

/* The next of a WORDS value: takes it off *list. False at the end. */
bool conf_word(str *list, str *word);

/* Where the engines of [wall] are, kind by kind in the order of engines.def:
 *
 *     for (struct engine_at at = { 0 }; conf_engine_next(conf, &at);) ... at.kind, at.where
 */
enum conf_engine {
#define ENGINE(kind, member, several) CONF_ENGINE_##kind,
#include "base/engines.def"
#undef ENGINE
	CONF_ENGINES_ALL
};

struct engine_at {
	enum conf_engine kind;
	str where, rest;
	bool begun;
};
bool conf_engine_next(const struct conf *conf, struct engine_at *at);

/* A file of the configuration: absolute as it is, else below the data folder. */
str conf_path(struct arena *a, const struct conf *conf, str path);

/* The documentation of every key, as rows, for the man page and --help. */
struct conf_doc {
	const char *section, *key, *type, *standard, *text;
};
const struct conf_doc *conf_docs(size_t *count);

/* web/compile: turns web/NAME.html into C. The language is described in
 * web/README.md. Four steps, a file each: params.c reads the declaration at
 * the head of a template, body.c the rest into nodes, words.c finds the texts in
 * them that are to be translated, and emit.c, json.c, schema.c and sample.c write C
 * from them. A fault in a template ends the build with
 * "NAME.html:LINE: what is wrong". */
#pragma once

#include "base/buf.h"

enum kind { K_STR, K_HTML, K_BOOL, K_INT, K_TIME, K_EACH, K_ONE, K_MANY };

struct record;

struct field {
	struct field *next;
	enum kind kind;
	str name, of;          /* of: the template that K_ONE and K_MANY hold */
	struct record *record; /* K_EACH, K_ONE, K_MANY */
	bool hidden;           /* not in the JSON twin */
	unsigned line;
};

struct record {
	str c_name; /* "page_list", "page_list_threads" */
	struct field *fields;
	struct record *next; /* all records, inner ones first */
};

/* Where in the HTML a value stands decides how it is escaped. */
enum place { IN_TEXT, IN_ATTRIBUTE, IN_URL, IN_URL_PART };

/* A name in a template: which row of the scopes around it, which field. field
 * is NULL for "it", the row itself. */
struct ref {
	struct field *field;
	struct record *record;
	unsigned depth; /* 0: the page, 1: the outermost each, … */
};

enum node_kind { N_TEXT, N_PRINT, N_IF, N_EACH, N_USE, N_SLOT, N_WORDS };

/* A place in a text that is translated: what is printed there. */
struct slot {
	struct slot *next;
	str name; /* "count", "a", "/a" */
	struct node *nodes;
};

/* A text of the pages in English, with its places: wording.c */
struct wording {
	struct wording *next;
	str id;
	const struct slot *slots;
	bool quoted; /* in an attribute */
};

struct node {
	struct node *next;
	enum node_kind kind;
	str text; /* N_TEXT; N_PRINT: the function that writes the value */
	struct ref ref;
	bool negated, compares; /* N_IF */
	str equals;
	struct node *body, *other;
	unsigned number; /* N_WORDS: of the wording */
	const struct slot *slots;
};

struct template
{
	struct template *next;
	str name, layout_name;
	struct template *layout;
	struct record *record;
	struct node *nodes;
	bool has_slot;
	/* while it is read */
	const char *path;
	str text;
	size_t at;
	unsigned line;
	struct arena *a;
};

struct asset {
	struct asset *next;
	str name, content, url; /* url: with a hash of the content in it */
};

/* What several templates say in the same words: read where {include NAME} stands, with the
 * names that hold there. */
struct part {
	struct part *next;
	const char *path;
	str name, text;
};

struct site {
	struct template *templates;
	struct part *parts;
	struct asset *assets;
	struct record *records;
	struct wording *wordings;
};

void fail_at(const struct template *t, unsigned line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));

void params_read(struct site *site, struct template *t);
void params_resolve(struct site *site, struct template *t); /* once all are read */
void body_read(struct site *site, struct template *t);
void words_find(struct site *site, struct template *t); /* once it is read */

struct template *template_named(struct site *site, str name);

void emit_header(struct buf *out, const struct site *site);
void emit_source(struct buf *out, const struct site *site);
void emit_json(struct buf *out, const struct site *site);
void emit_texts(struct buf *out, const struct site *site); /* for xgettext */
void emit_schemas(struct buf *out, const struct site *site);
void emit_sample(struct buf *out, const struct site *site);
void emit_literal(struct buf *out, str text); /* STR("...") */

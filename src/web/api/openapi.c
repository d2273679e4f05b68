/* /api/openapi.json: what programs can ask, as OpenAPI 3.1, made from the tables that the
 * answers come from: pages.def, api.def, the templates' declarations, openapi.def. */
#include "account/scope.h"
#include "web/api/api.h"
#include "web/templates.h"

#include <jansson.h>

enum { RIGHT_OPEN = ROUTE_OPEN };

static const struct operation {
	unsigned methods;
	const char *pattern, *function;
	unsigned right, flags;
} pages[] = {
#define PAGE(methods, pattern, function, right, flags) \
	{ methods, pattern, #function, RIGHT_##right, flags },
#include "web/pages/pages.def"
#undef PAGE
}, resources[] = {
#define API(methods, pattern, function, right) \
	{ methods, pattern, #function, RIGHT_##right, ROUTE_FILE },
#include "web/api/api.def"
#undef API
};

enum answer_kind { ANSWERS_TWIN, ANSWERS_ONE, ANSWERS_MANY };

static const struct {
	const char *function, *schema;
	enum answer_kind kind;
} answers[] = {
#define TWIN(function, template) { #function, "page_" #template, ANSWERS_TWIN },
#define KIND(name, fields)
#define ONE(function, kind)  { #function, #kind, ANSWERS_ONE },
#define MANY(function, kind) { #function, #kind, ANSWERS_MANY },
#include "web/api/openapi.def"
#undef TWIN
#undef KIND
#undef ONE
#undef MANY
};

static const struct {
	const char *name, *fields;
} kinds[] = {
#define TWIN(function, template)
#define KIND(name, fields) { #name, fields },
#define ONE(function, kind)
#define MANY(function, kind)
#include "web/api/openapi.def"
#undef TWIN
#undef KIND
#undef ONE
#undef MANY
};

/* ---- schemas */

static json_t *ref(const char *of, const char *more)
{
	char text[100];
	snprintf(text, sizeof text, "#/components/schemas/%s%s", of, more);
	return json_pack("{s:s}", "$ref", text);
}

static json_t *type_of(char letter)
{
	switch (letter) {
	case 's':
		return json_pack("{s:s}", "type", "string");
	case 'i':
		return json_pack("{s:s}", "type", "integer");
	case 'b':
		return json_pack("{s:s}", "type", "boolean");
	case 'n':
		return json_pack("{s:s}", "type", "null");
	case 'a':
		return json_pack("{s:s}", "type", "array");
	case 'o':
	case 't':
		return json_pack("{s:[s,s]}", "type", "string", "null");
	default:
		return json_object();
	}
}

static json_t *kind_schema(struct arena *a, str fields)
{
	json_t *properties = json_object(), *required = json_array();
	str one, rest, name, type;
	for (; fields.n; fields = rest) {
		if (!str_cut(fields, ' ', &one, &rest)) {
			one = fields;
			rest = STR("");
		}
		if (!str_cut(one, ':', &name, &type))
			continue;
		json_object_set_new(properties, arena_z(a, name), type_of(type.p[0]));
		if (!str_ends(type, STR("?")))
			json_array_append_new(required, json_stringn(name.p, name.n));
	}
	return json_pack("{s:s, s:b, s:o, s:o}", "type", "object", "additionalProperties",
			 0, "properties", properties, "required", required);
}

/* A page of them, as Mailman writes it. */
static json_t *many_schema(const char *kind)
{
	return json_pack(
		"{s:s, s:{s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s, s:o}}, s:[s, s, s]}", "type",
		"object", "properties", "start", "type", "integer", "total_size", "type",
		"integer", "http_etag", "type", "string", "entries", "type", "array",
		"items", ref(kind, ""), "required", "start", "total_size", "http_etag");
}

static json_t *schemas(struct arena *a)
{
	json_t *all = json_object();
	for (size_t i = 0; i < page_schemas_count; i++)
		json_object_set_new(all, page_schemas[i].name,
				    json_loads(page_schemas[i].schema, 0, NULL));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		char name[100];
		snprintf(name, sizeof name, "%s_page", kinds[i].name);
		json_object_set_new(all, kinds[i].name,
				    kind_schema(a, str_from(kinds[i].fields)));
		json_object_set_new(all, name, many_schema(kinds[i].name));
	}
	json_object_set_new(all, "api_error",
			    kind_schema(a, STR("title:s description:s")));
	return all;
}

/* ---- paths */

static bool is_mark(char c)
{
	return c == ':' || c == '#' || c == '*';
}

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/* /lists/:list/#number.mbox.gz as /lists/{list}/{number}.mbox.gz; its names into
 * parameters. */
static str template_path(struct arena *a, str pattern, json_t *parameters)
{
	str path = STR("");
	while (pattern.n) {
		size_t n = 1;
		bool takes = is_mark(pattern.p[0]);
		while (n < pattern.n
		       && (takes ? is_letter(pattern.p[n]) : !is_mark(pattern.p[n])))
			n++;
		str piece = str_first(pattern, n), name = str_skip(piece, 1);
		if (takes) {
			json_array_append_new(
				parameters,
				json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", name.p,
					  name.n, "in", "path", "required", 1, "schema",
					  "type",
					  pattern.p[0] == '#' ? "integer" : "string"));
			piece = arena_cat(a, STR("{"), name, STR("}"));
		}
		path = arena_cat(a, path, piece);
		pattern = str_skip(pattern, n);
	}
	return path;
}

/* One of these, taken; NULL where there is none. */
static json_t *one_of(json_t *those)
{
	json_t *one = NULL;
	if (json_array_size(those) == 1)
		one = json_incref(json_array_get(those, 0));
	else if (json_array_size(those))
		one = json_pack("{s:O}", "oneOf", those);
	json_decref(those);
	return one;
}

/* The schema of a good answer; NULL: nothing is promised. */
static json_t *schema_of(const char *function)
{
	json_t *those = json_array();
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (!strcmp(answers[i].function, function))
			json_array_append_new(
				those,
				ref(answers[i].schema,
				    answers[i].kind == ANSWERS_MANY ? "_page" : ""));
	return one_of(those);
}

static json_t *response(const char *text, json_t *schema)
{
	json_t *r = json_pack("{s:s}", "description", text);
	if (schema)
		json_object_set_new(
			r, "content",
			json_pack("{s:{s:o}}", "application/json", "schema", schema));
	return r;
}

static json_t *responses(const struct operation *o, bool api, enum method method)
{
	json_t *all = json_object(), *good = schema_of(o->function);
	json_t *fault = ref(api ? "api_error" : "page_error", "");
	if (!api && good) /* a form that was wrong is shown again */
		fault = json_pack("{s:[o, O]}", "anyOf", fault, good);
	bool reads = method == GET || good;
	if (reads)
		json_object_set_new(all, "200", response("What is asked for", good));
	else if (api)
		json_object_set_new(all, "2XX", response("It is done", NULL));
	else
		json_object_set_new(
			all, "303",
			response("It is done; Location says where it shows", NULL));
	json_object_set_new(all, "default", response("What is wrong, in words", fault));
	return all;
}

static void add_right(struct arena *a, json_t *operation, unsigned right)
{
	if (right == RIGHT_OPEN)
		return;
	str scopes = scopes_granting(a, (enum right)right);
	json_object_set_new(
		operation, "description",
		json_sprintf("For who may %s.", right_text((enum right)right)));
	json_object_set_new(operation, "x-right",
			    json_string(right_name((enum right)right)));
	json_object_set_new(operation, "x-scopes", json_stringn(scopes.p, scopes.n));
}

static void add_operation(struct arena *a, json_t *paths, const struct operation *o,
			  bool api, enum method method, const char *word)
{
	json_t *parameters = json_array();
	str pattern = str_from(o->pattern);
	bool twin = !(o->flags & ROUTE_FILE);
	if (twin && str_ends(pattern, STR("/")))
		pattern = str_first(pattern, pattern.n - 1);
	str path = arena_cat(a, api ? STR("/api/3.1") : STR(""),
			     template_path(a, pattern, parameters),
			     twin ? STR(".json") : STR(""));
	json_t *item = json_object_get(paths, arena_z(a, path));
	if (!item) {
		item = json_object();
		json_object_set_new(paths, arena_z(a, path), item);
	}
	json_t *operation = json_object();
	json_object_set_new(
		operation, "operationId",
		json_sprintf("%s_%s_%zu", word, o->function, json_object_size(paths)));
	json_object_set_new(operation, "parameters", parameters);
	json_object_set_new(operation, "responses", responses(o, api, method));
	if (method != GET && method != DELETE)
		json_object_set_new(operation, "requestBody",
				    json_pack("{s:{s:{s:{s:s}}}}", "content",
					      "application/x-www-form-urlencoded",
					      "schema", "type", "object"));
	add_right(a, operation, o->right);
	if (!json_object_get(item, word)) /* the first row that fits answers */
		json_object_set(item, word, operation);
	json_decref(operation);
}

static void add_operations(struct arena *a, json_t *paths, const struct operation *o,
			   size_t count, bool api)
{
	static const struct {
		enum method method;
		const char *word;
	} words[] = { { GET, "get" },
		      { POST, "post" },
		      { PUT, "put" },
		      { PATCH, "patch" },
		      { DELETE, "delete" } };
	for (size_t i = 0; i < count; i++) {
		if (str_starts(str_from(o[i].pattern), STR("/api/*")))
			continue; /* those are api.def's */
		for (size_t k = 0; k < sizeof words / sizeof *words; k++)
			if (o[i].methods & words[k].method)
				add_operation(a, paths, &o[i], api, words[k].method,
					      words[k].word);
	}
}

void openapi_page(struct request *q, struct response *r)
{
	json_t *paths = json_object();
	add_operations(q->arena, paths, pages, sizeof pages / sizeof *pages, false);
	add_operations(q->arena, paths, resources, sizeof resources / sizeof *resources,
		       true);
	json_t *all = json_pack(
		"{s:s, s:{s:s, s:s, s:s}, s:o, s:{s:o, s:{s:{s:s, s:s}, s:{s:s, s:s}}}, "
		"s:[{}, {s:[]}, {s:[]}]}",
		"openapi", "3.1.0", "info", "title", "Postern", "version",
		POSTERN_VERSION, "description",
		"The pages' JSON twins, and Mailman 3's REST API below /api/3.1. A "
		"program signs in with a token of its person: postern user token.",
		"paths", paths, "components", "schemas", schemas(q->arena),
		"securitySchemes", "bearer", "type", "http", "scheme", "bearer", "basic",
		"type", "http", "scheme", "basic", "security", "bearer", "basic");
	char *text = json_dumps(all, JSON_SORT_KEYS | JSON_INDENT(1));
	buf_add(&r->body, str_from(text));
	free(text);
	json_decref(all);
	r->type = STR("application/json");
}

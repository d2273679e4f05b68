/* What each JSON twin has in it, as JSON Schema (OpenAPI 3.1): from the declarations that
 * json.c writes the twins by, so the two cannot differ. */
#include "compile.h"

static void emit_type(struct buf *out, const struct field *f)
{
	static const char *const types[] = {
		[K_STR] = "{\\\"type\\\":\\\"string\\\"}",
		[K_HTML] = "{\\\"type\\\":\\\"string\\\",\\\"contentMediaType\\\":"
			   "\\\"text/html\\\"}",
		[K_BOOL] = "{\\\"type\\\":\\\"boolean\\\"}",
		[K_INT] = "{\\\"type\\\":\\\"integer\\\"}",
		[K_TIME] = "{\\\"type\\\":[\\\"string\\\",\\\"null\\\"],"
			   "\\\"format\\\":\\\"date-time\\\"}",
	};
	if (f->kind < K_EACH) {
		buf_add(out, str_from(types[f->kind]));
		return;
	}
	str ref = STR("{\\\"$ref\\\":\\\"#/components/schemas/");
	if (f->kind == K_ONE)
		buf_cat(out, STR("{\\\"oneOf\\\":["), ref, f->record->c_name,
			STR("\\\"},{\\\"type\\\":\\\"null\\\"}]}"));
	else
		buf_cat(out, STR("{\\\"type\\\":\\\"array\\\",\\\"items\\\":"), ref,
			f->record->c_name, STR("\\\"}}"));
}

static void emit_record(struct buf *out, const struct record *r)
{
	str comma = STR("");
	buf_cat(out, STR("\t{ \""), r->c_name,
		STR("\", "
		    "\"{\\\"type\\\":\\\"object\\\",\\\"additionalProperties\\\":false,"
		    "\\\"properties\\\":{\"\n\t  \""));
	for (const struct field *f = r->fields; f; f = f->next) {
		if (f->hidden)
			continue;
		buf_cat(out, comma, STR("\\\""), f->name, STR("\\\":"));
		emit_type(out, f);
		comma = STR(",\"\n\t  \"");
	}
	buf_add(out, STR("},\\\"required\\\":["));
	comma = STR("");
	for (const struct field *f = r->fields; f; f = f->next) {
		if (f->hidden)
			continue;
		buf_cat(out, comma, STR("\\\""), f->name, STR("\\\""));
		comma = STR(",");
	}
	buf_add(out, STR("]}\" },\n"));
}

void emit_schemas(struct buf *out, const struct site *site)
{
	size_t count = 0;
	buf_add(out, STR("const struct page_schema page_schemas[] = {\n"));
	for (const struct record *r = site->records; r; r = r->next, count++)
		emit_record(out, r);
	buf_addf(out, "};\nconst size_t page_schemas_count = %zu;\n", count);
}

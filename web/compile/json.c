/* The JSON twin of each page: its declared values under their names. What the
 * page says, the twin says, without a line of code a page. */
#include "compile.h"

static void emit_value(struct buf *out, const struct field *f)
{
	static const struct {
		const char *before, *after;
	} writers[] = {
		[K_STR] = { "esc_json(out, p->", ");\n" },
		[K_HTML] = { "esc_json(out, p->", ".s);\n" },
		[K_BOOL] = { "buf_add(out, p->",
			     " ? STR(\"true\") : STR(\"false\"));\n" },
		[K_INT] = { "show_number(out, p->", ");\n" },
		[K_TIME] = { "json_time(out, p->", ");\n" },
	};
	if (f->kind < K_EACH) {
		buf_cat(out, STR("\t"), str_from(writers[f->kind].before), f->name,
			str_from(writers[f->kind].after));
		return;
	}
	if (f->kind == K_ONE) {
		buf_cat(out, STR("\tif (p->"), f->name, STR(")\n\t\tjson_"),
			f->record->c_name, STR("(out, p->"), f->name,
			STR(");\n\telse\n\t\tbuf_add(out, STR(\"null\"));\n"));
		return;
	}
	buf_cat(out,
		STR("\tbuf_add(out, STR(\"[\"));\n"
		    "\tfor (size_t i = 0; i < p->"),
		f->name,
		STR("_count; i++) {\n\t\tif (i)\n\t\t\tbuf_add(out, STR(\",\"));\n"
		    "\t\tjson_"),
		f->record->c_name, STR("(out, &p->"), f->name,
		STR("[i]);\n\t}\n\tbuf_add(out, STR(\"]\"));\n"));
}

static void emit_signature(struct buf *out, const struct record *r, str end)
{
	buf_cat(out, STR("static void json_"), r->c_name,
		STR("(struct buf *out, const struct "), r->c_name, STR(" *p)"), end);
}

static void emit_object(struct buf *out, const struct record *r)
{
	bool first = true;
	emit_signature(out, r, STR("\n{\n\t(void)p;\n\tbuf_add(out, STR(\"{\"));\n"));
	for (const struct field *f = r->fields; f; f = f->next) {
		if (f->hidden)
			continue;
		buf_cat(out, STR("\tbuf_add(out, STR(\""), first ? STR("") : STR(","),
			STR("\\\""), f->name, STR("\\\":\"));\n"));
		emit_value(out, f);
		first = false;
	}
	buf_add(out, STR("\tbuf_add(out, STR(\"}\"));\n}\n\n"));
}

void emit_json(struct buf *out, const struct site *site)
{
	buf_add(out, STR("__attribute__((unused)) static void json_time(struct buf *out, "
			 "int64_t t)\n{\n\tif (!t) {\n"
			 "\t\tbuf_add(out, STR(\"null\"));\n\t\treturn;\n\t}\n"
			 "\tbuf_add(out, STR(\"\\\"\"));\n\tshow_iso(out, t);\n"
			 "\tbuf_add(out, STR(\"\\\"\"));\n}\n\n"));
	for (const struct record *r = site->records; r; r = r->next)
		emit_signature(out, r, STR(" __attribute__((unused));\n"));
	for (const struct record *r = site->records; r; r = r->next)
		emit_object(out, r);
	for (const struct template *t = site->templates; t; t = t->next)
		if (!t->has_slot)
			buf_cat(out, STR("void "), t->record->c_name,
				STR("_json(struct buf *out, const struct "),
				t->record->c_name, STR(" *p)\n{\n\tjson_"),
				t->record->c_name,
				STR("(out, p);\n\tbuf_add(out, STR(\"\\n\"));\n}\n\n"));
}

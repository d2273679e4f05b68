/* Sample values for every template, for a test that renders them all: nothing,
 * one of each, and several. The values themselves are the test's
 * (sample_text), so that it can choose hostile ones. */
#include "compile.h"

static void emit_signature(struct buf *out, const struct record *r)
{
	buf_cat(out, STR("static void fill_"), r->c_name,
		STR("(struct arena *a, struct "), r->c_name,
		STR(" *p, unsigned v, unsigned depth)"));
}

static void emit_rows(struct buf *out, const struct field *f)
{
	buf_cat(out, STR("\tif (v && depth < 3) {\n\t\tsize_t n = "),
		f->kind == K_ONE ? STR("1") : STR("v"), STR(";\n\t\tstruct "),
		f->record->c_name,
		STR(" *rows = arena_zero(a, n * sizeof *rows);\n"
		    "\t\tfor (size_t i = 0; i < n; i++)\n\t\t\tfill_"),
		f->record->c_name, STR("(a, &rows[i], v, depth + 1);\n\t\tp->"), f->name,
		STR(" = rows;\n"));
	if (f->kind != K_ONE)
		buf_cat(out, STR("\t\tp->"), f->name, STR("_count = n;\n"));
	buf_add(out, STR("\t}\n"));
}

static void emit_fill(struct buf *out, const struct record *r,
		      const struct template *layout)
{
	emit_signature(out, r);
	buf_add(out, STR("\n{\n\t(void)a, (void)p, (void)v, (void)depth;\n"));
	if (layout)
		buf_cat(out, STR("\tfill_"), layout->record->c_name, STR("(a, &p->"),
			layout->name, STR(", v, depth);\n"));
	for (const struct field *f = r->fields; f; f = f->next) {
		static const char *const values[] = {
			[K_STR] = "sample_text(v)",
			[K_HTML] = "(struct html){ STR(\"<b>ready</b>\") }",
			[K_BOOL] = "v % 2",
			[K_INT] = "v * 1234",
			[K_TIME] = "v ? 1790000000 + v : 0",
		};
		if (f->kind < K_EACH)
			buf_cat(out, STR("\tp->"), f->name, STR(" = "),
				str_from(values[f->kind]), STR(";\n"));
		else
			emit_rows(out, f);
	}
	buf_add(out, STR("}\n\n"));
}

static const struct template *layout_of(const struct site *site, const struct record *r)
{
	for (const struct template *t = site->templates; t; t = t->next)
		if (t->record == r)
			return t->layout;
	return NULL;
}

void emit_sample(struct buf *out, const struct site *site)
{
	buf_add(out, STR("/* Written by web/compile. */\n#include \"web/samples.h\"\n"
			 "#include \"web/templates.h\"\n\n"));
	for (const struct record *r = site->records; r; r = r->next) {
		emit_signature(out, r);
		buf_add(out, STR(";\n"));
	}
	for (const struct record *r = site->records; r; r = r->next)
		emit_fill(out, r, layout_of(site, r));
	for (const struct template *t = site->templates; t; t = t->next) {
		if (t->has_slot)
			continue;
		buf_cat(out, STR("static void sample_"), t->name,
			STR("(struct arena *a, unsigned v, struct buf *page, struct buf "
			    "*json)\n{\n\tstruct "),
			t->record->c_name, STR(" p = { 0 };\n\tfill_"), t->record->c_name,
			STR("(a, &p, v, 0);\n\t"), t->record->c_name,
			STR("(page, &p);\n\t"), t->record->c_name,
			STR("_json(json, &p);\n}\n\n"));
	}
	buf_add(out, STR("const struct sample samples[] = {\n"));
	for (const struct template *t = site->templates; t; t = t->next)
		if (!t->has_slot)
			buf_cat(out, STR("\t{ \""), t->name, STR("\", "),
				t->layout ? STR("true") : STR("false"), STR(", sample_"),
				t->name, STR(" },\n"));
	buf_add(out, STR("\t{ 0 },\n};\n"));
}

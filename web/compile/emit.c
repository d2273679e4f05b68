/* C from the templates: the structs, and a function a page. */
#include "compile.h"

void emit_literal(struct buf *out, str text)
{
	buf_add(out, STR("STR(\""));
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '\n')
			buf_add(out, i + 1 < text.n ? STR("\\n\"\n\t\t\"") : STR("\\n"));
		else if (c == '"' || c == '\\' || c == '?')
			buf_cat(out, STR("\\"), (str){ &text.p[i], 1 });
		else if (c < 0x20 || c >= 0x7F)
			buf_addf(out, "\\%03o", c);
		else
			buf_add_char(out, (char)c);
	}
	buf_add(out, STR("\")"));
}

/* ---- structs */

static void emit_field(struct buf *out, const struct field *f)
{
	static const char *const types[] = { [K_STR] = "str ",
					     [K_HTML] = "struct html ",
					     [K_BOOL] = "bool ",
					     [K_INT] = "int64_t ",
					     [K_TIME] = "int64_t " };
	if (f->kind < K_EACH) {
		buf_cat(out, STR("\t"), str_from(types[f->kind]), f->name, STR(";"),
			f->kind == K_TIME ? STR(" /* seconds since 1970 */\n")
					  : STR("\n"));
		return;
	}
	buf_cat(out, STR("\tconst struct "), f->record->c_name, STR(" *"), f->name,
		STR(";"), f->kind == K_ONE ? STR(" /* may be NULL */\n") : STR("\n"));
	if (f->kind != K_ONE)
		buf_cat(out, STR("\tsize_t "), f->name, STR("_count;\n"));
}

static void emit_record(struct buf *out, const struct record *r, str layout)
{
	buf_cat(out, STR("struct "), r->c_name, STR(" {\n"));
	if (layout.n)
		buf_cat(out, STR("\tstruct page_"), layout, STR(" "), layout, STR(";\n"));
	for (const struct field *f = r->fields; f; f = f->next)
		emit_field(out, f);
	if (!layout.n && !r->fields)
		buf_add(out, STR("\tchar nothing; /* C has no empty struct */\n"));
	buf_add(out, STR("};\n"));
}

static bool is_page(const struct site *site, const struct record *r)
{
	for (const struct template *t = site->templates; t; t = t->next)
		if (t->record == r)
			return true;
	return false;
}

void emit_header(struct buf *out, const struct site *site)
{
	buf_add(out, STR("/* Written by web/compile from web/NAME.html. For each "
			 "template: what "
			 "it\n * shows, the page, and its JSON twin. */\n#pragma once\n\n"
			 "#include \"web/escape.h\"\n\n"));
	for (const struct record *r = site->records; r; r = r->next)
		buf_cat(out, STR("struct "), r->c_name, STR(";\n"));
	buf_add(out, STR("\n"));
	for (const struct record *r = site->records; r; r = r->next)
		if (!is_page(site, r))
			emit_record(out, r, STR_NONE);
	for (int with_layout = 0; with_layout < 2; with_layout++)
		for (const struct template *t = site->templates; t; t = t->next)
			if ((t->layout != NULL) == (bool)with_layout)
				emit_record(out, t->record, t->layout_name);
	for (const struct template *t = site->templates; t; t = t->next) {
		if (t->has_slot)
			continue;
		buf_cat(out, STR("\nvoid "), t->record->c_name,
			STR("(struct buf *out, const struct "), t->record->c_name,
			STR(" *p);\nvoid "), t->record->c_name,
			STR("_json(struct buf *out, const struct "), t->record->c_name,
			STR(" *p);\n"));
	}
	buf_add(out, STR("\nstruct page_schema {\n\tconst char *name, *schema;\n};\n"
			 "extern const struct page_schema page_schemas[];\n"
			 "extern const size_t page_schemas_count;\n"));
	buf_add(out, STR("\nstruct asset {\n\tstr url, name, content;\n};\n"
			 "extern const struct asset assets[];\n"
			 "extern const size_t assets_count;\n"));
}

/* ---- pages */

static void indent(struct buf *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		buf_add_char(out, '\t');
}

/* The C expression of a field: p->name on the page, r2->name in a row. */
static void emit_ref(struct buf *out, const struct ref *ref)
{
	if (ref->depth)
		buf_addf(out, "r%u", ref->depth);
	else
		buf_add_char(out, 'p');
	if (ref->field)
		buf_cat(out, STR("->"), ref->field->name);
}

static void emit_condition(struct buf *out, const struct node *n)
{
	static const char *const suffix[] = {
		[K_STR] = ".n",      [K_HTML] = ".s.n", [K_EACH] = "_count",
		[K_MANY] = "_count", [K_BOOL] = "",     [K_INT] = "",
		[K_TIME] = "",       [K_ONE] = ""
	};
	buf_add(out, n->negated ? STR("if (!(") : STR("if ("));
	if (n->compares && n->ref.field->kind == K_STR) {
		buf_add(out, STR("str_eq("));
		emit_ref(out, &n->ref);
		buf_add(out, STR(", "));
		emit_literal(out, n->equals);
		buf_add(out, STR(")"));
	} else {
		emit_ref(out, &n->ref);
		if (n->compares)
			buf_cat(out, STR(" == "), n->equals);
		else
			buf_add(out, str_from(suffix[n->ref.field->kind]));
	}
	buf_add(out, n->negated ? STR(")) {\n") : STR(") {\n"));
}

static void emit_nodes(struct buf *out, const struct node *n, unsigned depth,
		       unsigned rows);

static void emit_each(struct buf *out, const struct node *n, unsigned depth,
		      unsigned rows)
{
	unsigned row = rows + 1;
	buf_addf(out, "for (size_t i%u = 0; i%u < ", row, row);
	emit_ref(out, &n->ref);
	buf_addf(out, "_count; i%u++) {\n", row);
	indent(out, depth + 1);
	buf_cat(out, STR("const struct "), n->ref.field->record->c_name);
	buf_addf(out, " *r%u = &", row);
	emit_ref(out, &n->ref);
	buf_addf(out, "[i%u];\n", row);
	indent(out, depth + 1);
	buf_addf(out, "(void)r%u;\n", row);
	emit_nodes(out, n->body, depth + 1, row);
	indent(out, depth);
	buf_add(out, STR("}\n"));
}

static void emit_use(struct buf *out, const struct node *n)
{
	const struct record *r = n->ref.field ? n->ref.field->record : n->ref.record;
	if (n->ref.field) {
		buf_add(out, STR("if ("));
		emit_ref(out, &n->ref);
		buf_add(out, STR(")\n\t\t"));
	}
	buf_cat(out, r->c_name, STR("(out, "));
	emit_ref(out, &n->ref);
	buf_add(out, STR(");\n"));
}

/* A text, then what stands at the place behind it, as often as the language of the
 * thread has places. */
static void emit_words(struct buf *out, const struct node *n, unsigned depth,
		       unsigned rows)
{
	unsigned at = 1;
	if (!n->slots) {
		buf_addf(out, "buf_add(out, wording_of(%u)->text);\n", n->number);
		return;
	}
	buf_addf(out, "for (const struct wording_part *w = wording_of(%u);; w++) {\n",
		 n->number);
	indent(out, depth + 1);
	buf_add(out, STR("buf_add(out, w->text);\n"));
	for (const struct slot *s = n->slots; s; s = s->next, at++) {
		indent(out, depth + 1);
		buf_addf(out, "%sif (w->slot == %u) {\n", at > 1 ? "} else " : "", at);
		emit_nodes(out, s->nodes, depth + 2, rows);
	}
	indent(out, depth + 1);
	buf_add(out, STR("} else {\n"));
	indent(out, depth + 2);
	buf_add(out, STR("break;\n"));
	indent(out, depth + 1);
	buf_add(out, STR("}\n"));
	indent(out, depth);
	buf_add(out, STR("}\n"));
}

static void emit_node(struct buf *out, const struct node *n, unsigned depth,
		      unsigned rows)
{
	indent(out, depth);
	switch (n->kind) {
	case N_TEXT:
		buf_add(out, STR("buf_add(out, "));
		emit_literal(out, n->text);
		buf_add(out, STR(");\n"));
		break;
	case N_PRINT:
		buf_cat(out, n->text, STR("(out, "));
		emit_ref(out, &n->ref);
		buf_add(out, STR(");\n"));
		break;
	case N_IF:
		emit_condition(out, n);
		emit_nodes(out, n->body, depth + 1, rows);
		if (n->other) {
			indent(out, depth);
			buf_add(out, STR("} else {\n"));
			emit_nodes(out, n->other, depth + 1, rows);
		}
		indent(out, depth);
		buf_add(out, STR("}\n"));
		break;
	case N_EACH:
		emit_each(out, n, depth, rows);
		break;
	case N_USE:
		emit_use(out, n);
		break;
	case N_WORDS:
		emit_words(out, n, depth, rows);
		break;
	case N_SLOT:
		break;
	}
}

static void emit_nodes(struct buf *out, const struct node *n, unsigned depth,
		       unsigned rows)
{
	for (; n && n->kind != N_SLOT; n = n->next)
		emit_node(out, n, depth, rows);
}

static void emit_function(struct buf *out, const struct template *t, str suffix,
			  const struct node *nodes)
{
	buf_cat(out, suffix.n ? STR("static void ") : STR("void "), t->record->c_name,
		suffix, STR("(struct buf *out, const struct "), t->record->c_name,
		STR(" *p)\n{\n\t(void)p;\n"));
	if (t->layout)
		buf_cat(out, STR("\t"), t->layout->record->c_name,
			STR("_before(out, &p->"), t->layout_name, STR(");\n"));
	emit_nodes(out, nodes, 1, 0);
	if (t->layout)
		buf_cat(out, STR("\t"), t->layout->record->c_name,
			STR("_after(out, &p->"), t->layout_name, STR(");\n"));
	buf_add(out, STR("}\n\n"));
}

/* {"…", sizeof "…" - 1}: a constant, which STR() is not */
static void emit_constant(struct buf *out, str text)
{
	BUF(literal);
	emit_literal(&literal, text);
	str quoted = str_skip(buf_str(&literal), 4);
	quoted = str_first(quoted, quoted.n - 1);
	buf_cat(out, STR("{ "), quoted, STR(", sizeof("), quoted, STR(") - 1 }"));
}

static void emit_wordings(struct buf *out, const struct site *site)
{
	size_t count = 0;
	buf_add(out, STR("const struct wording_row wording_rows[] = {\n"));
	for (const struct wording *w = site->wordings; w; w = w->next, count++) {
		buf_add(out, STR("\t{ "));
		emit_constant(out, w->id);
		buf_addf(out, ", %s, { ", w->quoted ? "true" : "false");
		for (const struct slot *s = w->slots; s; s = s->next)
			buf_cat(out, STR("\""), s->name, STR("\", "));
		buf_add(out, STR("NULL } },\n"));
	}
	buf_addf(out,
		 "\t{ { NULL, 0 }, false, { NULL } },\n};\nconst size_t "
		 "wording_rows_count = %zu;\n\n",
		 count);
}

/* What po/update reads. */
void emit_texts(struct buf *out, const struct site *site)
{
	for (const struct wording *w = site->wordings; w; w = w->next) {
		buf_add(out, STR("N_(\""));
		for (size_t i = 0; i < w->id.n; i++) {
			if (w->id.p[i] == '"' || w->id.p[i] == '\\')
				buf_add_char(out, '\\');
			buf_add_char(out, w->id.p[i]);
		}
		buf_add(out, STR("\");\n"));
	}
}

static void emit_assets(struct buf *out, const struct site *site)
{
	size_t count = 0;
	buf_add(out, STR("const struct asset assets[] = {\n"));
	for (const struct asset *a = site->assets; a; a = a->next, count++) {
		const str parts[] = { a->url, a->name, a->content };
		buf_add(out, STR("\t{ "));
		for (size_t i = 0; i < 3; i++) {
			emit_constant(out, parts[i]);
			buf_add(out, STR(",\n"));
		}
		buf_add(out, STR("},\n"));
	}
	buf_addf(out, "};\nconst size_t assets_count = %zu;\n", count);
}

void emit_source(struct buf *out, const struct site *site)
{
	buf_add(out, STR("/* Written by web/compile. */\n#include \"web/templates.h\"\n"
			 "#include \"web/wording.h\"\n\n"));
	for (const struct template *t = site->templates; t; t = t->next) {
		if (!t->has_slot)
			continue;
		const struct node *slot = t->nodes;
		while (slot && slot->kind != N_SLOT)
			slot = slot->next;
		emit_function(out, t, STR("_before"), t->nodes);
		emit_function(out, t, STR("_after"), slot ? slot->next : NULL);
	}
	for (const struct template *t = site->templates; t; t = t->next)
		if (!t->has_slot)
			emit_function(out, t, STR_NONE, t->nodes);
	emit_json(out, site);
	emit_wordings(out, site);
	emit_schemas(out, site);
	emit_assets(out, site);
}

#include "lists/import/report.h"

#include "base/utf8.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const words[] = { "kept", "changed", "impossible" };

const char *import_report_class_word(enum import_report_class class)
{
	return words[class];
}

/* Room for one more of `size` octets. */
static void *grown(struct arena *a, void *old, size_t used, size_t *room, size_t size)
{
	if (used < *room)
		return old;
	*room = *room ? 2 * *room : 64;
	char *wider = arena_zero(a, *room * size);
	if (used)
		memcpy(wider, old, used * size);
	return wider;
}

struct import_report_list *import_report_list(struct import_report *r, str address)
{
	struct import_report_list *l = arena_zero(r->a, sizeof *l);
	l->a = r->a;
	l->address = arena_copy(r->a, address);
	r->lists = grown(r->a, r->lists, r->count, &r->room,
			 sizeof(struct import_report_list *));
	return r->lists[r->count++] = l;
}

void import_report_attribute(struct import_report_list *l, enum import_report_class class,
			     str name, str here, str why)
{
	l->attributes = grown(l->a, l->attributes, l->attribute_count, &l->attribute_room,
			      sizeof *l->attributes);
	l->attributes[l->attribute_count++] = (struct import_report_attribute){
		.class = class,
		.name = utf8_scrub(l->a, arena_copy(l->a, name)),
		.here = utf8_scrub(l->a, arena_copy(l->a, here)),
		.why = utf8_scrub(l->a, arena_copy(l->a, why)),
	};
}

void import_report_new(struct import_report_list *l, const struct import_report_new *n)
{
	l->news = grown(l->a, l->news, l->new_count, &l->new_room, sizeof *l->news);
	l->news[l->new_count++] = (struct import_report_new){
		.setting = arena_copy(l->a, n->setting),
		.value = arena_copy(l->a, n->value),
		.off = arena_copy(l->a, n->off),
		.words = arena_copy(l->a, n->words),
	};
}

void import_report_named(struct import_report_list *l,
			 const struct import_report_named *n)
{
	l->named = grown(l->a, l->named, l->named_count, &l->named_room,
			 sizeof *l->named);
	l->named[l->named_count++] = (struct import_report_named){
		.setting = n->setting,
		.line = arena_copy(l->a, n->line),
		.address = arena_copy(l->a, n->address),
	};
}

void import_report_count(struct import_report_list *l, const char *what, int64_t there,
			 int64_t here)
{
	if (l->count_count < sizeof l->counts / sizeof *l->counts)
		l->counts[l->count_count++] = (struct import_report_count){ what, there,
									    here };
}

void import_report_note(struct import_report_list *l, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	va_start(args, format);
	int n = vasprintf(&text, format, args);
	va_end(args);
	l->notes = grown(l->a, l->notes, l->note_count, &l->note_room, sizeof(str));
	l->notes[l->note_count++] = n < 0 ? STR("")
					  : utf8_scrub(l->a,
						       arena_copy(l->a, str_from(text)));
	if (n >= 0)
		free(text);
}

size_t import_report_of_class(const struct import_report_list *l,
			      enum import_report_class class)
{
	size_t n = 0;
	for (size_t i = 0; i < l->attribute_count; i++)
		n += l->attributes[i].class == class;
	return n;
}

static void add_counts(struct buf *b, const struct import_report_list *l)
{
	for (size_t i = 0; i < l->count_count; i++)
		buf_addf(b, "%s%s %lld of %lld", i ? ", " : "", l->counts[i].what,
			 (long long)l->counts[i].here, (long long)l->counts[i].there);
}

static void add_written(struct buf *b, const struct import_report *r,
			const struct import_report_list *l)
{
	if (!l->written)
		buf_add(b, STR("all is here as it is there: nothing to change"));
	else
		buf_addf(b, "%zu changes %s", l->written,
			 r->dry ? "would be made" : "made");
}

str import_report_line(struct arena *a, const struct import_report *r,
		       const struct import_report_list *l)
{
	BUF(b);
	buf_cat(&b, l->address, STR(": "));
	if (l->failed.n) {
		buf_cat(&b, STR("nothing was taken: "), l->failed);
		return arena_copy(a, buf_str(&b));
	}
	buf_addf(&b, "%zu attributes", l->attribute_count);
	for (enum import_report_class k = 0; k < REPORT_CLASSES; k++)
		buf_addf(&b, "%s%zu %s", k ? ", " : ": ", import_report_of_class(l, k),
			 words[k]);
	buf_add(&b, STR("; "));
	add_counts(&b, l);
	buf_add(&b, STR("; "));
	add_written(&b, r, l);
	return arena_copy(a, buf_str(&b));
}

/* One line, and not without end. */
static str shown(struct arena *a, str s)
{
	enum { SHOWN = 100 };
	str first = utf8_first(s, SHOWN);
	char *out = arena_alloc(a, first.n + 1);
	for (size_t i = 0; i < first.n; i++)
		out[i] = (unsigned char)first.p[i] < ' ' ? ' ' : first.p[i];
	return arena_cat(a, (str){ out, first.n }, first.n < s.n ? STR(" ...") : STR(""));
}

static void add_class(struct buf *b, struct arena *a, const struct import_report_list *l,
		      enum import_report_class class)
{
	size_t n = import_report_of_class(l, class);
	if (n)
		buf_addf(b, "\n%s (%zu)\n", words[class], n);
	for (size_t i = 0; i < l->attribute_count; i++) {
		const struct import_report_attribute *x = &l->attributes[i];
		if (x->class != class)
			continue;
		buf_cat(b, STR("  "), x->name, x->here.n ? STR(" -> ") : STR(""),
			shown(a, x->here), x->why.n ? STR(": ") : STR(""), x->why,
			STR("\n"));
	}
}

static void add_news(struct buf *b, const struct import_report_list *l)
{
	if (l->new_count)
		buf_addf(b, "\nnew here (%zu)\n", l->new_count);
	for (size_t i = 0; i < l->new_count; i++) {
		const struct import_report_new *n = &l->news[i];
		buf_cat(b, STR("  "), n->setting, STR(" = "), n->value, STR(": "),
			n->words);
		buf_cat(b, STR(". Without it: postern list set "), l->address, STR(" "),
			n->setting, STR("="), n->off, STR("\n"));
	}
}

static void add_list(struct buf *b, struct arena *a, const struct import_report *r,
		     const struct import_report_list *l)
{
	buf_cat(b, import_report_line(a, r, l), STR("\n"));
	for (size_t i = 0; i < l->note_count; i++)
		buf_cat(b, STR("  note: "), l->notes[i], STR("\n"));
	for (enum import_report_class k = REPORT_CLASSES; k-- > 0;)
		add_class(b, a, l, k);
	add_news(b, l);
	buf_add(b, STR("\n"));
}

str import_report_text(struct arena *a, const struct import_report *r)
{
	BUF(b);
	if (r->dry)
		buf_add(&b, STR("A dry run: nothing was written.\n\n"));
	for (size_t i = 0; i < r->count; i++)
		add_list(&b, a, r, r->lists[i]);
	return arena_copy(a, buf_str(&b));
}

static json_t *text(str s)
{
	return json_stringn(s.n ? s.p : "", s.n);
}

static json_t *attributes_of(const struct import_report_list *l)
{
	json_t *all = json_array();
	for (size_t i = 0; i < l->attribute_count; i++) {
		const struct import_report_attribute *x = &l->attributes[i];
		json_array_append_new(all, json_pack("{s:o,s:s,s:o,s:o}", "attribute",
						     text(x->name), "fate",
						     words[x->class], "here",
						     text(x->here), "why", text(x->why)));
	}
	return all;
}

static json_t *news_of(const struct import_report_list *l)
{
	json_t *all = json_array();
	for (size_t i = 0; i < l->new_count; i++) {
		const struct import_report_new *n = &l->news[i];
		json_array_append_new(all, json_pack("{s:o,s:o,s:o,s:o}", "setting",
						     text(n->setting), "value",
						     text(n->value), "off", text(n->off),
						     "why", text(n->words)));
	}
	return all;
}

static json_t *counts_of(const struct import_report_list *l)
{
	json_t *all = json_object();
	for (size_t i = 0; i < l->count_count; i++)
		json_object_set_new(all, l->counts[i].what,
				    json_pack("{s:I,s:I}", "there",
					      (json_int_t)l->counts[i].there, "here",
					      (json_int_t)l->counts[i].here));
	return all;
}

static json_t *notes_of(const struct import_report_list *l)
{
	json_t *all = json_array();
	for (size_t i = 0; i < l->note_count; i++)
		json_array_append_new(all, text(l->notes[i]));
	return all;
}

str import_report_json(struct arena *a, const struct import_report *r)
{
	json_t *lists = json_array();
	for (size_t i = 0; i < r->count; i++) {
		const struct import_report_list *l = r->lists[i];
		json_array_append_new(
			lists, json_pack("{s:o,s:b,s:o,s:I,s:o,s:o,s:o,s:o}", "list",
					 text(l->address), "new", l->is_new, "failed",
					 text(l->failed), "changes",
					 (json_int_t)l->written, "counts", counts_of(l),
					 "notes", notes_of(l), "attributes",
					 attributes_of(l), "new_here", news_of(l)));
	}
	json_t *whole = json_pack("{s:b,s:o}", "dry_run", r->dry, "lists", lists);
	char *dumped = json_dumps(whole, JSON_INDENT(1));
	str s = arena_cat(a, str_from(dumped), STR("\n"));
	free(dumped);
	json_decref(whole);
	return s;
}

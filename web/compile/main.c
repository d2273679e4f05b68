/* compile OUT FILE…: writes OUT/templates.h, OUT/templates.c, OUT/samples.c, OUT/texts.h.
 * A FILE that ends in .part.html is a part of templates, one that ends in .html a template;
 * any other is an asset, sent as it is under a name that holds a hash of its content. */
#include "compile.h"

#include "base/file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 20 };

void fail_at(const struct template *t, unsigned line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(stderr, "%s:%u: ", t->path, line);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void check(err e)
{
	if (!e.kind)
		return;
	fprintf(stderr, "%s\n", e.msg);
	exit(1);
}

struct template *template_named(struct site *site, str name)
{
	for (struct template *t = site->templates; t; t = t->next)
		if (str_eq(t->name, name))
			return t;
	return NULL;
}

/* FNV-1a: names a version of a file to caches; nobody gains by a collision. */
static uint64_t hash(str s)
{
	uint64_t h = 0xcbf29ce484222325;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3;
	return h;
}

static void add_asset(struct arena *a, struct site *site, str name, str content)
{
	str stem = name, type = STR_NONE;
	struct asset *asset = arena_zero(a, sizeof *asset);
	str_cut_last(name, '.', &stem, &type);
	*asset = (struct asset){
		.next = site->assets,
		.name = name,
		.content = content,
		.url = arena_printf(a, "/_/%.*s-%016llx.%.*s", STR_F(stem),
				    (unsigned long long)hash(content), STR_F(type)),
	};
	site->assets = asset;
}

static void add_template(struct arena *a, struct site *site, const char *path, str name,
			 str content)
{
	struct template *t = arena_zero(a, sizeof *t);
	struct template **end = &site->templates;
	while (*end)
		end = &(*end)->next;
	*t = (struct template){ .name = name, .path = path, .text = content, .a = a };
	*end = t;
}

static void add_part(struct arena *a, struct site *site, const char *path, str name,
		     str content)
{
	struct part *p = arena_alloc(a, sizeof *p);
	*p = (struct part){ site->parts, path, name, content };
	site->parts = p;
}

static void load(struct arena *a, struct site *site, const char *path)
{
	str content, folder, name = str_from(path);
	check(file_read(a, path, FILE_MAX, &content));
	str_cut_last(name, '/', &folder, &name);
	if (str_ends(name, STR(".part.html")))
		add_part(a, site, path, str_first(name, name.n - 10), content);
	else if (str_ends(name, STR(".html")))
		add_template(a, site, path, str_first(name, name.n - 5), content);
	else
		add_asset(a, site, name, content);
}

static void write_file(struct arena *a, const char *folder, const char *name,
		       const struct site *site,
		       void (*emit)(struct buf *out, const struct site *site))
{
	BUF(out);
	emit(&out, site);
	str path = arena_cat(a, str_from(folder), STR("/"), str_from(name));
	check(file_write(a, arena_z(a, path), 0644, buf_str(&out)));
}

int main(int argc, char **argv)
{
	ARENA(a);
	struct site site = { 0 };
	if (argc < 3) {
		fprintf(stderr, "usage: compile FOLDER FILE…\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		load(a, &site, argv[i]);
	for (struct template *t = site.templates; t; t = t->next)
		params_read(&site, t);
	for (struct template *t = site.templates; t; t = t->next)
		params_resolve(&site, t);
	for (struct template *t = site.templates; t; t = t->next)
		body_read(&site, t);
	for (struct template *t = site.templates; t; t = t->next)
		words_find(&site, t);
	for (struct template *t = site.templates; t; t = t->next)
		if (t->layout && !t->layout->has_slot)
			fail_at(t, 1, "its layout has no {slot}");
	write_file(a, argv[1], "templates.h", &site, emit_header);
	write_file(a, argv[1], "templates.c", &site, emit_source);
	write_file(a, argv[1], "samples.c", &site, emit_sample);
	write_file(a, argv[1], "texts.h", &site, emit_texts);
	return 0;
}

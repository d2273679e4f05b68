/* A Mailman 3's own texts: files of its var_dir, and URIs that name them. */
#include "lists/import/mailman3_inside.h"

#include "store/lists/domain.h"

enum { TEXT_FILE = 1 << 20 };

/* Of its folder. */
static str language_of(struct moving *x)
{
	str l = mailman2_text(&x->config, mailman2_get(&x->config, "preferred_language"));
	return mailman3_name_is_plain(l) ? l : STR("en");
}

/* ---- by URI */

/* "mailman:///dev@lists.example/en/welcome.txt": Mailman looks for a file of that name in
 * its folders, of the list and its language before others. */
static str file_of(struct arena *a, str uri)
{
	str path = str_skip(uri, STR("mailman:").n), above, name = path;
	(void)str_cut_last(path, '/', &above, &name);
	return str_ends(name, STR(".txt")) ? name : arena_cat(a, name, STR(".txt"));
}

static err find_file(struct moving *x, str name, str *text)
{
	const struct mailman3_source *s = source_of(x);
	str folder = arena_cat(x->a, s->var, STR("/templates/")), l = language_of(x);
	const str folders[] = {
		arena_cat(x->a, STR("lists/"), s->list.list_id, STR("/"), l),
		arena_cat(x->a, STR("lists/"), x->address, STR("/"), l),
		arena_cat(x->a, STR("lists/"), s->list.list_id),
		arena_cat(x->a, STR("lists/"), x->address),
		arena_cat(x->a, STR("domains/"), s->list.host, STR("/"), l),
		arena_cat(x->a, STR("site/"), l),
	};
	err e = s->var.n ? FAIL(ERR_NOTFOUND, "there is no such file in Mailman's "
					      "var_dir")
			 : FAIL(ERR_NOTFOUND, "it is a file of Mailman's var_dir: "
					      "--var=DIR reads it");
	for (size_t i = 0;
	     s->var.n && i < sizeof folders / sizeof *folders && e.kind == ERR_NOTFOUND;
	     i++) {
		str path = arena_cat(x->a, folder, folders[i], STR("/"), name);
		e = moving_read(x, x->a, path, TEXT_FILE, text);
		if (e.kind == ERR_NOTFOUND)
			e = FAIL(ERR_NOTFOUND,
				 "there is no such file in Mailman's var_dir");
	}
	return e;
}

/* file:///…: below var_dir alone, since who made the database may not read all that who
 * runs the import may. */
static err read_file(struct moving *x, str uri, str *text)
{
	const struct mailman3_source *s = source_of(x);
	struct moving there = *x;
	str path = str_skip(uri, STR("file:").n);
	if (str_starts(path, STR("//")))
		path = str_skip(path, 2);
	there.dir = arena_z(x->a, s->var);
	if (!s->var.n || !str_starts(path, arena_cat(x->a, s->var, STR("/")))
	    || str_find(path, STR("..")).n)
		return FAIL(ERR_DENIED,
			    "a file outside of Mailman's var_dir is not read: "
			    "postern template set takes it");
	return moving_read(&there, x->a, path, TEXT_FILE, text);
}

static err read_uri(struct moving *x, str uri, str *text)
{
	if (str_starts(uri, STR("mailman:")))
		return find_file(x, file_of(x->a, uri), text);
	if (str_starts(uri, STR("file:")))
		return read_file(x, uri, text);
	return FAIL(ERR_DENIED, "another server has its text, as Postorius has: open it "
				"there, and postern template set takes it");
}

static err by_uri(struct moving *x, const struct settings *now,
		  const struct mailman3_pair *row)
{
	struct moving_text t = { .of = { .list = x->list },
				 .label = row->key,
				 .file = row->key,
				 .language = STR("") };
	err e = read_uri(x, row->value, &t.text);
	if (err_is_passing(e))
		return e;
	if (!e.kind)
		return moving_text_of(x, now, &t);
	import_report_attribute(x->report, REPORT_IMPOSSIBLE, row->key, STR(""),
				arena_cat(x->a, row->value, STR(": "), str_from(e.msg)));
	return OK;
}

/* ---- files */

/* Beside folders by language there may be files of any. */
static err of_any_language(struct moving *x, const struct settings *now, str folder,
			   const struct mailman3_pair *uris, size_t n)
{
	str *names;
	size_t m;
	TRY(moving_names(x, folder, false, &names, &m));
	for (size_t i = 0; i < m; i++) {
		struct moving_text t = { .of = { .list = x->list }, .language = STR("") };
		bool named = false;
		if (!str_ends(names[i], STR(".txt")))
			continue;
		t.label = t.file = str_first(names[i], names[i].n - 4);
		for (size_t k = 0; k < n; k++)
			named = named || str_eq(uris[k].key, t.file);
		err e = moving_read(x, x->a, arena_cat(x->a, folder, STR("/"), names[i]),
				    TEXT_FILE, &t.text);
		if (!named && !e.kind)
			TRY(moving_text_of(x, now, &t));
	}
	return OK;
}

static err of_domain(struct moving *x, const struct settings *now, str templates)
{
	const struct mailman3_source *s = source_of(x);
	struct moving_texts_at at = {
		.folder = arena_cat(x->a, templates, STR("domains/"), s->list.host),
		.label = arena_cat(x->a, STR("domains/"), s->list.host, STR("/"))
	};
	TRY(domain_find(x->books->lists, arena_lower(x->a, s->list.host), &at.of.domain));
	return moving_texts(x, now, &at);
}

err move3_texts(struct moving *x, const struct settings *now)
{
	const struct mailman3_source *s = source_of(x);
	str templates = arena_cat(x->a, s->var, STR("/templates/"));
	const str own[] = { arena_cat(x->a, templates, STR("lists/"), s->list.list_id),
			    arena_cat(x->a, templates, STR("lists/"), x->address) };
	struct mailman3_pair *row;
	size_t n;
	TRY(source_templates(s, x->a, &row, &n));
	if (s->read && !s->place->var)
		import_report_note(x->report,
				   "texts of its own that are files of Mailman's var_dir "
				   "are not told by its REST API: --var=DIR reads them");
	for (size_t i = 0; i < n; i++)
		TRY(by_uri(x, now, &row[i]));
	for (size_t i = 0; s->var.n && i < sizeof own / sizeof *own; i++) {
		TRY(of_any_language(x, now, own[i], row, n));
		TRY(moving_texts(x, now,
				 &(struct moving_texts_at){ .of = { .list = x->list },
							    .folder = own[i] }));
	}
	return s->var.n ? of_domain(x, now, templates) : OK;
}

err move3_site_texts(struct moving *x)
{
	const struct mailman3_source *s = source_of(x);
	struct settings none = { 0 };
	if (!s->var.n)
		return OK;
	return moving_texts(
		x, &none,
		&(struct moving_texts_at){
			.folder = arena_cat(x->a, s->var, STR("/templates/site")),
			.label = STR("site/") });
}

/* postern template …: whose words a notice has, and in which language. */
#include "cli/cli.h"
#include "lists/notice.h"
#include "store/lists/domain.h"
#include "store/lists/template.h"

#include <stdio.h>

enum { TEMPLATE_MAX = 64 * 1024 };

struct wanted {
	struct books *books;
	struct template_scope of;
	const struct list_entry *list; /* NULL: of a domain or the site */
	const struct notice_row *row;
	str language;        /* "" any */
	enum language reads; /* in which it is shown: that one, else the scope's own */
};

/* [WHOSE]: nothing, a domain of ours, or a list. */
static err read_scope(struct cli *c, struct wanted *w, size_t at)
{
	if (c->arg_count <= at)
		return OK;
	str whose = str_from(c->args[at]);
	err e = str_has(whose, '@') ? FAIL(ERR_NOTFOUND, "")
				    : domain_find(w->books->lists, whose, &w->of.domain);
	if (e.kind != ERR_NOTFOUND)
		return e;
	TRY(cli_list(c, c->args[at], &w->list));
	w->of = (struct template_scope){ .list = w->list->id };
	return OK;
}

static err read_language(struct cli *c, struct wanted *w)
{
	str text = str_from(cli_option(c, "language"));
	TRY(notice_language(w->books, c->a, w->list, STR(""), &w->reads));
	if (!text.n)
		return OK;
	if (!language_find(text, &w->reads))
		return err_in(c->a, ERR_SYNTAX,
			      "no language \"%.*s\"; there are en, de, fr, es, ja, zh_CN",
			      STR_F(text));
	w->language = str_from(language_row(w->reads)->name);
	return OK;
}

static err begin(struct cli *c, enum books_mode mode, bool named, struct wanted *w)
{
	*w = (struct wanted){ .language = STR("") };
	TRY(cli_books(c, mode, &w->books));
	TRY(read_scope(c, w, named));
	TRY(read_language(c, w));
	w->row = named ? notice_row_find(str_from(c->args[0])) : NULL;
	return w->row || !named
		       ? OK
		       : err_in(c->a, ERR_NOTFOUND,
				"no template \"%s\"; postern template ls names them all",
				c->args[0]);
}

/* The languages in which that scope has own words, "any" where it is none. */
static str own_languages(struct arena *a, const struct template_row *own, size_t n,
			 const char *name)
{
	str said = STR("");
	for (size_t i = 0; i < n; i++)
		if (str_eq(own[i].name, str_from(name)))
			said = arena_cat(a, said, said.n ? STR(" ") : STR(""),
					 own[i].language.n ? own[i].language
							   : STR("any"));
	return said.n ? said : STR("no");
}

int cli_template_ls(struct cli *c)
{
	struct wanted w;
	struct template_row *own;
	size_t n, count;
	const struct notice_row *rows = notice_rows(&n);
	CLI_TRY(c, begin(c, BOOKS_READ, false, &w));
	CLI_TRY(c, template_list(w.books->lists, c->a, &w.of, &own, &count));
	struct table *t = table_new(c, "name sent own");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ str_from(rows[i].name), str_from(rows[i].about),
				      own_languages(c->a, own, count, rows[i].name) });
	table_print(t);
	return CLI_OK;
}

static void print(str subject, str text)
{
	printf("Subject: %.*s\n\n%.*s", STR_F(subject), STR_F(text));
}

int cli_template_show(struct cli *c)
{
	struct wanted w;
	struct template_row own;
	str subject, text;
	CLI_TRY(c, begin(c, BOOKS_READ, true, &w));
	err e = template_find(w.books->lists, c->a, &w.of, str_from(w.row->name),
			      str_from(language_row(w.reads)->name), &own);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return cli_fail(c, e);
	notice_built_in(w.row, w.reads, &subject, &text);
	if (e.kind)
		print(subject, text);
	else
		fwrite(own.text.p, 1, own.text.n, stdout);
	return CLI_OK;
}

int cli_template_preview(struct cli *c)
{
	struct wanted w;
	struct template_row own = { .text = STR("") };
	str subject, text;
	CLI_TRY(c, begin(c, BOOKS_READ, true, &w));
	if (cli_option(c, "try")) {
		CLI_TRY(c, cli_stdin(c, TEMPLATE_MAX, &own.text));
	} else {
		err e = template_find(w.books->lists, c->a, &w.of, str_from(w.row->name),
				      str_from(language_row(w.reads)->name), &own);
		if (e.kind && e.kind != ERR_NOTFOUND)
			return cli_fail(c, e);
	}
	CLI_TRY(c, notice_preview(w.books, c->a, w.row, w.list, w.reads, own.text,
				  &subject, &text));
	print(subject, text);
	return CLI_OK;
}

int cli_template_set(struct cli *c)
{
	struct wanted w;
	str text;
	CLI_TRY(c, begin(c, BOOKS_WRITE, true, &w));
	CLI_TRY(c, cli_stdin(c, TEMPLATE_MAX, &text));
	CLI_TRY(c, notice_put(w.books, c->a, w.row, &w.of, w.list, w.language, text,
			      &cli_actor));
	return CLI_OK;
}

int cli_template_rm(struct cli *c)
{
	struct wanted w;
	CLI_TRY(c, begin(c, BOOKS_WRITE, true, &w));
	CLI_TRY(c, notice_put(w.books, c->a, w.row, &w.of, w.list, w.language, STR(""),
			      &cli_actor));
	return CLI_OK;
}

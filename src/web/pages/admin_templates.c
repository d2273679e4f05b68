/* /lists/NAME/admin/templates and /templates/: own words for the mails that this program
 * writes, of a list, a domain or the site, in each language. What a form holds is shown
 * filled with examples before it is stored. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/said.h"
#include "lists/notice.h"
#include "lists/template_uri.h"
#include "store/lists/domain.h"
#include "store/lists/template.h"
#include "web/pages/meanwhile.h"
#include "web/pages/page.h"

struct desk {
	const struct worker *w;
	struct template_scope of;
	str domain, whose, path; /* of the domain alone; as shown; of the listing */
	const struct notice_row *row;
	str language;        /* "" any */
	enum language reads; /* in which it is shown */
};

/* False: the answer is made, or what the path names is not there. */
static bool read_desk(struct request *q, struct response *r, struct desk *d)
{
	struct worker *w = worker_of(q);
	*d = (struct desk){ .w = w, .domain = STR("") };
	if (w->list) {
		d->of.list = w->list->id;
		d->whose = w->list->address;
		d->path = arena_cat(q->arena, list_path(q), STR("/admin/templates"));
		return true;
	}
	d->domain = request_query(q, "domain");
	d->whose = d->domain.n ? d->domain : S_("the site");
	d->path = STR("/templates");
	err e = d->domain.n ? domain_find(w->books.lists, d->domain, &d->of.domain) : OK;
	if (e.kind == ERR_NOTFOUND)
		r->status = 404;
	return e.kind != ERR_NOTFOUND && !page_failed(q, r, e);
}

/* "?domain=lists.example&language=de", whichever there are. */
static str query_of(struct arena *a, const struct desk *d, str language)
{
	str text = STR("");
	if (d->domain.n)
		text = arena_cat(a, STR("domain="), d->domain);
	if (language.n)
		text = arena_cat(a, text, text.n ? STR("&") : STR(""), STR("language="),
				 language);
	return text.n ? arena_cat(a, STR("?"), text) : text;
}

static struct page_frame desk_frame(struct request *q, const struct desk *d, str title)
{
	return d->w->list ? list_frame(q, title) : account_frame(q, title);
}

/* ---- all of them */

/* "any language, Deutsch" */
static str own_words(struct arena *a, const struct template_row *own, size_t n,
		     const char *name)
{
	str said = STR("");
	enum language l;
	for (size_t i = 0; i < n; i++)
		if (str_eq(own[i].name, str_from(name)))
			said = arena_cat(a, said, said.n ? STR(", ") : STR(""),
					 language_find(own[i].language, &l)
						 ? str_from(language_row(l)->own)
						 : S_("any language"));
	return said;
}

static err add_rows(struct request *q, const struct desk *d, struct page_templates *p)
{
	struct template_row *own;
	size_t n, count;
	const struct notice_row *row = notice_rows(&n);
	TRY(template_list(d->w->books.lists, q->arena, &d->of, &own, &count));
	struct page_templates_rows *rows = arena_zero(q->arena, n * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_templates_rows){
			.name = str_from(row[i].name),
			.sent = S_(row[i].about),
			.own = own_words(q->arena, own, count, row[i].name),
			.href = arena_cat(q->arena, d->path, STR("/"),
					  str_from(row[i].name),
					  query_of(q->arena, d, STR(""))),
		};
	p->rows = rows;
	p->rows_count = n;
	return OK;
}

static err add_scopes(struct request *q, const struct desk *d, struct page_templates *p)
{
	struct domain_row *domain;
	size_t n;
	TRY(domain_all(d->w->books.lists, q->arena, &domain, &n));
	struct page_templates_scopes *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	rows[0] = (struct page_templates_scopes){ S_("The site"), STR("/templates/"),
						  !d->domain.n };
	for (size_t i = 0; i < n; i++)
		rows[i + 1] = (struct page_templates_scopes){
			domain[i].name,
			arena_cat(q->arena, STR("/templates/?domain="), domain[i].name),
			str_eq(domain[i].name, d->domain)
		};
	p->scopes = rows;
	p->scopes_count = n + 1;
	return OK;
}

void templates_page(struct request *q, struct response *r)
{
	struct desk d;
	if (!read_desk(q, r, &d))
		return;
	struct page_templates p = { .frame = desk_frame(q, &d, S_("Templates")),
				    .whose = d.whose };
	if (d.w->list)
		p.tabs = admin_tabs(q, "templates");
	else if (page_failed(q, r, add_scopes(q, &d, &p)))
		return;
	if (!page_failed(q, r, add_rows(q, &d, &p)))
		ANSWER(q, r, templates, &p);
}

/* ---- one */

static bool read_one(struct request *q, struct response *r, struct desk *d)
{
	if (!read_desk(q, r, d))
		return false;
	str language = q->method == GET ? request_query(q, "language")
					: field(q, "language");
	d->row = notice_row_find(request_arg(q, "template"));
	d->language = language;
	err e = notice_language((struct books *)(uintptr_t)&d->w->books, q->arena,
				d->w->list, STR(""), &d->reads);
	bool known = !language.n || language_find(language, &d->reads);
	if (!d->row || !known)
		r->status = d->row ? 400 : 404;
	else if (!page_failed(q, r, e)) {
		if (language.n)
			d->language = str_from(language_row(d->reads)->name);
		return true;
	}
	return false;
}

static err add_languages(struct request *q, const struct desk *d, struct page_template *p)
{
	struct template_row *own;
	size_t n;
	TRY(template_list(d->w->books.lists, q->arena, &d->of, &own, &n));
	struct page_template_languages *rows = arena_zero(q->arena,
							  (LANGUAGES + 1) * sizeof *rows);
	for (int l = -1; l < LANGUAGES; l++) {
		const struct language_row *row = l < 0 ? NULL
						       : language_row((enum language)l);
		struct page_template_languages *x = &rows[l + 1];
		*x = (struct page_template_languages){
			.word = row ? str_from(row->name) : STR(""),
			.label = row ? str_from(row->own) : S_("Any language"),
			.tag = str_from(
				language_row(row ? (enum language)l : language_now())
					->tag),
		};
		x->chosen = str_eq(x->word, d->language);
		for (size_t i = 0; i < n; i++)
			x->own = x->own
				 || (str_eq(own[i].name, str_from(d->row->name))
				     && str_eq(own[i].language, x->word));
		if (x->chosen)
			p->own = x->own;
	}
	p->languages = rows;
	p->languages_count = LANGUAGES + 1;
	return OK;
}

static void set_from(struct page_template *p, const struct template_row *t)
{
	bool list = t->of.list, domain = t->of.domain;
	p->from = list ? S_("the list") : domain ? S_("its domain") : S_("the site");
	p->from_scope = list ? STR("list") : domain ? STR("domain") : STR("site");
}

/* What stands in the form at first: own words, else those that hold now. */
static err start_text(struct request *q, const struct desk *d, struct page_template *p)
{
	struct template_row t;
	str name = str_from(d->row->name), subject, text;
	err e = template_get(d->w->books.lists, q->arena, &d->of, name, d->language, &t);
	if (e.kind == ERR_NOTFOUND)
		e = template_find(d->w->books.lists, q->arena, &d->of, name,
				  str_from(language_row(d->reads)->name), &t);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	if (!e.kind) {
		set_from(p, &t);
		p->text = t.text;
		return OK;
	}
	notice_built_in(d->row, d->reads, &subject, &text);
	p->text = arena_cat(q->arena, STR("Subject: "), subject, STR("\n\n"), text);
	return OK;
}

static err fill_page(struct request *q, const struct desk *d, struct page_template *p)
{
	struct arena *a = q->arena;
	struct page_template stored = { 0 };
	TRY(add_languages(q, d, p));
	TRY(start_text(q, d, &stored));
	if (!p->was.n)
		p->was = meanwhile_mark(a, STR("text"), stored.text);
	if (!p->text.n) {
		p->text = stored.text;
		p->from = stored.from;
		p->from_scope = stored.from_scope;
	}
	struct books *books = (struct books *)(uintptr_t)&d->w->books;
	if (!d->language.n)
		TRY(template_uri_of(books, a, &d->of, str_from(d->row->name), &p->uri));
	if (!p->text_error.n)
		return notice_preview(books, a, d->row, d->w->list, d->reads, p->text,
				      &p->subject, &p->preview);
	return OK;
}

static void show_one(struct request *q, struct response *r, const struct desk *d,
		     struct page_template *p)
{
	str name = str_from(d->row->name);
	p->frame = desk_frame(q, d, name);
	p->whose = d->whose;
	p->name = name;
	p->sent = S_(d->row->about);
	p->tabs = d->w->list ? admin_tabs(q, "templates") : NULL;
	p->all = arena_cat(q->arena, d->path, d->w->list ? STR("") : STR("/"),
			   query_of(q->arena, d, STR("")));
	p->domain = d->domain;
	p->language = d->language;
	p->tag = str_from(language_row(d->reads)->tag);
	p->values = notice_names(q->arena, d->row);
	p->csrf = csrf_of(q);
	p->action = arena_cat(q->arena, d->path, STR("/"), name,
			      query_of(q->arena, d, STR("")));
	p->may_set = !d->w->list || worker_may(d->w, RIGHT_settings_set);
	r->cache = STR("no-store");
	if (!page_failed(q, r, fill_page(q, d, p)))
		ANSWER(q, r, template, p);
}

void template_page(struct request *q, struct response *r)
{
	struct desk d;
	if (read_one(q, r, &d))
		show_one(q, r, &d, &(struct page_template){ .note = note_of(q) });
}

/* ---- changing one */

static bool order(struct request *q, const struct desk *d, str text, struct ordered *x)
{
	json_t *args = json_object();
	if (d->w->list)
		json_object_set_new(args, "list", json_of(d->w->list->address));
	json_object_set_new(args, "domain", json_of(d->domain));
	json_object_set_new(args, "name", json_string(d->row->name));
	json_object_set_new(args, "language", json_of(d->language));
	json_object_set_new(args, "text", json_of(text));
	return order_and_wait(q, d->w->list ? "template" : "site_template", args, x);
}

/* Lines as they are stored; browsers send CR LF. */
static str sent_text(struct request *q)
{
	BUF(b);
	str line, text = request_form(q, "text");
	while (str_line(&text, &line))
		buf_cat(&b, line, STR("\n"));
	return arena_copy(q->arena, buf_str(&b));
}

static str fault_of(struct request *q, const struct desk *d, str text)
{
	str subject, said;
	if (!str_trim(text).n)
		return S_("There is no text. To have the built-in one, take the own "
			  "words away.");
	if (text.n > NOTICE_TEXT_MAX)
		return S_("It is too long: 64 KB are enough.");
	err e = notice_preview((struct books *)(uintptr_t)&d->w->books, q->arena, d->row,
			       d->w->list, d->reads, text, &subject, &said);
	return e.kind ? said_in(q->arena, language_now(), str_from(e.msg)) : STR("");
}

/* The whole is one value: what somebody else has made of it meanwhile is not overwritten
 * unseen. Empty: nobody has. */
static err overtaken(struct request *q, const struct desk *d, str text, str *why)
{
	struct page_template stored = { 0 };
	TRY(start_text(q, d, &stored));
	bool clash = !str_eq(stored.text, text)
		     && meanwhile_of(q, STR("text"), stored.text, text) != MEANWHILE_MINE;
	*why = clash ? S_("Somebody else has changed these words meanwhile; what stands "
			  "here are yours. Look at theirs in another window before you "
			  "save again.")
		     : STR_NONE;
	return OK;
}

void template_post(struct request *q, struct response *r)
{
	struct desk d;
	struct ordered x;
	struct page_template p = { 0 };
	if (!read_one(q, r, &d))
		return;
	str word = field(q, "do");
	bool removes = str_eq(word, STR("remove"));
	if (!removes) {
		p.text = sent_text(q);
		p.was = request_form(q, "was");
		p.text_error = fault_of(q, &d, p.text);
	}
	if (!removes && !p.text_error.n && !str_eq(word, STR("preview"))) {
		if (page_failed(q, r, overtaken(q, &d, p.text, &p.text_error)))
			return;
		if (p.text_error.n)
			p.was = STR_NONE; /* who saves again has been told */
	}
	if (p.text_error.n)
		r->status = 400;
	if (p.text_error.n || str_eq(word, STR("preview"))) {
		show_one(q, r, &d, &p);
		return;
	}
	if (order(q, &d, removes ? STR("") : p.text, &x)) {
		str rest = query_of(q->arena, &d, d.language);
		go_said(q, r,
			arena_cat(q->arena, d.path, STR("/"), str_from(d.row->name)),
			removes ? "template-gone" : "template",
			rest.n ? arena_cat(q->arena, STR("&"), str_skip(rest, 1)) : rest);
		return;
	}
	r->status = x.result ? 400 : 503;
	p.note = note_bad(q, x.why);
	show_one(q, r, &d, &p);
}

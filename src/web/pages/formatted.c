/* A post's HTML as its author's program wrote it, but for what does not belong in a page of
 * others: a page of its own, where no script runs and nothing is loaded but our style. */
#include "web/pages/page.h"
#include "web/pages/sight.h"

#include "archive/content.h"
#include "archive/html_mail.h"
#include "archive/script.h"
#include "base/enc.h"
#include "base/language.h"
#include "web/pages/forms.h"

#include <inttypes.h>

/* No script runs. Its own origin it keeps, since a page without one
 * sends no cookie, and the pictures of a private list are for who is signed in. */
#define STYLED                                                                          \
	STR("sandbox allow-same-origin; default-src 'none'; style-src 'self'; img-src " \
	    "'self'")

/* The pictures of the message that may be shown, with the Content-IDs of their parts. */
static void find_pictures(struct request *q, const struct sight *s,
			  const struct content *c,
			  const struct archive_attachments *files,
			  struct html_mail_how *how)
{
	struct arena *a = q->arena;
	struct html_mail_picture *list = arena_alloc(a,
						     (files->count + 1) * sizeof *list);
	for (size_t i = 0; i < files->count && i < c->file_count; i++) {
		const struct archive_attachment *x = &files->list[i];
		str id = c->mime.parts[c->files[i].index].content_id;
		if (!x->width || !id.n || c->files[i].within)
			continue;
		str name = x->filename.n ? x->filename : S_("unnamed");
		list[how->picture_count++] = (struct html_mail_picture){
			.id = id,
			.name = name,
			.url = arena_printf(a, "%.*s/a/%" PRId64 "/shown/%.*s",
					    STR_F(page_post_path(q, s->post.number)),
					    x->n, STR_F(enc_percent(a, name))),
			.width = x->width,
			.height = x->height,
		};
	}
	how->pictures = list;
}

static void show(struct request *q, struct response *r, const struct sight *s,
		 const struct content *c, const struct archive_attachments *files,
		 str html)
{
	const struct archive_post *post = &s->post;
	bool hide = page_hides(q, &worker_of(q)->settings), cut;
	struct html_mail_how how = { .hide_addresses = hide };
	find_pictures(q, s, c, files, &how);
	struct page_formatted p = {
		.lang = str_from(language_row(language_now())->tag),
		.list = worker_of(q)->list->name,
		.number = post->number,
		.subject = post->subject,
		.from = page_author(q->arena, post->from_name, post->from_address, hide),
		.date = post->date,
		.href = page_post_path(q, post->number),
		.tongue = script_language(c->language, c->text),
		.body = html_mail(q->arena, html, &how, &cut),
	};
	p.cut = cut;
	page_no_index(r);
	r->policy = STYLED;
	ANSWER(q, r, formatted, &p);
	str type = r->type.n ? r->type : STR("text/html; charset=utf-8");
	response_blob(q, r, blob_new(&r->body, type));
}

/* A post that has no HTML is shown as it is on its own page. */
void formatted_page(struct request *q, struct response *r)
{
	struct sight s;
	struct content c;
	struct archive_attachments files;
	str used;
	if (!sight_read(q, r, &s))
		return;
	if (s.files.count)
		files = s.files;
	else if (page_failed(q, r,
			     archive_attachments_of_post(worker_of(q)->books.archive,
							 q->arena, s.post.id, &files)))
		return;
	bool whole = !content_read(q->arena, s.message, &c).kind;
	const struct mime_part *part = whole ? content_html_part(&c.mime) : NULL;
	if (part)
		show(q, r, &s, &c, &files, mime_text(q->arena, part, &used));
	else
		response_redirect(r, 302,
				  arena_cat(q->arena, page_post_path(q, s.post.number),
					    q->json ? STR(".json") : STR("")));
}

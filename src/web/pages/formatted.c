/* A post's HTML as its author's program wrote it, but for what does not belong in a page of
 * others: a page of its own, where no script runs and nothing is loaded but our style. */
#include "web/pages/page.h"
#include "web/pages/sight.h"

#include "archive/content.h"
#include "archive/html_mail.h"
#include "archive/script.h"
#include "base/language.h"
#include "web/pages/forms.h"

#include <inttypes.h>

#define STYLED STR("sandbox; default-src 'none'; style-src 'self'")

static void show(struct request *q, struct response *r, const struct sight *s,
		 const struct content *c, str html)
{
	const struct archive_post *post = &s->post;
	bool hide = page_hides(q, &worker_of(q)->settings), cut;
	struct page_formatted p = {
		.lang = str_from(language_row(language_now())->tag),
		.list = worker_of(q)->list->name,
		.number = post->number,
		.subject = post->subject,
		.from = page_author(q->arena, post->from_name, post->from_address, hide),
		.date = post->date,
		.href = page_post_path(q, post->number),
		.tongue = script_language(c->language, c->text),
		.body = html_mail(q->arena, html, hide, &cut),
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
	str used;
	if (!sight_read(q, r, &s))
		return;
	bool whole = !content_read(q->arena, s.message, &c).kind;
	const struct mime_part *part = whole ? content_html_part(&c.mime) : NULL;
	if (part)
		show(q, r, &s, &c, mime_text(q->arena, part, &used));
	else
		response_redirect(r, 302,
				  arena_cat(q->arena, page_post_path(q, s.post.number),
					    q->json ? STR(".json") : STR("")));
}

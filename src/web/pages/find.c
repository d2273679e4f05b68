/* A post by its Message-ID, on whatever list the visitor may read. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "web/pages/visible.h"

#include <inttypes.h>

static str rest_of_path(const struct request *q)
{
	str rest = STR_NONE;
	for (size_t i = 1; i < q->segment_count; i++)
		rest = arena_cat(q->arena, rest, i > 1 ? STR("/") : STR(""),
				 q->segments[i]);
	return rest;
}

/* ---- /mid/MESSAGE-ID */

static err find_posts(struct request *q, str id, struct page_choice *p)
{
	struct archive_posts posts;
	struct visible_list l;
	TRY(archive_posts_by_message_id(worker_of(q)->books.archive, q->arena, 0, id,
					&posts));
	struct page_choice_posts *rows = arena_zero(q->arena,
						    (posts.count + 1) * sizeof *rows);
	for (size_t i = 0; i < posts.count; i++) {
		const struct archive_post *x = &posts.list[i];
		err e = visible_list_find(q, x->list, RIGHT_archive_read, &l);
		if (e.kind == ERR_NOTFOUND)
			continue;
		TRY(e);
		if (x->received_at < l.since)
			continue;
		rows[p->posts_count++] = (struct page_choice_posts){
			.list = l.name,
			.number = x->number,
			.href = arena_printf(q->arena, "%.*s/%" PRId64, STR_F(l.path),
					     x->number),
			.subject = page_subject(x->subject, x->flags),
			.from = page_author(q->arena, x->from_name, x->from_address,
					    page_hides(q, &l.settings)),
			.date = x->date,
		};
	}
	p->posts = rows;
	return OK;
}

void message_id_page(struct request *q, struct response *r)
{
	struct page_choice p = { .frame = frame_of(q, S_("Message")) };
	str id = rest_of_path(q);
	(void)worker_open(q);
	/* A Message-ID may itself end in .json, so here the twin is asked for by Accept. */
	q->json = request_accepts_json(q);
	response_header(r, STR("Vary"), STR("Accept"));
	if (str_starts(id, STR("<")) && str_ends(id, STR(">")))
		id = str_first(str_skip(id, 1), id.n - 2);
	p.message_id = id;
	page_no_index(r);
	err e = worker_check(worker_of(q));
	if (!e.kind)
		e = find_posts(q, id, &p);
	if (page_failed(q, r, e))
		return;
	if (p.posts_count == 1)
		response_redirect(r, 302, p.posts[0].href);
	else if (p.posts_count)
		ANSWER(q, r, choice, &p);
	else
		error_page(q, r, 404,
			   q->session ? S_("No list that you may read has a message "
					   "with this identifier.")
				      : S_("No list that everybody may read has a "
					   "message with this identifier. It may stand "
					   "on a list for members: sign in to see."));
}

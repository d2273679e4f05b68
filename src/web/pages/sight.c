#include "web/pages/sight.h"

#include "archive/redact.h"
#include "web/pages/forms.h"
#include "web/pages/since.h"

err sight_look(struct request *q, int64_t number, struct sight *s)
{
	const struct worker *w = worker_of(q);
	struct archive_post was;
	*s = (struct sight){ 0 };
	TRY(archive_post_by_number(w->books.archive, q->arena, w->list->id, number,
				   &s->post, &s->yes));
	s->yes = s->yes && since_sees(q, &s->post);
	s->gone = s->yes && s->post.flags & ARCHIVE_GONE;
	if (!s->gone || !worker_may(w, RIGHT_post_redact))
		return OK;
	bool hidden;
	TRY(archive_read_hidden(w->books.archive, q->arena, &s->post, &was, &s->files,
				&s->message, &hidden));
	s->gone = !hidden;
	s->post = hidden ? was : s->post;
	return OK;
}

void sight_refuse(struct request *q, struct response *r, const struct sight *s)
{
	error_page(q, r, s->gone ? 410 : 404, STR_NONE);
}

bool sight_read(struct request *q, struct response *r, struct sight *s)
{
	const struct worker *w = worker_of(q);
	int64_t number = 0;
	bool found = false;
	*s = (struct sight){ 0 };
	if (str_i64(request_arg(q, "number"), &number)
	    && page_failed(q, r, sight_look(q, number, s)))
		return false;
	found = s->yes && !s->gone;
	if (found && !s->message.n
	    && page_failed(q, r,
			   archive_read_raw(w->books.archive, q->arena, w->list->id,
					    number, &s->message, &found)))
		return false;
	if (!found)
		sight_refuse(q, r, s);
	return found;
}

bool sight_message(struct request *q, struct response *r, str *message)
{
	struct sight s;
	bool found = sight_read(q, r, &s);
	*message = s.message;
	return found;
}

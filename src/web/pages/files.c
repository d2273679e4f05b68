/* What is saved rather than read: raw messages, attachments. */
#include "web/pages/forms.h"
#include "web/pages/page.h"
#include "web/pages/sight.h"

#include "archive/mask.h"
#include "archive/picture.h"
#include "base/enc.h"
#include "base/utf8.h"
#include "mail/mime.h"

static bool hides_here(const struct request *q)
{
	return page_hides(q, &worker_of(q)->settings);
}

/* ---- the message as it is */

void raw_page(struct request *q, struct response *r)
{
	str message;
	if (!sight_message(q, r, &message))
		return;
	page_no_index(r);
	r->policy = SANDBOX;
	buf_add(&r->body, hides_here(q) ? mask_message(q->arena, message) : message);
	str type = STR("text/plain; charset=utf-8");
	response_blob(q, r, blob_new(&r->body, type));
}

/* ---- attachments */

/* Types that a browser shows without running anything; the others are stored. */
static bool is_harmless(str type)
{
	static const char *const types[] = {
		"image/png",  "image/jpeg",      "image/gif",
		"image/webp", "application/pdf", "text/plain"
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_ieq(type, str_from(types[i])))
			return true;
	return false;
}

enum { TAG_BYTES = 16 }; /* of its SHA-256 */

static void answer_file(struct request *q, struct response *r,
			const struct archive_attachment *x, str bytes)
{
	str type = x->sniffed.n ? x->sniffed : STR("application/octet-stream");
	str tag = enc_hex(q->arena, str_first(x->sha256, TAG_BYTES)), name = x->sha256;
	if (hides_here(q) && str_istarts(x->declared, STR("message/"))) {
		bytes = mask_message(q->arena, bytes);
		tag = arena_cat(q->arena, tag, STR("-masked"));
		name = arena_cat(q->arena, STR("masked"), name);
	}
	r->policy = SANDBOX;
	page_no_index(r);
	if (str_ieq(type, STR("text/plain")))
		type = utf8_valid(bytes) ? STR("text/plain; charset=utf-8")
					 : STR("text/plain");
	else if (!is_harmless(type)) {
		type = STR("application/octet-stream");
		response_download(r, x->filename.n ? x->filename : STR("unnamed"));
	}
	buf_add(&r->body, bytes);
	response_file(q, r, blob_named(&r->body, type, name), tag);
}

static err read_file(struct request *q, const struct sight *s, int64_t number, int64_t n,
		     struct archive_attachment *x, str *bytes, bool *found)
{
	const struct worker *w = worker_of(q);
	struct mime m;
	*found = false;
	if (!s->message.n)
		return archive_read_attachment(w->books.archive, q->arena, w->list->id,
					       number, n, x, bytes, found);
	if (n < 1 || n > (int64_t)s->files.count)
		return OK;
	*x = s->files.list[n - 1];
	TRY(mime_parse(q->arena, s->message, &m));
	*found = x->part < (int64_t)m.count;
	if (*found)
		*bytes = mime_bytes(q->arena, &m.parts[x->part]);
	return OK;
}

/* A picture as it may stand in a page; 404 where it may not. */
static void answer_shown(struct request *q, struct response *r,
			 const struct archive_attachment *x, str bytes)
{
	struct picture p;
	str tag = enc_hex(q->arena, str_first(x->sha256, TAG_BYTES));
	if (!x->width || !picture_filter(bytes, &p, &r->body)) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	r->policy = SANDBOX;
	page_no_index(r);
	response_file(q, r,
		      blob_named(&r->body, p.type,
				 arena_cat(q->arena, STR("shown"), x->sha256)),
		      arena_cat(q->arena, tag, STR("-shown")));
}

static void answer_part(struct request *q, struct response *r,
			void (*answer)(struct request *q, struct response *r,
				       const struct archive_attachment *x, str bytes))
{
	struct archive_attachment x;
	int64_t number = 0, part = 0;
	bool found = false;
	struct sight s = { 0 };
	str bytes;
	if (str_i64(request_arg(q, "number"), &number)
	    && str_i64(request_arg(q, "part"), &part)
	    && (page_failed(q, r, sight_look(q, number, &s))
		|| page_failed(q, r, read_file(q, &s, number, part, &x, &bytes, &found))))
		return;
	if (found && s.yes && !s.gone)
		answer(q, r, &x, bytes);
	else
		sight_refuse(q, r, &s);
}

void attachment_page(struct request *q, struct response *r)
{
	answer_part(q, r, answer_file);
}

void shown_page(struct request *q, struct response *r)
{
	answer_part(q, r, answer_shown);
}

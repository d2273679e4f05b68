/* /lists/NAME/post: writing a post, or an answer to one, in the person's own name. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/said.h"
#include "web/pages/quote.h"
#include "web/pages/since.h"

#include "archive/read.h"
#include "archive/render.h"
#include "base/clock.h"
#include "base/rand.h"
#include "mail/compose.h"
#include "mail/date.h"
#include "mail/header.h"
#include "store/lists/address.h"
#include "store/lists/member.h"

enum { SUBJECT_MAX = 500, TEXT_MAX = 512 * 1024, ID_BYTES = 15, ID_LENGTH = 24 };

struct draft {
	str id; /* makes the Message-ID: sent twice, it is one post */
	str from, subject, text;
	int64_t re;
	bool answers; /* there is a parent, and who asks may read it */
	struct archive_post parent;
	struct header parent_header;
	str parent_message;
	const char *subject_error, *text_error;
};

/* ---- the post that is answered */

static err read_parent(struct request *q, struct draft *f)
{
	bool found;
	struct archive_post_page p;
	struct worker *w = worker_of(q);
	if (!f->re || !worker_may(w, RIGHT_archive_read))
		return OK;
	TRY(archive_read_post(w->books.archive, q->arena, w->list->id, f->re, &p,
			      &found));
	if (!found || !since_sees(q, &p.leaf.post) || p.leaf.post.flags & ARCHIVE_GONE)
		return OK;
	f->answers = true;
	f->parent = p.leaf.post;
	f->parent_message = p.leaf.message;
	return header_scan(q->arena, p.leaf.message, &f->parent_header);
}

static str who_wrote(struct request *q, const struct archive_post *p)
{
	str name = p->from_name.n ? p->from_name
				  : render_hidden(q->arena, p->from_address);
	return arena_cat(q->arena, name, STR(", "), date_day(q->arena, p->date));
}

static void fill_answer(struct request *q, struct draft *f)
{
	str text = render_text(q->arena, f->parent_message, NULL);
	f->subject = quote_subject(q->arena, f->parent.subject,
				   worker_of(q)->settings.subject_prefix);
	f->text = quote_text(q->arena, who_wrote(q, &f->parent), text);
}

/* ---- who writes */

/* The address by which the person is a member, else the first that is shown to be
 * theirs. */
static str usual_sender(struct request *q, const struct address_row *own, size_t n)
{
	struct member_row m;
	struct worker *w = worker_of(q);
	if (!member_of_person(w->books.lists, q->arena, w->list->id, q->session->person,
			      &m)
		     .kind
	    && m.verified_at)
		return m.text;
	for (size_t i = 0; i < n; i++)
		if (own[i].verified_at)
			return own[i].text;
	return STR_NONE;
}

static err read_senders(struct request *q, struct draft *f, struct page_write *p)
{
	size_t n;
	bool known = false;
	struct address_row *own;
	TRY(address_of_person(worker_of(q)->books.lists, q->arena, q->session->person,
			      &own, &n));
	struct page_write_senders *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		known |= own[i].verified_at && str_eq(own[i].text, f->from);
	if (!known)
		f->from = usual_sender(q, own, n);
	for (size_t i = 0; i < n; i++)
		if (own[i].verified_at)
			rows[p->senders_count++] = (struct page_write_senders){
				own[i].text, str_eq(own[i].text, f->from)
			};
	p->senders = rows;
	return OK;
}

/* ---- the message */

static str message_of(struct request *q, const struct draft *f)
{
	struct worker *w = worker_of(q);
	str *ids = NULL, references = STR("");
	struct compose l = {
		.from = { .name = q->session->name },
		.subject = f->subject,
		.message_id = arena_cat(q->arena, STR("<"), f->id, STR("@"),
					w->books.conf->site_hostname, STR(">")),
		.text = f->text,
		.host = w->books.conf->site_hostname,
		.written = true,
	};
	if (address_parse(q->arena, f->from, &l.from.address).kind
	    || address_parse(q->arena, w->list->address, &l.to.address).kind)
		return STR_NONE;
	if (str_has(l.from.name, '@'))
		l.from.name = STR_NONE;
	if (f->answers && f->parent.message_id.n) {
		size_t n = header_ids(q->arena,
				      header_find(&f->parent_header, STR("References")),
				      &ids);
		references = quote_references(q->arena, ids, n, f->parent.message_id);
		l.in_reply_to = arena_cat(q->arena, STR("<"), f->parent.message_id,
					  STR(">"));
	}
	l.references = references;
	return compose(q->arena, &l);
}

/* ---- the page */

static void show(struct request *q, struct response *r, struct draft *f,
		 const struct page_note *note, bool preview)
{
	struct worker *w = worker_of(q);
	struct page_write p = {
		.frame = list_frame(q, f->answers ? S_("Answer") : S_("Write")),
		.list = w->list->name,
		.list_address = w->list->address,
		.note = note,
		.action = arena_cat(q->arena, list_path(q), STR("/post")),
		.csrf = csrf_of(q),
		.id = f->id,
		.re = f->answers ? f->re : 0,
		.subject = f->subject,
		.subject_error = S_(f->subject_error),
		.text = f->text,
		.text_error = S_(f->text_error),
		.held = w->viewer.here < WHO_MEMBER
			&& setting_is(w->settings.default_nonmember_action, "hold"),
	};
	if (page_failed(q, r, read_senders(q, f, &p)))
		return;
	if (f->answers) {
		p.reply_to = arena_cat(q->arena, f->parent.subject, STR(", "),
				       who_wrote(q, &f->parent));
		p.reply_href = arena_printf(q->arena, "%.*s/%lld", STR_F(list_path(q)),
					    (long long)f->re);
	}
	if (preview) {
		p.shows = true;
		p.preview = render_post(q->arena, message_of(q, f),
					&(struct render_how){ .marked = page_marks(q) });
	}
	r->cache = STR("no-store");
	ANSWER(q, r, write, &p);
}

void write_page(struct request *q, struct response *r)
{
	struct draft f = { .id = rand_token(q->arena, ID_BYTES) };
	if (!str_i64(request_query(q, "re"), &f.re))
		f.re = 0;
	if (page_failed(q, r, read_parent(q, &f)))
		return;
	if (f.re && !f.answers) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	if (f.answers)
		fill_answer(q, &f);
	show(q, r, &f, NULL, false);
}

/* ---- sending */

static bool is_id(str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!chr_is_digit(id.p[i]) && !(id.p[i] >= 'a' && id.p[i] <= 'z'))
			return false;
	return id.n == ID_LENGTH;
}

/* A browser sends CRLF; everything here works on LF. */
static str without_cr(struct arena *a, str text)
{
	BUF(b);
	str line;
	while (str_line(&text, &line))
		buf_cat(&b, line, STR("\n"));
	return arena_copy(a, buf_str(&b));
}

static void read_form(struct request *q, struct draft *f)
{
	*f = (struct draft){
		.id = field(q, "id"),
		.from = field(q, "from"),
		.subject = field(q, "subject"),
		.text = without_cr(q->arena, request_form(q, "text")),
	};
	if (!is_id(f->id))
		f->id = rand_token(q->arena, ID_BYTES);
	if (!str_i64(field(q, "re"), &f->re))
		f->re = 0;
	if (!f->subject.n)
		f->subject_error = N_("A post needs a subject.");
	else if (f->subject.n > SUBJECT_MAX || str_has(f->subject, '\n'))
		f->subject_error = N_(
			"The subject is too long, or has more than one line.");
	if (!str_trim(f->text).n)
		f->text_error = N_("There is no text.");
	else if (f->text.n > TEXT_MAX)
		f->text_error = N_("The text is too long for a form; send it by mail.");
}

static void hand_in(struct request *q, struct response *r, struct draft *f)
{
	str says = STR_NONE;
	struct worker *w = worker_of(q);
	err e = web_submit(q, f->from, w->list->address, message_of(q, f), &says);
	if (!e.kind) {
		response_redirect(r, 303,
				  arena_cat(q->arena, STR("/done/posted?list="),
					    str_skip(list_path(q), 7)));
		return;
	}
	r->status = e.kind == ERR_DENIED ? 400 : 503;
	show(q, r, f,
	     note_bad(q, arena_cat(q->arena, S_("The mail server says: "),
				   said_in(q->arena, language_now(), str_from(e.msg)))),
	     false);
}

void write_post(struct request *q, struct response *r)
{
	struct draft f;
	struct page_write senders = { 0 };
	read_form(q, &f);
	if (page_failed(q, r, read_parent(q, &f))
	    || page_failed(q, r, read_senders(q, &f, &senders)))
		return;
	if (f.subject_error || f.text_error || !f.from.n) {
		r->status = 400;
		show(q, r, &f,
		     f.from.n ? NULL
			      : note_bad(q, S_("Your account has no address that is "
					       "shown to be yours.")),
		     false);
	} else if (str_eq(field(q, "do"), STR("send"))) {
		hand_in(q, r, &f);
	} else {
		show(q, r, &f, NULL, true);
	}
}

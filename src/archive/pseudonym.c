#include "archive/pseudonym.h"

#include "archive/pseudonym_text.h"
#include "archive/retext.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "mail/address.h"
#include "mail/mime.h"

/* One message, and whether it is their own. */
struct work {
	const struct pseudonym *p;
	const struct pseudonym_text *text;
	bool own;
	int depth;
};

enum { DEPTH_MAX = 8 }; /* messages within messages */

static err clean_message(struct arena *a, const struct pseudonym *p,
			 const struct pseudonym_text *text, int depth, str message,
			 str *out);

static bool is_theirs(struct arena *a, const struct pseudonym *p, const struct address *x)
{
	bool yes = false;
	str key = address_key(a, x);
	for (size_t i = 0; i < p->count; i++)
		yes = yes || str_ieq(key, p->addresses[i]);
	return yes;
}

/* ---- text */

static str clean_how(void *ctx, struct arena *a, str text, unsigned how)
{
	const struct work *w = ctx;
	return pseudonym_text_clean(a, w->text, text, how,
				    w->own ? NAMES_OWN : NAMES_BESIDE);
}

static str clean_said(struct arena *a, const struct work *w, str text)
{
	return pseudonym_text_clean(a, w->text, text, 0,
				    w->own ? NAMES_OWN : NAMES_BESIDE);
}

static str clean_rest(struct arena *a, const struct work *w, str text)
{
	return pseudonym_text_clean(a, w->text, text, 0, NAMES_BESIDE);
}

/* ---- the header */

static bool may_stay(str name)
{
	static const char *const names[] = {
		"To",         "Cc",           "Subject",
		"Date",       "Message-ID",   "In-Reply-To",
		"References", "MIME-Version", "Auto-Submitted",
		"Keywords",   "List-Id",      "Newsgroups",
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_ieq(name, str_from(names[i])))
			return true;
	return str_istarts(name, STR("Content-"));
}

static bool names_people(str name)
{
	static const char *const names[] = { "From",
					     "To",
					     "Cc",
					     "Reply-To",
					     "Sender",
					     "Bcc",
					     "Resent-To",
					     "Resent-Cc",
					     "Resent-From",
					     "Resent-Sender",
					     "X-Original-From",
					     "Mail-Followup-To" };
	bool yes = false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		yes = yes || str_ieq(name, str_from(names[i]));
	return yes;
}

/* The name beside an address may be written in any charset, so the field is read. */
static bool clean_mailboxes(struct arena *a, const struct work *w, const struct field *f,
			    str *out)
{
	struct mailbox *m;
	size_t n;
	bool hit = false;
	BUF(list);
	if (!names_people(f->name) || address_list(a, f->value, &m, &n).kind)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool theirs = is_theirs(a, w->p, &m[i].address);
		str name = w->p->address_only ? clean_said(a, w, m[i].name) : w->p->as;
		if (theirs)
			m[i] = (struct mailbox){ name,
						 { w->p->as, STR("hidden.invalid") } };
		hit = hit || theirs;
		buf_cat(&list, i ? STR(", ") : STR(""), mailbox_text(a, &m[i]));
	}
	*out = header_fold(a, f->name, buf_str(&list));
	return hit;
}

/* So may a subject, or the name of a file. */
static bool clean_words(struct arena *a, const struct work *w, const struct field *f,
			str *out)
{
	bool subject = str_ieq(f->name, STR("Subject"));
	if (!subject && !str_find(f->value, STR("=?")).n)
		return false;
	str text = header_text(a, f),
	    clean = subject ? clean_said(a, w, text) : clean_rest(a, w, text);
	*out = header_encode(a, f->name, clean);
	return !str_eq(clean, text);
}

static bool is_author(struct arena *a, const struct pseudonym *p, const struct header *h)
{
	struct mailbox *m;
	size_t n;
	const struct field *f = header_find(h, STR("From"));
	return f && !address_list(a, f->value, &m, &n).kind && n
	       && is_theirs(a, p, &m[0].address);
}

/* False: it names them nowhere. Lines that are no field are left out of what is written. */
static bool clean_header(struct arena *a, const struct work *w, const struct header *h,
			 str *clean)
{
	BUF(out);
	bool own = w->own, changed = own;
	for (size_t i = 0; i < h->count; i++) {
		const struct field *f = &h->fields[i];
		str mended;
		if (own && !may_stay(f->name) && !str_ieq(f->name, STR("From")))
			continue;
		if (!clean_mailboxes(a, w, f, &mended) && !clean_words(a, w, f, &mended))
			mended = pseudonym_text_clean(a, w->text, f->raw, 0,
						      NAMES_NOWHERE);
		changed = changed || !str_eq(mended, f->raw);
		buf_add(&out, mended);
	}
	*clean = arena_copy(a, buf_str(&out));
	return changed;
}

/* ---- the body */

/* The fields of a part say what it is: none may go. */
static str clean_fields(struct arena *a, const struct work *w, const struct header *h)
{
	struct work theirs = { w->p, w->text, false, w->depth };
	str clean;
	return clean_header(a, &theirs, h, &clean) ? clean : h->raw;
}

static str clean_within(struct arena *a, const struct work *w, str message)
{
	str clean;
	if (w->depth < DEPTH_MAX
	    && !clean_message(a, w->p, w->text, w->depth + 1, message, &clean).kind)
		return clean;
	return clean_rest(a, w, message);
}

/* A file that is text, whatever it is called, is read as such. Of others that hold the
 * address as it is its letters go, none of which moves what is behind it. */
static str clean_file(struct arena *a, const struct work *w, str bytes)
{
	bool text = !str_has(bytes, '\0') && !str_starts(bytes, STR("%PDF-"))
		    && utf8_valid(bytes);
	return text ? clean_rest(a, w, bytes) : pseudonym_text_blot(a, w->text, bytes);
}

static str clean_part(struct arena *a, const struct work *w, const struct mime_part *part)
{
	struct work mine = *w;
	if (str_starts(part->type, STR("text/")))
		return retext_part(a, part, clean_how, &mine);
	str bytes = mime_bytes(a, part), clean = str_starts(part->type, STR("message/"))
							 ? clean_within(a, w, bytes)
							 : clean_file(a, w, bytes);
	return str_eq(clean, bytes) ? part->raw : retext_encoded(a, part, clean);
}

/* What is looked at from `from` on: header and body of a part, and what stands before. */
static void add_part(struct arena *a, const struct work *w, const struct mime_part *part,
		     const char **from, struct buf *out)
{
	const struct header *h = &part->header;
	if (h->raw.n && h->raw.p >= *from && h->raw.p < part->raw.p) {
		buf_cat(out, clean_rest(a, w, (str){ *from, (size_t)(h->raw.p - *from) }),
			clean_fields(a, w, h));
		*from = h->raw.p + h->raw.n;
	}
	if (part->multipart)
		return;
	buf_cat(out, clean_rest(a, w, (str){ *from, (size_t)(part->raw.p - *from) }),
		clean_part(a, w, part));
	*from = part->raw.p + part->raw.n;
}

static str clean_body(struct arena *a, const struct work *w, const struct mime *m,
		      str body)
{
	if (!body.n)
		return body;
	BUF(out);
	const char *from = body.p, *end = body.p + body.n;
	for (size_t i = 0; i < m->count; i++) {
		const struct mime_part *part = &m->parts[i];
		if (part->raw.n && part->raw.p >= from
		    && part->raw.p + part->raw.n <= end)
			add_part(a, w, part, &from, &out);
	}
	if (from < end)
		buf_add(&out, clean_rest(a, w, (str){ from, (size_t)(end - from) }));
	return arena_copy(a, buf_str(&out));
}

/* ---- */

static err clean_message(struct arena *a, const struct pseudonym *p,
			 const struct pseudonym_text *text, int depth, str message,
			 str *out)
{
	struct mime m;
	str head;
	TRY(mime_parse(a, message, &m));
	struct work w = { p, text, !p->address_only && is_author(a, p, &m.header),
			  depth };
	str old = m.header.body, body = clean_body(a, &w, &m, old);
	bool changed = clean_header(a, &w, &m.header, &head);
	if (!changed && str_eq(body, old))
		*out = message;
	else if (!changed) /* with whatever stands between the two */
		*out = arena_cat(a, str_first(message, message.n - old.n), body);
	else
		*out = arena_cat(a, head, STR("\r\n"), body);
	return OK;
}

err pseudonym_message(struct arena *a, const struct pseudonym *p, str message, str *out)
{
	return clean_message(a, p, pseudonym_text_new(a, p), 0, message, out);
}

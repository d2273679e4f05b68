#include "archive/pseudonym.h"

#include "archive/content_inside.h"
#include "archive/pseudonym_text.h"
#include "base/buf.h"
#include "base/enc.h"
#include "mail/address.h"
#include "mail/charset.h"
#include "mail/mime.h"

/* One message, and whether it is their own. */
struct work {
	const struct pseudonym *p;
	const struct pseudonym_text *text;
	bool own;
};

static bool is_theirs(struct arena *a, const struct pseudonym *p, const struct address *x)
{
	bool yes = false;
	str key = address_key(a, x);
	for (size_t i = 0; i < p->count; i++)
		yes = yes || str_ieq(key, p->addresses[i]);
	return yes;
}

/* ---- text */

static str clean_said(struct arena *a, const struct work *w, str text)
{
	return pseudonym_text_clean(a, w->text, text, w->own ? NAMES_OWN : NAMES_BESIDE);
}

static str clean_rest(struct arena *a, const struct work *w, str text)
{
	return pseudonym_text_clean(a, w->text, text, NAMES_BESIDE);
}

/* ---- parts: text that is encoded is decoded for it */

/* RFC 2045 section 6.7. Where characters have several octets (UTF-16) none of these is the
 * end of a line. */
static str quoted_printable(struct arena *a, str text)
{
	enum { LINE = 72 };
	BUF(out);
	size_t line = 0;
	bool wide = str_has(text, '\0');
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i], next = i + 1 < text.n ? text.p[i + 1] : '\n';
		bool ends = next == '\n' || next == '\r';
		if (!wide && (c == '\n' || c == '\r')) {
			buf_add_char(&out, c);
			line = 0;
			continue;
		}
		if (line > LINE) {
			buf_add(&out, STR("=\r\n"));
			line = 0;
		}
		bool plain = c > ' ' && c < 0x7f && c != '=';
		if (plain || ((c == ' ' || c == '\t') && !ends)) {
			buf_add_char(&out, c);
			line++;
		} else {
			buf_addf(&out, "=%02X", (unsigned)(unsigned char)c);
			line += 3;
		}
	}
	return arena_copy(a, buf_str(&out));
}

static str base64_lines(struct arena *a, str bytes)
{
	enum { LINE = 76 };
	BUF(out);
	for (str text = enc_base64(a, bytes); text.n; text = str_skip(text, LINE))
		buf_cat(&out, str_first(text, LINE), STR("\r\n"));
	return arena_copy(a, buf_str(&out));
}

static bool is_encoded(const struct mime_part *part)
{
	return str_eq(part->encoding, STR("base64"))
	       || str_eq(part->encoding, STR("quoted-printable"));
}

/* Characters are looked at, not octets: of GB18030 and ISO-2022-JP some look like letters
 * that nobody wrote, and in UTF-16 none stands beside the next. */
static str clean_bytes(struct arena *a, const struct work *w,
		       const struct mime_part *part, str bytes)
{
	str used, out, text = charset_decode(a, bytes, part->charset, &used);
	if (str_eq(used, STR("utf-8")))
		return clean_said(a, w, bytes);
	str clean = clean_said(a, w, text);
	if (str_eq(clean, text))
		return bytes;
	return charset_write(a, clean, used, &out) ? out : clean_said(a, w, bytes);
}

static str clean_part(struct arena *a, const struct work *w, const struct mime_part *part)
{
	if (!is_encoded(part))
		return clean_bytes(a, w, part, part->raw);
	bool is64 = str_eq(part->encoding, STR("base64"));
	str bytes = mime_bytes(a, part), clean = clean_bytes(a, w, part, bytes);
	if (str_eq(clean, bytes))
		return part->raw;
	return is64 ? base64_lines(a, clean) : quoted_printable(a, clean);
}

/* A subject may be written in any charset, so it is read. */
static bool clean_subject(struct arena *a, const struct work *w, const struct field *f,
			  str *out)
{
	if (!str_ieq(f->name, STR("Subject")))
		return false;
	str text = header_text(a, f), clean = clean_said(a, w, text);
	*out = header_encode(a, f->name, clean);
	return !str_eq(clean, text);
}

static str encoded_as(struct arena *a, const struct mime_part *part, str bytes)
{
	if (!is_encoded(part))
		return bytes;
	return str_eq(part->encoding, STR("base64")) ? base64_lines(a, bytes)
						     : quoted_printable(a, bytes);
}

/* Outlook's wrapper, of which pages show text and names of files. */
static str clean_wrapped(struct arena *a, const struct work *w,
			 const struct mime_part *part, struct tnef *t)
{
	bool changed = false;
	str *texts[3 + TNEF_FILES_MAX] = { &t->subject, &t->text, &t->html };
	for (size_t i = 0; i < t->count; i++)
		texts[3 + i] = &t->files[i].name;
	for (size_t i = 0; i < 3 + t->count; i++) {
		str clean = clean_said(a, w, *texts[i]);
		changed = changed || !str_eq(clean, *texts[i]);
		*texts[i] = clean;
	}
	return changed ? encoded_as(a, part, tnef_write(a, t)) : part->raw;
}

/* A message within, which is called by its subject. */
static str clean_inner(struct arena *a, const struct work *w,
		       const struct mime_part *part)
{
	struct header h;
	str mended, bytes = mime_bytes(a, part), clean;
	bool read = !header_scan(a, bytes, &h).kind;
	const struct field *f = read ? header_find(&h, STR("Subject")) : NULL;
	if (f && clean_subject(a, w, f, &mended)) {
		size_t before = (size_t)(f->raw.p - bytes.p);
		clean = arena_cat(a, clean_rest(a, w, str_first(bytes, before)), mended,
				  clean_rest(a, w, str_skip(bytes, before + f->raw.n)));
	} else {
		clean = clean_rest(a, w, bytes);
	}
	return str_eq(clean, bytes) ? part->raw : encoded_as(a, part, clean);
}

/* False: its octets are taken as they are. */
static bool clean_known(struct arena *a, const struct work *w,
			const struct mime_part *part, str *clean)
{
	struct tnef t;
	if (str_starts(part->type, STR("text/")))
		*clean = clean_part(a, w, part);
	else if (content_unwrap(a, part, &t))
		*clean = clean_wrapped(a, w, part, &t);
	else if (str_starts(part->type, STR("message/")))
		*clean = clean_inner(a, w, part);
	else
		return false;
	return true;
}

/* All octets between texts, as of files, are taken as they are. */
static str clean_body(struct arena *a, const struct work *w, const struct mime *m,
		      str body)
{
	if (!body.n)
		return body;
	BUF(out);
	const char *from = body.p, *end = body.p + body.n;
	for (size_t i = 0; i < m->count; i++) {
		const struct mime_part *part = &m->parts[i];
		str clean;
		if (!part->raw.n || part->raw.p < from || part->raw.p + part->raw.n > end
		    || !clean_known(a, w, part, &clean))
			continue;
		buf_add(&out,
			clean_rest(a, w, (str){ from, (size_t)(part->raw.p - from) }));
		buf_add(&out, clean);
		from = part->raw.p + part->raw.n;
	}
	if (from < end)
		buf_add(&out, clean_rest(a, w, (str){ from, (size_t)(end - from) }));
	return arena_copy(a, buf_str(&out));
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
		if (!clean_mailboxes(a, w, f, &mended)
		    && !clean_subject(a, w, f, &mended))
			mended = pseudonym_text_clean(a, w->text, f->raw, NAMES_NOWHERE);
		changed = changed || !str_eq(mended, f->raw);
		buf_add(&out, mended);
	}
	*clean = arena_copy(a, buf_str(&out));
	return changed;
}

err pseudonym_message(struct arena *a, const struct pseudonym *p, str message, str *out)
{
	struct mime m;
	str head;
	TRY(mime_parse(a, message, &m));
	struct work w = { p, pseudonym_text_new(a, p),
			  !p->address_only && is_author(a, p, &m.header) };
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

err pseudonym_of_post(struct arena *a, const struct pseudonym *p,
		      const struct archive_post *post, str message, str *out)
{
	str before = charset_assume(post->charset);
	err e = pseudonym_message(a, p, message, out);
	charset_assume(before);
	return e;
}

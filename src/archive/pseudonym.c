#include "archive/pseudonym.h"

#include "base/buf.h"
#include "base/enc.h"
#include "mail/address.h"
#include "mail/mime.h"

static str new_address(struct arena *a, const struct pseudonym *p)
{
	return arena_cat(a, p->as, STR("@hidden.invalid"));
}

static bool is_theirs(struct arena *a, const struct pseudonym *p, const struct address *x)
{
	bool yes = false;
	for (size_t i = 0; i < p->count; i++)
		yes = yes || str_ieq(address_key(a, x), p->addresses[i]);
	return yes;
}

/* ---- text */

static bool is_part_of_word(char c)
{
	return chr_is_alpha(c) || chr_is_digit(c) || (c & 0x80);
}

/* "anna@uni.example" is not in "johanna@uni.example" nor in "anna@uni.example.org". */
static bool stands_alone(str text, size_t at, size_t n)
{
	const char *p = text.p;
	char before = at ? p[at - 1] : ' ', behind = at + n < text.n ? p[at + n] : ' ',
	     next = at + n + 1 < text.n ? p[at + n + 1] : ' ';
	if (is_part_of_word(before) || (before && strchr("._+-", before)))
		return false;
	return !is_part_of_word(behind) && behind != '-'
	       && !(behind == '.' && is_part_of_word(next));
}

static str replace(struct arena *a, str text, str what, str with)
{
	BUF(out);
	size_t from = 0;
	for (str rest = text; what.n && (rest = str_ifind(rest, what)).n;) {
		size_t at = text.n - rest.n;
		rest = str_skip(rest, what.n);
		if (!stands_alone(text, at, what.n))
			continue;
		buf_cat(&out, (str){ text.p + from, at - from }, with);
		from = at + what.n;
	}
	if (!out.n)
		return text;
	buf_add(&out, str_skip(text, from));
	return arena_copy(a, buf_str(&out));
}

static str clean_text(struct arena *a, const struct pseudonym *p, str text)
{
	for (size_t i = 0; i < p->count; i++)
		text = replace(a, text, p->addresses[i], new_address(a, p));
	for (size_t i = 0; i < p->name_count; i++)
		if (str_has(str_trim(p->names[i]), ' '))
			text = replace(a, text, p->names[i], p->as);
	return text;
}

/* ---- parts: text that is encoded is decoded for it */

/* RFC 2045 section 6.7. */
static str quoted_printable(struct arena *a, str text)
{
	enum { LINE = 72 };
	BUF(out);
	size_t line = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i], next = i + 1 < text.n ? text.p[i + 1] : '\n';
		bool ends = next == '\n' || next == '\r';
		if (c == '\n' || c == '\r') {
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

static str clean_part(struct arena *a, const struct pseudonym *p,
		      const struct mime_part *part)
{
	bool is64 = str_eq(part->encoding, STR("base64"));
	str bytes = mime_bytes(a, part), clean = clean_text(a, p, bytes);
	if (str_eq(clean, bytes))
		return part->raw;
	return is64 ? base64_lines(a, clean) : quoted_printable(a, clean);
}

static bool is_encoded_text(const struct mime_part *part)
{
	return str_starts(part->type, STR("text/"))
	       && (str_eq(part->encoding, STR("base64"))
		   || str_eq(part->encoding, STR("quoted-printable")));
}

/* All octets between encoded texts are taken as they are. */
static str clean_body(struct arena *a, const struct pseudonym *p, const struct mime *m,
		      str body)
{
	BUF(out);
	const char *from = body.p, *end = body.p + body.n;
	for (size_t i = 0; body.n && i < m->count; i++) {
		const struct mime_part *part = &m->parts[i];
		if (!is_encoded_text(part) || !part->raw.n || part->raw.p < from
		    || part->raw.p + part->raw.n > end)
			continue;
		buf_add(&out,
			clean_text(a, p, (str){ from, (size_t)(part->raw.p - from) }));
		buf_add(&out, clean_part(a, p, part));
		from = part->raw.p + part->raw.n;
	}
	if (from < end)
		buf_add(&out, clean_text(a, p, (str){ from, (size_t)(end - from) }));
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
	static const char *const names[] = { "From", "To", "Cc", "Reply-To", "Sender" };
	bool yes = false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		yes = yes || str_ieq(name, str_from(names[i]));
	return yes;
}

/* The name beside an address may be written in any charset, so the field is read. */
static bool clean_mailboxes(struct arena *a, const struct pseudonym *p,
			    const struct field *f, str *out)
{
	struct mailbox *m;
	size_t n;
	bool hit = false;
	str list = STR("");
	if (!names_people(f->name) || address_list(a, f->value, &m, &n).kind)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool theirs = is_theirs(a, p, &m[i].address);
		if (theirs)
			m[i] = (struct mailbox){ p->as,
						 { p->as, STR("hidden.invalid") } };
		hit = hit || theirs;
		list = arena_cat(a, list, i ? STR(", ") : STR(""),
				 mailbox_text(a, &m[i]));
	}
	*out = header_fold(a, f->name, list);
	return hit;
}

/* So may a subject. */
static bool clean_subject(struct arena *a, const struct pseudonym *p,
			  const struct field *f, str *out)
{
	if (!str_ieq(f->name, STR("Subject")))
		return false;
	str text = header_text(a, f), clean = clean_text(a, p, text);
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
static bool clean_header(struct arena *a, const struct pseudonym *p,
			 const struct header *h, str *clean)
{
	BUF(out);
	bool own = is_author(a, p, h), changed = own;
	for (size_t i = 0; i < h->count; i++) {
		const struct field *f = &h->fields[i];
		str mended;
		if (own && !may_stay(f->name) && !str_ieq(f->name, STR("From")))
			continue;
		if (!clean_mailboxes(a, p, f, &mended)
		    && !clean_subject(a, p, f, &mended))
			mended = clean_text(a, p, f->raw);
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
	str old = m.header.body, body = clean_body(a, p, &m, old);
	bool changed = clean_header(a, p, &m.header, &head);
	if (!changed && str_eq(body, old))
		*out = message;
	else if (!changed) /* with whatever stands between the two */
		*out = arena_cat(a, str_first(message, message.n - old.n), body);
	else
		*out = arena_cat(a, head, STR("\r\n"), body);
	return OK;
}

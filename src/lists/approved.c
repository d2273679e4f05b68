#include "lists/approved.h"

#include "base/buf.h"
#include "lists/rules_inside.h"
#include "lists/token_setting.h"
#include "mail/encode.h"
#include "mail/mime.h"
#include "mail/rewrite.h"

#include <string.h>

static const str FIELDS[] = { STR("Approved"), STR("Approve"), STR("X-Approved"),
			      STR("X-Approve") };

enum {
	FIELDS_N = sizeof FIELDS / sizeof *FIELDS,
	SECRET = TOKEN_SETTING_MIN, /* a shorter word may stand in any text */
	SMALL = 1024 * 1024,        /* is a robot's, and costs little to write anew */
};

/* "Approved: secret". */
static bool is_line(str line, str *said)
{
	str name, value;
	if (!str_cut(line, ':', &name, &value))
		return false;
	for (size_t i = 0; i < FIELDS_N; i++)
		if (str_ieq(str_trim(name), FIELDS[i])) {
			*said = str_trim(value);
			return true;
		}
	return false;
}

/* Any other first line is text: "Approved: yes, with thanks". */
static bool is_token_line(str line, str *said)
{
	if (!is_line(line, said) || said->n < SECRET)
		return false;
	for (size_t i = 0; i < said->n; i++)
		if (chr_is_space(said->p[i]))
			return false;
	return true;
}

static bool first_line_says(str text, str *said)
{
	str line = STR("");
	while (!str_trim(line).n && str_line(&text, &line))
		;
	return is_token_line(line, said);
}

static bool find_said(struct arena *a, const struct post *p, str *said)
{
	for (size_t i = 0; i < FIELDS_N; i++) {
		const struct field *f = header_find(&p->header, FIELDS[i]);
		if (f) {
			*said = str_trim(header_value(a, f));
			return true;
		}
	}
	return first_line_says(p->opening, said);
}

/* ---- taking it out */

/* Octets up to and with the next line's end. */
static str take_line(str *text)
{
	str line = *text, rest;
	if (str_cut(*text, '\n', &line, &rest))
		line.n++;
	*text = str_skip(*text, line.n);
	return line;
}

/* Of plain text whole lines go: the first one where it is such a line, and any that bears
 * the secret. */
static str without_lines(struct arena *a, str text, str said)
{
	BUF(b);
	str ignored;
	for (bool first = true; text.n;) {
		str line = take_line(&text);
		bool goes = (first && is_token_line(line, &ignored))
			    || (said.n >= SECRET && str_find(line, said).n);
		first = first && !str_trim(line).n;
		if (!goes)
			buf_add(&b, line);
	}
	return arena_copy(a, buf_str(&b));
}

/* Of other text the secret alone, and the name before it. */
static str without_words(struct arena *a, str text, str said)
{
	BUF(b);
	for (str at; said.n >= SECRET && (at = str_find(text, said)).n;
	     text = str_skip(at, said.n)) {
		str before = str_first(text, text.n - at.n), ignored;
		while (before.n && chr_is_space(before.p[before.n - 1]))
			before.n--;
		size_t line = before.n;
		while (line && before.p[line - 1] != '\n' && before.p[line - 1] != '>')
			line--;
		bool named = is_line(str_skip(before, line), &ignored);
		buf_add(&b, named ? str_first(before, line) : before);
	}
	buf_add(&b, text);
	return arena_copy(a, buf_str(&b));
}

static bool is_encoded(const struct mime_part *p)
{
	return str_ieq(p->encoding, STR("base64"))
	       || str_ieq(p->encoding, STR("quoted-printable"));
}

static void edit_part(struct arena *a, const struct mime_part *p, str said,
		      struct part_edit *edit)
{
	bool encoded = is_encoded(p);
	str used, text = encoded ? mime_text(a, p, &used) : p->raw;
	str left = str_eq(p->type, STR("text/plain")) ? without_lines(a, text, said)
						      : without_words(a, text, said);
	if (left.n == text.n)
		return;
	*edit = (struct part_edit){ .fate = PART_ANEW, .fields = STR(""), .body = left };
	if (encoded) {
		edit->fields = arena_cat(a, STR("Content-Type: "), p->type,
					 STR("; charset=utf-8\r\n"
					     "Content-Transfer-Encoding: "
					     "quoted-printable\r\n"));
		edit->body = encode_quoted(a, left);
	}
	if (str_ends(edit->body, STR("\r\n")))
		edit->body.n -= 2;
}

/* Where the parts are not to be told apart nobody reads the secret, at least. */
static str mask(str message, str said)
{
	str rest = message;
	for (str at; said.n >= SECRET && (at = str_find(rest, said)).n;
	     rest = str_skip(at, said.n))
		memset((char *)at.p, '*', said.n);
	return message;
}

/* Its own copy, without the fields. */
static str without_fields(struct arena *a, const struct header *h, str message)
{
	struct header_edit edit = { .drop = FIELDS,
				    .drop_count = FIELDS_N,
				    .prepend = STR(""),
				    .append = STR("") };
	return arena_cat(a, header_apply(a, h, &edit), str_skip(message, h->raw.n));
}

static err without(struct arena *a, str message, str said, str *out)
{
	struct header h;
	struct mime m;
	TRY(header_scan(a, message, &h));
	str whole = without_fields(a, &h, message);
	TRY(mime_parse(a, whole, &m));
	struct part_edit *edit = arena_zero(a, m.count * sizeof *edit);
	bool any = false;
	for (size_t i = 0; i < m.count; i++) {
		if (!m.parts[i].multipart && str_starts(m.parts[i].type, STR("text/")))
			edit_part(a, &m.parts[i], said, &edit[i]);
		any = any || edit[i].fate != PART_STAYS;
	}
	str left = whole;
	if (any && mime_rewrite(a, whole, &m, &(struct rewrite){ .edit = edit }, &left))
		whole = left;
	*out = mask(arena_copy(a, whole), said);
	return OK;
}

static bool has_field(const struct header *h)
{
	bool any = false;
	for (size_t i = 0; i < FIELDS_N; i++)
		any = any || header_find(h, FIELDS[i]);
	return any;
}

static err take_round(struct arena *a, struct post *p)
{
	ARENA(own);
	str left;
	TRY(without(own, p->message, *p->said, &left));
	p->message = arena_copy(a, left);
	return post_renew(a, p);
}

static err take_from_parts(struct arena *a, struct post *p)
{
	enum { TIMES = 8 };
	/* In a broken header what goes may show one that was no field before. */
	for (int i = 0; i < TIMES && (!i || has_field(&p->header)); i++)
		TRY(take_round(a, p));
	return OK;
}

err approved_take(struct arena *a, struct post *p)
{
	str said, *kept;
	if (!find_said(a, p, &said))
		return OK;
	kept = arena_alloc(a, sizeof *kept);
	*kept = said;
	p->said = kept;
	if (p->message.n <= SMALL)
		return take_from_parts(a, p);
	p->message = mask(without_fields(a, &p->header, p->message), said);
	return post_renew(a, p);
}

err approved_judge(struct arena *a, struct post *p)
{
	p->approved = APPROVED_NONE;
	if (!p->said || !p->settings.approved_token.n)
		return OK;
	p->approved = token_setting_fits(p->settings.approved_token, *p->said)
			      ? APPROVED_RIGHT
			      : APPROVED_WRONG;
	/* Who knows the token is worth the work. */
	return p->approved == APPROVED_RIGHT && p->message.n > SMALL
		       ? take_from_parts(a, p)
		       : OK;
}

err rule_approved(struct book *lists, struct arena *a, const struct post *p,
		  struct ruling *r)
{
	(void)lists, (void)a;
	if (p->approved == APPROVED_RIGHT)
		return rule_says(r, VERDICT_ACCEPT,
				 STR("who sent it knows the list's token (Approved)"));
	if (p->approved == APPROVED_WRONG)
		r->reason = STR("what Approved says is not the list's token");
	return OK;
}

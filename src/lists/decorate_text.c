/* The words in a text: in its own charset and encoding, so that of the author's text not
 * one character changes. */
#include "lists/decorate_inside.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "mail/charset.h"
#include "mail/encode.h"
#include "mail/reader.h"

struct text {
	struct arena *a;
	const struct mime_part *p;
	str bytes;             /* decoded */
	str header, footer;    /* as they are put in, CRLF lines */
	str mark;              /* of words that differ from copy to copy; or empty */
	bool flowed, relabels; /* relabels: it becomes utf-8 */
};

static bool is_ascii(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] & '\x80')
			return false;
	return true;
}

static bool is_ascii_name(str charset)
{
	static const str names[] = { STR(""),        STR("us-ascii"),
				     STR("ascii"),   STR("us_ascii"),
				     STR("usascii"), STR("ansi_x3.4-1968") };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(charset, names[i]))
			return true;
	return false;
}

/* RFC 3676 section 4.2: a space at a line's end would join it to the next, and one is
 * put before what could be taken for a quote. */
static str in_lines(struct arena *a, str text, bool flowed, str mark)
{
	BUF(b);
	for (str line; str_line(&text, &line);) {
		bool stuffs = flowed
			      && (str_starts(line, STR(" ")) || str_starts(line, STR(">"))
				  || str_starts(line, STR("From "))
				  || (mark.n && str_starts(line, mark)));
		if (!str_eq(line, STR("-- "))) /* section 4.3 */
			while (line.n && chr_is_space(line.p[line.n - 1]))
				line.n--;
		buf_cat(&b, stuffs ? STR(" ") : STR(""), line, STR("\r\n"));
	}
	return arena_copy(a, buf_str(&b));
}

/* Where the bytes are not what their label says, a reader guesses; what is beyond ASCII
 * could then be read as something else, or make the text be. */
static bool fits_label(const struct text *x)
{
	if (is_ascii_name(x->p->charset))
		return is_ascii(x->bytes);
	return !str_eq(x->p->charset, STR("utf-8")) || utf8_valid(x->bytes);
}

/* A name may be in any script: the text becomes UTF-8, if that and the way back change not
 * one octet of it. */
static bool becomes_utf8(struct text *x)
{
	str text = x->bytes, back;
	if (is_ascii_name(x->p->charset) || str_eq(x->p->charset, STR("utf-8"))) {
		x->relabels = is_ascii_name(x->p->charset);
		return fits_label(x);
	}
	text = charset_decode(x->a, x->bytes, x->p->charset, NULL);
	if (!charset_encode(x->a, text, x->p->charset, &back) || !str_eq(back, x->bytes))
		return false;
	x->relabels = true;
	x->bytes = text;
	return true;
}

static bool encode_words(struct text *x)
{
	if (x->mark.n)
		return becomes_utf8(x);
	bool plain = is_ascii(x->header) && is_ascii(x->footer);
	if (is_ascii_name(x->p->charset)) {
		x->relabels = !plain;
		return plain || fits_label(x);
	}
	return (plain || fits_label(x))
	       && charset_encode(x->a, x->header, x->p->charset, &x->header)
	       && charset_encode(x->a, x->footer, x->p->charset, &x->footer);
}

/* What stands between the text and the footer: the end of an unfinished line, and where
 * the last line flows on, an empty one. */
static str joint(const struct text *x)
{
	str text = x->bytes, line = STR("");
	bool ended = !text.n || str_ends(text, STR("\n"));
	while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	const char *lf = text.n ? memrchr(text.p, '\n', text.n) : NULL;
	line = lf ? (str){ lf + 1, (size_t)(text.p + text.n - lf - 1) } : text;
	bool flows = x->flowed && str_ends(line, STR(" ")) && !str_eq(line, STR("-- "));
	return flows ? (ended ? STR("\r\n") : STR("\r\n\r\n"))
		     : (ended ? STR("") : STR("\r\n"));
}

static str with_words(const struct text *x, str header, str text, str between, str footer)
{
	return x->footer.n ? arena_cat(x->a, header, text, between, footer)
			   : arena_cat(x->a, header, text);
}

static bool is_quoted(const struct text *x)
{
	return str_eq(x->p->encoding, STR("quoted-printable"));
}

/* A soft line break that nothing followed would take the footer's first line. */
static str joint_quoted(const struct text *x)
{
	str end = joint(x);
	return str_ends(x->p->raw, STR("=")) ? arena_cat(x->a, end, STR("\r\n")) : end;
}

static str in_quoted(const struct text *x)
{
	return with_words(x, encode_quoted(x->a, x->header), x->p->raw, joint_quoted(x),
			  encode_quoted(x->a, x->footer));
}

/* Whatever stands there in a copy is ASCII on the wire, and touches no other octet. */
static str in_marked(const struct text *x)
{
	struct text ended = *x;
	str header = encode_marked(x->a, x->header, x->mark),
	    footer = encode_marked(x->a, x->footer, x->mark);
	if (is_quoted(x) && (!x->relabels || is_ascii(x->bytes)))
		return with_words(x, header, x->p->raw, joint_quoted(x), footer);
	if (x->bytes.n && !str_ends(x->bytes, STR("\n")))
		ended.bytes = arena_cat(x->a, x->bytes, STR("\r\n"));
	return with_words(x, header, encode_quoted(x->a, ended.bytes), joint(&ended),
			  footer);
}

static str in_base64(const struct text *x)
{
	return encode_base64_lines(
		x->a, with_words(x, x->header, x->bytes, joint(x), x->footer));
}

static bool is_seven(str encoding)
{
	return !encoding.n || str_eq(encoding, STR("7bit"));
}

static bool is_identity(str encoding)
{
	return is_seven(encoding) || str_eq(encoding, STR("8bit"))
	       || str_eq(encoding, STR("binary"));
}

static str type_field(const struct text *x)
{
	const struct field *f = header_find(&x->p->header, STR("Content-Type"));
	str delsp = header_param(x->a, f, STR("delsp"));
	if (!x->relabels)
		return f ? f->raw : STR("");
	return arena_cat(x->a, STR("Content-Type: text/plain; charset=utf-8"),
			 x->flowed ? STR("; format=flowed") : STR(""),
			 x->flowed && str_ieq(delsp, STR("yes")) ? STR("; delsp=yes")
								 : STR(""),
			 STR("\r\n"));
}

static str fields(const struct text *x, const struct mime *m, str encoding)
{
	if (!x->relabels && str_eq(encoding, x->p->encoding))
		return STR("");
	bool lone = x->p == m->parts && !header_find(&m->header, STR("MIME-Version"));
	return arena_cat(x->a, lone ? STR("MIME-Version: 1.0\r\n") : STR(""),
			 type_field(x), STR("Content-Transfer-Encoding: "), encoding,
			 STR("\r\n"));
}

static bool is_known(const struct text *x)
{
	return is_quoted(x) || str_eq(x->p->encoding, STR("base64"))
	       || is_identity(x->p->encoding);
}

/* The part's new body and the name of its encoding; false: an encoding of no standard. */
static bool build(const struct text *x, const struct mime *m, str *body, str *encoding)
{
	*encoding = x->p->encoding;
	bool eight = !is_ascii(x->header) || !is_ascii(x->footer);
	if (!is_known(x))
		return false;
	if (x->mark.n) {
		*encoding = STR("quoted-printable");
		*body = in_marked(x);
	} else if (is_quoted(x)) {
		*body = in_quoted(x);
	} else if (!is_identity(x->p->encoding)) {
		*body = in_base64(x);
	} else if (eight && is_seven(x->p->encoding) && x->p != m->parts) {
		/* its multipart says that it holds 7 bits, too (RFC 2045 section 6.4) */
		*encoding = STR("quoted-printable");
		*body = encode_quoted(
			x->a, with_words(x, x->header, x->bytes, joint(x), x->footer));
	} else {
		if (eight && is_seven(x->p->encoding))
			*encoding = STR("8bit");
		*body = with_words(x, x->header, x->p->raw, joint(x), x->footer);
	}
	return true;
}

bool decorate_text(struct arena *a, const struct mime *m, size_t index, str header,
		   str footer, str mark, struct part_edit *edit)
{
	struct text x = { .a = a, .p = &m->parts[index], .mark = mark };
	str body, encoding;
	const struct field *type = header_find(&x.p->header, STR("Content-Type"));
	if (m->flags & MIME_BAD_ENCODING)
		return false;
	x.bytes = mime_bytes(a, x.p);
	x.flowed = str_ieq(header_param(a, type, STR("format")), STR("flowed"));
	x.header = in_lines(a, header, x.flowed, mark);
	x.footer = in_lines(a, footer, x.flowed, mark);
	if (!encode_words(&x) || !build(&x, m, &body, &encoding))
		return false;
	if (str_ends(body, STR("\r\n")))
		body.n -= 2;
	*edit = (struct part_edit){ .fate = PART_ANEW,
				    .fields = fields(&x, m, encoding),
				    .body = body };
	return true;
}

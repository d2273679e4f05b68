#include "archive/retext.h"

#include "archive/bare.h"
#include "base/buf.h"
#include "base/enc.h"
#include "mail/charset.h"

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

str retext_encoded(struct arena *a, const struct mime_part *part, str bytes)
{
	if (!is_encoded(part))
		return bytes;
	return str_eq(part->encoding, STR("base64")) ? base64_lines(a, bytes)
						     : quoted_printable(a, bytes);
}

static unsigned how_read(struct arena *a, const struct mime_part *part)
{
	if (str_eq(part->type, STR("text/html")))
		return BARE_HTML;
	const struct field *f = header_find(&part->header, STR("Content-Type"));
	return str_ieq(header_param(a, f, STR("delsp")), STR("yes")) ? BARE_JOIN : 0;
}

/* Characters are looked at, not octets: of GB18030 and ISO-2022-JP some look like letters
 * that nobody wrote, and in UTF-16 none stands beside the next. */
static str other_bytes(struct arena *a, const struct mime_part *part, str bytes,
		       retext_fn *f, void *ctx)
{
	str used, out, text = charset_decode(a, bytes, part->charset, &used);
	unsigned how = how_read(a, part);
	if (str_eq(used, STR("utf-8")))
		return f(ctx, a, bytes, how);
	str other = f(ctx, a, text, how);
	if (str_eq(other, text))
		return bytes;
	return charset_write(a, other, used, &out) ? out : f(ctx, a, bytes, how);
}

str retext_part(struct arena *a, const struct mime_part *part, retext_fn *f, void *ctx)
{
	str bytes = is_encoded(part) ? mime_bytes(a, part) : part->raw;
	str other = other_bytes(a, part, bytes, f, ctx);
	return str_eq(other, bytes) ? part->raw : retext_encoded(a, part, other);
}

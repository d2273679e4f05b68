#include "trust/authres.h"

/* Others choose the values. What is longer than any name or path is neither. */
enum { VALUE_MAX = 512 };

static const char field_name[] = "Authentication-Results";

/* A value that needs no quotes: RFC 2045's token, and @ for addresses. */
static bool is_plain(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == 0x7f || strchr("()<>,;:\\\"/[]?=", s.p[i]))
			return false;
	return s.n;
}

/* Others choose these bytes: no control character may leave the quotes, and no
 * line break the field. */
static void add_value(struct buf *out, str value)
{
	if (is_plain(value)) {
		buf_add(out, value);
		return;
	}
	buf_add_char(out, '"');
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		if (c == '"' || c == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, c < ' ' || c == 0x7f ? '?' : value.p[i]);
	}
	buf_add_char(out, '"');
}

void authres_add(struct authres *r, const char *method, const char *result,
		 const char *why)
{
	buf_cat(&r->text, STR(";\r\n\t"), str_from(method), STR("="), str_from(result));
	if (!why)
		return;
	buf_add(&r->text, STR(" reason="));
	add_value(&r->text, str_from(why));
}

void authres_property(struct authres *r, const char *name, str value)
{
	if (!value.n || value.n > VALUE_MAX)
		return;
	size_t line = 0; /* octets on the line so far */
	while (line < r->text.n && r->text.p[r->text.n - 1 - line] != '\n')
		line++;
	bool full = line + strlen(name) + value.n > 70;
	buf_cat(&r->text, full ? STR("\r\n\t ") : STR(" "), str_from(name), STR("="));
	add_value(&r->text, value);
}

void authres_free(struct authres *r)
{
	buf_free(&r->text);
}

str authres_text(struct arena *a, str id, const struct authres *r)
{
	return arena_cat(a, id, r->text.n ? buf_str(&r->text) : STR("; none"));
}

str authres_field(struct arena *a, str text)
{
	return arena_cat(a, str_from(field_name), STR(": "), text, STR("\r\n"));
}

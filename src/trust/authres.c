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

/* Takes white space and comments off the front. False: a comment has no end. */
static bool skip_cfws(str *s)
{
	size_t i = 0, depth = 0;
	for (; i < s->n; i++) {
		if (depth && s->p[i] == '\\' && i + 1 < s->n)
			i++;
		else if (s->p[i] == '(')
			depth++;
		else if (depth && s->p[i] == ')')
			depth--;
		else if (!depth && !chr_is_space(s->p[i]))
			break;
	}
	*s = str_skip(*s, i);
	return !depth;
}

/* The value at the front: quoted, or up to white space, a comment or a ;. */
static str take_value(struct arena *a, str *s)
{
	bool quoted = s->n && s->p[0] == '"';
	char *out = arena_alloc(a, s->n + 1);
	size_t n = 0, i = quoted;
	for (; i < s->n; i++) {
		if (quoted && s->p[i] == '"') {
			i++;
			break;
		}
		if (!quoted
		    && (chr_is_space(s->p[i]) || s->p[i] == ';' || s->p[i] == '('))
			break;
		if (quoted && s->p[i] == '\\' && i + 1 < s->n)
			i++;
		out[n++] = chr_lower(s->p[i]);
	}
	*s = str_skip(*s, i);
	return (str){ out, n };
}

/* Splits a value into authserv-id and what follows its semicolon. */
static str split(struct arena *a, str value, str *results)
{
	*results = STR_NONE;
	if (!skip_cfws(&value))
		return STR_NONE;
	str id = take_value(a, &value);
	skip_cfws(&value);
	while (value.n && chr_is_digit(value.p[0])) /* a version may follow */
		value = str_skip(value, 1);
	skip_cfws(&value);
	if (value.n && value.p[0] == ';')
		*results = str_trim(str_skip(value, 1));
	return id;
}

/* "name = value", with comments wherever it likes. False: a word alone, or none. */
static bool take_pair(struct arena *a, str *s, struct authres_property *out)
{
	size_t i = 0;
	while (i < s->n && !chr_is_space(s->p[i]) && !strchr(";(=", s->p[i]))
		i++;
	out->name = arena_lower(a, str_first(*s, i));
	*s = str_skip(*s, i);
	skip_cfws(s);
	if (!s->n || s->p[0] != '=') {
		*s = str_skip(*s, !i && s->n && s->p[0] != ';'); /* an octet of no use */
		return false;
	}
	*s = str_skip(*s, 1);
	skip_cfws(s);
	out->value = take_value(a, s);
	return out->name.n && out->value.n;
}

bool authres_next(struct arena *a, str *rest, struct authres_said *out)
{
	enum { ROOM = sizeof out->properties / sizeof *out->properties };
	*out = (struct authres_said){ 0 };
	while (skip_cfws(rest) && rest->n) {
		struct authres_property p;
		if (rest->p[0] == ';') {
			*rest = str_skip(*rest, 1);
			if (out->method.n)
				return true;
		} else if (!take_pair(a, rest, &p)) {
			continue;
		} else if (!out->method.n) {
			out->method = p.name;
			out->result = p.value;
		} else if (out->count < ROOM) {
			out->properties[out->count++] = p;
		}
	}
	*rest = STR_NONE;
	return out->method.n > 0;
}

str authres_said_property(const struct authres_said *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (str_eq(s->properties[i].name, str_from(name)))
			return s->properties[i].value;
	return STR_NONE;
}

str authres_id(struct arena *a, str value)
{
	str results;
	return split(a, value, &results);
}

str authres_collect(struct arena *a, const struct header *h, str id)
{
	BUF(out);
	const struct field *f = header_find(h, str_from(field_name));
	for (; f; f = header_next(h, f)) {
		str results;
		if (!str_ieq(split(a, f->value, &results), id))
			continue;
		while (str_ends(results, STR(";")))
			results = str_trim(str_first(results, results.n - 1));
		if (results.n)
			buf_cat(&out, out.n ? STR("; ") : STR(""), results);
	}
	return out.n ? arena_cat(a, id, STR("; "), buf_str(&out)) : STR_NONE;
}

str authres_strip(struct arena *a, const struct header *h, str id)
{
	BUF(out);
	for (size_t i = 0; i < h->count; i++) {
		const struct field *f = &h->fields[i];
		if (str_ieq(f->name, str_from(field_name))) {
			str theirs = authres_id(a, f->value);
			if (!theirs.n || str_ieq(theirs, id))
				continue;
		}
		buf_add(&out, f->raw);
	}
	return arena_copy(a, buf_str(&out));
}

#include "web/form.h"

#include "base/enc.h"
#include "base/utf8.h"

static const err too_many = { ERR_LIMIT, "the form has too many fields" };

/* ---- application/x-www-form-urlencoded (WHATWG URL section 5.1) */

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, chr_lower(c)) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* A % that begins no octet stands for itself, as in browsers. */
static str decode(struct arena *a, str s)
{
	if (!str_has(s, '%') && !str_has(s, '+'))
		return s;
	char *out = arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		int high = s.n - i > 2 && s.p[i] == '%' ? hex_value(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex_value(s.p[i + 2]) : -1;
		if (low >= 0) {
			out[n++] = (char)(high << 4 | low);
			i += 2;
		} else {
			out[n++] = s.p[i] == '+' ? ' ' : s.p[i];
		}
	}
	return (str){ out, n };
}

static size_t count_fields(str s)
{
	size_t n = 1;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '&';
	return n;
}

static err urlencoded(struct arena *a, str text, struct pairs *pairs)
{
	size_t most = count_fields(text), count = 0;
	if (most > FORM_FIELDS_MAX)
		return too_many;
	struct pair *rows = arena_alloc(a, most * sizeof *rows);
	while (text.n) {
		str field, name, value = STR_NONE;
		if (!str_cut(text, '&', &field, &text)) {
			field = text;
			text = STR_NONE;
		}
		if (!field.n)
			continue;
		if (!str_cut(field, '=', &name, &value))
			name = field;
		rows[count++] = (struct pair){ .name = decode(a, name),
					       .value = decode(a, value) };
	}
	*pairs = (struct pairs){ rows, count };
	return OK;
}

err form_query(struct arena *a, str query, struct pairs *pairs)
{
	struct pairs raw;
	TRY(urlencoded(a, query, &raw));
	struct pair *rows = arena_alloc(a, raw.count * sizeof *rows);
	for (size_t i = 0; i < raw.count; i++) {
		rows[i] = (struct pair){ .name = utf8_scrub(a, raw.rows[i].name),
					 .value = utf8_scrub(a, raw.rows[i].value) };
		if (str_has(rows[i].name, '\0') || str_has(rows[i].value, '\0'))
			return FAIL(ERR_SYNTAX, "the query holds a NUL");
	}
	*pairs = (struct pairs){ rows, raw.count };
	return OK;
}

str form_encode(struct arena *a, const struct pairs *pairs)
{
	BUF(out);
	for (size_t i = 0; i < pairs->count; i++)
		buf_cat(&out, i ? STR("&") : STR(""), enc_percent(a, pairs->rows[i].name),
			STR("="), enc_percent(a, pairs->rows[i].value));
	return arena_copy(a, buf_str(&out));
}

/* ---- multipart/form-data (RFC 7578, and what browsers send) */

enum { PARTS_MAX = 500, BOUNDARY_MAX = 70 }; /* RFC 2046 section 5.1.1 */

/* The value of a parameter of a header field: name="value" or name=value.
 * Browsers escape ", CR and LF as %22, %0D, %0A and nothing else (WHATWG HTML
 * section 4.10.21.8), so a backslash stands for itself. */
static bool parameter(str field, str name, str *value)
{
	str rest = field, one;
	if (!str_cut(field, ';', &one, &rest))
		return false;
	while (rest.n) {
		rest = str_trim(rest);
		str key, after;
		if (!str_cut(rest, '=', &key, &after))
			return false;
		bool quoted = after.n && after.p[0] == '"';
		after = quoted ? str_skip(after, 1) : after;
		str got = after, tail = STR_NONE;
		if (!str_cut(after, quoted ? '"' : ';', &got, &tail) && quoted)
			return false;
		if (str_ieq(str_trim(key), name)) {
			*value = quoted ? got : str_trim(got);
			return true;
		}
		rest = tail;
		if (quoted && rest.n && !str_cut(rest, ';', &one, &rest))
			return false;
	}
	return false;
}

static str browser_unescape(struct arena *a, str s)
{
	static const struct {
		str escaped;
		char plain;
	} rows[] = { { { "%22", 3 }, '"' },
		     { { "%0D", 3 }, '\r' },
		     { { "%0A", 3 }, '\n' } };
	char *out = arena_alloc(a, s.n);
	size_t n = 0;
	while (s.n) {
		char c = s.p[0];
		size_t used = 1;
		for (size_t i = 0; i < 3; i++) {
			if (str_istarts(s, rows[i].escaped)) {
				c = rows[i].plain;
				used = 3;
			}
		}
		out[n++] = c;
		s = str_skip(s, used);
	}
	return (str){ out, n };
}

err form_part_head(struct arena *a, str head, struct pair *pair)
{
	str line, name, value;
	bool named = false;
	while (str_line(&head, &line)) {
		if (!str_cut(line, ':', &name, &value))
			return FAIL(ERR_SYNTAX, "a part of the form has a broken header");
		if (!str_ieq(name, STR("content-disposition")))
			continue;
		str got;
		if (named || !str_istarts(str_trim(value), STR("form-data"))
		    || !parameter(value, STR("name"), &got))
			return FAIL(ERR_SYNTAX, "a part of the form has no name");
		pair->name = browser_unescape(a, got);
		if (parameter(value, STR("filename"), &got))
			pair->filename = browser_unescape(a, got);
		named = true;
	}
	return named ? OK : FAIL(ERR_SYNTAX, "a part of the form has no name");
}

/* Takes one part off *body, which stands behind a delimiter. *last: the closing
 * delimiter follows it. */
static err part(struct arena *a, str delimiter, str *body, struct pair *pair, bool *last)
{
	if (!str_starts(*body, STR("\r\n")))
		return FAIL(ERR_SYNTAX, "the form has a broken delimiter");
	str rest = *body, end = str_find(rest, STR("\r\n\r\n"));
	if (!end.n)
		return FAIL(ERR_SYNTAX, "a part of the form has no end of headers");
	str head = str_skip(str_first(rest, rest.n - end.n), 2);
	str content = str_skip(end, 4);
	/* from the blank line's CRLF on: an empty value's delimiter begins there */
	str next = str_find(str_skip(end, 2), delimiter);
	if (!next.n)
		return FAIL(ERR_SYNTAX, "the form has no closing delimiter");
	*pair = (struct pair){ 0 };
	TRY(form_part_head(a, head, pair));
	pair->value = next.p < content.p ? STR_NONE
					 : str_first(content, content.n - next.n);
	*body = str_skip(next, delimiter.n);
	*last = str_starts(*body, STR("--"));
	return OK;
}

err form_boundary(str content_type, str *boundary)
{
	if (!str_istarts(str_trim(content_type), STR("multipart/form-data")))
		return FAIL(ERR_NOTFOUND, "it is no form with files");
	if (!parameter(content_type, STR("boundary"), boundary) || !boundary->n
	    || boundary->n > BOUNDARY_MAX)
		return FAIL(ERR_SYNTAX, "the form's type names no boundary");
	return OK;
}

static err multipart(struct arena *a, str content_type, str body, struct pairs *form)
{
	str boundary;
	TRY(form_boundary(content_type, &boundary));
	str delimiter = arena_cat(a, STR("\r\n--"), boundary);
	str first = str_skip(delimiter, 2);
	if (!str_starts(body, first))
		return FAIL(ERR_SYNTAX, "the form does not begin with its delimiter");
	body = str_skip(body, first.n);
	struct pair *rows = arena_alloc(a, PARTS_MAX * sizeof *rows);
	size_t count = 0;
	bool last = str_starts(body, STR("--"));
	while (!last) {
		if (count == PARTS_MAX)
			return too_many;
		TRY(part(a, delimiter, &body, &rows[count++], &last));
	}
	*form = (struct pairs){ rows, count };
	return OK;
}

static err check_text(const struct pairs *form)
{
	for (size_t i = 0; i < form->count; i++) {
		const struct pair *p = &form->rows[i];
		const str texts[] = { p->name, p->filename,
				      p->filename.p ? STR_NONE : p->value };
		for (size_t k = 0; k < 3; k++)
			if (!utf8_valid(texts[k]) || str_has(texts[k], '\0'))
				return FAIL(ERR_SYNTAX,
					    "a field of the form is not UTF-8 "
					    "text");
	}
	return OK;
}

err form_parse(struct arena *a, str content_type, str body, struct pairs *form)
{
	str type = content_type, parameters;
	struct pairs got;
	str_cut(content_type, ';', &type, &parameters);
	type = str_trim(type);
	if (str_ieq(type, STR("application/x-www-form-urlencoded")))
		TRY(urlencoded(a, body, &got));
	else if (str_ieq(type, STR("multipart/form-data")))
		TRY(multipart(a, content_type, body, &got));
	else
		return FAIL(ERR_NOTFOUND, "the body is not a form");
	TRY(check_text(&got));
	*form = got;
	return OK;
}

/* What others, and we before, have stated: read, collected, removed. */
#include "trust/authres.h"

static const char field_name[] = "Authentication-Results";

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

/* Reads the value at the front, up to white space, a comment or a ;, none of which ends it
 * inside of quotes: an address's local part may be quoted alone. out has room for as many
 * octets as are read, or is NULL: then they are only counted. */
static size_t read_value(str s, char *out, size_t *length)
{
	size_t n = 0, i = 0;
	bool quoted = false;
	for (; i < s.n; i++) {
		char c = s.p[i];
		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		if (!quoted && (chr_is_space(c) || c == ';' || c == '('))
			break;
		if (quoted && c == '\\' && i + 1 < s.n)
			c = s.p[++i];
		if (out)
			out[n] = chr_lower(c);
		n++;
	}
	*length = n;
	return i;
}

/* No more memory than the value needs: a field may hold a hundred thousand of them. */
static str take_value(struct arena *a, str *s)
{
	size_t n;
	size_t read = read_value(*s, NULL, &n);
	char *out = arena_alloc(a, n + 1);
	read_value(*s, out, &n);
	*s = str_skip(*s, read);
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

/* Is that, to some reader, the name? One that is less careful than RFC 8601 section 2.2
 * takes it for such with the root's dot, or with a version glued to it. */
static bool means_id(str theirs, str id)
{
	str version;
	str_cut(theirs, '/', &theirs, &version);
	while (str_ends(theirs, STR(".")))
		theirs.n--;
	return str_ieq(theirs, id);
}

str authres_strip(struct arena *a, const struct header *h, str id)
{
	BUF(out);
	for (size_t i = 0; i < h->count; i++) {
		const struct field *f = &h->fields[i];
		if (str_ieq(f->name, str_from(field_name))) {
			str theirs = authres_id(a, f->value);
			if (!theirs.n || means_id(theirs, id))
				continue;
		}
		buf_add(&out, f->raw);
	}
	return arena_copy(a, buf_str(&out));
}

#include "base/csv.h"

#include "base/buf.h"

/* What a table program would run. */
static bool is_formula(str field)
{
	return field.n && memchr("=+-@\t\r", field.p[0], 6);
}

/* The mark that csv_quoted puts in front of a formula is none of the field's own. */
static str unmarked(str field)
{
	str rest = str_skip(field, 1);
	return str_starts(field, STR("'")) && is_formula(rest) ? rest : field;
}

/* Takes one field off *text; *end: it was the record's last. A quote within a field
 * that does not begin with one stands for itself. */
static str take_field(struct arena *a, str *text, bool *end)
{
	BUF(out);
	bool quoted = text->n && text->p[0] == '"';
	size_t i = quoted;
	for (; i < text->n; i++) {
		char c = text->p[i];
		if (quoted && c == '"') {
			if (i + 1 == text->n || text->p[i + 1] != '"') {
				quoted = false; /* what follows up to the comma is kept */
				continue;
			}
			i++;
		} else if (!quoted && (c == ',' || c == '\n')) {
			break;
		}
		buf_add(&out, (str){ &c, 1 });
	}
	*end = i == text->n || text->p[i] == '\n';
	*text = str_skip(*text, i < text->n ? i + 1 : i);
	return unmarked(str_trim(arena_copy(a, buf_str(&out))));
}

bool csv_record(struct arena *a, str *text, str *fields, size_t most, str *raw)
{
	bool end = false;
	if (!text->n)
		return false;
	*raw = *text;
	for (size_t i = 0; i < most; i++)
		fields[i] = STR("");
	for (size_t i = 0; !end; i++) {
		str field = take_field(a, text, &end);
		if (i < most)
			fields[i] = field;
	}
	*raw = str_trim(str_first(*raw, raw->n - text->n));
	return true;
}

bool csv_wants_quotes(str field)
{
	return str_has(field, ',') || str_has(field, '"') || str_has(field, '\n')
	       || str_has(field, '\r') || is_formula(field);
}

str csv_quoted(struct arena *a, str field)
{
	BUF(out);
	buf_add(&out, is_formula(field) ? STR("\"'") : STR("\""));
	for (size_t i = 0; i < field.n; i++)
		buf_cat(&out, (str){ field.p + i, 1 },
			field.p[i] == '"' ? STR("\"") : STR(""));
	buf_add(&out, STR("\""));
	return arena_copy(a, buf_str(&out));
}

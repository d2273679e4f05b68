#include "lists/import/plain.h"

static const struct plain rows[] = {
#define PLAIN(manager, name, how, key, value, words) \
	{ PLAIN_##manager, STR(name), PLAIN_##how, key, value, words },
#include "lists/import/plain.def"
#undef PLAIN
};

const struct plain *plain_rows(size_t *count)
{
	*count = sizeof rows / sizeof *rows;
	return rows;
}

const struct plain *plain_find(enum plain_manager manager, str name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].manager == manager && str_eq(rows[i].name, name))
			return &rows[i];
	return NULL;
}

static str first_line(str text)
{
	str line = STR("");
	(void)str_line(&text, &line);
	return str_trim(line);
}

/* The digits that the first line begins with, of units of that size, rounded up. */
static struct made whole(struct arena *a, str text, uint64_t unit)
{
	str line = first_line(text);
	uint64_t n;
	size_t digits = 0;
	while (digits < line.n && chr_is_digit(line.p[digits]))
		digits++;
	if (!str_u64(str_first(line, digits), &n))
		return (struct made){ .left_out = true };
	unsigned long long units = n / unit + (n % unit > 0);
	return (struct made){ .text = arena_printf(a, "%llu", units),
			      .there = n % unit ? arena_printf(a, "%llu",
							       (unsigned long long)n)
						: STR("") };
}

/* "open=confirm closed=closed": what stands for the text's first word. */
static struct made by_word(const char *table, str text)
{
	str pairs = str_from(table), pair, from, to, word;
	text = first_line(text);
	if (!str_word(&text, &word))
		return (struct made){ .left_out = true };
	(void)str_cut(word, ',', &word, &to); /* "auth,notify": its options follow */
	while (str_word(&pairs, &pair))
		if (str_cut(pair, '=', &from, &to) && str_eq(from, word))
			return (struct made){ .text = to };
	return (struct made){ .left_out = true };
}

struct made plain_value(struct arena *a, const struct plain *row, str text)
{
	enum { KILO = 1024, DAY = 86400 };
	switch (row->how) {
	case PLAIN_FIXED:
		return (struct made){ .text = str_from(row->value) };
	case PLAIN_LINE:
		return (struct made){ .text = first_line(text) };
	case PLAIN_LINES:
	case PLAIN_TEXT:
		return (struct made){ .text = str_trim(text) };
	case PLAIN_KILO:
		return whole(a, text, KILO);
	case PLAIN_DAYS:
		return whole(a, text, DAY);
	case PLAIN_WORD:
		return by_word(row->value, text);
	case PLAIN_MOVED:
	case PLAIN_NONE:
		break;
	}
	return (struct made){ .left_out = true };
}

/* ---- files of addresses and of paragraphs */

bool ezmlm_address(str *file, str *address)
{
	str head, tail;
	while (file->n) {
		bool whole_entry = str_cut(*file, '\0', &head, &tail);
		if (!whole_entry)
			head = *file;
		*file = whole_entry ? tail : STR_NONE;
		if (str_starts(head, STR("T")) && head.n > 1) {
			*address = str_skip(head, 1);
			return true;
		}
	}
	return false;
}

static bool add_line(struct sympa_paragraph *p, str line)
{
	str name;
	line = str_trim(line);
	if (!line.n || line.p[0] == '#')
		return line.n > 0;
	(void)str_word(&line, &name);
	if (p->count < sizeof p->lines / sizeof *p->lines)
		p->lines[p->count++] = (struct sympa_line){ name, str_trim(line) };
	return true;
}

bool sympa_paragraph(str *file, struct sympa_paragraph *p)
{
	str line;
	p->count = 0;
	while (str_line(file, &line))
		if (!add_line(p, line) && p->count)
			return true;
	return p->count > 0;
}

str sympa_value(const struct sympa_paragraph *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (str_eq(p->lines[i].name, str_from(name)))
			return p->lines[i].value;
	return STR("");
}

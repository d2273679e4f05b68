/* Listings: aligned for people, JSON for programs. */
#include "base/clock.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "mail/date.h"

#include <jansson.h>
#include <stdio.h>

enum { COLUMNS_MAX = 16 };

struct table {
	struct cli *c;
	str names[COLUMNS_MAX];
	bool is_number[COLUMNS_MAX];
	size_t columns, rows, room;
	str *cells;
};

struct table *table_new(struct cli *c, const char *columns)
{
	struct table *t = arena_zero(c->a, sizeof *t);
	str rest = str_from(columns), name;
	t->c = c;
	while (t->columns < COLUMNS_MAX && str_word(&rest, &name)) {
		t->is_number[t->columns] = str_ends(name, STR("#"));
		t->names[t->columns] = str_first(name, name.n - t->is_number[t->columns]);
		t->columns++;
	}
	return t;
}

void table_row(struct table *t, const str *cells)
{
	if (t->rows == t->room) {
		size_t room = t->room ? t->room * 2 : 64;
		str *more = arena_alloc(t->c->a, room * t->columns * sizeof *more);
		if (t->rows)
			memcpy(more, t->cells, t->rows * t->columns * sizeof *more);
		t->cells = more;
		t->room = room;
	}
	memcpy(t->cells + t->rows * t->columns, cells, t->columns * sizeof *cells);
	t->rows++;
}

static json_t *cell_json(const struct table *t, size_t column, str s)
{
	int64_t n;
	if (t->is_number[column] && str_i64(s, &n))
		return json_integer(n);
	s = utf8_scrub(t->c->a, s);
	return json_stringn(s.n ? s.p : "", s.n);
}

static void print_json(const struct table *t)
{
	json_t *all = json_array();
	for (size_t i = 0; i < t->rows; i++) {
		json_t *row = json_object();
		for (size_t k = 0; k < t->columns; k++)
			json_object_set_new(
				row, arena_z(t->c->a, t->names[k]),
				cell_json(t, k, t->cells[i * t->columns + k]));
		json_array_append_new(all, row);
	}
	json_dumpf(all, stdout, JSON_INDENT(1));
	puts("");
	json_decref(all);
}

/* Characters, not octets; wide ones are rare in addresses and names. */
static size_t width(str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

static void print_cell(str s, size_t to, bool right, bool last)
{
	int pad = (int)(to - width(s));
	if (right)
		printf("%*s", pad, "");
	fwrite(s.p, 1, s.n, stdout);
	if (!last)
		printf("%*s", right ? 2 : pad + 2, "");
}

static void print_aligned(struct table *t)
{
	size_t widths[COLUMNS_MAX];
	for (size_t k = 0; k < t->columns; k++)
		widths[k] = width(t->names[k]);
	for (size_t i = 0; i < t->rows * t->columns; i++) {
		t->cells[i] = cli_shown(t->c->a, t->cells[i]);
		size_t w = width(t->cells[i]);
		if (w > widths[i % t->columns])
			widths[i % t->columns] = w;
	}
	for (size_t i = 0; i <= t->rows; i++) {
		for (size_t k = 0; k < t->columns; k++)
			print_cell(i ? t->cells[(i - 1) * t->columns + k] : t->names[k],
				   widths[k], t->is_number[k], k + 1 == t->columns);
		puts("");
	}
}

void table_print(struct table *t)
{
	if (t->c->json)
		print_json(t);
	else if (t->rows)
		print_aligned(t);
	else
		puts("none");
}

str cli_time(struct cli *c, int64_t seconds)
{
	char at[CLOCK_TEXT];
	if (!c->json)
		return date_clock_named(c->a, seconds);
	clock_iso(seconds * 1000, at);
	str text = arena_copy(c->a, str_from(at));
	return str_ends(text, STR(".000Z"))
		       ? arena_cat(c->a, str_first(text, text.n - 5), STR("Z"))
		       : text;
}

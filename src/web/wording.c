#include "web/wording.h"

#include "base/language.h"
#include "base/mem.h"

#include <pthread.h>

extern const struct wording_row wording_rows[]; /* written by web/compile */
extern const size_t wording_rows_count;

static const struct wording_part **cut[LANGUAGES];
static size_t refused;
static pthread_once_t made = PTHREAD_ONCE_INIT;

/* {name}, <name>, </name>: its number from 1; 0: no such place. */
static unsigned slot_named(const struct wording_row *row, str name)
{
	for (unsigned i = 0; row->slots[i]; i++)
		if (str_eq(name, str_from(row->slots[i])))
			return i + 1;
	return 0;
}

/* The next place in a text: what is before it, which it is. False: none is left. A sign of
 * markup that is no place is place 0. */
static bool next_place(const struct wording_row *row, str text, str *before,
		       unsigned *slot, str *rest)
{
	for (size_t i = 0; i < text.n; i++) {
		str name, behind;
		char close = text.p[i] == '{' ? '}' : '>';
		if (text.p[i] != '{' && text.p[i] != '<' && text.p[i] != '"')
			continue;
		*before = str_first(text, i);
		*slot = 0;
		if (text.p[i] == '"') {
			if (!row->quoted)
				continue;
		} else if (str_cut(str_skip(text, i + 1), close, &name, &behind)) {
			*slot = slot_named(row, name);
			*rest = behind;
		}
		return true;
	}
	return false;
}

/* An end stands behind its beginning. */
static bool in_order(const struct wording_row *row, const bool *seen, unsigned slot)
{
	const char *name = row->slots[slot - 1];
	unsigned opens = *name == '/' ? slot_named(row, str_from(name + 1)) : 0;
	return !opens || seen[opens];
}

/* NULL: it has not the places of the row, each once. */
static const struct wording_part *cut_text(const struct wording_row *row, str text)
{
	bool seen[WORDING_SLOTS + 1] = { false };
	struct wording_part parts[WORDING_SLOTS + 1];
	size_t n = 0, wanted = 0;
	str before, rest;
	unsigned slot;
	while (row->slots[wanted])
		wanted++;
	for (; next_place(row, text, &before, &slot, &rest); text = rest) {
		if (!slot || seen[slot] || !in_order(row, seen, slot))
			return NULL;
		seen[slot] = true;
		parts[n++] = (struct wording_part){ before, slot };
	}
	if (n != wanted)
		return NULL;
	parts[n++] = (struct wording_part){ text, 0 };
	struct wording_part *kept = mem_alloc(n * sizeof *kept);
	for (size_t i = 0; i < n; i++)
		kept[i] = parts[i];
	return kept;
}

static void cut_all(void)
{
	for (int l = 0; l < LANGUAGES; l++) {
		cut[l] = mem_alloc((wording_rows_count + 1) * sizeof *cut[l]);
		for (size_t i = 0; i < wording_rows_count; i++) {
			const struct wording_row *row = &wording_rows[i];
			cut[l][i] = cut_text(row,
					     language_str((enum language)l, row->id));
			refused += !cut[l][i];
			if (!cut[l][i])
				cut[l][i] = cut[LANGUAGE_en][i];
		}
	}
}

const struct wording_part *wording_of(size_t number)
{
	pthread_once(&made, cut_all);
	return cut[language_now()][number];
}

size_t wording_refused(void)
{
	pthread_once(&made, cut_all);
	return refused;
}

#include "archive/render_inside.h"

/* The lines of a text as a set of hashes: of what a line says, without quote
 * marks and blanks. */
struct render_lines {
	uint64_t *slots; /* open addressing; 0: empty */
	size_t size;     /* a power of two */
};

enum { TOO_SHORT = 3 }; /* octets: "}" or "..." says nothing of its own */

/* 0 where the line says nothing. */
static uint64_t hash_line(str line)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
	size_t said = 0;
	bool marks = true;
	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];
		if (chr_is_space(c) || (marks && c == '>'))
			continue;
		marks = false;
		said++;
		hash = (hash ^ (unsigned char)c) * 0x100000001b3;
	}
	return said < TOO_SHORT ? 0 : hash | 1;
}

static size_t slot_of(const struct render_lines *set, uint64_t hash)
{
	size_t i = (hash >> 20) & (set->size - 1);
	while (set->slots[i] && set->slots[i] != hash)
		i = (i + 1) & (set->size - 1);
	return i;
}

static struct render_lines *remember(struct arena *a, str text)
{
	struct render_line_view lines = render_split(a, text);
	struct render_lines *set = arena_alloc(a, sizeof *set);
	for (set->size = 16; set->size < 2 * lines.count + 2;)
		set->size *= 2;
	set->slots = arena_zero(a, set->size * sizeof *set->slots);
	for (size_t i = 0; i < lines.count; i++) {
		uint64_t hash = hash_line(lines.at[i]);
		if (hash)
			set->slots[slot_of(set, hash)] = hash;
	}
	return set;
}

bool render_was_said(struct arena *a, struct render_memory *m, const str *lines,
		     size_t count)
{
	if (!m || !m->text.n)
		return false;
	if (!m->lines)
		m->lines = remember(a, m->text);
	for (size_t i = 0; i < count; i++) {
		uint64_t hash = hash_line(lines[i]);
		if (hash && !m->lines->slots[slot_of(m->lines, hash)])
			return false;
	}
	return true;
}

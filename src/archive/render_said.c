#include "archive/render_inside.h"

/* The lines of a text as a set of hashes: of what a line says, without the
 * quote marks and blanks around it. */
struct render_lines {
	uint64_t *slots; /* open addressing; 0: empty */
	size_t size;     /* a power of two */
};

enum { TOO_SHORT = 3 }; /* octets: "}" or "..." says nothing of its own */

/* 0 where the line says nothing. Not keyed: who makes two lines collide folds a
 * quote, which a click unfolds. */
static uint64_t hash_line(str line)
{
	while (line.n && (chr_is_space(line.p[0]) || line.p[0] == '>'))
		line = str_skip(line, 1);
	while (line.n && chr_is_space(line.p[line.n - 1]))
		line.n--;
	if (line.n < TOO_SHORT)
		return 0;
	uint64_t hash = line.n;
	for (; line.n > 8; line = str_skip(line, 8)) {
		uint64_t eight;
		memcpy(&eight, line.p, 8);
		hash = (hash ^ eight) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 29;
	}
	uint64_t rest = 0;
	memcpy(&rest, line.p, line.n);
	hash = (hash ^ rest) * 0x9e3779b97f4a7c15;
	return (hash ^ hash >> 29) | 1;
}

static size_t slot_of(const struct render_lines *set, uint64_t hash)
{
	size_t i = (hash >> 32) & (set->size - 1);
	while (set->slots[i] && set->slots[i] != hash)
		i = (i + 1) & (set->size - 1);
	return i;
}

static struct render_lines *remember(struct arena *a, str text)
{
	ARENA(mine);
	struct render_line_view lines = render_split(mine, text);
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

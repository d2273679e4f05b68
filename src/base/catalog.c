#include "base/catalog.h"

#include <string.h>

/* The file's head: magic, revision, count, offsets of both tables, size and offset of
 * the table of hashes, each of 32 bits. */
enum { HEAD = 28, MAGIC = (int)0x950412de, MAGIC_SWAPPED = (int)0xde120495 };
enum { TEXTS_MAX = 100000, RULE_MAX = 400 };

static uint32_t word_at(const struct catalog *c, size_t at)
{
	uint32_t w;
	memcpy(&w, c->file.p + at, sizeof w);
	return c->swapped ? __builtin_bswap32(w) : w;
}

/* Whether so many words stand at an offset. */
static bool holds(const struct catalog *c, uint32_t at, uint32_t words)
{
	return at <= c->file.n && words <= (c->file.n - at) / 4;
}

static str entry(const struct catalog *c, uint32_t table, uint32_t i)
{
	uint32_t n = word_at(c, table + (size_t)i * 8);
	return (str){ c->file.p + word_at(c, table + (size_t)i * 8 + 4), n };
}

static bool is_sound(const struct catalog *c, uint32_t table, uint32_t i)
{
	uint32_t n = word_at(c, table + (size_t)i * 8);
	uint32_t at = word_at(c, table + (size_t)i * 8 + 4);
	return at < c->file.n && n < c->file.n - at && !c->file.p[at + n];
}

static str before_nul(str s)
{
	const char *nul = s.n ? memchr(s.p, 0, s.n) : NULL;
	return nul ? str_first(s, (size_t)(nul - s.p)) : s;
}

/* ---- the head's text: Plural-Forms: nplurals=2; plural=(n != 1); */

static err read_plural(struct catalog *c)
{
	str head = catalog_find(c, STR("")), line, name, value, count, rule;
	uint64_t forms, form;
	c->plurals = 1;
	c->plural = STR("0");
	while (str_line(&head, &line)) {
		if (!str_cut(line, ':', &name, &value)
		    || !str_ieq(name, STR("Plural-Forms")))
			continue;
		if (!str_cut(value, ';', &count, &rule)
		    || !str_cut(count, '=', &name, &count)
		    || !str_cut(rule, '=', &name, &rule))
			return FAIL(ERR_SYNTAX,
				    "a catalog's Plural-Forms cannot be read");
		str_cut(rule, ';', &rule, &value);
		c->plural = str_trim(rule);
		if (!str_u64(str_trim(count), &forms) || forms < 1 || forms > PLURALS_MAX
		    || c->plural.n > RULE_MAX)
			return FAIL(ERR_SYNTAX,
				    "a catalog's Plural-Forms has no usual number");
		c->plurals = (uint32_t)forms;
	}
	return plural_form(c->plural, 1, &form);
}

static err check(const struct catalog *c)
{
	if (c->count > TEXTS_MAX || !holds(c, c->ids, c->count * 2)
	    || !holds(c, c->texts, c->count * 2) || c->hashes > TEXTS_MAX * 2
	    || !holds(c, c->hash_at, c->hashes))
		return FAIL(ERR_SYNTAX, "a catalog's tables reach beyond its end");
	for (uint32_t i = 0; i < c->count; i++)
		if (!is_sound(c, c->ids, i) || !is_sound(c, c->texts, i))
			return FAIL(ERR_SYNTAX,
				    "a catalog's text reaches beyond its end");
	for (uint32_t i = 0; i < c->hashes; i++)
		if (word_at(c, c->hash_at + (size_t)i * 4) > c->count)
			return FAIL(ERR_SYNTAX,
				    "a catalog's table of hashes names no text");
	return OK;
}

err catalog_open(str file, struct catalog *out)
{
	struct catalog c = { .file = file };
	if (file.n < HEAD || file.n > UINT32_MAX)
		return FAIL(ERR_SYNTAX, "a catalog ends before its head does");
	c.swapped = word_at(&c, 0) == (uint32_t)MAGIC_SWAPPED;
	if (word_at(&c, 0) != (uint32_t)MAGIC || word_at(&c, 4) >> 16 > 1)
		return FAIL(ERR_SYNTAX, "not a gettext catalog (.mo)");
	c.count = word_at(&c, 8);
	c.ids = word_at(&c, 12);
	c.texts = word_at(&c, 16);
	c.hashes = word_at(&c, 20);
	c.hash_at = word_at(&c, 24);
	if (c.hashes < 3) /* a step of the hash needs a remainder by size - 2 */
		c.hashes = 0;
	TRY(check(&c));
	TRY(read_plural(&c));
	*out = c;
	return OK;
}

/* ---- looking up */

/* P. J. Weinberger's, as gettext has it. */
static uint32_t hash(str s)
{
	uint32_t h = 0;
	for (size_t i = 0; i < s.n; i++) {
		h = (h << 4) + (unsigned char)s.p[i];
		uint32_t high = h & 0xf0000000;
		h = (h ^ high >> 24) & ~high;
	}
	return h;
}

/* The number of the text with that id, count where there is none. An id with a plural
 * holds both, singular first. */
static uint32_t by_hash(const struct catalog *c, str id)
{
	uint32_t h = hash(id), at = h % c->hashes, step = 1 + h % (c->hashes - 2);
	for (uint32_t tries = 0; tries < c->hashes; tries++) {
		uint32_t i = word_at(c, c->hash_at + (size_t)at * 4);
		if (!i)
			break;
		if (str_eq(before_nul(entry(c, c->ids, i - 1)), id))
			return i - 1;
		at = (uint32_t)(((uint64_t)at + step) % c->hashes);
	}
	return c->count;
}

static uint32_t by_order(const struct catalog *c, str id)
{
	uint32_t low = 0, high = c->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = str_cmp(before_nul(entry(c, c->ids, middle)), id);
		if (!order)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return c->count;
}

static str look_up(const struct catalog *c, str id)
{
	uint32_t i = c->hashes ? by_hash(c, id) : by_order(c, id);
	return i < c->count ? entry(c, c->texts, i) : STR_NONE;
}

str catalog_find(const struct catalog *c, str id)
{
	return before_nul(look_up(c, id));
}

str catalog_plural(const struct catalog *c, str id, uint64_t n)
{
	str text = look_up(c, id), form = before_nul(text);
	uint64_t which;
	if (plural_form(c->plural, n, &which).kind || which >= c->plurals)
		which = 0;
	while (which-- && form.n < text.n) {
		text = str_skip(text, form.n + 1);
		form = before_nul(text);
	}
	return form;
}

void catalog_at(const struct catalog *c, uint32_t i, str *id, str *text)
{
	*id = entry(c, c->ids, i);
	*text = entry(c, c->texts, i);
}

#include "archive/pseudonym_text.h"

#include "archive/dressed.h"
#include "archive/finder.h"
#include "base/buf.h"
#include "mail/address.h"

enum { NAME_MAX_OCTETS = 60, NAMES_LOOKED_FOR = 200, GAP_MAX = 48 };

struct pseudonym_text {
	const struct dressed *addresses;
	const struct finder *finder;
	const str *words; /* what the addresses have become, then the names */
	str name;         /* what they become */
};

struct hit {
	size_t at, n;
	bool name;
};

struct hits {
	const struct pseudonym_text *t;
	str text;
	struct hit *list; /* in order, none over another; they stand in memory */
	size_t count;
	struct buf memory;
};

/* ---- names */

/* Neither a field of a header nor a link, and not so long that it is a text. */
static bool is_name(str name)
{
	if (name.n > NAME_MAX_OCTETS || !str_has(name, ' '))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || strchr(":;/=@<>", name.p[i]))
			return false;
	return true;
}

const struct pseudonym_text *pseudonym_text_new(struct arena *a,
						const struct pseudonym *p)
{
	struct pseudonym_text *t = arena_zero(a, sizeof *t);
	str *words = arena_alloc(a, (p->name_count + 1) * sizeof *words);
	size_t n = 0;
	words[n++] = arena_lower(a, arena_cat(a, p->as, STR("@hidden.invalid")));
	for (size_t i = 0; i < p->name_count && n <= NAMES_LOOKED_FOR; i++) {
		str name = str_trim(p->names[i]);
		if (is_name(name))
			words[n++] = arena_lower(a, name);
	}
	t->words = words;
	t->finder = n > 1 ? finder_new(a, words, n) : NULL;
	t->addresses = dressed_new(a, p->addresses, p->count, p->as);
	t->name = p->as;
	return t;
}

/* ---- what stands in the text */

/* The longer one goes before the shorter, and an address before any name. */
static void add_hit(void *ctx, size_t at, size_t word)
{
	struct hits *h = ctx;
	struct hit new = { at, h->t->words[word].n, word > 0 };
	if (!address_stands_alone(h->text, at, new.n))
		return;
	while (h->count) {
		const struct hit *last = &h->list[h->count - 1];
		if (last->at + last->n <= at)
			break;
		bool longer = at <= last->at && last->name == new.name;
		if (!longer && (new.name || !last->name))
			return;
		h->count--;
		h->memory.n -= sizeof new;
	}
	buf_add(&h->memory, (str){ (const char *)&new, sizeof new });
	h->list = (struct hit *)h->memory.p;
	h->count++;
}

/* ---- names that may go */

static bool skip_one(str *gap, str token, bool *opens)
{
	if (!str_istarts(*gap, token))
		return false;
	*gap = str_skip(*gap, token.n);
	*opens = *opens || str_has(STR("<(["), token.p[0]) || str_eq(token, STR("&lt;"));
	return true;
}

/* Between a name and its address, or an address and its name, as mail and HTML have it. */
static bool joins(str gap)
{
	static const char *const tokens[] = { "<a href=", "</a>",    "&lt;", "&gt;",
					      "&quot;",   "mailto:", "<",    ">",
					      "(",        "[",       "\"",   "'",
					      " ",        "\t",      "\r",   "\n" };
	bool opens = false, one = true;
	if (gap.n > GAP_MAX)
		return false;
	while (gap.n && one) {
		one = false;
		for (size_t i = 0; !one && i < sizeof tokens / sizeof *tokens; i++)
			one = skip_one(&gap, str_from(tokens[i]), &opens);
	}
	return !gap.n && opens;
}

/* "Name <address>" and "address (Name)" end so: "(we will see" is somebody's words. */
static bool closes(const struct hits *h, size_t i)
{
	static const char *const closing[] = { ">", ")", "]", "&gt;", "&quot;" };
	str rest = str_skip(h->text, h->list[i].at + h->list[i].n);
	while (rest.n && str_has(STR("\"'"), rest.p[0]))
		rest = str_skip(rest, 1);
	for (size_t k = 0; k < sizeof closing / sizeof *closing; k++)
		if (str_starts(rest, str_from(closing[k])))
			return true;
	return false;
}

static str between(const struct hits *h, size_t left)
{
	const struct hit *x = &h->list[left], *y = x + 1;
	return (str){ h->text.p + x->at + x->n, y->at - (x->at + x->n) };
}

/* "wrote:" and nothing else until the line ends. */
static bool said_so(str rest)
{
	static const char *const verbs[] = {
		"wrote",          "writes",          "said",      "schrieb", "schreibt",
		"a \303\251crit", "escribi\xc3\xb3", "ha scritto"
	};
	enum { REST_MAX = 40 };
	rest = str_first(rest, REST_MAX);
	while (rest.n && str_has(STR(" \t\"'"), rest.p[0]))
		rest = str_skip(rest, 1);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		str verb = str_from(verbs[i]);
		if (!str_istarts(rest, verb))
			continue;
		str end = str_skip(rest, verb.n);
		while (end.n
		       && str_has(STR(" \t\xc2\xa0"), end.p[0])) /* French: "écrit :" */
			end = str_skip(end, 1);
		if (end.n && end.p[0] == ':'
		    && (end.n == 1 || str_has(STR("\r\n<"), end.p[1])))
			return true;
	}
	return false;
}

static bool is_beside(const struct hits *h, size_t i, bool address_in_line)
{
	const struct hit *x = &h->list[i];
	if (i + 1 < h->count && !x[1].name && joins(between(h, i)) && closes(h, i + 1))
		return true;
	if (i && !x[-1].name && joins(between(h, i - 1)) && closes(h, i))
		return true;
	return address_in_line && said_so(str_skip(h->text, x->at + x->n));
}

/* Where the line of `at` begins; at `looked`, which is before it, the line was this. */
static size_t line_of(str text, size_t line, size_t looked, size_t at)
{
	str rest = { text.p + looked, at - looked }, head;
	while (str_cut(rest, '\n', &head, &rest))
		line = (size_t)(rest.p - text.p);
	return line;
}

static void write_hits(const struct hits *h, enum pseudonym_names names, struct buf *out)
{
	size_t from = 0, looked = 0, line = 0, address_end = 0;
	for (size_t i = 0; i < h->count; i++) {
		const struct hit *x = &h->list[i];
		line = line_of(h->text, line, looked, x->at);
		looked = x->at;
		bool own = names == NAMES_OWN && h->text.p[line] != '>';
		if (!x->name) {
			address_end = x->at + x->n;
			continue;
		}
		if (!own
		    && (names == NAMES_NOWHERE || !is_beside(h, i, address_end > line)))
			continue;
		buf_cat(out, (str){ h->text.p + from, x->at - from }, h->t->name);
		from = x->at + x->n;
	}
	if (out->n)
		buf_add(out, str_skip(h->text, from));
}

/* Names stand beside what their addresses have become. */
str pseudonym_text_clean(struct arena *a, const struct pseudonym_text *t, str text,
			 unsigned how, enum pseudonym_names names)
{
	BUF(out);
	text = dressed_clean(a, t->addresses, text, how);
	if (!t->finder)
		return text;
	struct hits h = { .t = t, .text = text };
	finder_walk(t->finder, text, add_hit, &h);
	if (h.count)
		write_hits(&h, names, &out);
	buf_free(&h.memory);
	return out.n ? arena_copy(a, buf_str(&out)) : text;
}

str pseudonym_text_blot(struct arena *a, const struct pseudonym_text *t, str bytes)
{
	return dressed_blot(a, t->addresses, bytes);
}

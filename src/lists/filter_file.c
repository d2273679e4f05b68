/* What a part is: its type, its names, and the names of what is packed in it. */
#include "lists/filter_inside.h"

#include "base/utf8.h"
#include "mail/listing.h"

enum { SHOWN = 100 };

static bool is_between(char c)
{
	return chr_is_space(c) || c == ',' || c == ';';
}

static str bare(str word)
{
	if (str_starts(word, STR("*.")))
		word = str_skip(word, 1);
	return str_starts(word, STR(".")) ? str_skip(word, 1) : word;
}

struct words filter_words(struct arena *a, str text)
{
	struct words w = { .word = arena_alloc(a, (text.n / 2 + 1) * sizeof *w.word) };
	text = arena_lower(a, text);
	for (size_t i = 0, from; i < text.n;) {
		for (; i < text.n && is_between(text.p[i]); i++)
			;
		for (from = i; i < text.n && !is_between(text.p[i]); i++)
			;
		str word = bare((str){ text.p + from, i - from });
		if (word.n)
			w.word[w.count++] = word;
	}
	return w;
}

static bool has(const struct words *w, str word)
{
	for (size_t i = 0; i < w->count; i++)
		if (str_eq(w->word[i], word))
			return true;
	return false;
}

/* "text/html" is meant by itself and by "text". */
static bool has_type(const struct words *w, struct arena *a, str type)
{
	str major, minor;
	return has(w, type)
	       || (str_cut(type, '/', &major, &minor)
		   && (has(w, major) || has(w, arena_cat(a, major, STR("/*")))));
}

/* A multipart only holds its parts, which are judged themselves. */
static str object_to_type(struct sieve *s, const struct mime_part *p)
{
	if (has_type(&s->filter_types, s->a, p->type))
		return arena_cat(s->a, STR("the list takes no "), p->type);
	if (s->pass_types.count && !str_starts(p->type, STR("multipart/"))
	    && !has_type(&s->pass_types, s->a, p->type))
		return arena_cat(s->a, p->type, STR(" is none of the types it takes"));
	return STR("");
}

/* Systems pass over spaces and dots at a name's end. */
static str trimmed(str name)
{
	while (name.n && (chr_is_space(name.p[name.n - 1]) || name.p[name.n - 1] == '.'))
		name.n--;
	return name;
}

/* Any suffix counts, since programs differ in which they believe: a.exe.txt, a.txt.exe. */
static str bad_suffix(struct sieve *s, str name)
{
	str stem, suffix, rest = trimmed(arena_lower(s->a, name));
	while (str_cut_last(rest, '.', &stem, &suffix)) {
		if (has(&s->filter_extensions, str_trim(suffix)))
			return str_trim(suffix);
		rest = stem;
	}
	return STR("");
}

static str object_to_name(struct sieve *s, str name)
{
	str stem, suffix, bad = bad_suffix(s, name);
	if (bad.n)
		return arena_cat(s->a, STR("the list takes no ."), bad);
	if (s->pass_extensions.count
	    && str_cut_last(trimmed(arena_lower(s->a, name)), '.', &stem, &suffix)
	    && !has(&s->pass_extensions, str_trim(suffix)))
		return arena_cat(s->a, STR("."), suffix,
				 STR(" is none of the extensions it takes"));
	return STR("");
}

/* A part may have two names, and programs differ in which they believe. */
static str object_to_names(struct sieve *s, const struct mime_part *p)
{
	static const struct {
		str field, param;
	} names[] = { { STR("Content-Disposition"), STR("filename") },
		      { STR("Content-Type"), STR("name") } };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		for (const struct field *f = header_find(&p->header, names[i].field); f;
		     f = header_next(&p->header, f)) {
			str why = object_to_name(s,
						 header_param(s->a, f, names[i].param));
			if (why.n)
				return why;
		}
	return STR("");
}

/* What the list takes in no name it takes in no archive; one that keeps its names to
 * itself may hold anything. */
static str object_to_contents(struct sieve *s, const struct mime_part *p)
{
	struct listing l;
	if (!s->filter_extensions.count || p->multipart
	    || !listing_read_within(s->a, mime_bytes(s->a, p), s->ms, &l))
		return STR("");
	for (size_t i = 0; i < l.count; i++) {
		str bad = bad_suffix(s, l.names[i]);
		if (bad.n)
			return arena_cat(s->a, STR("in it is \""),
					 utf8_first(l.names[i], SHOWN),
					 STR("\", and the list takes no ."), bad);
	}
	return l.whole ? STR("") : STR("an archive that cannot be looked into");
}

str filter_objection(struct sieve *s, const struct mime_part *p)
{
	str why = object_to_type(s, p);
	if (!why.n)
		why = object_to_names(s, p);
	return why.n ? why : object_to_contents(s, p);
}

bool filter_is_sealed(const struct mime_part *p)
{
	static const str types[] = { STR("multipart/signed"), STR("multipart/encrypted"),
				     STR("application/pkcs7-mime"),
				     STR("application/x-pkcs7-mime") };
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_eq(p->type, types[i]))
			return true;
	return false;
}

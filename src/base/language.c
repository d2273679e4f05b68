#include "base/language.h"

#include "base/catalog.h"
#include "base/language_inside.h"

#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>

static const struct language_row rows[] = {
#define LANGUAGE(name, tag, own, group) { #name, tag, own, group },
#include "base/languages.def"
};

static struct catalog catalogs[LANGUAGES];
static pthread_once_t opened = PTHREAD_ONCE_INIT;
static _Thread_local enum language current;

const struct language_row *language_row(enum language l)
{
	return &rows[l];
}

/* They are part of the program: one that cannot be read is a fault of the build. */
static void open_all(void)
{
	for (int l = 0; l < LANGUAGES; l++)
		for (size_t i = 0; i < language_files_count; i++) {
			if (!str_eq(str_from(language_files[i].name),
				    str_from(rows[l].name)))
				continue;
			err e = catalog_open(
				(str){ (const char *)language_files[i].octets,
				       language_files[i].n },
				&catalogs[l]);
			if (e.kind) {
				fprintf(stderr, "%s: %s\n", rows[l].name, e.msg);
				abort();
			}
		}
}

const struct catalog *language_catalog(enum language l)
{
	pthread_once(&opened, open_all);
	return catalogs[l].count ? &catalogs[l] : NULL;
}

/* ---- which one */

static str first_subtag(str tag)
{
	size_t n = 0;
	while (n < tag.n && chr_is_alpha(tag.p[n]))
		n++;
	return str_first(tag, n);
}

bool language_find(str tag, enum language *l)
{
	str wanted = first_subtag(tag);
	for (int i = 0; i < LANGUAGES; i++)
		if (wanted.n && str_ieq(first_subtag(str_from(rows[i].name)), wanted)) {
			*l = (enum language)i;
			return true;
		}
	return false;
}

/* q=0.750 as 750; without one, or with one that cannot be read, 1000. */
static unsigned weight(str parameters)
{
	str name, value, whole, part;
	if (!str_cut(parameters, '=', &name, &value)
	    || !str_ieq(str_trim(name), STR("q")))
		return 1000;
	value = str_trim(value);
	if (!str_cut(value, '.', &whole, &part))
		return str_eq(value, STR("0")) ? 0 : 1000;
	if (!str_eq(whole, STR("0")))
		return 1000;
	unsigned w = 0;
	for (size_t i = 0; i < 3; i++)
		w = w * 10
		    + (i < part.n && chr_is_digit(part.p[i]) ? (unsigned)(part.p[i] - '0')
							     : 0);
	return w;
}

bool language_accept(str header, enum language *l)
{
	unsigned best = 0;
	bool named = false;
	enum language wanted = *l;
	str range, tag, parameters;
	while (header.n) {
		if (!str_cut(header, ',', &range, &header)) {
			range = header;
			header = STR_NONE;
		}
		if (!str_cut(range, ';', &tag, &parameters)) {
			tag = range;
			parameters = STR_NONE;
		}
		tag = str_trim(tag);
		enum language found = LANGUAGE_en;
		bool any = str_eq(tag, STR("*"));
		unsigned w = weight(parameters);
		if (w > best && (any || language_find(tag, &found))) {
			best = w;
			named = !any;
			wanted = found;
		}
	}
	if (named)
		*l = wanted;
	return named;
}

enum language language_use(enum language l)
{
	enum language before = current;
	current = l;
	return before;
}

enum language language_now(void)
{
	return current;
}

/* ---- what it says */

const char *language_text(enum language l, const char *id)
{
	const struct catalog *c = language_catalog(l);
	str text = c && id && *id ? catalog_find(c, str_from(id))
				  : STR_NONE; /* "" is its head */
	return text.n ? text.p : id;
}

const char *language_plural(enum language l, const char *one, const char *many,
			    uint64_t n)
{
	const struct catalog *c = language_catalog(l);
	str text = c ? catalog_plural(c, str_from(one), n) : STR_NONE;
	return text.n ? text.p : n == 1 ? one : many;
}

str language_str(enum language l, str id)
{
	const struct catalog *c = language_catalog(l);
	str text = c && id.n ? catalog_find(c, id) : STR_NONE;
	return text.n ? text : id;
}

/* base/language_inside.h: the catalogs as they are compiled in, for language.c and its
 * test. */
#pragma once

#include "base/catalog.h"
#include "base/language.h"

struct language_file {
	const char *name; /* of languages.def */
	const unsigned char *octets;
	size_t n;
};

extern const struct language_file language_files[]; /* written by po/embed.c */
extern const size_t language_files_count;

/* NULL: it has none, since its texts are the ids. */
const struct catalog *language_catalog(enum language l);

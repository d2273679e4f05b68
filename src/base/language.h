/* base/language.h: in which language we speak. Texts stand in the code in English; each
 * language has a catalog (po/NAME.po), compiled in, so that every role reads it from
 * behind its sandbox and whatever locales a machine has.
 *
 *     enum language l = site;
 *     language_accept(header, &l);
 *     language_use(l);                                this thread's, until the next
 *     S_("Sign in");                                  a str, in that language
 *     arena_printf(a, _("%lld of %lld"), n, m);       a format, in that language
 *     static const char *const words[] = { N_("Sent") };      later: S_(words[0])
 *
 * A text without a translation stands as it is. po/README.md says how texts come into
 * the catalogs. */
#pragma once

#include "base/str.h"

enum language {
#define LANGUAGE(name, tag, own, group) LANGUAGE_##name,
#include "base/languages.def"
	LANGUAGES
};

struct language_row {
	const char *name, *tag, *own; /* "zh_CN", "zh-Hans", "简体中文" */
	const char *group;            /* between thousands */
};

const struct language_row *language_row(enum language l);

/* Which one a tag or a locale's name means, the nearest that we have: de for de-AT and
 * de_AT.UTF-8. False: none of ours, *l stays. */
bool language_find(str tag, enum language *l);

/* What Accept-Language wants most of what we have (RFC 9110 section 12.5.4, RFC 4647
 * section 3.4). False: none of it, or any: *l stays. */
bool language_accept(str header, enum language *l);

/* The language of this thread, at first English. use gives the one before. */
enum language language_use(enum language l);
enum language language_now(void);

/* The text in a language; ends in a NUL. NULL stays NULL. */
const char *language_text(enum language l, const char *id) __attribute__((format_arg(2)));
const char *language_plural(enum language l, const char *one, const char *many,
			    uint64_t n) __attribute__((format_arg(2), format_arg(3)));

/* The same of any octets: id itself where there is no translation. */
str language_str(enum language l, str id);

/* In this thread's language. */
#define _(id)            language_text(language_now(), id)
#define S_(id)           str_from(_(id))
#define P_(one, many, n) language_plural(language_now(), one, many, n)
#define N_(id)           id

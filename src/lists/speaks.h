/* lists/speaks.h: the languages that a list offers, setting available_languages.
 *
 *     if (!speaks(&settings, site_lang, l))
 *             l = speaks_own(&settings, site_lang);
 */
#pragma once

#include "base/language.h"
#include "lists/settings.h"

/* The list's own language: preferred_language, or the site's. */
enum language speaks_own(const struct settings *s, str site_lang);

/* Whether it offers that one; its own it always does. */
bool speaks(const struct settings *s, str site_lang, enum language l);

/* Names in between of which are spaces or commas, in their one spelling. ERR_SYNTAX: one
 * that we have not. */
MUST_USE err speaks_check(struct arena *a, str value, str *clean);

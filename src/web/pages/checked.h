/* web/pages/checked.h: what the wall made of a post that has files, as their cards say it. */
#pragma once

#include "archive/read.h"
#include "web/escape.h"

/* "Clean 2026-11-17 09:12, ClamAV 1.4.6/27743", "Not checked (imported)"; empty where the post
 * has no files. In the language of the thread and the clock of who looks. */
struct html checked_html(struct arena *a, const struct archive_leaf *leaf);

/* For programs: "clean", "infected", "suspicious", "not scanned", "imported"; empty: no engine
 * was named when it came. */
str checked_word(const struct archive_leaf *leaf);

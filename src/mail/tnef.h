/* mail/tnef.h: Outlook's wrapper around files and texts, winmail.dat, application/ms-tnef
 * ([MS-OXTNEF]): attributes, each with its length and a sum; those of files and of the message may
 * be sets of MAPI properties ([MS-OXCDATA]). Read strictly: where a length or a sum does not
 * fit reading ends, and what stood before is what there is.
 *
 *     struct tnef t;
 *     if (tnef_read(a, mime_bytes(a, part), &t))
 *             show(t.text.n ? t.text : content_html_text(a, t.html, &cut), t.files, t.count);
 */
#pragma once

#include "base/arena.h"

enum { TNEF_FILES_MAX = 200 };

struct tnef_file {
	str name;  /* UTF-8, "" where it has none: never a path to trust */
	str type;  /* as it says, lower case; "" where it does not */
	str bytes; /* part of what was read */
};

struct tnef {
	str subject, text, html; /* UTF-8, LF; "" where there is none */
	struct tnef_file *files;
	size_t count;
	bool cut; /* it ends where it should not, or has more files */
};

/* False: it is none, nothing is written. Texts and the table live in a. */
bool tnef_read(struct arena *a, str bytes, struct tnef *t);

/* One that says the same: for what must change in it. */
str tnef_write(struct arena *a, const struct tnef *t);

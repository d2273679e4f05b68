/* web/pages/sheet.h: a list's settings as they stand on a form: as stored, then as sent.
 *
 *     struct sheet s = sheet_stored(q);
 *     if (sheet_read(q, &q->form, &s, set))
 *             ... set holds what would change
 */
#pragma once

#include "web/pages/forms.h"

struct sheet { /* for each row of settings.def */
	str *values;
	str *errors; /* why a value cannot be taken; or empty */
};

/* Of the list at hand. */
struct sheet sheet_stored(struct request *q);

/* How they stand now, for the form's field "was" (web/pages/meanwhile.h). */
str sheet_was(struct request *q);

/* What was sent is put on the sheet; what differs from what is stored into set. False: a
 * value cannot be taken, or was changed meanwhile by somebody else. */
bool sheet_read(struct request *q, const struct pairs *sent, struct sheet *s,
		json_t *set);

/* A value in the reader's words, where the program has such: "Hold for a moderator". */
str sheet_shown(const struct setting_def *def, str value);

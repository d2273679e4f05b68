/* archive/content_inside.h: what the files of content share: what stands within a part. */
#pragma once

#include "archive/content.h"
#include "mail/tnef.h"

/* A text in which files stand. */
struct content_coded {
	struct content_coded *next; /* behind it in the message */
	size_t index;               /* of the part */
	str text;
};

/* The text of a part without the files that stand in it, which c remembers. */
str content_without_files(struct arena *a, struct content *c, size_t index, str text);

/* What Outlook's wrapper holds, if the part is one. */
bool content_unwrap(struct arena *a, const struct mime_part *p, struct tnef *t);

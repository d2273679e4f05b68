/* web/pages/volume.h: in which pieces an archive is downloaded, setting
 * archive_volume_frequency. A piece is named by its time, and each name is taken whatever
 * the setting is now: "2026", "2026-q4", "2026-11", "2026-w47" (ISO 8601), "2026-11-05".
 *
 *     struct volume v;
 *     if (!volume_read(STR("2026-w47"), &v)) ... not found
 *     str name = volume_name(a, s->archive_volume_frequency, post->date);
 */
#pragma once

#include "base/arena.h"

struct volume {
	int64_t from, until; /* dates in [from, until), seconds */
};

/* False: no such name; *v is of no use then. */
bool volume_read(str name, struct volume *v);

struct volume volume_month(int year, int month); /* month: 1 to 12 */

/* Of the one that a post of that date (seconds) is in. */
str volume_name(struct arena *a, str frequency, int64_t date);

/* mail/listing.h: the names of the files in an archive of a stranger. Nothing is written
 * anywhere; what is packed is only unpacked as far as a list of names needs it.
 *
 *     struct listing l;
 *     if (listing_read(a, bytes, &l)) ... l.names[0] .. l.whole
 */
#pragma once

#include "base/arena.h"

enum {
	LISTING_NAMES_MAX = 10000,
	LISTING_DEPTH_MAX = 3,         /* archives in archives */
	LISTING_OCTETS_MAX = 64 << 20, /* unpacked, of all of it */
	LISTING_NAME_OCTETS_MAX = 4096,
	LISTING_MS_MAX = 2000, /* computed; a megabyte may be gigabytes to pass over */
};

struct listing {
	str *names; /* folders and all, as they are written */
	size_t count;
	bool whole; /* else there is more than could be seen: beyond these limits,
		     * damaged, or its names are encrypted */
};

/* False: it does not begin as an archive does. zip, tar (plain, gzip, bzip2, xz, zstd),
 * 7z, rar, cab, and one in another. */
bool listing_read(struct arena *a, str bytes, struct listing *l);

/* The same in so many milliseconds of computing; *ms: what is left of them, for the next
 * archive of the message. */
bool listing_read_within(struct arena *a, str bytes, int64_t *ms, struct listing *l);

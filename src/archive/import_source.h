/* archive/import_source.h: where the messages of an import come from, one after the other.
 * What a source reads may be hostile: no symbolic link is followed, no message is larger
 * than ARCHIVE_MESSAGE_MAX, and what has no end is left where a limit says so.
 *
 *     struct import_source *s;
 *     TRY(import_maildir(a, "old/Maildir", &s));
 *     TRY(archive_import(b, a, &(struct import_job){ .list = 3, .source = s }, &r));
 */
#pragma once

#include "archive/import.h"

struct import_message {
	str bytes;              /* whole, CRLF line ends */
	size_t offset;          /* where it starts, of a file; else 0 */
	int64_t arrived;        /* seconds; 0: nobody but the message knows */
	const char *unreadable; /* why there are no bytes; or NULL */
	str address; /* path that shall lead to its post: "/old/msg00012.html"; or "" */
	bool by_id;  /* made of a page: whatever post has its Message-ID is the same */
};

struct import_source {
	/* Begins, or begins again, with the first message. */
	err (*open)(struct import_source *s);
	/* The next one, which lives in a. *more false: there was none. Its error's text
	 * lives in a or in the source. */
	err (*next)(struct import_source *s, struct arena *a, struct import_message *m,
		    bool *more);
	/* Ends what open began, at any place. */
	void (*close)(struct import_source *s);
	size_t done, of; /* octets or messages behind it, of all; for who waits */
	void *state;
};

/* The files of a Maildir's new/ and cur/ by the time in their names, but for those marked as
 * trashed. The source lives in a, as those below do.
 * ERR_NOTFOUND: there is no new/ or cur/ in it. ERR_IO: it cannot be read. */
MUST_USE err import_maildir(struct arena *a, const char *folder,
			    struct import_source **out);

/* The messages of a public-inbox, read by the program git: folder has git/0.git and so on
 * (version 2), or is one repository; what was taken out of it again is left out. Its list of
 * messages lasts as long as the process.
 * ERR_NOTFOUND: it is none, or there is no git. ERR_LIMIT: it has no end. ERR_IO: git cannot
 * read it, in its own words. */
MUST_USE err import_public_inbox(struct arena *a, const char *folder,
				 struct import_source **out);

/* archive/import.h: an mbox file, or another source of messages, into a list's archive. It
 * may be run again: what is there already is not added twice.
 *
 *     struct import_result r;
 *     TRY(archive_import(b, a, &(struct import_job){ .list = 3, .mbox = bytes,
 *             .report = print, .progress = show }, &r));
 */
#pragma once

#include "store/store.h"

enum import_what { IMPORT_KEPT, IMPORT_REPAIRED, IMPORT_DUPLICATE, IMPORT_UNREADABLE };

struct import_line {
	size_t n;      /* which message of the file, from 1 */
	size_t offset; /* where it starts; of a folder 0 */
	enum import_what what;
	int64_t number;  /* in the archive; 0: none */
	const char *why; /* repaired: what; duplicate: of what; unreadable: why */
	str message_id;
	str address; /* path that shall lead to it, or "" */
	bool home;   /* no message: it shall lead to the list's home */
	bool by_id;  /* whatever post has its Message-ID is the same */
};

struct import_source; /* archive/import_source.h */

struct import_job {
	int64_t list;
	str charset;                  /* of what declares none, or "" */
	str mbox;                     /* where source is NULL */
	struct import_source *source; /* read by a thread of its own meanwhile */
	/* "/pipermail/dev": the file is all that Mailman's archiver kept, so each message
	 * had an address there, which shall lead to it for ever; or "" */
	str pipermail;
	/* "/hyperkitty/list/dev@lists.example": the same for HyperKitty, whose addresses
	 * bear a hash of the Message-ID; or "" */
	str hyperkitty;
	/* "/archive/dev": where the whole of it stood. Below it the address of a Message-ID,
	 * as public-inbox has it, leads to its post; or "" */
	str at;
	/* line and its texts live until it returns; or NULL */
	void (*report)(void *arg, const struct import_line *line);
	/* done of octets of the file are behind it; or NULL */
	void (*progress)(void *arg, size_t messages, size_t done, size_t of);
	void *arg;
};

struct import_result {
	size_t messages, kept, duplicate, unreadable;
	size_t repaired; /* of those kept */
};

const char *import_word(enum import_what what); /* "kept", "repaired", … */

MUST_USE err archive_import(struct book *b, struct arena *a, const struct import_job *x,
			    struct import_result *r);

/* lists/links.h: large files of a post as links into the archive, which keeps them with
 * their hashes. Pure: octets in, octets out; what stays keeps every octet.
 *
 *     struct linked l;
 *     TRY(links_make(a, message, &files, most, STR("https://lists.example/lists/dev/17"), &l));
 *     l.message, l.count
 *
 * The files go, and a text at the end names them: name, type, size, link. What is signed or
 * encrypted, a picture of a page, one of several forms of a text, and a post that is nothing
 * but a file stay; so does all where readers would not agree what the parts are. */
#pragma once

#include "base/err.h"
#include "store/archive/attachment.h"

struct linked {
	str message; /* the same where there is nothing to do */
	size_t count;
};

/* files: the archive's list of the post; most: octets of the largest one that stays.
 * ERR_LIMIT: as mime_parse. */
MUST_USE err links_make(struct arena *a, str message,
			const struct archive_attachments *files, int64_t most,
			str post_url, struct linked *out);

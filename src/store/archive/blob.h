/* store/archive/blob.h: the messages themselves, compressed by zstd, after a
 * while with a dictionary that the list's own posts trained.
 *
 *     struct archive_packed z;
 *     archive_pack(packer, a, message, 0, &z);       -- any thread
 *     TRY(archive_blob_add(b, id, &z));              -- the book's thread
 *     TRY(archive_blob_read(b, a, id, SIZE_MAX, &message));
 */
#pragma once

#include "store/store.h"

enum {
	ARCHIVE_MESSAGE_MAX = 128 * 1024 * 1024,
	ARCHIVE_SAMPLE = 6 * 1024, /* octets of a message that a dictionary learns from */
	ARCHIVE_SAMPLE_EVER =
		16 * 1024, /* and those of earlier versions, which it may hold */
};

/* Compresses for one list; one thread. */
struct archive_packer;
MUST_USE err archive_packer_open(struct book *b, struct arena *a, int64_t list,
				 struct archive_packer **out);
void archive_packer_close(struct archive_packer *p); /* NULL is fine */

/* One that stays with the connection, for posts that come one at a time. */
MUST_USE err archive_packer_kept(struct book *b, int64_t list,
				 struct archive_packer **out);

struct archive_packed {
	int64_t dictionary;
	str bytes;
};

/* header: octets of it that are kept apart, for a message whose body is the text that is
 * read, so that a page need not unpack them; 0: it is kept in one. */
void archive_pack(struct archive_packer *p, struct arena *a, str message, size_t header,
		  struct archive_packed *out);

/* Does the list lack a dictionary? Then train one from these messages and keep it, the newest,
 * which packs from now on; too few or too small to learn from is fine and keeps none. They
 * should come from the whole of the list: of the last half of 10,000 posts, one of the first
 * thousand saves a tenth less. */
MUST_USE err archive_dictionary_wanted(struct book *b, int64_t list, bool *wanted);
MUST_USE err archive_dictionary_train(struct book *b, struct arena *a, int64_t list,
				      const str *messages, size_t count);

/* Those in use, which hold pieces of posts. One that is retired packs nothing new, and is to
 * go when nothing is packed with it any more. */
struct archive_dictionary {
	int64_t id, list;
	str bytes;
};
MUST_USE err archive_dictionaries(struct book *b, struct arena *a, int64_t list,
				  struct archive_dictionary **d, size_t *count);
MUST_USE err archive_dictionary_retire(struct book *b, int64_t id);
MUST_USE err archive_dictionary_retired(struct book *b, struct arena *a,
					struct archive_dictionary *d, bool *found);
MUST_USE err archive_dictionary_drop(struct book *b, int64_t id);
/* Posts that it packs, by id behind that one; and all hidden ones. */
MUST_USE err archive_blobs_of_dictionary(struct book *b, int64_t dictionary,
					 int64_t after, size_t limit, int64_t *ids,
					 size_t *count);
MUST_USE err archive_hidden_of_dictionary(struct book *b, struct arena *a,
					  int64_t dictionary, int64_t **ids,
					  size_t *count);

MUST_USE err archive_blob_add(struct book *b, int64_t id, const struct archive_packed *z);

/* Another message in the place of one that is there. */
MUST_USE err archive_blob_replace(struct book *b, int64_t id,
				  const struct archive_packed *z);

/* The message, or its first `limit` octets. ERR_NOTFOUND: there is none.
 * ERR_IO: it is damaged. */
MUST_USE err archive_blob_read(struct book *b, struct arena *a, int64_t id, size_t limit,
			       str *message);

/* One that an owner took out of sight (redaction.h), until it is shown again. */
MUST_USE err archive_hidden_read(struct book *b, struct arena *a, int64_t id,
				 str *message, bool *found);
MUST_USE err archive_hidden_replace(struct book *b, int64_t id,
				    const struct archive_packed *z);

/* A message as it stands in the book, to be unpacked by any thread. */
struct archive_blob {
	size_t limit;           /* octets of it that are wanted */
	str bytes;              /* empty: there is none */
	const void *dictionary; /* the connection's, as long as it is open; or NULL */
	bool unpacked;          /* bytes are the message: it was large */
};

/* Many of them in one read, in the order of ids; blobs[i].limit is given. They take no
 * more memory than limit, or 32 KB each. ERR_IO: a large one is damaged. */
MUST_USE err archive_blobs_read(struct book *b, struct arena *a, const int64_t *ids,
				size_t count, struct archive_blob *blobs);

/* What unpacking takes; one thread at a time. */
struct archive_unpacker;
struct archive_unpacker *archive_unpacker_new(void);
void archive_unpacker_free(struct archive_unpacker *u);       /* NULL is fine */
struct archive_unpacker *archive_unpacker_of(struct book *b); /* the connection's own */

/* The message, or its first z->limit octets; empty where there is none.
 * ERR_IO: it is damaged. */
MUST_USE err archive_unpack(struct archive_unpacker *u, struct arena *a,
			    const struct archive_blob *z, str *message);

/* What a page shows of it: where its header is kept apart, the body alone, which is text
 * as it is read (*plain), else as archive_unpack. */
MUST_USE err archive_unpack_text(struct archive_unpacker *u, struct arena *a,
				 const struct archive_blob *z, str *text, bool *plain);

/* web/site/upload_inside.h: a file on its way: what upload.c (it comes) and upload_finish.c (it
 * gets its name) share. */
#pragma once

#include "web/multipart.h"
#include "web/site/upload.h"

#include <sodium.h>

enum { UPLOADS_AT_ONCE = 8 };

struct upload {
	struct sink sink; /* the first member */
	struct arena *a;  /* it lives in it */
	struct uploads *under_way;
	int place; /* among them; 0: none */
	int64_t person;
	struct upload_place to;
	struct multipart_hear hear;
	struct multipart *m;
	int fd; /* of the file without a name; -1: none */
	int64_t size, most;
	const char *most_why;
	str filename;
	crypto_hash_sha256_state hash;
	bool is_file, broken; /* the part at hand; the form */
	int files;
	struct pair *rows;
	size_t fields;
	struct buf field;
	enum err_kind kind; /* why nothing is kept, in English; NULL: something will be */
	const char *why;
};

/* Files of the folder that were taken away by hand count no more; one that is to get its name
 * at this moment does. */
MUST_USE err upload_forget_gone(struct request *q, const struct upload *u);

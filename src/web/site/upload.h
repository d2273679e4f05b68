/* web/site/upload.h: a file that somebody puts into a folder of the group's site by a form, where
 * its rules have `upload`. It comes piece by piece (struct sink) into a file without a name in
 * that very folder, while its size and the quotas are watched; when it is whole the wall is
 * asked, and then it gets its name, at once: nobody ever sees a part of it, and whatever ends
 * the program meanwhile leaves nothing behind.
 *
 * The body of /files/upload?to=FOLDER&upload=STAMP is taken so; the stamp says that a page of
 * ours was shown to somebody who may, since a loop can ask nobody else. */
#pragma once

#include "store/lists/upload.h"
#include "web/site/access.h"
#include "web/worker.h"

struct upload; /* q->sink where it is a file's */

/* Those under way, in this process. */
struct uploads *uploads_new(void);

/* "&upload=…" for the form's action, for the person who is signed in. */
str upload_stamp(struct request *q, str folder);

/* For http_options. */
int64_t upload_max(void *router, str path, str query);
struct sink *upload_sink(void *router, struct request *q);

/* A folder and what who asks may do there. */
struct upload_place {
	struct place at; /* yours to close */
	struct rules rules;
	str path;            /* "/incoming/" */
	int may;             /* enum may: to put a file there */
	bool manages, named; /* [web] uploads names it, or a folder above it */
};
void upload_look(struct request *q, str path, struct upload_place *x);

/* enum may: whether who asks, and may read a folder of these rules, may put files there. */
int upload_may_by(struct request *q, const struct rules *r);

/* A name under which a file may stand, in NFC, out of what a browser says; or why not, in words
 * for people. */
str upload_name(struct arena *a, str filename, str *why);

/* Asks the wall and puts the file where it belongs. ERR_DENIED: the file is refused, and
 * ERR_TEMP: another time it may not be; with words for people. */
MUST_USE err upload_finish(struct request *q, struct upload_row *row);

/* Takes a file away that somebody put there. ERR_NOTFOUND: there is none. */
MUST_USE err upload_remove(struct request *q, const struct upload_place *at,
			   const struct upload_row *row);

/* web/site/site.h: the group's own site: the files below [web] root.
 *
 *     TRY(site_open(a, "/srv/www", &site));
 *     site->holds = …;              // who a rule speaks of; NULL: of everybody alone
 *     site_page(site, q, r);
 *
 * Never leaves the folder, follows no symbolic link, shows no name that begins with a dot (but
 * /.well-known). Its HTML runs in a sandbox of an origin of nobody, so that it can do nothing
 * as the application; under [web] files_url, where the application is not, as itself.
 *
 * Who may read a folder its .access says (web/site/rules.h). Nothing is told of a file to who
 * may not read it: the answer is the same whether it is there or not. */
#pragma once

#include "web/request.h"
#include "web/range.h"
#include "web/site/rules.h"
#include "web/site/send.h"

struct site {
	int root;
	str url; /* of [site] url: where who came to [web] files_url is led to sign in */

	/* Whether a rule speaks of who asks. Fails where a book cannot be read. */
	err (*holds)(struct request *q, const struct rule *rule, bool *yes);

	/* Whether a link leads here: sets q->link; and whether what it is good for is
	 * enough. NULL: there are none. */
	void (*find_link)(struct request *q);
	bool (*charge)(struct request *q, const struct range_set *s, int64_t size);

	/* Whether who asks minds a folder of these rules: enum may. NULL: nobody does. */
	int (*manages)(struct request *q, const struct rules *rules);

	/* Whether who asks may put files into a folder of these rules: enum may. */
	int (*uploads)(struct request *q, const struct rules *rules);

	/* Whether who asks has accepted the licence of these rules: enum may; sets q->consent.
	 * NULL: nobody has. */
	int (*consent)(struct request *q, const struct rules *rules);

	/* For a file of a folder whose rules keep a log; NULL, or gives NULL: none is kept. */
	struct sent_watch *(*watch)(struct request *q, str path, str tag,
				    const struct stat *st);
	struct site_log *log; /* what watch writes to; the caller's */
};

/* ERR_NOTFOUND, ERR_IO: says what is wrong with the folder. */
MUST_USE err site_open(struct arena *a, const char *root, struct site **site);
void site_free(struct site *s);

/* Whether who asks may read what q->path leads to, apart from its licence, which *rules names:
 * enum may. */
int site_may_enter(const struct site *s, struct request *q, struct rules *rules);

void site_page(const struct site *s, struct request *q, struct response *r);

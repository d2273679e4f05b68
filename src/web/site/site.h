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

struct site {
	int root;
	str url; /* of [site] url: where who came to [web] files_url is led to sign in */

	/* Whether a rule speaks of who asks. Fails where a book cannot be read. */
	err (*holds)(struct request *q, const struct rule *rule, bool *yes);

	/* Whether a link leads here: sets q->link; and whether what it is good for is
	 * enough. NULL: there are none. */
	void (*find_link)(struct request *q);
	bool (*charge)(struct request *q, const struct range_set *s, int64_t size);
};

/* ERR_NOTFOUND, ERR_IO: says what is wrong with the folder. */
MUST_USE err site_open(struct arena *a, const char *root, struct site **site);
void site_free(struct site *s);

void site_page(const struct site *s, struct request *q, struct response *r);

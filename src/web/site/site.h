/* web/site/site.h: the group's own site: the files below [web] root.
 *
 *     TRY(site_open(a, &(struct site_conf){ .root = "/srv/www" }, &site));
 *     site_page(site, q, r);
 *
 * Never leaves the folder, follows no symbolic link, shows no name that begins with a dot (but
 * /.well-known). Its HTML runs in a sandbox of an origin of nobody, so that it can do nothing
 * as the application; under [web] files_url, where the application is not, as itself. */
#pragma once

#include "web/request.h"

struct site;

/* ERR_NOTFOUND, ERR_IO: says what is wrong with the folder. */
MUST_USE err site_open(struct arena *a, const char *root, struct site **site);
void site_free(struct site *s);

void site_page(const struct site *s, struct request *q, struct response *r);

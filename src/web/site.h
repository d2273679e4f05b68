/* web/site.h: the group's own static site: the files below [web] root.
 *
 *     TRY(site_open(a, "/srv/www", &site));
 *     site_page(site, q, r);
 *
 * Never leaves the folder, follows no symbolic link, shows no name that begins
 * with a dot (but /.well-known). Its HTML runs in a sandbox of its own origin,
 * so that it can do nothing as the application. Who may read a protected folder
 * is decided before (web/protect.h). */
#pragma once

#include "web/request.h"

struct site;

/* ERR_NOTFOUND, ERR_IO: says what is wrong with the folder. */
MUST_USE err site_open(struct arena *a, const char *root, struct site **site);
void site_free(struct site *s);

void site_page(const struct site *s, struct request *q, struct response *r);

/* The type of a file, by its name. */
str mime_type(str name);

/* A Range header against a body of so many octets. 0: answer whole; 206: *from
 * and *count; 416: no octet of it is there. One range is honoured; of several
 * the whole is sent, as RFC 9110 section 14.2 allows. */
int range_parse(str header, int64_t size, int64_t *from, int64_t *count);

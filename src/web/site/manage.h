/* web/site/manage.h: whether who is at a request minds a folder of the group's site: sees who
 * had what of it, makes links to it. Administrators mind all of it; others a folder that they
 * may read and whose rules name them (manage, or the owners of its lists).
 *
 *     if (site_manages(q, STR("/members/")) != MAY) ... */
#pragma once

#include "web/router.h"
#include "web/site/access.h"

/* path: of a folder, with a / at its end. MAY, MAY_NOT, or MAY_NOT_TELL. There is a site. */
enum may site_manages(struct request *q, str path);

/* The same, by the rules that hold there, for who may read it. */
int site_manages_by(struct request *q, const struct rules *rules);

/* What stands at a path of decoded text and the rules on the way to it. False: it is no path.
 * The place is yours to close. */
bool site_look(struct request *q, str path, struct place *p, struct access *x);

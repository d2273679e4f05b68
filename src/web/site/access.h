/* web/site/access.h: the rules that hold at a place below a root: of each folder on the way
 * its .access, read from the very folder that the file is then opened in.
 *
 *     struct access x = { .a = q->arena };
 *     below_walk(root, q->arena, segments, count, access_look, &x, &place);
 *     ... x.rules */
#pragma once

#include "web/request.h"
#include "web/site/below.h"
#include "web/site/rules.h"

#define ACCESS_FILE ".access"

struct access {
	struct arena *a;
	struct rules rules;
};

/* For below_walk; ctx: struct access. A .access that is there and cannot be read, or is a
 * link, breaks the rules: nobody may, until it is mended. */
void access_look(void *ctx, int folder, size_t depth);

/* The path of the folder so deep on the way: "/" or "/members/". */
str access_folder(struct arena *a, const str *segments, size_t depth);

/* "/data/LICENCE.md" of decoded segments, and where it is accepted: a path with the query
 * that leads back to what is asked for. */
str licence_path(const struct request *q, const struct rules *r);
str licence_page_path(const struct request *q);

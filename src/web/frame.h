/* web/frame.h: what stands around every page, and the pages that say no.
 *
 *     ANSWER(q, r, login, &(struct page_login){ .frame = frame_of(q, STR("Sign in")) });
 *     error_page(q, r, 404, STR_NONE);
 */
#pragma once

#include "web/request.h"
#include "web/templates.h"

struct frame_site {
	str name;  /* "The Facet Project" */
	str lang;  /* "en" */
	str zone;  /* "Europe/Berlin"; "" where the site goes by UTC */
	bool root; /* the group has a site of its own at / */
};

/* The frame for a page with this title; crumbs and feed are the caller's to add. */
struct page_frame frame_of(const struct request *q, str title);

/* /login, which leads back to what is asked for. */
str login_path(const struct request *q);

/* Says no, as a page or as JSON. detail: what was wrong and what to do; empty:
 * the usual words for the status. */
void error_page(const struct request *q, struct response *r, int status, str detail);

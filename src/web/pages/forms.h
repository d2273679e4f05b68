/* web/pages/forms.h: what the pages with forms share: where they stand, what was
 * done a moment ago, the row of an owner's pages.
 *
 *     if (order_and_wait(q, "ban_add", args, &x))
 *             go_done(q, r, STR("/admin/bans"), x.order);      // 303, and there:
 *     .note = note_of(q)                                       // "The ban holds …"
 *
 * What was done is named in the query by a word of said.def, or by the number of
 * the order that did it, which only the person who gave it is told about: no link
 * can put words of its own on a page. */
#pragma once

#include "web/pages/pages.h"

/* The worker, where the page's right is OPEN, so that the router has not asked for it. */
struct worker *worker_open(struct request *q);

/* The frame with the way to it: Lists / NAME / title. parent: between the two, or "". */
struct page_frame list_frame(const struct request *q, str title);

/* What session_form_token says. */
str csrf_of(const struct request *q);

/* A field of the form, trimmed. */
str field(const struct request *q, const char *name);

/* A JSON string, for an order's arguments. */
json_t *json_of(str s);

/* ---- what was done */

const struct page_note *note_of(struct request *q); /* NULL: nothing */
const struct page_note *note_bad(struct request *q, str text);

/* 303 to a path with ?done=: a word of said.def, or an order's number. rest: what
 * follows in the query, "&to=…", or empty. */
void go_said(struct request *q, struct response *r, str path, const char *word, str rest);

/* 303 to a page of the list at hand: path is "/admin/bans". */
void go_done(struct request *q, struct response *r, str path, int64_t order);

/* ---- what failed */

/* True: a book could not be read; it was logged and the answer made. */
bool page_failed(struct request *q, struct response *r, err e);

/* ---- the owner's pages */

const struct page_tabs *admin_tabs(struct request *q, const char *current);

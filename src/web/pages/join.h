/* web/pages/join.h: what joining (join.c) and leaving (leave.c) share.
 *
 *     if (!join_too_often(q, r) && order_file_only(q, "leave_ask", args))
 *             join_done(q, r, "leave-asked");
 */
#pragma once

#include "web/pages/forms.h"

/* 303 to /done/WORD, a row of done.def, about the list at hand. */
void join_done(struct request *q, struct response *r, const char *word);

/* "/join" of the list at hand. */
str join_path(const struct request *q, const char *page);

/* True: a network asks for too many letters; the answer is made. */
bool join_too_often(struct request *q, struct response *r);

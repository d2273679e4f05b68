/* web/pages/confirm_inside.h: the pages behind /confirm/TOKEN, a function a kind of link. */
#pragma once

#include "lists/confirm.h"
#include "web/pages/forms.h"

/* A page that says title and text and leads to next, whose link reads label. */
void confirm_say(struct request *q, struct response *r, int status, str title, str text,
		 str next, str label);

/* 410: the link does nothing any more. */
void confirm_used_up(struct request *q, struct response *r);

/* What the link would do and its one button, with the listed facts among those that are
 * told of it. */
void confirm_button(struct request *q, struct response *r, str token,
		    const struct confirmation *c, const struct page_confirm_facts *listed,
		    size_t listed_count);

/* Where its post waits still, the same; else who decided it. */
void confirm_show_waiting(struct request *q, struct response *r, str token,
			  const struct confirmation *c);

/* The posts of the morning letter that wait still. */
void confirm_show_morning(struct request *q, struct response *r, str token,
			  const struct confirmation *c);

/* The held post with all that is to be decided of it; somebody who wants to join or leave. */
void confirm_show_held(struct request *q, struct response *r, str token,
		       const struct confirmation *c);
void confirm_show_request(struct request *q, struct response *r, str token,
			  const struct confirmation *c);

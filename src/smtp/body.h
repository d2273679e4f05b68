/* smtp/body.h: the octets of a message as they are kept while they come: in
 * memory up to SMTP_BODY_MEMORY, then in the policy's file. */
#pragma once

#include "smtp/session.h"

struct smtp_body {
	struct buf memory; /* all of it, or what the file lacks */
	int fd;            /* -1: all is in memory */
	int64_t size;
	bool failed; /* no file, or the disk is full; the rest is thrown away */
	void *map;
};

void smtp_body_start(struct smtp_body *b);
void smtp_body_add(struct smtp_body *b, struct smtp_session *s, str text);
void smtp_body_forget(struct smtp_body *b); /* all that was added; a file stays open */

/* The whole, readable until smtp_body_free. False: failed. */
bool smtp_body_finish(struct smtp_body *b, str *text);
void smtp_body_free(struct smtp_body *b);

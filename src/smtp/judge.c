#include "smtp/judge.h"

/* A first line "From anna@uni.example Tue Nov 24 ..." is an mbox separator that a
 * careless program sent along. It is the one stray line that hides nothing. */
static bool only_mbox_line(str text)
{
	struct header rest;
	ARENA(a);
	str line;
	if (!str_starts(text, STR("From ")) && !str_starts(text, STR(">From ")))
		return false;
	return str_line(&text, &line) && !header_scan(a, text, &rest).kind
	       && !(rest.flags & HEADER_STRAY_LINE);
}

static bool leaves_room(const struct header *h)
{
	return h->raw.n <= HEADER_MAX - HEADER_ROOM
	       && h->count <= HEADER_FIELDS_MAX - HEADER_ROOM_FIELDS;
}

bool smtp_judge(struct arena *a, str text, struct header *h, struct smtp_reply *r)
{
	if (header_scan(a, text, h).kind || !leaves_room(h)) {
		smtp_say(r, 552, "5.3.4", STR("the header is too large"));
		return false;
	}
	if (header_count(h, STR("Received")) > SMTP_HOPS_MAX) {
		smtp_say(r, 554, "5.4.6",
			 STR("too many hops: this message goes in circles"));
		return false;
	}
	/* Where a block holds lines that are no fields, every reader sees another end of
	 * it: the wall one message, the member another. */
	if (h->flags & HEADER_STRAY_LINE && !only_mbox_line(text)) {
		smtp_say(r, 554, "5.6.0",
			 STR("a line in the header is no field (RFC 5322 section 2.2)"));
		return false;
	}
	return true;
}

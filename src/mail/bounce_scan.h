/* mail/bounce_scan.h: reports in words, for people: what a server writes where it
 * does not speak RFC 3464, told by the table bounce.def. For src/mail alone.
 *
 *     struct bounce_notice n = bounce_notice(a, &mime);
 *     if (bounce_by_machine(a, &mime)) bounce_scan(a, &n, from, b);
 */
#pragma once

#include "mail/bounce.h"
#include "mail/mime.h"

struct bounce_notice {
	str text;  /* what the server says */
	str whole; /* the same with the mail that it returns in the same text */
};

/* The first text of the message, HTML without its tags. */
struct bounce_notice bounce_notice(struct arena *a, const struct mime *m);

/* Whether a mail server wrote it, as far as the header tells: a person who answers or
 * passes on a report quotes it, and is not to be read as one. */
bool bounce_by_machine(struct arena *a, const struct mime *m);

/* Adds what the first format that fits says. from: the author's domain, for servers
 * that leave their own out of addresses. */
void bounce_scan(struct arena *a, const struct bounce_notice *n, str from,
		 struct bounce *b);

/* Adds a failure: one for each address, the gravest that was said of it. Its status
 * and class are found in its words where they are not given. */
void bounce_add(struct arena *a, struct bounce *b, struct bounce_failure f);

/* The enhanced status code that tells most: the one given, or one that stands in the
 * words; empty: there is none. */
str bounce_status(str status, str words);

/* The class of a whole notice, which may list what it could be: that of its code, else
 * the one that all of its words are of; BOUNCE_OTHER where they differ. */
enum bounce_class bounce_only_class(str words);

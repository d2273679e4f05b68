/* trust/authres.h: the Authentication-Results field (RFC 8601): what we found,
 * for whoever reads the message after us.
 *
 *     struct authres r = { 0 };
 *     authres_add(&r, "spf", "pass", NULL);
 *     authres_property(&r, "smtp.mailfrom", sender);
 *     str text = authres_text(a, STR("mx.uni.example"), &r);
 *     str field = authres_field(a, text);      "Authentication-Results: mx...\r\n"
 *     authres_free(&r);
 */
#pragma once

#include "base/buf.h"
#include "mail/header.h"

struct authres { /* results so far; zero-initialise */
	struct buf text;
};

/* Adds one method's result; why: words for people, NULL for none. */
void authres_add(struct authres *r, const char *method, const char *result,
		 const char *why);

/* A property of the result added last ("header.d", "uni.example"); empty
 * values are left out. */
void authres_property(struct authres *r, const char *name, str value);
void authres_free(struct authres *r);

/* "id; spf=pass ...; dkim=pass ...", folded, or "id; none". */
str authres_text(struct arena *a, str id, const struct authres *r);
str authres_field(struct arena *a, str text); /* with name and CRLF */

/* One result as somebody stated it, in lower case. */
struct authres_said {
	str method, result; /* "dkim", "pass" */
	struct authres_property {
		str name, value;
	} properties[12]; /* "header.d", "uni.example"; more are passed over */
	size_t count;
};

/* The next result of a field's value, or of what an ARC set states; takes it off *rest.
 * False at the end. */
bool authres_next(struct arena *a, str *rest, struct authres_said *out);
str authres_said_property(const struct authres_said *s, const char *name); /* or empty */

/* The authserv-id of a field's value, in lower case; empty where there is none. */
str authres_id(struct arena *a, str value);

/* The results that all fields bearing our id state, as one text "id; a; b";
 * empty when there is none. */
str authres_collect(struct arena *a, const struct header *h, str id);

/* The header block without Authentication-Results that bear our id: nobody but
 * us may speak in our name (RFC 8601 section 5). Fields whose id cannot be read
 * go, too. */
str authres_strip(struct arena *a, const struct header *h, str id);

/* web/api/uris_inside.h: the two halves of the API's uris: uris.c what is asked for,
 * uris_text.c what stands at a URI. */
#pragma once

#include "lists/template_uri.h"
#include "web/api/api_inside.h"

struct uri_fetch {
	str username, password; /* or empty */
	int64_t until;          /* clock_mono_ms, for all of a request */
};

/* The text that the URI gives for a template of that owner, whose $list_id, $listname,
 * $domain_name and $language it may hold. ERR_TEMP: there is no way to the role fetch at
 * the moment. Other kinds: it is not to be had, and why. */
MUST_USE err uri_fetch(struct api *x, const struct template_owner *owner,
		       const struct uri_fetch *f, str uri, str *text);

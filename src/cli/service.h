/* cli/service.h: a web service of another program, asked page after page by HTTP over one
 * connection, with a user name and a password.
 *
 *     struct service *s;
 *     TRY(service_open(a, "http://127.0.0.1:8001/3.1", "restadmin", password, &s));
 *     TRY(service_get(s, a, STR("/lists"), 4 << 20, &body));
 *     service_close(s);
 *
 * It goes where the URL says and nowhere else: no redirect, no proxy. The password goes in
 * clear text to this machine alone: any other is asked by https, and has to have a
 * certificate for its name that the system trusts. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct service;

/* ERR_SYNTAX: no such URL can be asked. ERR_DENIED: it names a password, or is http of
 * another machine. */
MUST_USE err service_open(struct arena *a, const char *url, const char *user,
			  str password, struct service **s);

/* path: behind the URL. The errors are those of struct rest_service; their text and *body
 * are a's. */
MUST_USE err service_get(void *s, struct arena *a, str path, size_t most, str *body);
void service_close(struct service *s); /* NULL is fine */

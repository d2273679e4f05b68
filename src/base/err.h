/* base/err.h: the one error type. Two words, returned in registers. */
#pragma once

#include <stdbool.h>

enum err_kind {
	ERR_NONE,
	ERR_SYNTAX, /* the input breaks a grammar      -> SMTP 5xx, HTTP 400 */
	ERR_LIMIT,  /* the input is well-formed but too large or too much */
	ERR_DENIED, /* policy says no                  -> SMTP 5xx, HTTP 403 */
	ERR_NOTFOUND,
	ERR_TEMP, /* try again later                 -> SMTP 4xx, HTTP 503 */
	ERR_IO,   /* the operating system said no; msg is strerror's */
};

typedef struct {
	enum err_kind kind;
	const char *msg; /* what, where, what to do; static or in the
			  * caller's arena (err_in names things); never freed */
} err;

#define OK         ((err){ ERR_NONE, NULL })
#define FAIL(k, m) ((err){ (k), (m) })

/* It may go better another time. */
static inline bool err_is_passing(err e)
{
	return e.kind == ERR_TEMP || e.kind == ERR_IO;
}

struct arena;
/* A failure whose text names things: err_in(a, ERR_SYNTAX, "%s:%d: ...", ...). */
err err_in(struct arena *a, enum err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Passes a failure up. The only control flow any macro here hides. */
#define TRY(call)                    \
	do {                         \
		err try_ = (call);   \
		if (try_.kind)       \
			return try_; \
	} while (0)

#define MUST_USE __attribute__((warn_unused_result))

/* base/buf.h: bytes that grow. One owner; zero-initialise, then add.
 *
 *     struct buf b = { 0 };
 *     buf_add(&b, STR("250 "));
 *     buf_addf(&b, "%d octets", 42);
 *     send(fd, b.p, b.n, 0);
 *     buf_free(&b);
 */
#pragma once

#include "base/arena.h"

struct buf {
	char *p;
	size_t n, cap;
};

void buf_add(struct buf *b, str s);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void buf_add_quoted(struct buf *b, str s); /* "s" as JSON writes it; s is UTF-8 */
void buf_drop(struct buf *b, size_t n);    /* the first n bytes go */
void buf_free(struct buf *b);              /* and it may be used again */

/* Room for n more bytes behind the end, to be filled by the caller, who then
 * adds what it filled to b->n. */
char *buf_room(struct buf *b, size_t n) __attribute__((returns_nonnull));

/* buf_cat(b, STR("x"), s, ...): adds the parts. */
#define buf_cat(b, ...)                                \
	buf_add_all((b), (const str[]){ __VA_ARGS__ }, \
		    sizeof((const str[]){ __VA_ARGS__ }) / sizeof(str))
void buf_add_all(struct buf *b, const str *parts, size_t count);

static inline str buf_str(const struct buf *b) /* valid until the next change */
{
	return (str){ b->p, b->n };
}

static inline void buf_clear(struct buf *b)
{
	b->n = 0;
}

/* BUF(b): a buffer that is freed when the block it stands in is left. */
#define BUF(name) __attribute__((cleanup(buf_free))) struct buf name = { 0 }

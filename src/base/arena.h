/* base/arena.h: memory that is freed all at once, at the end of a session,
 * a request or a message. Allocation cannot fail: running out of memory ends
 * the process, so sizes that a peer chooses are capped before they get here.
 *
 *     struct arena *a = arena_new();
 *     str path = arena_cat(a, name, STR("@"), host);
 *     arena_free(a);
 */
#pragma once

#include "base/str.h"

struct arena; /* one owner, one thread */

struct arena *arena_new(void);
void arena_free(struct arena *a); /* NULL is fine */

/* Forgets all that was allocated but keeps the largest block for the next
 * round: for loops that handle one message after the other. */
void arena_reset(struct arena *a);

/* What stands in `other` lives as long as a from now on; other is gone. */
void arena_adopt(struct arena *a, struct arena *other);

void *arena_alloc(struct arena *a, size_t n)
	__attribute__((returns_nonnull, alloc_size(2)));
void *arena_zero(struct arena *a, size_t n) /* the same, all bytes 0 */
	__attribute__((returns_nonnull, alloc_size(2)));
str arena_join(struct arena *a, const str *parts, size_t count);
str arena_copy(struct arena *a, str s);
str arena_lower(struct arena *a, str s);      /* a copy, ASCII letters lowered */
char *arena_z(struct arena *a, str s);        /* a copy that ends in a NUL */
str arena_number(struct arena *a, int64_t n); /* its decimal digits */
str arena_printf(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* arena_cat(a, STR("x"), s, ...): the parts as one str. NUL bytes survive. */
#define arena_cat(a, ...)                             \
	arena_join((a), (const str[]){ __VA_ARGS__ }, \
		   sizeof((const str[]){ __VA_ARGS__ }) / sizeof(str))

/* ARENA(a): an arena that is freed when the block it stands in is left. */
#define ARENA(name) \
	__attribute__((cleanup(arena_cleanup))) struct arena *name = arena_new()
static inline void arena_cleanup(struct arena **a)
{
	arena_free(*a);
}

/* base/mem.h: the heap, for what lives longer than an arena. Like an arena it
 * never returns NULL: a server that is out of memory restarts, it does not
 * limp; what it had accepted is on disk. */
#pragma once

#include <stddef.h>

void *mem_alloc(size_t n) __attribute__((returns_nonnull, malloc, alloc_size(1)));
void *mem_zero(size_t n) __attribute__((returns_nonnull, malloc, alloc_size(1)));
void *mem_grow(void *p, size_t n) __attribute__((returns_nonnull, alloc_size(2)));

/* From now on up to n octets that are freed stay with the process (for each of
 * malloc's arenas): for who answers requests of megabytes, since to give pages back
 * and fault them in again costs more than to fill them. */
void mem_keep(size_t n);

/* One of malloc's arenas a processor is enough for all threads that begin from now on: the
 * default is eight, and each keeps what its busiest moment took. */
void mem_share(void);

/* Has the system find n octets (fewer than mem_keep says) for this thread now, for
 * what will be asked for later. */
void mem_ready(size_t n);

void mem_exhausted(void) __attribute__((noreturn)); /* says so and aborts */

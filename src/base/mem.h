/* base/mem.h: the heap, for what lives longer than an arena. Like an arena it
 * never returns NULL: a server that is out of memory restarts, it does not
 * limp; what it had accepted is on disk. */
#pragma once

#include <stddef.h>

void *mem_alloc(size_t n) __attribute__((returns_nonnull, malloc, alloc_size(1)));
void *mem_zero(size_t n) __attribute__((returns_nonnull, malloc, alloc_size(1)));
void *mem_grow(void *p, size_t n) __attribute__((returns_nonnull, alloc_size(2)));

void mem_exhausted(void) __attribute__((noreturn)); /* says so and aborts */

#include "base/arena.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef __has_feature /* clang's way to say it; gcc defines the macro itself */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { BLOCK = 4096, BLOCK_MOST = 256 * 1024, ALIGN = 16, REDZONE = 16 };

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(ALIGN) char data[];
};

struct arena {
	struct block *top;
};

/* A block with room for n. The more an arena holds the larger its next block is,
 * so that the work of finding memory does not grow with it. A piece as large as a
 * block gets its own, below the one that is in use. */
static struct block *add_block(struct arena *a, size_t n)
{
	size_t size = a->top ? 2 * a->top->size : BLOCK;
	size = size > BLOCK_MOST ? BLOCK_MOST : size;
	bool own = n > size / 2 && a->top;
	if (own || size < n)
		size = n;
	struct block *b = mem_alloc(sizeof *b + size);
	*b = (struct block){ .size = size };
	ASAN_POISON_MEMORY_REGION(b->data, size);
	struct block **at = own ? &a->top->next : &a->top;
	b->next = *at;
	*at = b;
	return b;
}

struct arena *arena_new(void)
{
	return mem_zero(sizeof(struct arena));
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct block *b = a->top, *next; b; b = next) {
		next = b->next;
		ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
		free(b);
	}
	free(a);
}

void arena_reset(struct arena *a)
{
	struct block *keep = a->top;
	for (struct block *b = a->top; b; b = b->next)
		if (b->size > keep->size)
			keep = b;
	for (struct block *b = a->top, *next; b; b = next) {
		next = b->next;
		ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
		if (b != keep)
			free(b);
	}
	a->top = keep;
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
		ASAN_POISON_MEMORY_REGION(keep->data, keep->size);
	}
}

void arena_adopt(struct arena *a, struct arena *other)
{
	struct block *last = other->top;
	while (last && last->next)
		last = last->next;
	/* below the block that is in use */
	if (last && a->top) {
		last->next = a->top->next;
		a->top->next = other->top;
	} else if (last) {
		a->top = other->top;
	}
	free(other);
}

/* Under ASan the gap after each piece stays poisoned, so an overrun inside
 * the arena is caught as it would be in malloc's memory. */
void *arena_alloc(struct arena *a, size_t n)
{
	size_t need = (n + REDZONE + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (need < n)
		mem_exhausted();
	struct block *b = a->top;
	if (!b || b->size - b->used < need)
		b = add_block(a, need);
	void *p = b->data + b->used;
	b->used += need;
	ASAN_UNPOISON_MEMORY_REGION(p, n);
	return p;
}

str arena_join(struct arena *a, const str *parts, size_t count)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		n += parts[i].n;

	char *p = arena_alloc(a, n), *at = p;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].n) /* memcpy from NULL is undefined even for 0 */
			memcpy(at, parts[i].p, parts[i].n);
		at += parts[i].n;
	}
	return (str){ p, n };
}

void *arena_zero(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

str arena_copy(struct arena *a, str s)
{
	return arena_join(a, &s, 1);
}

str arena_lower(struct arena *a, str s)
{
	char *p = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++)
		p[i] = chr_lower(s.p[i]);
	return (str){ p, s.n };
}

char *arena_z(struct arena *a, str s)
{
	char *p = arena_alloc(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

str arena_number(struct arena *a, int64_t n)
{
	char digits[20], *at = digits + sizeof digits;
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;
	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (n < 0)
		*--at = '-';
	return arena_copy(a, (str){ at, (size_t)(digits + sizeof digits - at) });
}

str arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	char few[256];
	va_start(args, format);
	int n = vsnprintf(few, sizeof few, format, args);
	va_end(args);
	if (n < 0)
		return STR_NONE;
	char *p = arena_alloc(a, (size_t)n + 1);
	if ((size_t)n < sizeof few) {
		memcpy(p, few, (size_t)n + 1);
		return (str){ p, (size_t)n };
	}
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	return (str){ p, (size_t)n };
}

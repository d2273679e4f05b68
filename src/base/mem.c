#include "base/mem.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

void mem_exhausted(void)
{
	static const char text[] = "level=error event=out-of-memory do=\"give the "
				   "service more memory; it restarts by itself\"\n";
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		abort();
	abort();
}

void mem_keep(size_t n)
{
	mallopt(M_TRIM_THRESHOLD, (int)n);
	mallopt(M_MMAP_THRESHOLD, (int)n);
}

void mem_share(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	mallopt(M_ARENA_MAX, processors > 2 ? (int)processors : 2);
}

void mem_ready(size_t n)
{
	volatile char *p = mem_alloc(n);
	long page = sysconf(_SC_PAGESIZE);
	for (size_t i = 0; i < n; i += (size_t)page)
		p[i] = 0;
	free((void *)p);
}

void *mem_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);
	if (!p)
		mem_exhausted();
	return p;
}

void *mem_zero(size_t n)
{
	void *p = calloc(1, n ? n : 1);
	if (!p)
		mem_exhausted();
	return p;
}

void *mem_grow(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		mem_exhausted();
	return p;
}

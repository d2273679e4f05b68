#include "base/buf.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

char *buf_room(struct buf *b, size_t n)
{
	size_t need;
	if (__builtin_add_overflow(b->n, n, &need))
		mem_exhausted();
	if (need > b->cap) {
		size_t cap = b->cap ? b->cap : 64;
		while (cap < need)
			cap *= 2;
		b->p = mem_grow(b->p, cap);
		b->cap = cap;
	}
	return b->p ? b->p + b->n : (b->p = mem_alloc(b->cap = 64));
}

void buf_add(struct buf *b, str s)
{
	if (!s.n) /* memcpy from NULL is undefined even for 0 */
		return;
	memcpy(buf_room(b, s.n), s.p, s.n);
	b->n += s.n;
}

void buf_add_char(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
	b->n++;
}

void buf_add_all(struct buf *b, const str *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_add(b, parts[i]);
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;
	size_t room = b->cap - b->n;
	va_start(args, format);
	int n = vsnprintf(room ? b->p + b->n : NULL, room, format, args);
	va_end(args);
	if (n <= 0)
		return;
	if ((size_t)n >= room) { /* once more, where it fits */
		char *at = buf_room(b, (size_t)n + 1);
		va_start(args, format);
		vsnprintf(at, (size_t)n + 1, format, args);
		va_end(args);
	}
	b->n += (size_t)n;
}

/* Nearly all is plain, and goes in runs. */
void buf_add_quoted(struct buf *b, str s)
{
	size_t from = 0;
	buf_add_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0) {
			/* U+0080 to U+009F: a terminal takes them for commands */
			buf_add(b, (str){ s.p + from, i - from });
			c = (unsigned char)s.p[++i];
		} else if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) {
			continue;
		} else {
			buf_add(b, (str){ s.p + from, i - from });
		}
		buf_addf(b, c == '"' || c == '\\' ? "\\%c" : "\\u%04x", c);
		from = i + 1;
	}
	buf_add(b, str_skip(s, from));
	buf_add_char(b, '"');
}

void buf_drop(struct buf *b, size_t n)
{
	if (n >= b->n) {
		b->n = 0;
		return;
	}
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

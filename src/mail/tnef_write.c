#include "base/buf.h"
#include "mail/charset.h"
#include "mail/tnef.h"
#include "mail/tnef_inside.h"

enum { OF_MESSAGE = 1, OF_FILE = 2, VERSION = 0x00010000, UTF8_PAGE = 65001 };

static void add_number(struct buf *b, size_t octets, uint32_t n)
{
	for (size_t i = 0; i < octets; i++)
		buf_add_char(b, (char)(n >> 8 * i));
}

static void add_attribute(struct buf *b, unsigned level, uint32_t id, str value)
{
	unsigned sum = 0;
	for (size_t i = 0; i < value.n; i++)
		sum += (unsigned char)value.p[i];
	add_number(b, 1, level);
	add_number(b, 4, id);
	add_number(b, 4, (uint32_t)value.n);
	buf_add(b, value);
	add_number(b, 2, sum & 0xffff);
}

static void add_bytes(struct buf *b, unsigned type, unsigned id, str bytes)
{
	add_number(b, 2, type);
	add_number(b, 2, id);
	add_number(b, 4, 1);
	add_number(b, 4, (uint32_t)bytes.n);
	buf_add(b, bytes);
	while (b->n % 4)
		buf_add_char(b, '\0');
}

static void add_text(struct arena *a, struct buf *b, unsigned id, str text, uint32_t *n)
{
	str wide;
	if (!text.n
	    || !charset_write(a, arena_cat(a, text, STR("\0")), STR("utf-16le"), &wide))
		return;
	add_bytes(b, MAPI_UNICODE, id, wide);
	++*n;
}

/* Properties with their number in front, which keeps their places multiples of four. */
static str counted(struct arena *a, uint32_t count, const struct buf *b)
{
	BUF(out);
	add_number(&out, 4, count);
	buf_add(&out, buf_str(b));
	return arena_copy(a, buf_str(&out));
}

static void add_message(struct arena *a, struct buf *out, const struct tnef *t)
{
	BUF(b);
	uint32_t n = 0;
	add_text(a, &b, MAPI_SUBJECT, t->subject, &n);
	add_text(a, &b, MAPI_BODY, t->text, &n);
	add_text(a, &b, MAPI_HTML, t->html, &n);
	if (n)
		add_attribute(out, OF_MESSAGE, TNEF_MESSAGE, counted(a, n, &b));
}

static void add_file(struct arena *a, struct buf *out, const struct tnef_file *f)
{
	static const char rendering[14] = { 1 };
	BUF(b);
	uint32_t n = 0;
	add_text(a, &b, MAPI_ATTACH_LONG_NAME, f->name, &n);
	add_text(a, &b, MAPI_ATTACH_TYPE, f->type, &n);
	add_attribute(out, OF_FILE, TNEF_FILE_BEGINS,
		      (str){ rendering, sizeof rendering });
	add_attribute(out, OF_FILE, TNEF_FILE_BYTES, f->bytes);
	if (n)
		add_attribute(out, OF_FILE, TNEF_FILE, counted(a, n, &b));
}

str tnef_write(struct arena *a, const struct tnef *t)
{
	BUF(out);
	BUF(value);
	add_number(&out, 4, TNEF_MARK);
	add_number(&out, 2, 1);
	add_number(&value, 4, VERSION);
	add_attribute(&out, OF_MESSAGE, TNEF_VERSION, buf_str(&value));
	value.n = 0;
	add_number(&value, 4, UTF8_PAGE);
	add_number(&value, 4, 0);
	add_attribute(&out, OF_MESSAGE, TNEF_CODEPAGE, buf_str(&value));
	add_message(a, &out, t);
	for (size_t i = 0; i < t->count; i++)
		add_file(a, &out, &t->files[i]);
	return arena_copy(a, buf_str(&out));
}

/* A form with files as it comes. The first octet of the input says how large the pieces are: what
 * is heard is the same as of one piece. */
#include "web/multipart.h"

#include "base/buf.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static err begin(void *ctx, const struct pair *head)
{
	buf_cat(ctx, STR("["), head->name, STR("|"), head->filename, STR("]"));
	return OK;
}

static err octets(void *ctx, str s)
{
	buf_add(ctx, s);
	return OK;
}

static err end(void *ctx)
{
	buf_add(ctx, STR("."));
	return OK;
}

static enum err_kind run(struct arena *a, str body, size_t step, struct buf *heard)
{
	struct multipart_hear hear = { begin, octets, end, heard };
	struct multipart *m;
	err e = multipart_new(a, STR("multipart/form-data; boundary=xyz"), &hear, &m);
	while (body.n && !e.kind) {
		e = multipart_take(m, str_first(body, step));
		body = str_skip(body, step);
	}
	if (!e.kind)
		e = multipart_end(m);
	multipart_free(m);
	return e.kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	BUF(whole);
	BUF(cut);
	if (n < 2 || n > 1 << 16)
		return 0;
	str body = { (const char *)data + 1, n - 1 };
	enum err_kind once = run(a, body, body.n, &whole);
	enum err_kind often = run(a, body, (size_t)data[0] + 1, &cut);
	if (once != often || (!once && !str_eq(buf_str(&whole), buf_str(&cut))))
		abort();
	return 0;
}

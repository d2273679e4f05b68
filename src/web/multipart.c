#include "web/multipart.h"

#include "base/mem.h"
#include "web/form.h"

struct multipart {
	struct arena *a;
	const struct multipart_hear *hear;
	str delimiter; /* with the CRLF and the two dashes before it */
	enum { AT_FIRST, BEHIND, IN_HEAD, IN_DATA, OVER } state;
	size_t parts;
	struct buf left; /* what cannot be told yet */
};

err multipart_new(struct arena *a, str content_type, const struct multipart_hear *hear,
		  struct multipart **m)
{
	str boundary;
	TRY(form_boundary(content_type, &boundary));
	struct multipart *new = arena_zero(a, sizeof *new);
	new->a = a;
	new->hear = hear;
	new->delimiter = arena_cat(a, STR("\r\n--"), boundary);
	*m = new;
	return OK;
}

void multipart_free(struct multipart *m)
{
	if (m)
		buf_free(&m->left);
}

/* One step over what is there. *more: another may follow; else octets are wanted. */
static err take_first(struct multipart *m, str *rest, bool *more)
{
	str first = str_skip(m->delimiter, 2);
	*more = rest->n >= first.n;
	if (!str_starts(*rest, str_first(first, rest->n)))
		return FAIL(ERR_SYNTAX, "the form does not begin with its delimiter");
	if (!*more)
		return OK;
	*rest = str_skip(*rest, first.n);
	m->state = BEHIND;
	return OK;
}

static err take_behind(struct multipart *m, str *rest, bool *more)
{
	*more = rest->n >= 2;
	if (!*more)
		return OK;
	if (!str_starts(*rest, STR("--")) && !str_starts(*rest, STR("\r\n")))
		return FAIL(ERR_SYNTAX, "the form has a broken delimiter");
	m->state = str_starts(*rest, STR("--")) ? OVER : IN_HEAD;
	*rest = str_skip(*rest, 2);
	return OK;
}

static err take_head(struct multipart *m, str *rest, bool *more)
{
	struct pair head = { 0 };
	str end = str_find(*rest, STR("\r\n\r\n"));
	*more = end.n;
	if (!end.n && rest->n <= MULTIPART_HEAD_MAX)
		return OK;
	size_t n = rest->n - end.n;
	if (!end.n || n > MULTIPART_HEAD_MAX)
		return FAIL(ERR_SYNTAX, "a part of the form has no end of headers");
	if (++m->parts > MULTIPART_PARTS_MAX)
		return FAIL(ERR_LIMIT, "the form has too many fields");
	TRY(form_part_head(m->a, arena_copy(m->a, str_first(*rest, n)), &head));
	*rest = str_skip(end, 4);
	m->state = IN_DATA;
	return m->hear->begin(m->hear->ctx, &head);
}

/* Up to the delimiter, or what cannot be the beginning of one. */
static err take_data(struct multipart *m, str *rest, bool *more)
{
	str next = str_find(*rest, m->delimiter);
	size_t sure = rest->n < m->delimiter.n ? 0 : rest->n - m->delimiter.n + 1;
	str data = str_first(*rest, next.n ? rest->n - next.n : sure);
	*more = next.n;
	if (data.n)
		TRY(m->hear->data(m->hear->ctx, data));
	*rest = str_skip(*rest, data.n);
	if (!next.n)
		return OK;
	*rest = str_skip(*rest, m->delimiter.n);
	m->state = BEHIND;
	return m->hear->end(m->hear->ctx);
}

static err take_rest(struct multipart *m, str *rest, bool *more)
{
	(void)m;
	*rest = STR_NONE;
	*more = false;
	return OK;
}

err multipart_take(struct multipart *m, str octets)
{
	static err (*const steps[])(struct multipart * m, str * rest, bool *more) = {
		[AT_FIRST] = take_first, [BEHIND] = take_behind, [IN_HEAD] = take_head,
		[IN_DATA] = take_data,   [OVER] = take_rest,
	};
	err e = OK;
	bool more = true;
	buf_add(&m->left, octets);
	str rest = buf_str(&m->left);
	while (more && !e.kind)
		e = steps[m->state](m, &rest, &more);
	BUF(kept);
	buf_add(&kept, rest);
	buf_clear(&m->left);
	buf_add(&m->left, buf_str(&kept));
	return e;
}

err multipart_end(const struct multipart *m)
{
	return m->state == OVER ? OK
				: FAIL(ERR_SYNTAX, "the form has no closing delimiter");
}

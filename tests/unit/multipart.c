/* A form with files as it comes: whatever it is cut into, it is the same as in one piece. */
#include "web/multipart.h"

#include "base/buf.h"
#include "tests/check.h"

struct heard {
	struct buf text;
};

static err begin(void *ctx, const struct pair *head)
{
	struct heard *h = ctx;
	buf_cat(&h->text, STR("["), head->name, STR("|"), head->filename, STR("]"));
	return OK;
}

static err data(void *ctx, str octets)
{
	struct heard *h = ctx;
	buf_add(&h->text, octets);
	return OK;
}

static err end(void *ctx)
{
	struct heard *h = ctx;
	buf_add(&h->text, STR("."));
	return OK;
}

static enum err_kind run(struct arena *a, str body, size_t step, str *heard)
{
	struct heard h = { 0 };
	struct multipart_hear hear = { begin, data, end, &h };
	struct multipart *m;
	err e = multipart_new(a, STR("multipart/form-data; boundary=xyz"), &hear, &m);
	CHECK(!e.kind);
	while (body.n && !e.kind) {
		e = multipart_take(m, str_first(body, step));
		body = str_skip(body, step);
	}
	if (!e.kind)
		e = multipart_end(m);
	multipart_free(m);
	*heard = arena_copy(a, buf_str(&h.text));
	buf_free(&h.text);
	return e.kind;
}

#define HEAD "Content-Disposition: form-data; name=\"f\""

static const struct {
	const char *body, *heard;
	enum err_kind kind;
} cases[] = {
	{ "--xyz\r\n" HEAD "\r\n\r\nabc\r\n--xyz--\r\n", "[f|]abc.", ERR_NONE },
	{ "--xyz\r\n" HEAD "; filename=\"a.txt\"\r\n\r\n\r\n--xyz--", "[f|a.txt].",
	  ERR_NONE },
	{ "--xyz\r\n" HEAD "\r\n\r\n\r\n--xy\r\n-\r\n--xyz\r\n" HEAD
	  "; filename=\"b\"\r\nContent-Type: x\r\n\r\nq\r\n\r\n--xyz--\r\nafter",
	  "[f|]\r\n--xy\r\n-.[f|b]q\r\n.", ERR_NONE },
	{ "--xyz--", "", ERR_NONE },
	{ "", "", ERR_SYNTAX },
	{ "--xyz", "", ERR_SYNTAX },
	{ "--xyy\r\n", "", ERR_SYNTAX },
	{ "--xyzq\r\n", "", ERR_SYNTAX },
	{ "--xyz\r\n" HEAD "\r\n\r\nabc", "[f|]", ERR_SYNTAX },
	{ "--xyz\r\n" HEAD "\r\n\r\nabc\r\n--xyz", "[f|]abc.", ERR_SYNTAX },
	{ "--xyz\r\nContent-Type: x\r\n\r\nabc\r\n--xyz--", "", ERR_SYNTAX },
};

static void pieces(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t step = 1; step < 80; step++) {
			ARENA(a);
			str heard;
			enum err_kind kind = run(a, str_from(cases[i].body), step,
						 &heard);
			str wanted = str_from(cases[i].heard);
			bool good = kind == cases[i].kind
				    && (kind ? str_starts(heard, wanted)
					     : str_eq(heard, wanted));
			if (!good)
				fprintf(stderr, "case %zu, step %zu: %d %.*s\n", i, step,
					(int)kind, STR_F(heard));
			CHECK(good);
		}
}

static void limits(void)
{
	ARENA(a);
	BUF(many);
	str heard;
	for (int i = 0; i <= MULTIPART_PARTS_MAX; i++)
		buf_add(&many, STR("--xyz\r\n" HEAD "\r\n\r\nv\r\n"));
	CHECK(run(a, buf_str(&many), 1000, &heard) == ERR_LIMIT);
	buf_clear(&many);
	buf_add(&many, STR("--xyz\r\nX: "));
	for (int i = 0; i < MULTIPART_HEAD_MAX; i++)
		buf_add(&many, STR("x"));
	CHECK(run(a, buf_str(&many), 100, &heard) == ERR_SYNTAX);
	struct multipart *m;
	CHECK(multipart_new(a, STR("text/plain; boundary=x"), NULL, &m).kind
	      == ERR_NOTFOUND);
	CHECK(multipart_new(a, STR("multipart/form-data"), NULL, &m).kind == ERR_SYNTAX);
}

int main(void)
{
	pieces();
	limits();
	return check_done();
}

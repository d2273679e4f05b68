#include "store/archive/window_inside.h"

#include "base/buf.h"
#include "store/archive/facts.h"

#include <inttypes.h>

enum {
	FEW = 50000,  /* posts of all the lists that are asked */
	BLOCK = 1024, /* ids; a stretch is made of blocks */
	STRETCHES = 256,
};

#define SCOPE    "(SELECT value FROM json_each(?1))"
#define BY_LISTS "SELECT id, 1 FROM post WHERE list IN " SCOPE
#define BY_THREAD                                                              \
	"SELECT id, 1 FROM post INDEXED BY post_seen WHERE thread IN (SELECT " \
	"thread FROM post WHERE number = ?2 AND list IN " SCOPE ")"
#define BY_THREADS                                                     \
	"SELECT id, 1 FROM post INDEXED BY post_seen WHERE thread IN " \
	"(SELECT value FROM json_each(?2))"
#define BY_ID   "SELECT id, 1 FROM post WHERE message_id = ?2 AND message_id <> ''"
#define BY_TYPE "SELECT post, 1 FROM attachment WHERE instr(sniffed, ?2)"
#define BY_DATE                                                                   \
	"SELECT block * ?3, ?3 FROM facts WHERE last_at >= ?1 AND first_at < ?2 " \
	"UNION ALL SELECT block * ?3, ?3 FROM stale"
#define WITHOUT "SELECT rowid, 1 FROM words WHERE words MATCH ?2"

static str scope_json(struct arena *a, const struct archive_ask *q)
{
	BUF(b);
	for (size_t i = 0; i < q->scope_count; i++)
		buf_addf(&b, "%c%" PRId64, i ? ',' : '[', q->scope[i].list);
	return b.n ? arena_cat(a, buf_str(&b), STR("]")) : STR("[]");
}

/* The ids that r gives, so many from each on. Ends r. */
static err read_bits(struct arena *a, struct rows *r, int64_t top, uint64_t **out)
{
	uint64_t *bits = arena_zero(a, ((size_t)top / 64 + 1) * sizeof *bits);
	while (rows_next(r)) {
		int64_t id = rows_i64(r, 0), end = id + rows_i64(r, 1);
		for (; id < end; id++)
			if (id > 0 && id < top)
				bits[id / 64] |= (uint64_t)1 << (id % 64);
	}
	*out = bits;
	return rows_end(r);
}

/* Only those, or (out) only the others. */
static err take(struct arena *a, struct rows *r, bool out, struct candidates *c)
{
	uint64_t *bits;
	TRY(read_bits(a, r, c->top, &bits));
	for (size_t i = 0; i <= (size_t)c->top / 64; i++) {
		bits[i] = out ? ~bits[i] : bits[i];
		bits[i] &= c->bits ? c->bits[i] : UINT64_MAX;
	}
	c->bits = bits;
	return OK;
}

static bool has_any(const struct candidates *c, int64_t block)
{
	int64_t last = c->top / 64;
	for (int64_t i = block * (BLOCK / 64); i < (block + 1) * (BLOCK / 64); i++)
		if (i <= last && c->bits[i])
			return true;
	return false;
}

/* Neighbouring blocks that have some are one stretch; too many stretches are one, too. */
static void find_stretches(struct arena *a, struct candidates *c)
{
	c->stretches = arena_alloc(a, STRETCHES * sizeof *c->stretches);
	bool open = false;
	for (int64_t block = c->top / BLOCK; block >= 0; block--) {
		bool any = has_any(c, block);
		if (any && !open && c->count == STRETCHES) {
			c->stretches[0].from = 1;
			c->count = 1;
			return;
		}
		if (any && !open)
			c->stretches[c->count++].until = (block + 1) * BLOCK - 1;
		if (any)
			c->stretches[c->count - 1].from = block * BLOCK;
		open = any;
	}
}

/* Lists that have few of all posts: their own index says which. */
static err take_lists(struct book *b, struct arena *a, str scope, struct candidates *c)
{
	struct rows r;
	int64_t posts;
	bool found;
	TRY(book_number(
		b, &posts, &found,
		"SELECT coalesce(sum(last), 0) FROM numbering WHERE list IN " SCOPE,
		SQL_S(scope)));
	if (posts > FEW || posts > c->top / 4)
		return OK;
	TRY(book_rows(b, &r, BY_LISTS, SQL_S(scope)));
	return take(a, &r, false, c);
}

static err take_conditions(struct book *b, struct arena *a, const struct archive_ask *q,
			   struct candidates *c)
{
	struct rows r;
	str scope = scope_json(a, q);
	if (q->thread) {
		TRY(book_rows(b, &r, BY_THREAD, SQL_S(scope), SQL_I(q->thread)));
		TRY(take(a, &r, false, c));
	} else {
		TRY(take_lists(b, a, scope, c));
	}
	if (q->threads.n) {
		TRY(book_rows(b, &r, BY_THREADS, SQL_N(), SQL_S(q->threads)));
		TRY(take(a, &r, false, c));
	}
	if (q->message_id.n) {
		TRY(book_rows(b, &r, BY_ID, SQL_N(), SQL_S(q->message_id)));
		TRY(take(a, &r, false, c));
	}
	if (q->type.n) {
		TRY(book_rows(b, &r, BY_TYPE, SQL_N(), SQL_S(q->type)));
		TRY(take(a, &r, false, c));
	}
	if (q->from != INT64_MIN || q->until != INT64_MAX) {
		TRY(book_rows(b, &r, BY_DATE, SQL_I(q->from), SQL_I(q->until),
			      SQL_I(FACTS_BLOCK)));
		TRY(take(a, &r, false, c));
	}
	if (!q->match.n && q->without.n) {
		TRY(book_rows(b, &r, WITHOUT, SQL_N(), SQL_S(q->without)));
		TRY(take(a, &r, true, c));
	}
	return OK;
}

err candidates_read(struct book *b, struct arena *a, const struct archive_ask *q,
		    struct candidates *out)
{
	struct candidates c = { 0 };
	bool found;
	TRY(book_number(b, &c.top, &found, "SELECT max(id) + 1 FROM post"));
	if (found)
		TRY(take_conditions(b, a, q, &c));
	if (c.bits)
		find_stretches(a, &c);
	*out = c;
	return OK;
}

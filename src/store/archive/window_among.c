#include "store/archive/window_inside.h"

enum {
	MOST = 600000, /* by date, patches: with more the window is full soon without */
	BLOCK = 1024,  /* ids; a stretch is made of blocks */
	STRETCHES = 256,
};

/* Dates that end: without an end the newest match, and the window fills by itself. */
#define BY_DATE                                                           \
	"SELECT id FROM post INDEXED BY post_date WHERE list IN (SELECT " \
	"value FROM json_each(?1)) AND date >= ?2 AND date < ?3"
#define BY_THREAD                                                                  \
	"SELECT id FROM post INDEXED BY post_seen WHERE thread IN (SELECT thread " \
	"FROM "                                                                    \
	"post WHERE number = ?2 AND list IN (SELECT value FROM json_each(?1)))"
#define BY_FILE  "SELECT id FROM post INDEXED BY post_attached WHERE attachments > 0"
#define BY_PATCH "SELECT id FROM post INDEXED BY post_patch WHERE flags & 4"

/* Those that r gives, of those that were before. Ends r. enough: where there are so many,
 * they do not count. */
static err take(struct arena *a, struct rows *r, size_t enough, struct candidates *c)
{
	size_t words = (size_t)c->top / 64 + 1, n = 0;
	uint64_t *bits = arena_zero(a, words * sizeof *bits);
	while (n < enough && rows_next(r)) {
		int64_t id = rows_i64(r, 0);
		if (id > 0 && id < c->top)
			bits[id / 64] |= (uint64_t)1 << (id % 64);
		n++;
	}
	TRY(rows_end(r));
	if (n == enough)
		return OK;
	for (size_t i = 0; c->bits && i < words; i++)
		bits[i] &= c->bits[i];
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

err candidates_read(struct book *b, struct arena *a, const struct archive_ask *q,
		    struct candidates *out)
{
	struct candidates c = { 0 };
	struct rows r;
	bool found;
	TRY(book_number(b, &c.top, &found, "SELECT max(id) + 1 FROM post"));
	if (found && q->thread) {
		TRY(book_rows(b, &r, BY_THREAD, SQL_S(q->lists), SQL_I(q->thread)));
		TRY(take(a, &r, SIZE_MAX, &c));
	}
	if (found && q->has_file) {
		TRY(book_rows(b, &r, BY_FILE));
		TRY(take(a, &r, SIZE_MAX, &c));
	}
	if (found && q->has & ARCHIVE_PATCH) {
		TRY(book_rows(b, &r, BY_PATCH));
		TRY(take(a, &r, MOST, &c));
	}
	if (found && q->until != INT64_MAX && !q->thread) {
		TRY(book_rows(b, &r, BY_DATE, SQL_S(q->lists), SQL_I(q->from),
			      SQL_I(q->until)));
		TRY(take(a, &r, MOST, &c));
	}
	if (c.bits)
		find_stretches(a, &c);
	*out = c;
	return OK;
}

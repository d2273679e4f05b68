#include "store/archive/inside.h"

#include "base/mem.h"
#include "store/table.h"

#include <stdlib.h>
#include <zstd.h>

enum { LEVEL = 9, TEXT_MAX = 16 * 1024 * 1024 };

static err put_packed(struct book *b, int64_t post, str text)
{
	size_t room = ZSTD_compressBound(text.n);
	char *packed = mem_alloc(room);
	size_t n = ZSTD_compress(packed, room, text.p, text.n, LEVEL);
	if (ZSTD_isError(n))
		mem_exhausted();
	err e = book_run(b,
			 "INSERT INTO inside (post, bytes) VALUES (?1, ?2) "
			 "ON CONFLICT DO UPDATE SET bytes = ?2",
			 SQL_I(post), SQL_B(((str){ packed, n })));
	free(packed);
	return e;
}

err archive_inside_put(struct book *b, int64_t post, str text)
{
	return text.n ? put_packed(b, post, text)
		      : book_run(b, "DELETE FROM inside WHERE post = ?1", SQL_I(post));
}

static err unpack(struct arena *a, str packed, str *text)
{
	unsigned long long size = ZSTD_getFrameContentSize(packed.p, packed.n);
	if (size <= TEXT_MAX) { /* neither unknown nor wrong, which are larger */
		char *to = arena_alloc(a, (size_t)size + 1);
		size_t n = ZSTD_decompress(to, (size_t)size, packed.p, packed.n);
		*text = (str){ to, (size_t)size };
		if (!ZSTD_isError(n) && n == size)
			return OK;
	}
	return FAIL(ERR_IO, "a file's text in the archive book is damaged; restore it "
			    "from a backup");
}

err archive_inside_read(struct book *b, struct arena *a, int64_t post, str *text)
{
	struct rows r;
	str packed = STR_NONE;
	*text = STR("");
	TRY(book_rows(b, &r, "SELECT bytes FROM inside WHERE post = ?1", SQL_I(post)));
	if (rows_next(&r))
		packed = rows_str(&r, a, 0);
	TRY(rows_end(&r));
	return packed.n ? unpack(a, packed, text) : OK;
}

/* ---- posts whose files are to be looked into: waits is 0, 1 for archive_unread_awake, 2 for ever */

err archive_unread_add(struct book *b, int64_t post)
{
	return book_run(b,
			"INSERT INTO unread (post, tries, waits) VALUES (?1, 0, 0) "
			"ON CONFLICT DO UPDATE SET tries = 0, waits = 0 WHERE waits < 2",
			SQL_I(post));
}

static err read_unread(struct rows *r, struct archive_unread *u, bool *found)
{
	*found = rows_next(r);
	if (*found)
		*u = (struct archive_unread){ rows_i64(r, 0), rows_i64(r, 1) };
	return rows_end(r);
}

err archive_unread_next(struct book *b, struct archive_unread *u, bool *found)
{
	struct rows r;
	TRY(book_rows(b, &r,
		      "SELECT post, tries FROM unread WHERE waits = 0 "
		      "ORDER BY post DESC LIMIT ?1",
		      SQL_I(1)));
	return read_unread(&r, u, found);
}

err archive_unread_of(struct book *b, int64_t post, struct archive_unread *u, bool *found)
{
	struct rows r;
	TRY(book_rows(b, &r,
		      "SELECT post, tries FROM unread WHERE post = ?1 AND waits < 2",
		      SQL_I(post)));
	return read_unread(&r, u, found);
}

err archive_unread_count(struct book *b, struct archive_unread_counts *n)
{
	struct rows r;
	TRY(book_rows(b, &r,
		      "SELECT count(*) FILTER (WHERE waits = 0), "
		      "count(*) FILTER (WHERE waits = 1) FROM unread WHERE waits < ?1",
		      SQL_I(2)));
	if (rows_next(&r))
		*n = (struct archive_unread_counts){ rows_i64(&r, 0), rows_i64(&r, 1) };
	return rows_end(&r);
}

err archive_unread_try(struct book *b, int64_t post)
{
	return book_run(b, "UPDATE unread SET tries = tries + 1 WHERE post = ?1",
			SQL_I(post));
}

err archive_unread_done(struct book *b, int64_t post)
{
	return book_run(b, "DELETE FROM unread WHERE post = ?1 AND waits < 2",
			SQL_I(post));
}

err archive_unread_wait(struct book *b, int64_t post)
{
	return book_run(b,
			"UPDATE unread SET waits = 1, tries = 0 "
			"WHERE post = ?1 AND waits < 2",
			SQL_I(post));
}

err archive_unread_awake(struct book *b)
{
	return book_run(b, "UPDATE unread SET waits = 0 WHERE waits = 1");
}

/* ---- never */

err archive_unread_never(struct book *b, int64_t post)
{
	return book_run(b,
			"INSERT INTO unread (post, tries, waits) VALUES (?1, 0, 2) "
			"ON CONFLICT DO UPDATE SET waits = 2",
			SQL_I(post));
}

static err any_left(struct book *b, int64_t list, bool *left)
{
	struct rows r;
	TRY(book_rows(b, &r,
		      list ? "SELECT 1 FROM unread u JOIN post p ON p.id = u.post "
			     "WHERE u.waits = 0 AND p.list = ?1 LIMIT 1"
			   : "SELECT 1 FROM unread WHERE waits = 0 AND ?1 = 0 LIMIT 1",
		      SQL_I(list)));
	*left = rows_next(&r);
	return rows_end(&r);
}

err archive_unread_close(struct book *b, int64_t list, bool *left)
{
	TRY(any_left(b, list, left));
	if (*left)
		return OK;
	return list ? book_run(b,
			       "UPDATE unread SET waits = 2 WHERE waits = 1 AND post IN "
			       "(SELECT id FROM post WHERE list = ?1)",
			       SQL_I(list))
		    : book_run(b, "UPDATE unread SET waits = 2 WHERE waits = 1");
}

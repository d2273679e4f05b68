#include "base/buf.h"
#include "store/outbound/message.h"

#include "store/table.h"

err outbound_body_piece(struct book *b, int64_t message, int64_t n, str bytes)
{
	if (bytes.n > BODY_PIECE)
		return FAIL(ERR_LIMIT, "a piece of a body is larger than BODY_PIECE");
	return book_run(b, "INSERT INTO body (message, n, bytes) VALUES (?1, ?2, ?3)",
			SQL_I(message), SQL_I(n), SQL_B(bytes));
}

static err write_pieces(struct book *b, int64_t message, str body)
{
	int64_t n = 0;
	do {
		TRY(outbound_body_piece(b, message, n++, str_first(body, BODY_PIECE)));
		body = str_skip(body, BODY_PIECE);
	} while (body.n);
	return OK;
}

err outbound_body_write(struct book *b, int64_t message, str body)
{
	bool mine;
	TRY(table_join(b, &mine));
	return table_leave(b, mine, write_pieces(b, message, body));
}

err outbound_body_read(struct book *b, struct arena *a, int64_t message, int64_t from,
		       int64_t length, str *bytes)
{
	struct rows r;
	BUF(got);
	bool found = false;
	int64_t end;
	if (from < 0 || length < 0 || __builtin_add_overflow(from, length, &end))
		return FAIL(ERR_LIMIT, "a body is asked for octets before its start");
	TRY(book_rows(
		b, &r,
		"SELECT n, bytes FROM body WHERE message = ?1 AND n BETWEEN ?2 AND ?3 "
		"ORDER BY n",
		SQL_I(message), SQL_I(from / BODY_PIECE), SQL_I(end / BODY_PIECE)));
	while (rows_next(&r)) {
		int64_t start = rows_i64(&r, 0) * BODY_PIECE;
		str piece = rows_view(&r, 1);
		found = true;
		if (end - start < (int64_t)piece.n)
			piece = str_first(piece, (size_t)(end - start));
		buf_add(&got,
			start < from ? str_skip(piece, (size_t)(from - start)) : piece);
	}
	TRY(rows_end(&r));
	if (!found && from)
		return outbound_body_read(b, a, message, 0, 0, bytes);
	if (!found)
		return FAIL(ERR_NOTFOUND, "the message's body is not kept any more");
	*bytes = arena_copy(a, buf_str(&got));
	return OK;
}

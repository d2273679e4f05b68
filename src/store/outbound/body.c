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
	TRY(book_join(b, &mine));
	return book_leave(b, mine, write_pieces(b, message, body));
}

/* Octets of the pieces that hold from..end; -1: there is none. */
static err count_octets(struct book *b, int64_t message, int64_t from, int64_t end,
			int64_t *n)
{
	bool found;
	return book_number(b, n, &found,
			   "SELECT coalesce(sum(length(bytes)), -1) FROM body "
			   "WHERE message = ?1 AND n BETWEEN ?2 AND ?3",
			   SQL_I(message), SQL_I(from / BODY_PIECE),
			   SQL_I(end / BODY_PIECE));
}

/* In memory once only: it may have 40 MB. */
static err read_pieces(struct book *b, int64_t message, int64_t from, int64_t end,
		       char *to, size_t room, size_t *got)
{
	struct rows r;
	TRY(book_rows(
		b, &r,
		"SELECT n, bytes FROM body WHERE message = ?1 AND n BETWEEN ?2 AND ?3 "
		"ORDER BY n",
		SQL_I(message), SQL_I(from / BODY_PIECE), SQL_I(end / BODY_PIECE)));
	for (*got = 0; rows_next(&r);) {
		int64_t start = rows_i64(&r, 0) * BODY_PIECE;
		str piece = rows_view(&r, 1);
		if (end - start < (int64_t)piece.n)
			piece = str_first(piece, (size_t)(end - start));
		if (start < from)
			piece = str_skip(piece, (size_t)(from - start));
		piece = str_first(piece, room - *got);
		if (piece.n)
			memcpy(to + *got, piece.p, piece.n);
		*got += piece.n;
	}
	return rows_end(&r);
}

err outbound_body_read(struct book *b, struct arena *a, int64_t message, int64_t from,
		       int64_t length, str *bytes)
{
	int64_t end, room;
	size_t got;
	if (from < 0 || length < 0 || __builtin_add_overflow(from, length, &end))
		return FAIL(ERR_LIMIT, "a body is asked for octets before its start");
	TRY(count_octets(b, message, from, end, &room));
	if (room < 0 && from)
		return outbound_body_read(b, a, message, 0, 0, bytes);
	if (room < 0)
		return FAIL(ERR_NOTFOUND, "the message's body is not kept any more");
	room = room < length ? room : length;
	char *to = arena_alloc(a, (size_t)room);
	TRY(read_pieces(b, message, from, end, to, (size_t)room, &got));
	*bytes = (str){ to, got };
	return OK;
}

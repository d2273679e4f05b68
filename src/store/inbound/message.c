#include "store/inbound/message.h"

#include "store/table.h"

#define MESSAGE                                                                   \
	"id, received_at, reverse_path, client, helo, protocol, account, trust, " \
	"envid, ret, size, body, file"

static void read_message(struct rows *r, struct arena *a, void *row)
{
	*(struct inbound_message *)row = (struct inbound_message){
		.id = rows_i64(r, 0),
		.received_at = rows_i64(r, 1),
		.reverse_path = rows_str(r, a, 2),
		.client = rows_str(r, a, 3),
		.helo = rows_str(r, a, 4),
		.protocol = rows_str(r, a, 5),
		.account = rows_i64(r, 6),
		.trust = rows_str(r, a, 7),
		.envid = rows_str(r, a, 8),
		.ret = rows_str(r, a, 9),
		.size = rows_i64(r, 10),
		.body = rows_str(r, a, 11),
		.file = rows_str(r, a, 12),
	};
}

static void read_recipient(struct rows *r, struct arena *a, void *row)
{
	*(struct inbound_recipient *)row = (struct inbound_recipient){
		.n = rows_i64(r, 0),
		.address = rows_str(r, a, 1),
		.notify = rows_str(r, a, 2),
		.orcpt = rows_str(r, a, 3),
		.refused = rows_str(r, a, 4),
	};
}

static err add_message(struct book *b, struct inbound_message *m)
{
	return TABLE_INSERT(
		b, &m->id,
		"INSERT INTO message (received_at, reverse_path, client, helo, protocol, "
		"account, trust, envid, ret, size, body, file) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
		SQL_I(m->received_at), SQL_S(m->reverse_path), SQL_S(m->client),
		SQL_S(m->helo), SQL_S(m->protocol),
		m->account ? SQL_I(m->account) : SQL_N(), SQL_S(m->trust),
		SQL_S(m->envid), SQL_S(m->ret), SQL_I(m->size),
		m->file.n ? SQL_N() : SQL_B(m->body),
		m->file.n ? SQL_S(m->file) : SQL_N());
}

static err add_all(struct book *b, struct inbound_message *m,
		   const struct inbound_recipient *r, size_t count)
{
	TRY(add_message(b, m));
	for (size_t i = 0; i < count; i++)
		TRY(book_run(b,
			     "INSERT INTO recipient (message, n, address, notify, orcpt, "
			     "refused) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
			     SQL_I(m->id), SQL_I(i), SQL_S(r[i].address),
			     SQL_S(r[i].notify), SQL_S(r[i].orcpt), SQL_S(r[i].refused)));
	return OK;
}

err inbound_add(struct book *b, struct inbound_message *m,
		const struct inbound_recipient *r, size_t count)
{
	bool mine;
	if (!count)
		return FAIL(ERR_SYNTAX,
			    "a message without a recipient cannot be accepted");
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add_all(b, m, r, count));
}

err inbound_next(struct book *b, struct arena *a, int64_t after,
		 struct inbound_message *m, bool *found)
{
	err e = TABLE_ONE(b, a, read_message, m, "",
			  "SELECT " MESSAGE
			  " FROM message WHERE id > ?1 ORDER BY id LIMIT 1",
			  SQL_I(after));
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	*found = !e.kind;
	return OK;
}

err inbound_get(struct book *b, struct arena *a, int64_t id, struct inbound_message *m)
{
	return TABLE_ONE(b, a, read_message, m,
			 "no such message waits in the inbound book",
			 "SELECT " MESSAGE " FROM message WHERE id = ?1", SQL_I(id));
}

err inbound_recipients(struct book *b, struct arena *a, int64_t message,
		       struct inbound_recipient **r, size_t *count)
{
	return TABLE_ALL(b, a, read_recipient, r, count,
			 "SELECT n, address, notify, orcpt, refused FROM recipient "
			 "WHERE message = ?1 ORDER BY n",
			 SQL_I(message));
}

static void read_file(struct rows *r, struct arena *a, void *row)
{
	*(str *)row = rows_str(r, a, 0);
}

static err done(struct book *b, struct arena *a, int64_t message, int64_t n, str *file)
{
	TRY(book_run(b, "DELETE FROM recipient WHERE message = ?1 AND n = ?2",
		     SQL_I(message), SQL_I(n)));
	err e = TABLE_ONE(b, a, read_file, file, "",
			  "SELECT file FROM message WHERE id = ?1 AND NOT EXISTS "
			  "(SELECT 1 FROM recipient WHERE message = ?1)",
			  SQL_I(message));
	if (e.kind == ERR_NOTFOUND)
		return OK;
	TRY(e);
	return book_run(b, "DELETE FROM message WHERE id = ?1", SQL_I(message));
}

err inbound_done(struct book *b, struct arena *a, int64_t message, int64_t n, str *file)
{
	bool mine;
	str name = STR_NONE;
	TRY(book_join(b, &mine));
	TRY(book_leave(b, mine, done(b, a, message, n, &name)));
	*file = name;
	return OK;
}

err inbound_count(struct book *b, int64_t *messages)
{
	bool found;
	return book_number(b, messages, &found, "SELECT count(*) FROM message");
}

err inbound_last(struct book *b, int64_t *id)
{
	bool found;
	return book_number(b, id, &found, "SELECT ifnull(max(id), 0) FROM message");
}

err inbound_oldest(struct book *b, int64_t *received_at)
{
	bool found;
	*received_at = 0;
	return book_number(b, received_at, &found,
			   "SELECT received_at FROM message ORDER BY id LIMIT 1");
}

static void read_waiting(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct inbound_waiting *)row = (struct inbound_waiting){ rows_i64(r, 0),
								   rows_i64(r, 1),
								   rows_i64(r, 2) };
}

err inbound_waiting(struct book *b, int64_t after, struct inbound_waiting *w)
{
	*w = (struct inbound_waiting){ 0 };
	err e = TABLE_ONE(b, NULL, read_waiting, w, "",
			  "SELECT last.id - ?1, (SELECT received_at FROM message "
			  "WHERE id > ?1 ORDER BY id LIMIT 1), last.received_at "
			  "FROM message last WHERE id > ?1 ORDER BY id DESC LIMIT 1",
			  SQL_I(after));
	return e.kind == ERR_NOTFOUND ? OK : e;
}

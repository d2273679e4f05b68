#include "store/outbound/message.h"

#include "store/table.h"

#define MESSAGE                                                                      \
	"id, source, inbound, kind, list, reverse_path, verp, message_id, subject, " \
	"created_at, envid, ret, size, split, personal, smtputf8, eightbit, "        \
	"fanned_to, complete, frozen, kept, tls, copies, author_signed, marks"

static void read_message(struct rows *r, struct arena *a, void *row)
{
	*(struct outbound_message *)row = (struct outbound_message){
		.id = rows_i64(r, 0),
		.source = rows_str(r, a, 1),
		.inbound = rows_i64(r, 2),
		.kind = rows_str(r, a, 3),
		.list = rows_str(r, a, 4),
		.reverse_path = rows_str(r, a, 5),
		.verp = rows_i64(r, 6),
		.message_id = rows_str(r, a, 7),
		.subject = rows_str(r, a, 8),
		.created_at = rows_i64(r, 9),
		.envid = rows_str(r, a, 10),
		.ret = rows_str(r, a, 11),
		.size = rows_i64(r, 12),
		.split = rows_i64(r, 13),
		.personal = rows_str(r, a, 14),
		.smtputf8 = rows_i64(r, 15),
		.eightbit = rows_i64(r, 16),
		.fanned_to = rows_i64(r, 17),
		.complete = rows_i64(r, 18),
		.frozen = rows_i64(r, 19),
		.kept = rows_i64(r, 20),
		.tls = rows_i64(r, 21),
		.copies = rows_i64(r, 22),
		.author_signed = rows_i64(r, 23),
		.marks = rows_str(r, a, 24),
	};
}

static void read_standing(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	struct outbound_message *m = row;
	m->id = rows_i64(r, 0);
	m->fanned_to = rows_i64(r, 1);
	m->complete = rows_i64(r, 2);
	m->frozen = rows_i64(r, 3);
	m->kept = rows_i64(r, 4);
	m->copies = rows_i64(r, 5);
}

static err insert(struct book *b, const struct outbound_message *m)
{
	return book_run(b,
			"INSERT INTO message (source, inbound, kind, list, reverse_path, "
			"verp, message_id, subject, created_at, envid, ret, size, split, "
			"personal, "
			"smtputf8, eightbit, fanned_to, complete, frozen, tls, "
			"author_signed, marks) VALUES "
			"(?1, ?2, ?3, "
			"?4, "
			"?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, "
			"?18, ?19, ?20, ?21, ?22) "
			"ON CONFLICT (source) DO NOTHING",
			SQL_S(m->source), SQL_I(m->inbound), SQL_S(m->kind),
			SQL_S(m->list), SQL_S(m->reverse_path), SQL_I(m->verp),
			SQL_S(m->message_id), SQL_S(m->subject), SQL_I(m->created_at),
			SQL_S(m->envid), SQL_S(m->ret), SQL_I(m->size), SQL_I(m->split),
			SQL_S(m->personal), SQL_I(m->smtputf8), SQL_I(m->eightbit),
			SQL_I(m->fanned_to), SQL_I(m->complete), SQL_I(m->frozen),
			SQL_I(m->tls), SQL_I(m->author_signed), SQL_S(m->marks));
}

err outbound_add(struct book *b, struct outbound_message *m, bool *fresh)
{
	bool mine, added = false;
	TRY(book_join(b, &mine));
	err e = insert(b, m);
	if (!e.kind) {
		added = book_changes(b) > 0;
		e = TABLE_ONE(b, NULL, read_standing, m,
			      "the message just added is not there",
			      "SELECT id, fanned_to, complete, frozen, kept, copies FROM "
			      "message WHERE source = ?1",
			      SQL_S(m->source));
	}
	TRY(book_leave(b, mine, e));
	*fresh = added;
	return OK;
}

err outbound_get(struct book *b, struct arena *a, int64_t id, struct outbound_message *m)
{
	return TABLE_ONE(b, a, read_message, m, "there is no such outbound message",
			 "SELECT " MESSAGE " FROM message WHERE id = ?1", SQL_I(id));
}

err outbound_by_inbound(struct book *b, struct arena *a, int64_t inbound,
			struct outbound_message **m, size_t *count)
{
	return TABLE_ALL(b, a, read_message, m, count,
			 "SELECT " MESSAGE " FROM message WHERE inbound = ?1 ORDER BY id",
			 SQL_I(inbound));
}

err outbound_by_message_id(struct book *b, struct arena *a, str message_id,
			   struct outbound_message **m, size_t *count)
{
	return TABLE_ALL(b, a, read_message, m, count,
			 "SELECT " MESSAGE
			 " FROM message WHERE message_id = ?1 ORDER BY id",
			 SQL_S(message_id));
}

err outbound_unfinished(struct book *b, struct arena *a, struct outbound_message **m,
			size_t *count)
{
	return TABLE_ALL(b, a, read_message, m, count,
			 "SELECT " MESSAGE
			 " FROM message WHERE complete = 0 ORDER BY id");
}

static void read_owing(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct outbound_owing *)row = (struct outbound_owing){
		.id = rows_i64(r, 0), .owing = rows_i64(r, 1)
	};
}

err outbound_owing_after(struct book *b, struct arena *a, int64_t after, size_t limit,
			 struct outbound_owing **m, size_t *count)
{
	return TABLE_ALL(b, a, read_owing, m, count,
			 "SELECT id, complete = 0 OR EXISTS "
			 "(SELECT 1 FROM delivery d WHERE d.message = m.id) "
			 "FROM message m WHERE id > ?1 ORDER BY id LIMIT ?2",
			 SQL_I(after), SQL_I(limit));
}

err outbound_is_complete(struct book *b, int64_t id, bool *complete)
{
	int64_t yes = 0;
	bool found;
	TRY(book_number(b, &yes, &found, "SELECT complete FROM message WHERE id = ?1",
			SQL_I(id)));
	*complete = yes || !found;
	return OK;
}

err outbound_before(struct book *b, struct arena *a, int64_t id, size_t limit,
		    struct outbound_message **m, size_t *count)
{
	return TABLE_ALL(b, a, read_message, m, count,
			 "SELECT " MESSAGE " FROM message WHERE id < ?1 "
			 "ORDER BY id DESC LIMIT ?2",
			 SQL_I(id ? id : INT64_MAX), SQL_I(limit));
}

err outbound_progress(struct book *b, int64_t id, int64_t fanned_to, bool complete)
{
	return TABLE_MUST(
		b, "there is no such outbound message",
		"UPDATE message SET fanned_to = ?2, complete = ?3 WHERE id = ?1",
		SQL_I(id), SQL_I(fanned_to), SQL_I(complete));
}

/* A delivery that is let go is scheduled, for the walk along the new ones may have
 * passed it. Those nobody held before stay new until then. */
static err freeze(struct book *b, int64_t id, bool frozen)
{
	TRY(TABLE_MUST(b, "there is no such outbound message",
		       "UPDATE message SET frozen = ?2 WHERE id = ?1", SQL_I(id),
		       SQL_I(frozen)));
	if (frozen)
		return book_run(b,
				"UPDATE delivery SET held = held | 2 "
				"WHERE message = ?1 AND held & 2 = 0",
				SQL_I(id));
	return book_run(b,
			"UPDATE delivery SET held = held & ~2, next_at = max(next_at, 1) "
			"WHERE message = ?1 AND held & 2",
			SQL_I(id));
}

err outbound_freeze(struct book *b, int64_t id, bool frozen)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, freeze(b, id, frozen));
}

err outbound_frozen(struct book *b, struct arena *a, struct outbound_message **m,
		    size_t *count)
{
	return TABLE_ALL(b, a, read_message, m, count,
			 "SELECT " MESSAGE " FROM message WHERE frozen = 1 ORDER BY id");
}

static void read_id(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(int64_t *)row = rows_i64(r, 0);
}

static err clean(struct book *b, int64_t before, size_t limit, int64_t *gone)
{
	ARENA(a);
	int64_t *ids;
	size_t count;
	TRY(TABLE_ALL(b, a, read_id, &ids, &count,
		      "SELECT m.id FROM message m WHERE kept = 1 AND created_at < ?1 "
		      "AND complete = 1 AND NOT EXISTS "
		      "(SELECT 1 FROM delivery d WHERE d.message = m.id) LIMIT ?2",
		      SQL_I(before), SQL_I(limit)));
	for (size_t i = 0; i < count; i++) {
		TRY(book_run(b, "DELETE FROM body WHERE message = ?1", SQL_I(ids[i])));
		TRY(book_run(b, "UPDATE message SET kept = 0 WHERE id = ?1",
			     SQL_I(ids[i])));
	}
	*gone = (int64_t)count;
	return OK;
}

err outbound_clean(struct book *b, int64_t before, size_t limit, int64_t *gone)
{
	bool mine;
	int64_t n = 0;
	TRY(book_join(b, &mine));
	TRY(book_leave(b, mine, clean(b, before, limit, &n)));
	*gone = n;
	return OK;
}

/* What bears words of the post ?1, which came at ?3 to the list ?2: its copies, letters about
 * it ("17/dev@lists.example/held/..."), digests since then, and moderators' morning letters. */
#define BEARS_IT                                                       \
	"(source = ?1 OR (source > ?1 || '/' AND source < ?1 || '0') " \
	"OR (list = ?2 AND kind = 'digest' AND created_at >= ?3) "     \
	"OR (source > 'summary/' AND source < 'summary0' AND created_at >= ?3))"

err outbound_message_blank(struct book *b, str source, str list, int64_t since,
			   bool *waits)
{
	int64_t one;
	TRY(book_run(b,
		     "DELETE FROM body WHERE message IN (SELECT m.id FROM message m "
		     "WHERE " BEARS_IT " AND m.complete = 1 AND NOT EXISTS "
		     "(SELECT 1 FROM delivery d WHERE d.message = m.id))",
		     SQL_S(source), SQL_S(list), SQL_I(since)));
	TRY(book_run(b,
		     "UPDATE message SET subject = '' WHERE source = ?1 "
		     "OR (source > ?1 || '/' AND source < ?1 || '0')",
		     SQL_S(source)));
	TRY(book_run(b,
		     "UPDATE message SET kept = 0 WHERE kept = 1 AND " BEARS_IT " "
		     "AND NOT EXISTS (SELECT 1 FROM body x WHERE x.message = message.id)",
		     SQL_S(source), SQL_S(list), SQL_I(since)));
	return book_number(b, &one, waits,
			   "SELECT 1 FROM message WHERE kept = 1 AND " BEARS_IT
			   " LIMIT 1",
			   SQL_S(source), SQL_S(list), SQL_I(since));
}

err outbound_expire(struct book *b, int64_t before, size_t limit, int64_t *gone)
{
	return TABLE_CHANGE(b, gone,
			    "DELETE FROM message WHERE id IN (SELECT id FROM message "
			    "WHERE kept = 0 AND created_at < ?1 LIMIT ?2)",
			    SQL_I(before), SQL_I(limit));
}

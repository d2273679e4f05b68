#include "store/lists/erasure.h"

#include "base/buf.h"
#include "mail/address.h"
#include "store/sqlite.h"
#include "store/table.h"

static void read_erasure(struct rows *r, struct arena *a, void *row)
{
	*(struct erasure_row *)row = (struct erasure_row){
		.id = rows_i64(r, 0),
		.addresses = rows_str(r, a, 1),
		.names = rows_str(r, a, 2),
		.pseudonym = rows_str(r, a, 3),
		.begun_at = rows_i64(r, 4),
		.after = rows_i64(r, 5),
		.posts = rows_i64(r, 6),
		.missed = rows_i64(r, 7),
	};
}

err erasure_add(struct book *b, struct erasure_row *e)
{
	return TABLE_INSERT(b, &e->id,
			    "INSERT INTO erasure (addresses, names, pseudonym, begun_at) "
			    "VALUES (?1, ?2, ?3, ?4)",
			    SQL_S(e->addresses), SQL_S(e->names), SQL_S(e->pseudonym),
			    SQL_I(e->begun_at));
}

err erasure_next(struct book *b, struct arena *a, struct erasure_row *e, bool *found)
{
	err got = TABLE_ONE(
		b, a, read_erasure, e, "nobody is being erased",
		"SELECT id, addresses, names, pseudonym, begun_at, after, posts, missed "
		"FROM erasure WHERE id > ?1 ORDER BY id LIMIT 1",
		SQL_I(0));
	*found = !got.kind;
	return got.kind == ERR_NOTFOUND ? OK : got;
}

err erasure_progress(struct book *b, const struct erasure_row *e)
{
	return book_run(
		b, "UPDATE erasure SET after = ?2, posts = ?3, missed = ?4 WHERE id = ?1",
		SQL_I(e->id), SQL_I(e->after), SQL_I(e->posts), SQL_I(e->missed));
}

err erasure_end(struct book *b, int64_t id)
{
	return book_run(b, "DELETE FROM erasure WHERE id = ?1", SQL_I(id));
}

/* ---- addresses inside of text */

/* "\nanna@uni.example" in JSON: the n is no letter of the address. */
static bool is_escape(str text, size_t at)
{
	return at && text.p[at - 1] == '\\' && strchr("bfnrt", text.p[at]);
}

static bool stands_alone(str text, size_t at, size_t n)
{
	size_t skip = at && is_escape(text, at - 1) ? at : 0;
	return address_stands_alone(str_skip(text, skip), at - skip, n);
}

static void rename_in(struct buf *out, str text, str what, str as)
{
	size_t from = 0;
	for (str rest = text; what.n && (rest = str_find(rest, what)).n;) {
		size_t at = text.n - rest.n;
		bool alone = stands_alone(text, at, what.n);
		rest = str_skip(rest, alone ? what.n : 1);
		if (!alone)
			continue;
		buf_cat(out, (str){ text.p + from, at - from }, as);
		from = at + what.n;
	}
	buf_add(out, str_skip(text, from));
}

static str value_of(sqlite3_value *v)
{
	const unsigned char *p = sqlite3_value_text(v);
	return p ? (str){ (const char *)p, (size_t)sqlite3_value_bytes(v) } : STR("");
}

/* renamed(text, address, pseudonym) */
static void renamed(sqlite3_context *c, int count, sqlite3_value **v)
{
	BUF(out);
	(void)count;
	rename_in(&out, value_of(v[0]), value_of(v[1]), value_of(v[2]));
	str text = buf_str(&out);
	sqlite3_result_text64(c, text.n ? text.p : "", text.n, SQLITE_TRANSIENT,
			      SQLITE_UTF8);
}

static err teach_renamed(struct book *b)
{
	int rc = sqlite3_create_function(b->db, "renamed", 3,
					 SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
					 renamed, NULL, NULL);
	return rc ? book_failed(b, rc, "adding a function") : OK;
}

err erasure_scrub(struct book *b, str address, str pseudonym, int64_t now)
{
	static const char *const texts[] = {
		"UPDATE held SET verdict = 'discarded', handled_by = 'erasure', "
		"handled_at = ?3, body = NULL WHERE author = ?1 COLLATE NOCASE "
		"AND verdict = '' AND ?2 <> ''",
		"UPDATE held SET author = ?2, author_name = '', trust = '{}', "
		"reverse_path = '' WHERE author = ?1 COLLATE NOCASE AND ?3 > 0",
		"UPDATE held SET handled_by = ?2 WHERE handled_by = ?1 AND ?3 > 0",
		"UPDATE held SET claimed_by = '', claimed_at = 0 "
		"WHERE claimed_by = ?1 AND ?2 <> '' AND ?3 > 0",
		"UPDATE held SET aside_by = ?2 WHERE aside_by = ?1 AND ?3 > 0",
		"UPDATE held SET reason = renamed(reason, ?1, ?2), "
		"note = renamed(note, ?1, ?2), subject = renamed(subject, ?1, ?2) "
		"WHERE ?3 > 0 AND (instr(reason, ?1) OR instr(note, ?1) "
		"OR instr(subject, ?1))",
		"UPDATE bounce SET address = ?2, text = '' "
		"WHERE address = ?1 COLLATE NOCASE AND ?3 > 0",
		"UPDATE seen SET author = ?2 WHERE author = ?1 AND ?3 > 0",
		"UPDATE audit SET actor = renamed(actor, ?1, ?2), "
		"detail = renamed(detail, ?1, ?2) "
		"WHERE ?3 > 0 AND (instr(actor, ?1) OR instr(detail, ?1))",
		"DELETE FROM \"order\" WHERE state <> '' AND ?2 <> '' AND ?3 > 0 "
		"AND (instr(args, ?1) OR instr(result, ?1)) "
		"AND (renamed(args, ?1, ?2) <> args OR renamed(result, ?1, ?2) <> "
		"result)",
		"DELETE FROM request WHERE address = ?1 AND ?2 <> '' AND ?3 > 0",
		"DELETE FROM pending WHERE address = ?1 AND ?2 <> '' AND ?3 > 0",
		"UPDATE pending SET data = renamed(data, ?1, ?2) "
		"WHERE instr(data, ?1) AND ?3 > 0",
		"UPDATE member SET off_why = renamed(off_why, ?1, ?2) "
		"WHERE off_why <> '' AND instr(off_why, ?1) AND ?3 > 0",
		"UPDATE request_handled SET address = ?2, name = '' "
		"WHERE address = ?1 COLLATE NOCASE AND ?3 > 0",
		"UPDATE request_handled SET handled_by = ?2 "
		"WHERE handled_by = ?1 AND ?3 > 0",
		"UPDATE request_handled SET note = renamed(note, ?1, ?2) "
		"WHERE instr(note, ?1) AND ?3 > 0",
		"UPDATE consent SET name = ?2, address = ?2, network = '' "
		"WHERE address = ?1 COLLATE NOCASE AND ?3 > 0",
		"DELETE FROM planned WHERE key = ?1 AND ?2 <> '' AND ?3 > 0",
		"DELETE FROM nonmember WHERE key = ?1 AND ?2 <> '' AND ?3 > 0 "
		"AND action NOT IN ('reject', 'discard')",
		"DELETE FROM answered WHERE address = ?1 AND ?2 <> '' AND ?3 > 0",
		"DELETE FROM alias_target WHERE target = ?1 COLLATE NOCASE "
		"AND ?2 <> '' AND ?3 > 0",
	};
	TRY(teach_renamed(b));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		TRY(book_run(b, texts[i], SQL_S(address), SQL_S(pseudonym), SQL_I(now)));
	return OK;
}

err erasure_scrub_orders(struct book *b, int64_t person)
{
	return book_run(b, "DELETE FROM \"order\" WHERE person = ?1 AND state <> ''",
			SQL_I(person));
}

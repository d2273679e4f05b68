#include "store/lists/consent.h"

#include "store/table.h"

#define CONSENT                                                              \
	"SELECT id, at, licence, path, person, name, address, institution, " \
	"network FROM consent "

static void read_consent(struct rows *r, struct arena *a, void *row)
{
	*(struct consent_row *)row = (struct consent_row){
		.id = rows_i64(r, 0),
		.at = rows_i64(r, 1),
		.licence = rows_str(r, a, 2),
		.path = rows_str(r, a, 3),
		.person = rows_i64(r, 4),
		.name = rows_str(r, a, 5),
		.address = rows_str(r, a, 6),
		.institution = rows_str(r, a, 7),
		.network = rows_str(r, a, 8),
	};
}

static err add(struct book *b, struct consent_row *x, str text)
{
	TRY(book_run(b, "INSERT OR IGNORE INTO licence (hash, text) VALUES (?1, ?2)",
		     SQL_S(x->licence), SQL_S(text)));
	return TABLE_INSERT(
		b, &x->id,
		"INSERT INTO consent (at, licence, path, person, name, address, "
		"institution, network) VALUES (?1, ?2, ?3, (SELECT id FROM person WHERE "
		"id = ?4), ?5, ?6, ?7, ?8)",
		SQL_I(x->at), SQL_S(x->licence), SQL_S(x->path), SQL_I(x->person),
		SQL_S(x->name), SQL_S(x->address), SQL_S(x->institution),
		SQL_S(x->network));
}

err consent_add(struct book *b, struct consent_row *x, str text)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add(b, x, text));
}

err consent_of(struct book *b, struct arena *a, int64_t person, str licence,
	       struct consent_row *x)
{
	return TABLE_ONE(b, a, read_consent, x, "they have not accepted it",
			 CONSENT "WHERE person = ?1 AND licence = ?2 ORDER BY id LIMIT 1",
			 SQL_I(person), SQL_S(licence));
}

err consent_get(struct book *b, struct arena *a, int64_t id, str licence,
		struct consent_row *x)
{
	return TABLE_ONE(b, a, read_consent, x, "nobody has accepted it so",
			 CONSENT "WHERE id = ?1 AND licence = ?2", SQL_I(id),
			 SQL_S(licence));
}

err consent_by_person(struct book *b, struct arena *a, int64_t person,
		      struct consent_row **x, size_t *count)
{
	return TABLE_ALL(b, a, read_consent, x, count,
			 CONSENT "WHERE person = ?1 ORDER BY id", SQL_I(person));
}

static void read_text(struct rows *r, struct arena *a, void *row)
{
	*(str *)row = rows_str(r, a, 0);
}

err licence_text(struct book *b, struct arena *a, str hash, str *text)
{
	return TABLE_ONE(b, a, read_text, text, "nobody ever accepted it",
			 "SELECT text FROM licence WHERE hash = ?1", SQL_S(hash));
}

err consent_leave(struct book *b, int64_t person, str address)
{
	return book_run(b,
			"UPDATE consent SET address = ?2, network = '' WHERE person = ?1",
			SQL_I(person), SQL_S(address));
}

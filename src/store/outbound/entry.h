/* store/outbound/entry.h: how entries of the ledger are read out of rows, and the
 * filters by which a recipient's are found; shared by the ledger's files.
 *
 *     return ENTRIES(b, a, e, count, ENTRY_PAGE(after, 9),
 *                    "SELECT " ENTRY " FROM event e WHERE e.id > ?1 ORDER BY e.id "
 *                    "LIMIT ?2", SQL_I(after), SQL_I(9));
 *
 * A row may stand for many entries (run.h): a query gives the rows that hold some, the
 * choice says which of theirs. */
#pragma once

#include "store/outbound/run.h"

#define ENTRY                                                                         \
	"e.id, e.at, e.inbound, e.message, e.recipient, e.member, e.what, e.detail, " \
	"e.class, e.status, e.report, e.entries, e.run"

enum { LEDGER_BLOCK = 1024 }; /* entries a filter covers; no run goes past its end */

struct entry_choice {
	int64_t after;         /* of the ids above */
	const str *recipient;  /* of that one, ASCII case ignored; NULL: of anybody */
	const int64_t *member; /* the same */
	size_t limit;
};
#define ENTRY_PAGE(from, most) ((struct entry_choice){ .after = (from), .limit = (most) })

/* Those among the query's rows that are chosen, in its order. */
#define ENTRIES(b, a, e, count, choice, sql, ...) \
	entries_read((b), (a), (e), (count), (choice), (sql), SQL_VALUES(__VA_ARGS__))
MUST_USE err entries_read(struct book *b, struct arena *a, struct ledger_entry **e,
			  size_t *count, struct entry_choice choice, const char *sql,
			  const struct sql_value *v, size_t n);

/* From the index event_shadowed alone. */
#define LEDGER_SHADOWED_COUNTS                                       \
	"SELECT count(DISTINCT message), count(*) FROM event WHERE " \
	"what = 'shadowed' AND detail = ?1"

/* Begins with the entries of the row; its texts are good until the next row. */
void entry_open(struct rows *r, struct run *x);

/* Writes the filters over the entries last - 1023 .. last. */
MUST_USE err ledger_seal(struct book *b, int64_t last);

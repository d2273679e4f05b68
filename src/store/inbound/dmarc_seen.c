#include "store/inbound/dmarc_seen.h"

#include "store/table.h"

#define SEEN                                                                    \
	"day, domain, registrant, record, source_ip, disposition, dkim, spf, "  \
	"reason, comment, header_from, envelope_from, spf_domain, spf_result, " \
	"signatures, messages, failed_at, message_id"

err dmarc_seen_add(struct book *b, const struct dmarc_seen *x)
{
	return book_run(
		b,
		"INSERT INTO dmarc_seen (" SEEN ") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, "
		"?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18 WHERE "
		"(SELECT ifnull(max(id), 0) FROM dmarc_seen) - "
		"(SELECT ifnull(min(id), 0) FROM dmarc_seen) < ?19",
		SQL_I(x->day), SQL_S(x->domain), SQL_S(x->registrant), SQL_S(x->record),
		SQL_S(x->source_ip), SQL_S(x->disposition), SQL_S(x->dkim), SQL_S(x->spf),
		SQL_S(x->reason), SQL_S(x->comment), SQL_S(x->header_from),
		SQL_S(x->envelope_from), SQL_S(x->spf_domain), SQL_S(x->spf_result),
		SQL_S(x->signatures), SQL_I(x->messages), SQL_I(x->failed_at),
		SQL_S(x->message_id), SQL_I(DMARC_SEEN_MOST));
}

static void read_seen(struct rows *r, struct arena *a, void *row)
{
	*(struct dmarc_seen *)row = (struct dmarc_seen){
		.id = rows_i64(r, 0),
		.day = rows_i64(r, 1),
		.domain = rows_str(r, a, 2),
		.registrant = rows_str(r, a, 3),
		.record = rows_str(r, a, 4),
		.source_ip = rows_str(r, a, 5),
		.disposition = rows_str(r, a, 6),
		.dkim = rows_str(r, a, 7),
		.spf = rows_str(r, a, 8),
		.reason = rows_str(r, a, 9),
		.comment = rows_str(r, a, 10),
		.header_from = rows_str(r, a, 11),
		.envelope_from = rows_str(r, a, 12),
		.spf_domain = rows_str(r, a, 13),
		.spf_result = rows_str(r, a, 14),
		.signatures = rows_str(r, a, 15),
		.messages = rows_i64(r, 16),
		.failed_at = rows_i64(r, 17),
		.message_id = rows_str(r, a, 18),
	};
}

err dmarc_seen_next(struct book *b, struct arena *a, int64_t after, size_t limit,
		    struct dmarc_seen **x, size_t *count)
{
	return TABLE_ALL(b, a, read_seen, x, count,
			 "SELECT id, " SEEN " FROM dmarc_seen WHERE id > ?1 "
			 "ORDER BY id LIMIT ?2",
			 SQL_I(after), SQL_I(limit));
}

err dmarc_seen_last(struct book *b, int64_t *id)
{
	bool found;
	return book_number(b, id, &found,
			   "SELECT ifnull((SELECT seq FROM sqlite_sequence "
			   "WHERE name = 'dmarc_seen'), 0)");
}

err dmarc_seen_done(struct book *b, int64_t id)
{
	return book_run(b, "DELETE FROM dmarc_seen WHERE id <= ?1", SQL_I(id));
}

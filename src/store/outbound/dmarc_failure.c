#include "store/outbound/dmarc_failure.h"

#include "store/table.h"

enum { HOUR = 3600 };

err dmarc_failure_add(struct book *b, const struct dmarc_seen *x)
{
	int64_t changed, hour = x->failed_at / HOUR;
	TRY(TABLE_CHANGE(b, &changed,
			 "UPDATE dmarc_failure SET messages = messages + ?5 "
			 "WHERE hour = ?1 AND domain = ?2 AND source_ip = ?3 "
			 "AND header_from = ?4",
			 SQL_I(hour), SQL_S(x->domain), SQL_S(x->source_ip),
			 SQL_S(x->header_from), SQL_I(x->messages)));
	if (changed)
		return OK;
	return book_run(
		b,
		"INSERT INTO dmarc_failure (hour, domain, registrant, record, source_ip, "
		"disposition, dkim, spf, header_from, envelope_from, spf_domain, "
		"spf_result, signatures, failed_at, message_id, messages) SELECT ?1, ?2, "
		"?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16 WHERE "
		"(SELECT count(*) FROM dmarc_failure WHERE hour = ?1) < ?17 AND "
		"(SELECT count(*) FROM dmarc_failure WHERE hour = ?1 AND registrant = "
		"?3) "
		"< ?18",
		SQL_I(hour), SQL_S(x->domain), SQL_S(x->registrant), SQL_S(x->record),
		SQL_S(x->source_ip), SQL_S(x->disposition), SQL_S(x->dkim), SQL_S(x->spf),
		SQL_S(x->header_from), SQL_S(x->envelope_from), SQL_S(x->spf_domain),
		SQL_S(x->spf_result), SQL_S(x->signatures), SQL_I(x->failed_at),
		SQL_S(x->message_id), SQL_I(x->messages), SQL_I(DMARC_FAILURES_HOUR),
		SQL_I(DMARC_FAILURES_REGISTRANT));
}

static void read_failure(struct rows *r, struct arena *a, void *row)
{
	*(struct dmarc_failure *)row = (struct dmarc_failure){
		.id = rows_i64(r, 0),
		.hour = rows_i64(r, 1),
		.seen = { .domain = rows_str(r, a, 2),
			  .registrant = rows_str(r, a, 3),
			  .record = rows_str(r, a, 4),
			  .source_ip = rows_str(r, a, 5),
			  .disposition = rows_str(r, a, 6),
			  .dkim = rows_str(r, a, 7),
			  .spf = rows_str(r, a, 8),
			  .header_from = rows_str(r, a, 9),
			  .envelope_from = rows_str(r, a, 10),
			  .spf_domain = rows_str(r, a, 11),
			  .spf_result = rows_str(r, a, 12),
			  .signatures = rows_str(r, a, 13),
			  .failed_at = rows_i64(r, 14),
			  .message_id = rows_str(r, a, 15),
			  .messages = rows_i64(r, 16) },
	};
}

err dmarc_failure_next(struct book *b, struct arena *a, int64_t before,
		       struct dmarc_failure *f)
{
	return TABLE_ONE(
		b, a, read_failure, f, "no more failures of DMARC",
		"SELECT id, hour, domain, registrant, record, source_ip, "
		"disposition, dkim, spf, header_from, envelope_from, spf_domain, "
		"spf_result, signatures, failed_at, message_id, messages "
		"FROM dmarc_failure WHERE id > ?1 AND reported = 0 AND hour < ?2 "
		"ORDER BY id LIMIT 1",
		SQL_I(f->id), SQL_I(before));
}

err dmarc_failure_done(struct book *b, int64_t id)
{
	return book_run(b, "UPDATE dmarc_failure SET reported = 1 WHERE id = ?1",
			SQL_I(id));
}

err dmarc_failure_expire(struct book *b, int64_t before_hour, int64_t *gone)
{
	return TABLE_CHANGE(b, gone, "DELETE FROM dmarc_failure WHERE hour < ?1",
			    SQL_I(before_hour));
}

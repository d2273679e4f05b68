/* store/outbound/report.h: what others report of mail in our domains' names and of TLS
 * to our servers: numbers, and what failed most.
 *
 *     struct report_row r = { .kind = STR("tls"), .domain = ..., ... };
 *     TRY(report_add(b, &r, failures, count, &fresh));     // twice is once */
#pragma once

#include "store/store.h"

struct report_row {
	int64_t id;
	str kind;     /* dmarc, tls */
	str domain;   /* ours */
	str reporter; /* the domain that sent it */
	str name, report;
	int64_t begins, ends, came_at; /* seconds */
	int64_t passed, failed;        /* messages (dmarc), sessions (tls) */
};

struct report_failure {
	str kind, domain;
	str source, result;
	int64_t count, reporters;
};

/* fresh false: it is there already, and nothing is changed. */
MUST_USE err report_add(struct book *b, const struct report_row *row,
			const struct report_failure *failures, size_t count, bool *fresh);

/* Those that came since then. */
MUST_USE err report_count(struct book *b, int64_t since, int64_t *count);

/* By reporter, kind and domain of ours, those that failed most first: sums of what came
 * from since to before; row->came_at is the last one's. */
MUST_USE err report_sums(struct book *b, struct arena *a, int64_t since, int64_t before,
			 size_t limit, struct report_row **rows, size_t *count);

/* What failed since then, the most frequent first. */
MUST_USE err report_failures(struct book *b, struct arena *a, int64_t since, size_t limit,
			     struct report_failure **rows, size_t *count);
MUST_USE err report_expire(struct book *b, int64_t before, int64_t *gone);

/* store/outbound/row.h: how a delivery is read; shared by the files that do. */
#pragma once

#include "store/outbound/delivery.h"

#define DELIVERY                                                            \
	"d.id, d.message, d.destination, d.recipient, d.member, d.notify, " \
	"d.orcpt, d.attempts, d.next_at, d.held, d.warned, d.last_reply, d.reader"
enum { DELIVERY_COLUMNS = 13 };

static inline void delivery_read(struct rows *r, struct arena *a, struct delivery *d)
{
	*d = (struct delivery){
		.id = rows_i64(r, 0),
		.message = rows_i64(r, 1),
		.destination = rows_str(r, a, 2),
		.recipient = rows_str(r, a, 3),
		.member = rows_i64(r, 4),
		.notify = rows_str(r, a, 5),
		.orcpt = rows_str(r, a, 6),
		.attempts = rows_i64(r, 7),
		.next_at = rows_i64(r, 8),
		.held = rows_i64(r, 9),
		.warned = rows_i64(r, 10),
		.last_reply = rows_str(r, a, 11),
		.reader = rows_str(r, a, 12),
	};
}

#include "store/outbound/undelivered.h"

#include "base/clock.h"
#include "mail/seven.h"
#include "mail/tls_want.h"
#include "store/outbound/delivery.h"

enum { WHOLE_MAX = 50 * 1024 }; /* a larger message comes back as its header */

static err tell(struct book *outbound, struct arena *a, const struct undelivered *u)
{
	struct address to;
	str rest;
	if (!u->sender.n)
		return OK;
	TRY(address_path(a, arena_cat(a, STR("<"), u->sender, STR(">")), true, &to,
			 &rest));
	struct dsn d = { .reporting_mta = u->hostname,
			 .envelope_id = u->envid,
			 .arrival = u->arrival,
			 .recipients = arena_alloc(a, u->count * sizeof *d.recipients),
			 .count = u->count };
	memcpy(d.recipients, u->recipients, u->count * sizeof *d.recipients);
	/* RFC 8689 section 5: as if RET=HDRS, and by REQUIRETLS; but a report is lost to
	 * no server that does not offer it. */
	bool required = u->tls == TLS_WANT_REQUIRED;
	bool headers_only = required || str_eq(u->ret, STR("HDRS"))
			    || u->original.n > WHOLE_MAX;
	str report = dsn_write(a, &d, &to, u->hostname, u->original, headers_only);
	struct outbound_message m = { .source = u->source,
				      .kind = STR("dsn"),
				      .subject = STR("Delivery report"),
				      .created_at = clock_now_ms(),
				      .eightbit = message_has_8bit(report),
				      .tls = required ? TLS_WANT_OFFERED
						      : TLS_WANT_USUAL };
	struct delivery copy = { .destination = destination_of(a, u->sender),
				 .recipient = u->sender };
	return delivery_alone(outbound, &m, report, &copy);
}

err undelivered_tell(struct book *outbound, struct arena *a, const struct undelivered *u)
{
	bool mine;
	TRY(book_join(outbound, &mine));
	return book_leave(outbound, mine, tell(outbound, a, u));
}

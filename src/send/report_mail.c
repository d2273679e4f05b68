#include "send/report_mail.h"

#include "base/clock.h"
#include "lists/fanout.h"
#include "store/outbound/delivery.h"
#include "store/outbound/message.h"

err report_mail_queue(struct book *outbound, struct arena *a, const struct report_mail *x)
{
	bool fresh;
	struct outbound_message m = { .source = x->source,
				      .kind = STR("notice"),
				      .subject = x->subject,
				      .created_at = clock_now_ms(),
				      .size = (int64_t)x->bytes.n,
				      .tls = x->tls };
	struct delivery copy = { .destination = destination_of(a, x->to),
				 .recipient = x->to,
				 .notify = STR("NEVER") };
	TRY(outbound_add(outbound, &m, &fresh));
	if (!fresh)
		return OK;
	TRY(outbound_body_write(outbound, m.id, x->bytes));
	TRY(delivery_add(outbound, m.id, &copy, 1));
	return outbound_progress(outbound, m.id, 0, true);
}

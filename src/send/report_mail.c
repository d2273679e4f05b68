#include "send/report_mail.h"

#include "base/clock.h"
#include "mail/address.h"
#include "store/outbound/delivery.h"

err report_mail_queue(struct book *outbound, struct arena *a, const struct report_mail *x)
{
	struct outbound_message m = { .source = x->source,
				      .kind = STR("notice"),
				      .subject = x->subject,
				      .created_at = clock_now_ms(),
				      .tls = x->tls };
	struct delivery copy = { .destination = destination_of(a, x->to),
				 .recipient = x->to,
				 .notify = STR("NEVER") };
	return delivery_alone(outbound, &m, x->bytes, &copy);
}

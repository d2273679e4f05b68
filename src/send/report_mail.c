#include "send/report_mail.h"

#include "base/clock.h"
#include "mail/address.h"
#include "mail/tls_want.h"
#include "store/outbound/delivery.h"

static const struct {
	str source, subject;
	enum tls_want tls;
} kinds[] = {
#define REPORT(name, source, subject, tls) { STR(source), STR(subject), tls },
#include "send/report_mail.def"
#undef REPORT
};

err report_mail_queue(struct book *outbound, struct arena *a, const struct report_mail *x)
{
	struct outbound_message m = { .source = arena_cat(a, kinds[x->kind].source, x->id,
							  STR("/"), x->to),
				      .kind = STR("notice"),
				      .subject = kinds[x->kind].subject,
				      .created_at = clock_now_ms(),
				      .tls = kinds[x->kind].tls };
	struct delivery copy = { .destination = destination_of(a, x->to),
				 .recipient = x->to,
				 .notify = STR("NEVER") };
	return delivery_alone(outbound, &m, x->bytes, &copy);
}

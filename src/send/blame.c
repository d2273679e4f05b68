#include "send/blame.h"

/* Whether it speaks of the mailbox: only then may it count against it. */
static bool is_about_recipient(enum bounce_class c)
{
	return c == BOUNCE_MAILBOX || c == BOUNCE_DOMAIN || c == BOUNCE_FULL;
}

enum bounce_class blame(const struct smtp_outcome *o, bool lmtp)
{
	enum bounce_class c = bounce_classify(o->status, o->text);
	if (o->ours) /* no server said so: we could not send it there, or lost the way */
		return o->code / 100 == 5 ? BOUNCE_MESSAGE : BOUNCE_NETWORK;
	if (!is_about_recipient(c) || o->stage == SMTP_AT_RCPT)
		return c;
	/* How full a mailbox is shows when the message is there. */
	if (o->stage == SMTP_AT_BODY && (lmtp || c == BOUNCE_FULL))
		return c;
	return o->stage == SMTP_AT_DATA || o->stage == SMTP_AT_BODY ? BOUNCE_MESSAGE
								    : BOUNCE_POLICY;
}

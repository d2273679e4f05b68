/* send/blame.h: of whom a failed attempt speaks: a server's words in the session, put
 * into the classes of mail/bounce.h. What is said before the recipient was named or after
 * the message was seen speaks of the sender or the message, whatever code it bears. */
#pragma once

#include "mail/bounce.h"
#include "smtp/client.h"

/* lmtp: the answer behind the dot is one recipient's own (RFC 2033 section 4.2). */
enum bounce_class blame(const struct smtp_outcome *o, bool lmtp);

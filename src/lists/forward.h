/* lists/forward.h: aliases and role addresses: the message as it is, to persons
 * elsewhere, with an SRS return path and an ARC seal, so that their servers can
 * see who vouched for what. And bounces of such mail on their way back. */
#pragma once

#include "lists/office.h"
#include "store/inbound/message.h"

MUST_USE err forward_alias(struct office *o, struct arena *a, const struct inbound_message *m,
                           str message, const struct alias_entry *alias);
MUST_USE err forward_admin(struct office *o, struct arena *a, const struct inbound_message *m,
                           str message, str role_address);
MUST_USE err forward_owner(struct office *o, struct arena *a, const struct inbound_message *m,
                           str message, const struct list_entry *list);
MUST_USE err forward_srs(struct office *o, struct arena *a, const struct inbound_message *m,
                         str message, str target);
/* A member's mail to another site, by right (person.may_send) and within budget. */
MUST_USE err forward_submission(struct office *o, struct arena *a, const struct inbound_message *m,
                                str message);

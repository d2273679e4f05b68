/* store/outbound/budget.h: how many recipients an account, a list or an alias
 * has sent to of late, by the hour. The sender is a name of the caller's choice
 * ("person:17", "list:dev@lists.example"). Times are seconds. */
#pragma once

#include "store/store.h"

MUST_USE err budget_add(struct book *b, str sender, int64_t now, int64_t recipients);

/* Recipients in the hours from since on, the hour of since included. */
MUST_USE err budget_sum(struct book *b, str sender, int64_t since, int64_t *recipients);
MUST_USE err budget_expire(struct book *b, int64_t before, int64_t *gone);

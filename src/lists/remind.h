/* lists/remind.h: a mail a day to the moderators of each list where something waits
 * (daily_summary): posts, requests to join, and what nobody decided in time. */
#pragma once

#include "lists/books.h"

/* Sends what is due since six in the morning, UTC, once a day. */
MUST_USE err remind_run(struct books *books, struct arena *a, int64_t now);

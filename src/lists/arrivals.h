/* lists/arrivals.h: what was accepted, some at a time: noted together, dealt with one
 * after the other, ticked off together. This is the role post's one job. Everything
 * may be done twice and sends nothing twice, so what a crash leaves unticked is dealt
 * with once more.
 *
 *     TRY(arrivals_take(books, a, messages, count, &x));
 *     while (arrivals_left(x))
 *             arrivals_sort(x);
 *     TRY(arrivals_tick(x));
 *
 * Mail that only leaves again (aliases, submissions, bounces of forwards) is written in
 * one transaction of the outbound book, everything is ticked off in one of the inbound
 * book: synced one by one they would keep the disk from those who wait for a 250. */
#pragma once

#include "lists/books.h"
#include "store/inbound/message.h"

struct arrivals; /* the arena's */

/* Leaves word of each for trace, and deals with those that only leave again. m stays
 * with the caller and lasts as long as x. ERR_TEMP, ERR_IO: nothing was done. */
MUST_USE err arrivals_take(struct books *books, struct arena *a,
			   const struct inbound_message *m, size_t count,
			   struct arrivals **x);

/* One of which nothing may be read but its header, since that ends the program: whoever
 * may be told hears of it. */
MUST_USE err arrivals_give_up(struct books *books, struct arena *a,
			      const struct inbound_message *m, struct arrivals **x);

bool arrivals_left(const struct arrivals *x);

/* Deals with the next of the others, for all of its recipients. One that fails, whether
 * here or above, is logged, does not hold up the others and stays in the inbound book. */
void arrivals_sort(struct arrivals *x);

/* Why the first of those that failed did; OK: none failed. */
MUST_USE err arrivals_failed(const struct arrivals *x);

/* Takes what was dealt with off the inbound book; now and then, or at the end. ERR_TEMP,
 * ERR_IO: it stays and is dealt with again, which sends nothing twice. */
MUST_USE err arrivals_tick(struct arrivals *x);

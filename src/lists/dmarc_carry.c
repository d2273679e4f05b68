#include "lists/dmarc_carry.h"

#include "store/outbound/dmarc_failure.h"
#include "store/outbound/dmarc_tally.h"
#include "store/outbound/ledger.h"

enum { AT_ONCE = 500 };

static err add_all(struct book *outbound, const struct dmarc_seen *x, size_t count)
{
	struct dmarc_room room = { 0 };
	for (size_t i = 0; i < count; i++)
		TRY(x[i].failed_at ? dmarc_failure_add(outbound, &x[i])
				   : dmarc_tally_add(outbound, &x[i], &room));
	return ledger_set_cursor(outbound, STR("dmarc-seen"), x[count - 1].id);
}

/* An inbound book that is another than the cursor was written for, as after a restore,
 * counts its ids from the beginning. */
static err find_cursor(struct books *books, int64_t *after)
{
	int64_t last;
	TRY(ledger_cursor(books->outbound, STR("dmarc-seen"), after));
	TRY(dmarc_seen_last(books->inbound, &last));
	if (*after <= last)
		return OK;
	*after = 0;
	return ledger_set_cursor(books->outbound, STR("dmarc-seen"), 0);
}

err dmarc_carry(struct books *books, struct arena *a, bool *more)
{
	struct dmarc_seen *x;
	size_t count;
	int64_t after;
	TRY(find_cursor(books, &after));
	/* Those that a crash left go with the next. */
	TRY(dmarc_seen_next(books->inbound, a, after, AT_ONCE, &x, &count));
	if (count) {
		TRY(book_begin(books->outbound));
		TRY(book_end(books->outbound, add_all(books->outbound, x, count)));
		TRY(dmarc_seen_done(books->inbound, x[count - 1].id));
	}
	*more = count == AT_ONCE;
	return OK;
}

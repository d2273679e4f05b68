#include "lists/caution.h"

#include "base/log.h"
#include "store/inbound/message.h"
#include "store/outbound/ledger.h"

static const str begun = STR("post-begun"), at = STR("post-at"),
		 deaths = STR("post-deaths");

static err set_all(struct book *outbound, int64_t id, int64_t times)
{
	TRY(ledger_set_cursor(outbound, at, id));
	return ledger_set_cursor(outbound, deaths, times);
}

static err set_both(struct book *outbound, int64_t id, int64_t times)
{
	TRY(book_begin(outbound));
	return book_end(outbound, set_all(outbound, id, times));
}

err caution_begin(struct books *books, struct caution *c)
{
	int64_t before;
	struct caution x = { .begun = true };
	TRY(ledger_cursor(books->outbound, begun, &before));
	TRY(ledger_cursor(books->outbound, at, &x.suspect));
	TRY(ledger_cursor(books->outbound, deaths, &x.deaths));
	x.deaths++; /* it stands there yet */
	TRY(inbound_last(books->inbound, &x.until));
	x.careful = before != 0;
	TRY(ledger_set_cursor(books->outbound, begun, 1));
	*c = x;
	return OK;
}

bool caution_alone(const struct caution *c, int64_t after)
{
	return c->begun && c->careful && after < c->until;
}

err caution_note(struct books *books, const struct caution *c, int64_t id, bool *deadly)
{
	int64_t times = id == c->suspect ? c->deaths : 0;
	*deadly = times >= CAUTION_DEATHS;
	if (*deadly)
		log_error("arrival-deadly", KN("inbound", id),
			  KZ("do", "report it, with the message; its sender or the "
				   "administrator has it"));
	return set_both(books->outbound, id, times);
}

err caution_end(struct books *books, struct caution *c)
{
	if (!c->begun)
		return OK;
	if (c->careful)
		TRY(set_both(books->outbound, 0, 0));
	TRY(ledger_set_cursor(books->outbound, begun, 0));
	c->begun = false;
	return OK;
}

#include "lists/bounce.h"

#include "base/clock.h"
#include "base/log.h"
#include "mail/dsn.h"
#include "store/lists/member.h"
#include "store/outbound/ledger.h"

static str diagnosis(struct arena *a, const struct dsn *d)
{
	if (!d->count)
		return STR("a report without machine-readable part");
	const struct dsn_recipient *r = &d->recipients[0];
	return arena_cat(a, r->status, STR(" "), r->diagnostic);
}

err bounce_take(struct books *books, struct arena *a, const struct inbound_message *m,
		str message, const struct list_entry *list, int64_t member)
{
	struct dsn d = { 0 };
	struct member_row row = { 0 };
	TRY(dsn_read(a, message, &d));
	str text = diagnosis(a, &d);
	err e = member ? member_get(books->lists, a, member, &row)
		       : FAIL(ERR_NOTFOUND, "no member");
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	bool failed = d.count && str_ieq(d.recipients[0].action, STR("failed"));
	if (!e.kind && failed)
		TRY(member_bounced(books->lists, member, row.bounce_score, clock_now(),
				   text));
	struct ledger_entry entry = { .at = clock_now_ms(),
				      .inbound = m->id,
				      .recipient = row.text.n ? row.text : list->address,
				      .member = member,
				      .what = STR("bounced"),
				      .detail = text };
	log_info("bounce-received", KS("list", list->address), KN("member", member),
		 KS("says", text));
	return ledger_add(books->outbound, &entry, 1);
}

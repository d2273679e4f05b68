#include "lists/shadow.h"

#include "base/clock.h"
#include "store/lists/setting.h"
#include "store/outbound/ledger.h"

static const struct list_entry *list_of(const struct books *books, struct arena *a,
					str address)
{
	const struct list_entry *l = addressbook_list(books->addresses, address);
	struct address x;
	if (l || address_parse(a, address, &x).kind)
		return l;
	struct meaning m = addressbook_find(books->addresses, a, &x);
	return m.what == MEANS_OWNER ? m.list : NULL;
}

err shadow_is(struct books *books, struct arena *a, const struct list_entry *list,
	      bool *yes)
{
	str value;
	err e = setting_get(books->lists, a, list->id, STR("shadow"), &value);
	*yes = !e.kind && str_eq(value, STR("yes"));
	return e.kind == ERR_NOTFOUND ? OK : e;
}

static err note(struct books *books, struct arena *a, const struct list_entry *l,
		const struct outbound_message *m, const struct delivery *d, size_t n)
{
	struct ledger_entry *e = arena_zero(a, (n + 1) * sizeof *e);
	for (size_t i = 0; i < n; i++)
		e[i] = (struct ledger_entry){ .at = clock_now_ms(),
					      .inbound = m->inbound,
					      .message = m->id,
					      .recipient = d[i].recipient,
					      .member = d[i].member,
					      .what = STR(LEDGER_SHADOWED),
					      .detail = l->address };
	return ledger_add(books->outbound, e, n);
}

err shadow_deliver(struct books *books, struct arena *a, str address,
		   const struct outbound_message *m, struct delivery *d, size_t n)
{
	const struct list_entry *l = address.n ? list_of(books, a, address) : NULL;
	bool shadow = false;
	if (l)
		TRY(shadow_is(books, a, l, &shadow));
	return shadow ? note(books, a, l, m, d, n)
		      : delivery_add(books->outbound, m->id, d, n);
}

err shadow_count(struct books *books, const struct list_entry *list, int64_t *messages,
		 int64_t *copies)
{
	TRY(ledger_shadowed(books->outbound, list->address, messages, copies));
	for (size_t i = 0; i < list->former_count; i++) { /* as it was called then */
		int64_t m, c;
		TRY(ledger_shadowed(books->outbound, list->former[i], &m, &c));
		*messages += m;
		*copies += c;
	}
	return OK;
}

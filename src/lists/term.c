#include "lists/term.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/zone.h"
#include "lists/members_inside.h"
#include "mail/date.h"
#include "store/lists/planned.h"

enum { DAY = 86400, STEP = 500 };

static const struct actor calendar = { .name = { "calendar", 8 } };

/* Days are kept as their midnight in UTC: what the site's clock shows, read as if it were
 * UTC's, has come to them when they begin there. */
static int64_t wall_now(void)
{
	return zone_wall(zone_site(), clock_now());
}

static err check_days(struct arena *a, const struct term *t)
{
	if (!t->last)
		return OK;
	if (t->last + DAY <= wall_now())
		return err_in(a, ERR_SYNTAX, "%.*s, the last day, is over",
			      STR_F(date_day(a, t->last)));
	return t->first > t->last
		       ? err_in(a, ERR_SYNTAX, "the last day, %.*s, is before the first",
				STR_F(date_day(a, t->last)))
		       : OK;
}

static err plan(struct books *books, struct arena *a, const struct list_entry *list,
		const struct member_door *door, const struct mailbox *who,
		const struct term *t, const struct actor *by)
{
	struct planned_row p = { .list = list->id,
				 .address = address_text(a, &who->address),
				 .key = address_key(a, &who->address),
				 .name = who->name,
				 .first_day = t->first,
				 .last_day = t->last };
	TRY(member_check_new_at(books, a, list, door, p.key));
	TRY(planned_put(books->lists, &p));
	return books_audit(books, by, list->id, STR("membership planned"),
			   arena_cat(a, p.key, STR(": "), date_day(a, t->first)));
}

static err admit_until(struct books *books, struct arena *a,
		       const struct list_entry *list, const struct member_door *door,
		       const struct mailbox *who, int64_t last, bool welcome,
		       const struct actor *by)
{
	struct member_row m;
	TRY(member_admit_through(books, a, list, door, who, welcome, by));
	if (!last)
		return OK;
	TRY(member_find(books->lists, a, list->id, address_key(a, &who->address), &m));
	m.last_day = last;
	return member_change(books->lists, &m);
}

static err admit_for(struct books *books, struct arena *a, const struct list_entry *list,
		     const struct member_door *door, const struct mailbox *who,
		     const struct term *t, bool welcome, const struct actor *by)
{
	TRY(check_days(a, t));
	return t->first > wall_now()
		       ? plan(books, a, list, door, who, t, by)
		       : admit_until(books, a, list, door, who, t->last, welcome, by);
}

err member_admit_for_through(struct books *books, struct arena *a,
			     const struct list_entry *list,
			     const struct member_door *door, const struct mailbox *who,
			     const struct term *t, bool welcome, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  admit_for(books, a, list, door, who, t, welcome, by));
}

static err read_and_admit(struct books *books, struct arena *a,
			  const struct list_entry *list, const struct mailbox *who,
			  const struct term *t, bool welcome, const struct actor *by)
{
	struct member_door door;
	TRY(member_door_read(books, a, list, &door));
	return admit_for(books, a, list, &door, who, t, welcome, by);
}

err member_admit_for(struct books *books, struct arena *a, const struct list_entry *list,
		     const struct mailbox *who, const struct term *t, bool welcome,
		     const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  read_and_admit(books, a, list, who, t, welcome, by));
}

static err drop(struct books *books, struct arena *a, const struct list_entry *list,
		str key, const struct actor *by)
{
	err e = planned_remove(books->lists, list->id, key);
	if (e.kind == ERR_NOTFOUND)
		return err_in(a, e.kind, "no membership of %.*s is to begin on %.*s",
			      STR_F(key), STR_F(list->address));
	return e.kind ? e : books_audit(books, by, list->id, STR("plan dropped"), key);
}

err member_plan_drop(struct books *books, struct arena *a, const struct list_entry *list,
		     str address, const struct actor *by)
{
	str key;
	bool mine;
	TRY(address_read_key(a, address, &key));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, drop(books, a, list, key, by));
}

static err begin_member(struct books *books, struct arena *a,
			const struct list_entry *list, const struct mailbox *who,
			int64_t last)
{
	struct member_door door;
	TRY(member_door_read(books, a, list, &door));
	TRY(admit_until(books, a, list, &door, who, last, false, &calendar));
	return member_welcome(books, a, list, who, &calendar);
}

/* Who was banned or came in by another way meanwhile has no plan any more. */
static err begin(struct books *books, struct arena *a, const struct planned_row *p,
		 int64_t now)
{
	struct mailbox who = { .name = p->name };
	const struct list_entry *list = addressbook_list_by_id(books->addresses, p->list);
	if (!list)
		return OK;
	TRY(address_parse(a, p->address, &who.address));
	bool over = p->last_day && p->last_day + DAY <= now;
	err e = over ? FAIL(ERR_DENIED, "its last day is over, too")
		     : begin_member(books, a, list, &who, p->last_day);
	if (!e.kind || e.kind != ERR_DENIED)
		return e;
	TRY(planned_remove(books->lists, p->list, p->key));
	return books_audit(books, &calendar, p->list, STR("membership not begun"),
			   arena_cat(a, p->key, STR(": "), str_from(e.msg)));
}

static err begin_one(struct books *books, struct arena *a, const struct planned_row *p,
		     int64_t now)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, begin(books, a, p, now));
}

static err end(struct books *books, struct arena *a, const struct member_row *m)
{
	struct settings s;
	struct mailbox to = { 0 };
	const struct list_entry *list = addressbook_list_by_id(books->addresses, m->list);
	if (!list)
		return OK;
	TRY(settings_load(books->lists, a, list->id, &s));
	TRY(address_parse(a, m->text, &to.address));
	if (s.send_goodbye_message) /* in the membership's language */
		TRY(member_notice_bounded(books, a, list, &to, "term-over", &calendar));
	return member_end_by_id(books, a, list, m->id, false, &calendar);
}

static err end_one(struct books *books, struct arena *a, const struct member_row *m)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, end(books, a, m));
}

static err noted(err e, str address, int64_t list)
{
	if (err_is_passing(e))
		return e;
	if (e.kind)
		log_warn("term-not-kept", KS("address", address), KN("list", list), KE(e),
			 KZ("do", "mend what the error names; it is tried every minute"));
	return OK;
}

err term_run(struct books *books, struct arena *a, int64_t now)
{
	struct planned_row *p;
	struct member_row *m;
	size_t n;
	now = zone_wall(zone_site(), now);
	TRY(planned_due(books->lists, a, now, STEP, &p, &n));
	for (size_t i = 0; i < n; i++)
		TRY(noted(begin_one(books, a, &p[i], now), p[i].key, p[i].list));
	int64_t after = 0;
	do {
		TRY(member_ended(books->lists, a, now, after, STEP, &m, &n));
		for (size_t i = 0; i < n; i++)
			TRY(noted(end_one(books, a, &m[i]), m[i].key, m[i].list));
		after = n ? m[n - 1].id : 0;
	} while (n == STEP);
	return OK;
}

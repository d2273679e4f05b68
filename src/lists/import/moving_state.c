/* Whom a list has answered of late. */
#include "lists/import/moving.h"

#include "lists/notice.h"
#include "mail/address.h"
#include "store/lists/answered.h"

enum { DAY = 86400, ANSWERS_A_DAY = 10, FAR = 3660 };

static str key_of(struct moving *x, str address)
{
	struct address who;
	return address_parse(x->a, str_trim(address), &who).kind
		       ? STR("")
		       : notice_mailbox(x->a, address_key(x->a, &who));
}

/* "dev-owner@lists.example"; of LIST@ without a suffix. */
static str subaddress(struct moving *x, const char *suffix)
{
	str name = x->address, domain;
	(void)str_cut_last(x->address, '@', &name, &domain);
	return arena_cat(x->a, name, str_from(suffix), STR("@"), domain);
}

err moving_answered(struct moving *x, const char *suffix, str address, int64_t day)
{
	int64_t times, today = x->now / DAY;
	str mailbox = key_of(x, address);
	bool known;
	if (!mailbox.n || day <= today)
		return OK;
	if (day > today + FAR)
		day = today + FAR;
	str key = arena_cat(x->a, subaddress(x, suffix), STR(" "), mailbox);
	TRY(answered_beyond(x->books->lists, key, day - 1, &known));
	if (known)
		return OK;
	x->report->written++;
	return answered_add(x->books->lists, key, day, &times);
}

err moving_answered_today(struct moving *x, str address, int64_t day, int64_t times)
{
	int64_t here, today = x->now / DAY;
	str mailbox = key_of(x, address);
	if (!mailbox.n || day != today)
		return OK;
	TRY(answered_count(x->books->lists, mailbox, today, &here));
	if (times < 0 || times > ANSWERS_A_DAY) /* Mailman 2: no more today */
		times = ANSWERS_A_DAY;
	while (here < times) {
		x->report->written++;
		TRY(answered_add(x->books->lists, mailbox, today, &here));
	}
	return OK;
}

#include "lists/invite.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "lists/members_inside.h"
#include "store/lists/address.h"
#include "store/lists/answered.h"
#include "store/lists/pending.h"

#include <jansson.h>

enum { DAY = 86400, LIST_DAILY = 500 };

static const str KIND = { "invite", 6 };

static err check_bounds(struct arena *a, const struct invitation *x)
{
	if (x->words.n > INVITE_WORDS_MAX || !utf8_valid(x->words))
		return err_in(a, ERR_SYNTAX,
			      "the words of an invitation are text of at most %d octets",
			      INVITE_WORDS_MAX);
	for (size_t i = 0; i < x->words.n; i++)
		if ((unsigned char)x->words.p[i] < ' ' && !chr_is_space(x->words.p[i]))
			return FAIL(ERR_SYNTAX, "a control character is no word");
	return x->days < 0 || x->days > INVITE_DAYS_MAX
		       ? err_in(a, ERR_SYNTAX, "an invitation is good for 1 to %d days",
				INVITE_DAYS_MAX)
		       : OK;
}

static str count_name(struct arena *a, const struct list_entry *list)
{
	return arena_printf(a, "invites of:%lld", (long long)list->id);
}

/* A person who runs a list, or has taken an owner's browser over, fills no mailboxes of
 * half the world through us. */
static err count_of_list(struct books *books, struct arena *a,
			 const struct list_entry *list)
{
	int64_t times, today = clock_now() / DAY;
	str name = count_name(a, list);
	TRY(answered_count(books->lists, name, today, &times));
	if (times >= LIST_DAILY)
		return err_in(a, ERR_DENIED,
			      "%.*s has written to %d strangers today; go on tomorrow, "
			      "or add members without a letter",
			      STR_F(list->address), LIST_DAILY);
	return answered_add(books->lists, name, today, &times);
}

static err is_proven(struct books *books, struct arena *a, const struct mailbox *who,
		     bool *yes)
{
	struct address_row row;
	err e = address_find(books->lists, a, address_key(a, &who->address), &row);
	*yes = !e.kind && row.verified_at;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

err invite_count(struct books *books, struct arena *a, const struct list_entry *list,
		 const struct mailbox *who, const struct actor *by)
{
	bool mine, proven;
	TRY(is_proven(books, a, who, &proven));
	if (proven || !by->person)
		return OK;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, count_of_list(books, a, list));
}

/* The first that is left out of a day is said, the count tells which that is. */
static err leave_out(struct books *books, struct arena *a, const struct list_entry *list,
		     const struct actor *by)
{
	int64_t times, today = clock_now() / DAY;
	TRY(answered_count(books->lists, count_name(a, list), today, &times));
	if (times > LIST_DAILY)
		return OK;
	TRY(answered_add(books->lists, count_name(a, list), today, &times));
	log_warn("letters-exhausted", KS("list", list->address),
		 KZ("what", "welcome and goodbye"), KN("most", LIST_DAILY));
	return books_audit(books, by, list->id, STR("no more letters to strangers today"),
			   arena_number(a, LIST_DAILY));
}

static err count_or_leave_out(struct books *books, struct arena *a,
			      const struct list_entry *list, const struct actor *by,
			      bool *may)
{
	err e = count_of_list(books, a, list);
	*may = !e.kind;
	return e.kind == ERR_DENIED ? leave_out(books, a, list, by) : e;
}

err invite_may_tell(struct books *books, struct arena *a, const struct list_entry *list,
		    const struct mailbox *who, const struct actor *by, bool *may)
{
	bool mine;
	TRY(is_proven(books, a, who, may));
	*may = *may || str_eq(by->via, STR("command"));
	if (*may)
		return OK;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  count_or_leave_out(books, a, list, by, may));
}

static str write_data(struct arena *a, str name, str by)
{
	json_t *data = json_object();
	json_object_set_new(data, "name", json_stringn(name.n ? name.p : "", name.n));
	json_object_set_new(data, "by", json_stringn(by.n ? by.p : "", by.n));
	char *text = json_dumps(data, JSON_COMPACT);
	str out = arena_copy(a, str_from(text ? text : "{}"));
	free(text);
	json_decref(data);
	return out;
}

static str text_of(struct arena *a, const json_t *data, const char *key)
{
	return arena_copy(a, str_from(json_string_value(json_object_get(data, key))));
}

/* Lines of their own, before ours. */
static str words_of(struct arena *a, const struct invitation *x)
{
	str words = str_trim(x->words);
	return words.n ? arena_cat(a, words, STR("\n\n")) : STR("");
}

static err invite(struct books *books, struct arena *a, const struct list_entry *list,
		  const struct mailbox *who, const struct invitation *x,
		  const struct actor *by)
{
	int64_t days = x->days ? x->days : INVITE_DAYS;
	enum language l;
	str key = address_key(a, &who->address);
	TRY(notice_language(books, a, list, key, &l));
	enum language before = language_use(l);
	struct notice_var vars[] = {
		{ "words", words_of(a, x) },
		{ "days", arena_printf(a, P_("%lld day", "%lld days", (uint64_t)days),
				       (long long)days) },
	};
	language_use(before);
	TRY(check_bounds(a, x));
	TRY(member_check_new(books, a, list, key));
	if (by->person)
		TRY(count_of_list(books, a, list));
	TRY(member_send_letter(
		books, a, list, who,
		&(struct token_letter){ .kind = CONFIRM_INVITE,
					.name = "invite",
					.span = days * DAY,
					.data = write_data(a, who->name, by->name),
					.vars = vars,
					.var_count = sizeof vars / sizeof *vars }));
	return books_audit(books, by, list->id, STR("member invited"), key);
}

err member_invite(struct books *books, struct arena *a, const struct list_entry *list,
		  const struct mailbox *who, const struct invitation *x,
		  const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, invite(books, a, list, who, x, by));
}

err invite_open(struct book *lists, struct arena *a, int64_t list, struct invited **x,
		size_t *count)
{
	struct pending_row *rows;
	size_t n;
	TRY(pending_list(lists, a, KIND, list, clock_now(), &rows, &n));
	struct invited *out = arena_zero(a, (n + 1) * sizeof *out);
	for (size_t i = 0; i < n; i++) {
		str data = rows[i].data;
		json_t *j = json_loadb(data.p ? data.p : "", data.n, 0, NULL);
		out[i] = (struct invited){ .id = rows[i].id,
					   .address = rows[i].address,
					   .name = text_of(a, j, "name"),
					   .by = text_of(a, j, "by"),
					   .at = rows[i].created_at,
					   .expires_at = rows[i].expires_at };
		json_decref(j);
	}
	*x = out;
	*count = n;
	return OK;
}

static err withdraw(struct books *books, struct arena *a, const struct list_entry *list,
		    str key, const struct actor *by)
{
	struct pending_row *rows;
	size_t n;
	TRY(pending_of(books->lists, a, KIND, list->id, key, &rows, &n));
	if (!n)
		return err_in(a, ERR_NOTFOUND, "%.*s is not invited to %.*s", STR_F(key),
			      STR_F(list->address));
	TRY(pending_drop(books->lists, KIND, list->id, key));
	return books_audit(books, by, list->id, STR("invitation withdrawn"), key);
}

err invite_withdraw(struct books *books, struct arena *a, const struct list_entry *list,
		    str address, const struct actor *by)
{
	str key;
	bool mine;
	TRY(address_read_key(a, address, &key));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, withdraw(books, a, list, key, by));
}

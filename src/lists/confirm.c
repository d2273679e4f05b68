#include "lists/confirm.h"

#include "account/link.h"
#include "base/clock.h"
#include "store/lists/pending.h"

#include <jansson.h>

enum { OPEN_TOKENS = 3 };

static const char *const words[] = { "join",    "leave", "invite",    "verify",
				     "sign-in", "hold",  "challenge", "request",
				     "set",     "erase", "withdraw",  "move",
				     "morning" };

const char *confirm_kind_word(enum confirm_kind k)
{
	return words[k];
}

err confirm_make_own(struct books *books, struct arena *a, enum confirm_kind kind,
		     const struct list_entry *list, str address, str data, int64_t span,
		     str *token)
{
	return account_link_new(a, books->lists,
				&(struct account_link){ .kind = str_from(words[kind]),
							.list = list ? list->id : 0,
							.address = address,
							.data = data,
							.life = span },
				token);
}

err confirm_make(struct books *books, struct arena *a, enum confirm_kind kind,
		 const struct list_entry *list, str address, str data, int64_t span,
		 str *token)
{
	struct pending_row *open;
	size_t n, valid = 0;
	int64_t now = clock_now();
	str word = str_from(words[kind]);
	TRY(pending_of(books->lists, a, word, list ? list->id : 0, address, &open, &n));
	for (size_t i = 0; i < n; i++)
		valid += open[i].expires_at > now;
	bool own = kind == CONFIRM_HELD || kind == CONFIRM_CHALLENGE
		   || kind == CONFIRM_REQUEST || kind == CONFIRM_WITHDRAW;
	if (valid >= OPEN_TOKENS && !own)
		return FAIL(ERR_DENIED, "mail about this was sent already; look into the "
					"mailbox, or try again tomorrow");
	return confirm_make_own(books, a, kind, list, address, data, span, token);
}

static err unknown(struct arena *a, err e)
{
	return e.kind == ERR_NOTFOUND
		       ? err_in(a, ERR_NOTFOUND,
				"this link is used up, too old, or was never one of ours")
		       : e;
}

static int64_t data_number(str data, const char *key)
{
	json_t *j = json_loadb(data.p ? data.p : "", data.n, 0, NULL);
	int64_t n = json_integer_value(json_object_get(j, key));
	json_decref(j);
	return n;
}

int64_t confirm_held(str data)
{
	return data_number(data, "held");
}

void confirm_posts(struct arena *a, str data, int64_t **ids, size_t *count)
{
	json_t *j = json_loadb(data.p ? data.p : "", data.n, 0, NULL), *id;
	const json_t *posts = json_object_get(j, "posts");
	size_t i;
	*count = json_array_size(posts);
	*ids = arena_zero(a, (*count + 1) * sizeof **ids);
	json_array_foreach(posts, i, id)(*ids)[i] = json_integer_value(id);
	json_decref(j);
}

static str data_text(struct arena *a, str data, const char *key)
{
	json_t *j = json_loadb(data.p ? data.p : "", data.n, 0, NULL);
	str s = arena_copy(a, str_from(json_string_value(json_object_get(j, key))));
	json_decref(j);
	return s;
}

static err read_row(struct books *books, struct arena *a, const struct pending_row *row,
		    struct confirmation *c)
{
	*c = (struct confirmation){ .address = row->address,
				    .name = data_text(a, row->data, "name"),
				    .created_at = row->created_at,
				    .expires_at = row->expires_at,
				    .held = confirm_held(row->data),
				    .data = row->data,
				    .request = data_number(row->data, "request"),
				    .account = data_number(row->data, "account"),
				    .instead = data_number(row->data, "instead") != 0,
				    .to = data_text(a, row->data, "to") };
	size_t kind = 0;
	while (kind < sizeof words / sizeof *words
	       && !str_eq(row->kind, str_from(words[kind])))
		kind++;
	if (kind == sizeof words / sizeof *words)
		return FAIL(ERR_NOTFOUND, "a token of no known kind");
	c->kind = (enum confirm_kind)kind;
	if (!row->list)
		return OK;
	c->list = addressbook_list_by_id(books->addresses, row->list);
	return c->list ? OK : FAIL(ERR_NOTFOUND, "its list is gone");
}

err confirm_look(struct books *books, struct arena *a, str token, struct confirmation *c)
{
	struct pending_row row;
	err e = pending_look(books->lists, a, token, clock_now(), &row);
	if (!e.kind)
		e = read_row(books, a, &row, c);
	return unknown(a, e);
}

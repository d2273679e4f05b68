/* Held posts, each asked for alone since its text is in the answer, and who waits to be let
 * in or out. */
#include "lists/import/mailman3_rest_inside.h"

#include "base/clock.h"
#include "lists/import/mailman3_inside.h"
#include "lists/import/moving.h"

#include <stdlib.h>

/* How long a token of Mailman's holds as it is shipped (pending_request_life): the API does
 * not tell when one ends. */
enum { TOKEN_LIFE = 3 * 86400 };

/* ---- held posts */

struct held {
	struct rest *r;
	struct arena *a;
	str path;
	struct rest_read *read;
	int64_t total; /* -1: not known yet */
	size_t octets;
};

/* A Mailman that does not count them says it on each page. */
static err ask_total(struct held *h)
{
	json_t *o;
	str path = arena_cat(h->a, h->path, STR("/count"));
	h->total = -1;
	err e = rest_ask(h->r, path, REST_BODY, &o);
	if (e.kind == ERR_NOTFOUND)
		return OK;
	TRY(e);
	h->total = rest_number(h->r, o, "count", -1);
	json_decref(o);
	return rest_right(h->r, h->r->a, path);
}

/* What Mailman puts in the place of a text that it has lost. */
static bool is_lost(str text)
{
	return str_starts(text, STR("Subject: Message content lost\nMessage-ID: "))
	       && str_ends(text, STR("\nThis held message has been lost.\n"));
}

static void take_held(struct held *h, const json_t *o, struct rest_held *row)
{
	struct rest *r = h->r;
	*row = (struct rest_held){
		.row = { .id = rest_number(r, o, "request_id", 0),
			 .message_id = rest_text(r, h->a, o, "message_id") },
		.held_at = rest_text(r, h->a, o, "hold_date"),
		.sender = rest_text(r, h->a, o, "sender"),
		.reason = rest_text(r, h->a, o, "reason"),
	};
	const json_t *text = json_object_get(o, "msg");
	size_t n = json_string_length(text);
	if (!json_is_string(text) || row->row.id <= 0)
		row->why = "the answer has no text of it, or no number";
	else if (n > REST_HELD_OCTETS - h->octets)
		row->why = "the texts of its held posts take too much room: decide on "
			   "some of them there and run the import again";
	else
		row->text = rest_copy(h->a, text);
	if (rest_right(r, r->a, h->path).kind)
		row->why = "a value is not of the type that Mailman gives it";
	if (is_lost(row->text))
		row->why = "its text is gone there, too";
	row->text = row->why ? STR("") : row->text;
	h->octets += row->text.n;
}

static err take_page(struct held *h, size_t number, const json_t *page,
		     struct rest_held *row)
{
	const json_t *all = json_object_get(page, "entries");
	int64_t total = rest_number(h->r, page, "total_size", -1);
	if (total < 0 || (total && json_array_size(all) != 1)
	    || rest_number(h->r, page, "start", (int64_t)number) != (int64_t)number)
		return err_in(h->r->a, ERR_SYNTAX,
			      "%.*s: the page is not the one that was asked for",
			      STR_F(h->path));
	if (h->total >= 0 && total != h->total)
		return err_in(h->r->a, ERR_TEMP,
			      "%.*s: it changed while it was read; run the import again",
			      STR_F(h->path));
	h->total = total;
	if (total)
		take_held(h, json_array_get(all, 0), row);
	return rest_right(h->r, h->r->a, h->path);
}

/* One that cannot be read keeps no other one back, where it is known how many there are. */
static err ask_held(struct held *h, size_t number, struct rest_held *row)
{
	json_t *page;
	str at = arena_printf(h->a, "%.*s?count=1&page=%zu", STR_F(h->path), number + 1);
	err e = rest_ask(h->r, at, REST_HELD, &page);
	if (h->total > 0 && (e.kind == ERR_LIMIT || e.kind == ERR_SYNTAX)) {
		*row = (struct rest_held){ .why = e.msg };
		return OK;
	}
	TRY(e);
	e = take_page(h, number, page, row);
	json_decref(page);
	return e;
}

static err read_held(struct held *h)
{
	enum { MOST = 100000 };
	struct rest_held *all = NULL;
	size_t room = 0;
	TRY(ask_total(h));
	for (size_t i = 0; h->total < 0 || i < (size_t)h->total; i++) {
		struct rest_held row = { 0 };
		TRY(ask_held(h, i, &row));
		if (h->total > MOST)
			return err_in(h->r->a, ERR_LIMIT, "%.*s: over %d held posts",
				      STR_F(h->path), MOST);
		if (!all) {
			room = (size_t)h->total;
			all = arena_zero(h->a, (room + 1) * sizeof *all);
		}
		if (i < room)
			all[i] = row;
	}
	h->read->held = all;
	h->read->held_count = room;
	return OK;
}

/* ---- requests and tokens */

static void take_pended(struct rest *r, struct arena *a, const json_t *o, void *row)
{
	static const char *const keys[] = { "type", "token_owner", "email",
					    "display_name", "when" };
	enum { KEYS = sizeof keys / sizeof *keys };
	struct rest_pended *p = row;
	*p = (struct rest_pended){ .row.token = rest_text(r, a, o, "token"),
				   .pairs = arena_zero(a, KEYS * sizeof *p->pairs) };
	int64_t asked = rest_moment(r, a, o, "when");
	p->row.expires_at = (asked ? asked : clock_now()) + TOKEN_LIFE;
	for (size_t i = 0; i < KEYS; i++) {
		const json_t *v = json_object_get(o, keys[i]);
		(void)rest_text(r, a, o, keys[i]);
		if (!json_is_string(v))
			continue;
		char *dumped = json_dumps(v, JSON_ENCODE_ANY);
		p->pairs[p->count++] = (struct mailman3_pair){
			.key = str_from(keys[i]),
			.value = arena_copy(a, str_from(dumped)),
		};
		free(dumped);
	}
}

static err read_pended(struct rest *r, struct arena *a, const struct mailman3_list *list,
		       struct rest_read *read)
{
	struct rest_pended *in, *out;
	size_t ins, outs;
	TRY(REST_ROWS(r, a, rest_path(a, list, "/requests?request_type=subscription"),
		      take_pended, &in, &ins));
	TRY(REST_ROWS(r, a, rest_path(a, list, "/requests?request_type=unsubscription"),
		      take_pended, &out, &outs));
	read->pended = arena_zero(a, (ins + outs + 1) * sizeof *read->pended);
	if (ins)
		memcpy(read->pended, in, ins * sizeof *in);
	if (outs)
		memcpy(read->pended + ins, out, outs * sizeof *out);
	read->pended_count = ins + outs;
	for (size_t i = 0; i < read->pended_count; i++)
		read->pended[i].row.id = (int64_t)i;
	return OK;
}

err rest_waiting(struct rest *r, struct arena *a, const struct mailman3_list *list,
		 struct rest_read *read)
{
	struct held h = {
		.r = r, .a = a, .path = rest_path(a, list, "/held"), .read = read
	};
	TRY(read_held(&h));
	return read_pended(r, a, list, read);
}

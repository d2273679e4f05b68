#include "lists/import/mailman2_inside.h"
#include "mail/mbox.h"

/* request.pck: {number: (kind, data)}. */
enum { REQUEST_HELD = 1, REQUEST_JOIN = 2, REQUEST_LEAVE = 3 };

struct waiting {
	struct moving_count held, joins, leaves;
};

static const struct pickle *item(const struct pickle *tuple, uint32_t i)
{
	return tuple->type == PICKLE_TUPLE && i < tuple->count ? tuple->items[i] : NULL;
}

/* The name is Mailman's, so it leads nowhere but into its folder. */
static err read_held(struct moving *x, str file, str *text)
{
	const struct pickle *message;
	struct mbox mbox;
	struct mbox_message m;
	str bytes;
	if (!str_starts(file, STR("heldmsg-")) || str_has(file, '/'))
		return FAIL(ERR_SYNTAX, "its file has a name that Mailman does not give");
	str path = moving_path(x, "data", file);
	if (str_ends(file, STR(".pck"))) {
		TRY(moving_pickle(x, path, &message));
		return mailman2_message(x->a, message, text);
	}
	TRY(moving_read(x, x->a, path, MOVING_MESSAGE, &bytes));
	mbox_open(&mbox, bytes);
	if (!mbox_next(&mbox, x->a, &m))
		return FAIL(ERR_SYNTAX, "its file is empty");
	*text = m.bytes;
	return OK;
}

static err keep_held(struct moving *x, int64_t number, const struct pickle *data,
		     str text)
{
	struct held_row h = {
		.held_at = pickle_number(item(data, 0), x->now),
		.reverse_path = mailman2_text(&x->config, item(data, 1)),
		.reason = mailman2_text(&x->config, item(data, 3)),
	};
	return moving_held(x, arena_printf(x->a, "%lld", (long long)number), &h, text);
}

static err move_held(struct moving *x, struct waiting *w, int64_t number,
		     const struct pickle *data)
{
	str text, file = pickle_str(item(data, 4));
	w->held.there++;
	err e = read_held(x, file, &text);
	if (!e.kind)
		e = keep_held(x, number, data, text);
	if (err_is_passing(e))
		return e;
	if (e.kind)
		import_report_note(x->report, "held post %lld (%.*s) is left out: %s",
				   (long long)number, STR_F(file), e.msg);
	w->held.here += !e.kind;
	return OK;
}

static err move_join(struct moving *x, struct waiting *w, const struct pickle *data)
{
	bool here;
	w->joins.there++;
	TRY(moving_request(x, false, mailman2_text(&x->config, item(data, 1)),
			   mailman2_text(&x->config, item(data, 2)),
			   pickle_number(item(data, 0), x->now), &here));
	w->joins.here += here;
	return OK;
}

/* It has no time: who asked waits since now. */
static err move_leave(struct moving *x, struct waiting *w, const struct pickle *data)
{
	bool here;
	w->leaves.there++;
	TRY(moving_request(x, true, mailman2_text(&x->config, data), STR(""), x->now,
			   &here));
	w->leaves.here += here;
	return OK;
}

static err move_request(struct moving *x, struct waiting *w, int64_t number,
			const struct pickle *request)
{
	const struct pickle *data = item(request, 1);
	if (!data)
		return OK;
	switch (pickle_number(item(request, 0), 0)) {
	case REQUEST_HELD:
		return move_held(x, w, number, data);
	case REQUEST_JOIN:
		return move_join(x, w, data);
	case REQUEST_LEAVE:
		return move_leave(x, w, data);
	}
	return OK;
}

err move_requests(struct moving *x)
{
	const struct pickle *all;
	struct waiting w = { 0 };
	str folder = arena_cat(x->a, STR("lists/"), x->name);
	err e = moving_pickle(
		x, moving_path(x, arena_z(x->a, folder), STR("request.pck")), &all);
	if (e.kind && e.kind != ERR_NOTFOUND)
		import_report_note(x->report, "request.pck cannot be read: %s", e.msg);
	for (uint32_t i = 0; !e.kind && all->type == PICKLE_DICT && i + 1 < all->count;
	     i += 2)
		TRY(move_request(x, &w, pickle_number(all->items[i], -1),
				 all->items[i + 1]));
	import_report_count(x->report, "held posts", w.held.there, w.held.here);
	import_report_count(x->report, "requests to join", w.joins.there, w.joins.here);
	import_report_count(x->report, "requests to leave", w.leaves.there,
			    w.leaves.here);
	return OK;
}

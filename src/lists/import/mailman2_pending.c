#include "lists/import/mailman2_inside.h"
#include "mail/address.h"

enum { TOKEN_MAX = 128 };

static const struct pickle *item(const struct pickle *tuple, uint32_t i)
{
	return tuple->type == PICKLE_TUPLE && i < tuple->count ? tuple->items[i] : NULL;
}

/* Of an object that says who joins; an owner's invitation is marked. */
static str read_join(struct moving *x, const struct pickle *who, struct moved_token *t)
{
	t->name = mailman2_text(&x->config, pickle_get(who, "fullname"));
	t->kind = pickle_get(who, "invitation") ? STR("invite") : STR("join");
	return pickle_str(pickle_get(who, "address"));
}

/* S: joins; U: leaves; E: turns on again what bounces turned off, of a list. What is
 * mailed elsewhere already works here, too: the token is the same. */
static bool read_pending(struct moving *x, const struct pickle *entry,
			 struct moved_token *t)
{
	str op = pickle_str(item(entry, 0)), address = pickle_str(item(entry, 1));
	if (str_eq(op, STR("S")) && item(entry, 1)) {
		address = read_join(x, item(entry, 1), t);
	} else if (str_eq(op, STR("U"))) {
		t->kind = STR("leave");
	} else if (str_eq(op, STR("E"))) {
		t->kind = STR("set");
		t->data = STR("{\"set\":{\"delivery\":\"regular\"}}");
		address = pickle_str(item(entry, 2));
	} else {
		return false;
	}
	return !address_read_key(x->a, address, &t->address).kind;
}

/* What nothing here takes up, by its letter. */
static const struct {
	str op;
	const char *why;
} others[] = {
	{ STR("C"), "changes of address are asked for anew, on the page /account" },
	{ STR("H"), "authors do not take back held posts" },
	{ STR("P"), "probes are sent anew" },
};

static void tell_others(struct moving *x, const size_t *lost)
{
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (lost[i])
			import_report_note(x->report,
					   "%zu pending tokens are left out: %s", lost[i],
					   others[i].why);
}

static err move_entry(struct moving *x, str token, const struct pickle *entry,
		      int64_t expires_at, size_t *lost, int64_t *there, int64_t *here)
{
	struct moved_token t = { .token = token, .expires_at = expires_at };
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		lost[i] += str_eq(pickle_str(item(entry, 0)), others[i].op);
	if (!token.n || token.n > TOKEN_MAX || expires_at <= x->now
	    || !read_pending(x, entry, &t))
		return OK;
	++*there;
	++*here;
	return moving_pending(x, &t);
}

err move_pending(struct moving *x)
{
	const struct pickle *all;
	struct map ends = { 0 };
	size_t lost[sizeof others / sizeof *others] = { 0 };
	int64_t there = 0, here = 0;
	str folder = arena_cat(x->a, STR("lists/"), x->name);
	err e = moving_pickle(
		x, moving_path(x, arena_z(x->a, folder), STR("pending.pck")), &all);
	bool none = e.kind != ERR_NONE;
	if (none && e.kind != ERR_NOTFOUND)
		import_report_note(x->report, "pending.pck cannot be read: %s", e.msg);
	e = OK;
	if (!none)
		pickle_map(pickle_get(all, "evictions"), &ends);
	for (uint32_t i = 0;
	     !none && !e.kind && all->type == PICKLE_DICT && i + 1 < all->count; i += 2) {
		str token = pickle_str(all->items[i]);
		e = move_entry(x, token, all->items[i + 1],
			       pickle_number(map_get(&ends, token), 0), lost, &there,
			       &here);
	}
	map_free(&ends);
	tell_others(x, lost);
	import_report_count(x->report, "pending confirmations", there, here);
	return e;
}

#include "lists/steer.h"

#include "base/clock.h"
#include "store/lists/digest.h"
#include "store/outbound/message.h"

enum { REASON_MAX = 500 };

struct steered { /* an act at work */
	struct book *lists, *outbound;
	const struct queue_filter *what;
	str reason;
};

/* ---- the names */

static bool is_number(str s, int64_t *n)
{
	return s.n && chr_is_digit(s.p[0]) && str_i64(s, n) && *n > 0;
}

static bool read_id(str text, struct queue_filter *what)
{
	str message, delivery;
	bool marked = text.n > 1 && text.p[0] == 'q';
	if (!str_cut(str_skip(text, marked), '/', &message, &delivery))
		return is_number(str_skip(text, marked), &what->message);
	return is_number(message, &what->message) && is_number(delivery, &what->id);
}

err steer_read(struct arena *a, str text, struct queue_filter *what)
{
	struct queue_filter f = { 0 };
	if (text.n && !read_id(text, &f)) {
		f = (struct queue_filter){ .destination = destination_of(
						   a, arena_cat(a, STR("@"), text)) };
		if (!f.destination.n || str_find(text, STR("@")).n
		    || str_find(text, STR("/")).n)
			return err_in(a, ERR_SYNTAX,
				      "\"%.*s\" is neither a queue id (q17, q17/31) nor "
				      "the domain of a destination",
				      STR_F(text));
	}
	*what = f;
	return OK;
}

str steer_text(struct arena *a, const struct queue_filter *what)
{
	if (what->id)
		return arena_printf(a, "q%lld/%lld", (long long)what->message,
				    (long long)what->id);
	return what->message ? arena_printf(a, "q%lld", (long long)what->message)
			     : what->destination;
}

/* ---- the acts */

static bool is_message(const struct steered *s)
{
	return s->what->message && !s->what->id;
}

static err steer_retry(const struct steered *s, int64_t *changed)
{
	return queue_retry(s->outbound, s->what, changed);
}

/* A message is held as a whole, with the copies that are still to be made. */
static err steer_hold(const struct steered *s, int64_t *changed)
{
	if (!is_message(s))
		return queue_hold(s->outbound, s->what, changed);
	TRY(outbound_freeze(s->outbound, s->what->message, true));
	*changed = book_changes(s->outbound);
	return OK;
}

static err steer_release(const struct steered *s, int64_t *changed)
{
	int64_t thawed = 0, released;
	if (is_message(s)) {
		TRY(outbound_freeze(s->outbound, s->what->message, false));
		thawed = book_changes(s->outbound);
	}
	TRY(queue_release(s->outbound, s->what, &released));
	*changed = thawed > released ? thawed : released;
	return OK;
}

static err leave_digest(const struct steered *s)
{
	ARENA(a);
	struct outbound_message m;
	TRY(outbound_get(s->outbound, a, s->what->message, &m));
	return digest_forget(s->lists, m.source);
}

static err steer_remove(const struct steered *s, int64_t *changed)
{
	TRY(queue_remove(s->outbound, s->what, clock_now_ms(), s->reason, changed));
	if (!is_message(s))
		return OK;
	TRY(leave_digest(s)); /* before it is let go: else the next one would have it */
	return outbound_freeze(s->outbound, s->what->message, false);
}

static const struct act {
	const char *name;
	bool all;
	err (*run)(const struct steered *s, int64_t *changed);
} acts[] = {
#define STEER(act, all, text) { #act, all, steer_##act },
#include "lists/steer.def"
#undef STEER
};

static err find_act(struct arena *a, const struct steering *s, const struct act **act)
{
	bool all = !s->what.id && !s->what.message && !s->what.destination.n;
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		if (!str_eq(s->act, str_from(acts[i].name)))
			continue;
		if (all && !acts[i].all)
			return err_in(a, ERR_SYNTAX,
				      "%s what? Name a destination or a message",
				      acts[i].name);
		*act = &acts[i];
		return OK;
	}
	return FAIL(ERR_SYNTAX, "choose retry, hold, release or remove");
}

/* For the ledger, which the author may read: who, and why. */
static str removal(struct arena *a, str reason, const struct actor *by)
{
	return arena_cat(a, STR("removed by "), by->name, reason.n ? STR(": ") : STR(""),
			 str_first(reason, REASON_MAX));
}

err steer(struct books *books, struct arena *a, const struct steering *s,
	  const struct actor *by, int64_t *changed)
{
	const struct act *act = NULL;
	int64_t n = 0;
	TRY(find_act(a, s, &act));
	struct steered x = { books->lists, books->outbound, &s->what,
			     removal(a, s->reason, by) };
	TRY(act->run(&x, &n));
	str what = steer_text(a, &s->what);
	TRY(books_audit(books, by, 0, arena_cat(a, STR("queue "), s->act),
			arena_printf(a, "%.*s: %lld%s%.*s",
				     STR_F(what.n ? what : STR("all")), (long long)n,
				     s->reason.n ? ", " : "",
				     STR_F(str_first(s->reason, REASON_MAX)))));
	*changed = n;
	return OK;
}

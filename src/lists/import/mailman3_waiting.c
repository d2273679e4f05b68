#include "lists/import/mailman3_inside.h"

#include "lists/import/mailman2_inside.h"
#include "mail/address.h"

enum { TOKEN_MAX = 128 };

static str pair(struct arena *a, const struct mailman3_pair *p, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(p[i].key, str_from(key)))
			return mailman3_json_text(a, p[i].value);
	return STR("");
}

static err read_held(struct moving *x, str path, str *text)
{
	const struct pickle *message;
	str bytes;
	if (!mailman3_path_is_plain(path))
		return FAIL(ERR_SYNTAX, path.n ? "its file has a name that Mailman does "
						 "not give"
					       : "its text is gone there, too");
	str file = arena_cat(x->a, source_of(x)->var, STR("/messages/"), path);
	TRY(moving_read(x, x->a, file, MOVING_MESSAGE, &bytes));
	TRY(pickle_read(x->a, &bytes, &message));
	return mailman2_message(x->a, message, text);
}

static err move_held(struct moving *x, const struct mailman3_held *h)
{
	struct mailman3_pair *p;
	size_t n;
	str text;
	TRY(mailman3_pairs_of_token(source_of(x)->book, x->a, h->token, &p, &n));
	TRY(read_held(x, h->path, &text));
	struct held_row row = {
		.held_at = mailman3_moment(x->a, pair(x->a, p, n, "_mod_hold_date"),
					   x->now),
		.reverse_path = pair(x->a, p, n, "_mod_sender"),
		.reason = pair(x->a, p, n, "_mod_reason"),
	};
	return moving_held(x, arena_printf(x->a, "%lld", (long long)h->id), &row, text);
}

/* As REST tells of it, its text with it. */
static err move_read(struct moving *x, const struct rest_held *h)
{
	if (h->why)
		return FAIL(ERR_SYNTAX, h->why);
	struct held_row row = {
		.held_at = mailman3_moment(x->a, h->held_at, x->now),
		.reverse_path = h->sender,
		.reason = h->reason,
	};
	return moving_held(x, arena_printf(x->a, "%lld", (long long)h->row.id), &row,
			   moving_crlf(x->a, h->text));
}

static void tell_left_out(struct moving *x, const struct mailman3_held *h, err e)
{
	import_report_note(x->report, "held post %lld (%.*s) is left out: %s",
			   (long long)h->id, STR_F(h->message_id), e.msg);
}

static err move_all_read(struct moving *x)
{
	const struct rest_read *read = source_of(x)->read;
	int64_t here = 0;
	for (size_t i = 0; i < read->held_count; i++) {
		err e = move_read(x, &read->held[i]);
		if (err_is_passing(e))
			return e;
		if (e.kind)
			tell_left_out(x, &read->held[i].row, e);
		here += !e.kind;
	}
	import_report_count(x->report, "held posts", (int64_t)read->held_count, here);
	return OK;
}

static err move_all_held(struct moving *x)
{
	const struct mailman3_source *s = source_of(x);
	struct mailman3_held *h;
	size_t n;
	int64_t here = 0;
	if (s->read)
		return move_all_read(x);
	TRY(mailman3_held_posts(s->book, x->a, s->list.id, &h, &n));
	for (size_t i = 0; i < n; i++) {
		err e = move_held(x, &h[i]);
		if (err_is_passing(e))
			return e;
		if (e.kind)
			tell_left_out(x, &h[i], e);
		here += !e.kind;
	}
	import_report_count(x->report, "held posts", (int64_t)n, here);
	return OK;
}

/* ---- who waits to be let in, or has a token in the mail */

struct waiting {
	struct moving_count joins, leaves, tokens;
	int64_t others;
};

static err move_asking(struct moving *x, struct waiting *w, bool join, str address,
		       str name, str date)
{
	bool here;
	struct moving_count *count = join ? &w->joins : &w->leaves;
	count->there++;
	TRY(moving_request(x, !join, address, name, mailman3_moment(x->a, date, x->now),
			   &here));
	count->here += here;
	return OK;
}

static err move_token(struct moving *x, struct waiting *w,
		      const struct mailman3_pended *token, bool join, str address,
		      str name)
{
	struct address who;
	if (!token->token.n || token->token.n > TOKEN_MAX || token->expires_at <= x->now)
		return OK;
	w->tokens.there++;
	if (address_parse(x->a, str_trim(address), &who).kind) {
		import_report_note(x->report,
				   "a token of \"%.*s\" is left out: it is no "
				   "address",
				   STR_F(address));
		return OK;
	}
	w->tokens.here++;
	return moving_pending(
		x, &(struct moved_token){ .token = token->token,
					  .kind = join ? STR("join") : STR("leave"),
					  .address = address_key(x->a, &who),
					  .name = name,
					  .expires_at = token->expires_at });
}

static err move_pended(struct moving *x, struct waiting *w,
		       const struct mailman3_pended *token)
{
	struct mailman3_pair *p;
	size_t n;
	TRY(source_pairs(source_of(x), x->a, token->id, &p, &n));
	str type = pair(x->a, p, n, "type"), owner = pair(x->a, p, n, "token_owner");
	str address = pair(x->a, p, n, "email"), name = pair(x->a, p, n, "display_name");
	bool join = str_eq(type, STR("subscription"));
	if (!join && !str_eq(type, STR("unsubscription"))) {
		w->others++;
		return OK;
	}
	return str_eq(owner, STR("moderator"))
		       ? move_asking(x, w, join, address, name, pair(x->a, p, n, "when"))
		       : move_token(x, w, token, join, address, name);
}

err move3_waiting(struct moving *x)
{
	const struct mailman3_source *s = source_of(x);
	struct mailman3_pended *p;
	struct waiting w = { 0 };
	size_t n;
	TRY(move_all_held(x));
	TRY(source_pended(s, x->a, &p, &n));
	for (size_t i = 0; i < n; i++)
		TRY(move_pended(x, &w, &p[i]));
	import_report_count(x->report, "requests to join", w.joins.there, w.joins.here);
	import_report_count(x->report, "requests to leave", w.leaves.there,
			    w.leaves.here);
	import_report_count(x->report, "pending confirmations", w.tokens.there,
			    w.tokens.here);
	if (w.others)
		import_report_note(x->report,
				   "%lld tokens of other kinds are left out: probes are "
				   "sent anew",
				   (long long)w.others);
	return OK;
}

#include "lists/roster_those.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/csv.h"
#include "lists/members.h"
#include "lists/roster_batch.h"

#include <jansson.h>

static const char kind_set[] = "set", kind_end[] = "end";

bool batch_is_those(const struct batch_row *row)
{
	return str_eq(row->kind, str_from(kind_set))
	       || str_eq(row->kind, str_from(kind_end));
}

/* ---- what is set stands where a file has its columns: a record of keys and values */

static void add_cell(struct buf *b, struct arena *a, str cell)
{
	buf_cat(b, STR(","), csv_wants_quotes(cell) ? csv_quoted(a, cell) : cell);
}

static str record_of(struct arena *a, const struct roster_those *x)
{
	BUF(b);
	for (size_t i = 0; i < x->count; i++) {
		add_cell(&b, a, x->set[i].key);
		add_cell(&b, a, x->set[i].value);
	}
	return arena_copy(a, str_skip(buf_str(&b), b.n > 0));
}

void batch_those_set(struct arena *a, const struct batch_row *row, struct assignment *set,
		     size_t *count)
{
	str fields[2 * THOSE_SET], raw, text = row->columns;
	size_t n = 0;
	if (csv_record(a, &text, fields, 2 * THOSE_SET, &raw))
		for (; n < THOSE_SET && fields[2 * n].n; n++)
			set[n] = (struct assignment){ fields[2 * n], fields[2 * n + 1] };
	*count = n;
}

str batch_those_words(struct arena *a, const struct batch_row *row)
{
	struct assignment set[THOSE_SET];
	size_t n;
	BUF(b);
	batch_those_set(a, row, set, &n);
	for (size_t i = 0; i < n; i++)
		buf_cat(&b, i ? STR(", ") : STR(""), set[i].key, STR(" = "),
			set[i].value.n ? set[i].value : STR("\"\""));
	return arena_copy(a, buf_str(&b));
}

/* ---- whom */

struct writing {
	struct book *lists;
	const struct roster_those *those;
	struct batch_row row;
	struct member_want want;
	struct buf last; /* the key behind which the next part begins */
	json_t *names;
	int64_t all;
};

static void add_key(struct writing *x, struct buf *text, struct arena *a, str key)
{
	buf_add(text, str_from(x->those->count ? kind_set : "remove"));
	add_cell(text, a, key);
	buf_add(text, STR("\n"));
	if (json_array_size(x->names) < BATCH_SHOWN)
		json_array_append_new(x->names, json_stringn(key.p, key.n));
}

static err write_part(struct writing *x, bool *more)
{
	ARENA(a);
	BUF(text);
	str *keys;
	size_t n, most = x->those->notice ? BATCH_PART_MAILING : BATCH_PART;
	x->want.after = buf_str(&x->last);
	TRY(member_keys(x->lists, a, &x->want, most, &keys, &n));
	for (size_t i = 0; i < n; i++)
		add_key(x, &text, a, keys[i]);
	if (n)
		TRY(batch_part_add(x->lists, x->row.id, ++x->row.parts, buf_str(&text)));
	x->all += (int64_t)n;
	buf_clear(&x->last);
	buf_add(&x->last, n ? keys[n - 1] : STR(""));
	*more = n == most;
	return OK;
}

static err write_all(struct writing *x)
{
	bool more = true;
	TRY(batch_replace(x->lists, &x->row));
	while (more)
		TRY(write_part(x, &more));
	if (!x->all) {
		TRY(batch_remove(x->lists, x->row.id));
		return FAIL(ERR_NOTFOUND, "no member fits");
	}
	*(x->those->count ? &x->row.to_change : &x->row.to_remove) = x->all;
	json_t *shown = json_pack("{s:O}", x->those->count ? "change" : "remove",
				  x->names);
	char *text = json_dumps(shown, JSON_COMPACT);
	json_decref(shown);
	x->row.shown = str_from(text ? text : "{}");
	x->row.state = STR("shown");
	err e = batch_put(x->lists, &x->row);
	free(text);
	return e;
}

/* What no member can be set to is refused before anybody is looked for. */
static err check(struct arena *a, const struct roster_those *x)
{
	struct member_row nobody = { .delivery = STR("regular"), .form = STR("regular") };
	for (size_t i = 0; i < x->count; i++)
		TRY(member_option(a, &nobody, x->set[i].key, x->set[i].value,
				  STR("moderator")));
	return OK;
}

err batch_those(struct books *books, struct arena *a, const struct list_entry *list,
		const struct roster_those *those, const struct actor *by, int64_t *id)
{
	TRY(check(a, those));
	struct writing x = {
		.lists = books->lists,
		.those = those,
		.want = those->want,
		.names = json_array(),
		.row = { .list = list->id,
			 .kind = str_from(those->count ? kind_set : kind_end),
			 .notice = those->notice,
			 .columns = record_of(a, those),
			 .person = by->person,
			 .actor = by->name,
			 .made_at = clock_now() },
	};
	x.want.list = list->id;
	x.want.before = STR("");
	err e = write_all(&x);
	json_decref(x.names);
	buf_free(&x.last);
	if (!e.kind)
		*id = x.row.id;
	return e;
}

#include "web/protect.h"

#include "base/conf.h"

static err parse_who(struct arena *a, str word, str who, struct protect_row *row)
{
	str list = STR("members:");
	if (str_eq(who, STR("signed-in")))
		row->who = PROTECT_SIGNED_IN;
	else if (str_eq(who, STR("admin")))
		row->who = PROTECT_ADMIN;
	else if (str_starts(who, list) && who.n > list.n)
		row->who = PROTECT_MEMBERS;
	else
		return err_in(a, ERR_SYNTAX,
			      "[web] protect: %.*s: after = stands signed-in, admin or "
			      "members:LIST",
			      STR_F(word));
	row->list = row->who == PROTECT_MEMBERS ? str_skip(who, list.n) : STR_NONE;
	return OK;
}

static err parse_row(struct arena *a, str word, struct protect_row *row)
{
	str path, who;
	struct request q = { 0 };
	if (!str_cut(word, '=', &path, &who)
	    || request_split_path(a, str_trim(path), &q).kind)
		return err_in(a, ERR_SYNTAX,
			      "[web] protect: %.*s: is not PATH=WHO with a PATH that "
			      "begins with /",
			      STR_F(word));
	row->segments = q.segments;
	row->count = q.segment_count;
	return parse_who(a, word, str_trim(who), row);
}

err protect_parse(struct arena *a, str words, struct protect *p)
{
	size_t most = 0, count = 0;
	str list = words, word;
	while (conf_word(&list, &word))
		most++;
	struct protect_row *rows = arena_zero(a, most * sizeof *rows);
	for (list = words; conf_word(&list, &word); count++)
		TRY(parse_row(a, word, &rows[count]));
	*p = (struct protect){ rows, count };
	return OK;
}

static bool holds(const struct protect_row *row, const struct request *q)
{
	if (row->count > q->segment_count)
		return false;
	for (size_t i = 0; i < row->count; i++)
		if (!str_eq(row->segments[i], q->segments[i]))
			return false;
	return true;
}

const struct protect_row *protect_find(const struct protect *p, const struct request *q)
{
	const struct protect_row *best = NULL;
	for (size_t i = 0; i < p->count; i++)
		if (holds(&p->rows[i], q) && (!best || p->rows[i].count > best->count))
			best = &p->rows[i];
	return best;
}

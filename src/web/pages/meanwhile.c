#include "web/pages/meanwhile.h"

#include "base/language.h"
#include "store/lists/audit.h"

enum { LOG_ROWS = 100, SHOWN_MAX = 200 };

/* FNV-1a: a page outlives the process that made it. Who sends another hash takes back
 * what they may set anyway. */
static str hash_of(struct arena *a, str value)
{
	uint64_t h = 14695981039346656037u;
	for (size_t i = 0; i < value.n; i++)
		h = (h ^ (unsigned char)value.p[i]) * 1099511628211u;
	return arena_printf(a, "%016llx", (unsigned long long)h);
}

str meanwhile_mark(struct arena *a, str key, str value)
{
	return arena_cat(a, key, STR("="), hash_of(a, value), STR(" "));
}

static str shown_hash(const struct request *q, str key)
{
	str rest = request_form(q, "was"), one, name, hash;
	while (str_word(&rest, &one))
		if (str_cut(one, '=', &name, &hash) && str_eq(name, key))
			return hash;
	return STR_NONE;
}

enum meanwhile meanwhile_of(const struct request *q, str key, str stored, str sent)
{
	str was = shown_hash(q, key);
	if (str_eq(stored, sent))
		return MEANWHILE_UNTOUCHED;
	if (!was.n || str_eq(was, hash_of(q->arena, stored)))
		return MEANWHILE_MINE;
	return str_eq(was, hash_of(q->arena, sent)) ? MEANWHILE_UNTOUCHED
						    : MEANWHILE_CLASH;
}

static str who_did(struct request *q, const char *what, str key)
{
	const struct worker *w = worker_of(q);
	struct audit_row *row;
	size_t n;
	if (w->list
	    && !audit_list(w->books.lists, q->arena, w->list->id, 0, LOG_ROWS, &row, &n)
			.kind)
		for (size_t i = 0; i < n; i++)
			if (str_eq(row[i].what, str_from(what))
			    && str_find(row[i].detail, key).n)
				return row[i].actor;
	return S_("Somebody else");
}

static str value_shown(str value)
{
	return value.n ? str_first(value, SHOWN_MAX) : S_("nothing");
}

str meanwhile_text(struct request *q, const char *what, str key, str stored, str sent)
{
	str who = who_did(q, what, key), is = value_shown(stored),
	    wanted = value_shown(sent);
	return arena_printf(
		q->arena,
		_("%.*s set it to “%.*s” meanwhile; here it was to become “%.*s”."),
		STR_F(who), STR_F(is), STR_F(wanted));
}

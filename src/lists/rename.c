#include "lists/rename.h"

#include "base/clock.h"
#include "lists/settings.h"
#include "lists/umbrella.h"
#include "store/lists/domain.h"
#include "store/lists/list.h"
#include "store/lists/setting.h"

static err clean_address(struct arena *a, str address, str *clean)
{
	struct address x;
	err e = address_parse(a, arena_lower(a, str_trim(address)), &x);
	if (e.kind || !x.domain.n)
		return err_in(a, ERR_SYNTAX,
			      "\"%.*s\": a list needs its whole address, name@domain",
			      STR_F(address));
	TRY(list_name_check(a, x.local));
	*clean = arena_cat(a, x.local, STR("@"), domain_ascii(a, x.domain));
	return OK;
}

/* ---- settings that name lists */

struct renaming {
	int64_t id;
	str was, now; /* addresses */
	str domain;   /* that it was in */
};

/* Of settings of patterns a line "@dev" or "@dev@lists.example" names one. */
static const char *const patterns[] = {
	"accept_these_nonmembers",  "hold_these_nonmembers",   "reject_these_nonmembers",
	"discard_these_nonmembers", "subscribe_auto_approval", NULL
};

/* What a line means is what it meant: the list by its new address; and on the list itself
 * another one of the domain that it was in. */
static str line_after(struct arena *a, const struct renaming *x, int64_t list, str domain,
		      str line)
{
	str address = umbrella_address(a, line, domain);
	bool moved = list == x->id && address.n
		     && !str_ends(x->now, arena_cat(a, STR("@"), x->domain));
	return str_eq(address, x->was) ? x->now : moved ? address : line;
}

static str pattern_after(struct arena *a, const struct renaming *x, int64_t list,
			 str domain, str line)
{
	str name = str_skip(line, 1);
	bool is_list = str_starts(line, STR("@"))
		       && (str_has(name, '@') || !str_has(name, '.'));
	return is_list ? arena_cat(a, STR("@"), line_after(a, x, list, domain, name))
		       : line;
}

static err follow_in(struct books *books, struct arena *a, const struct renaming *x,
		     str key, bool are_patterns, const struct setting_holder *s)
{
	struct list_row l;
	str rest = s->value, line, after = STR("");
	TRY(list_get(books->lists, a, s->list, &l));
	str domain = l.id == x->id ? x->domain : l.domain_name;
	while (str_line(&rest, &line))
		after = arena_cat(a, after,
				  are_patterns ? pattern_after(a, x, l.id, domain, line)
					       : line_after(a, x, l.id, domain, line),
				  STR("\n"));
	return str_eq(str_trim(after), str_trim(s->value))
		       ? OK
		       : setting_put(books->lists, a, l.id, key, after);
}

static err follow(struct books *books, struct arena *a, const struct renaming *x,
		  const char *const *keys, bool are_patterns)
{
	for (; *keys; keys++) {
		struct setting_holder *s;
		size_t n;
		TRY(setting_holders(books->lists, a, str_from(*keys), &s, &n));
		for (size_t i = 0; i < n; i++)
			TRY(follow_in(books, a, x, str_from(*keys), are_patterns, &s[i]));
	}
	return OK;
}

static err follow_all(struct books *books, struct arena *a, const struct renaming *x)
{
	TRY(follow(books, a, x, umbrella_settings, false));
	return follow(books, a, x, patterns, true);
}

/* ---- */

static err call(struct books *books, struct arena *a, int64_t id, str was, str address,
		bool new_id, const struct actor *by)
{
	struct renaming x = { .id = id, .was = was, .now = address };
	str name;
	TRY(list_rename(books->lists, a, id, address, new_id, clock_now()));
	if (str_cut_last(was, '@', &name, &x.domain))
		TRY(follow_all(books, a, &x));
	return books_audit(books, by, id, STR("list renamed"),
			   arena_cat(a, was, STR(" to "), address,
				     new_id ? STR(", List-Id, too") : STR("")));
}

err list_call(struct books *books, struct arena *a, const struct list_entry *list,
	      str address, bool new_id, const struct actor *by)
{
	bool mine;
	TRY(clean_address(a, address, &address));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  call(books, a, list->id, list->address, address, new_id, by));
}

static err call_all(struct books *books, struct arena *a, str from, str to, bool new_id,
		    const struct actor *by, int64_t *count)
{
	struct list_row *l;
	size_t n;
	int64_t domain;
	TRY(domain_find(books->lists, from, &domain));
	TRY(list_all(books->lists, a, domain, &l, &n));
	for (size_t i = 0; i < n; i++)
		TRY(call(books, a, l[i].id, l[i].address,
			 arena_cat(a, l[i].name, STR("@"), to), new_id, by));
	*count = (int64_t)n;
	return OK;
}

err domain_call(struct books *books, struct arena *a, str from, str to, bool new_id,
		const struct actor *by, int64_t *count)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  call_all(books, a, from, to, new_id, by, count));
}

static err let_go(struct books *books, struct arena *a, str address,
		  const struct actor *by)
{
	const struct list_entry *l = addressbook_list(books->addresses, address);
	TRY(list_forget(books->lists, a, address));
	return books_audit(books, by, l ? l->id : 0, STR("former address let go"),
			   address);
}

err list_let_go(struct books *books, struct arena *a, str address, const struct actor *by)
{
	bool mine;
	address = arena_lower(a, str_trim(address));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, let_go(books, a, address, by));
}

#include "lists/token_scopes.h"

#include "base/buf.h"

static err by_number(struct arena *a, const struct books *books, str word, str *out)
{
	str scope, name;
	*out = word;
	if (!str_cut(word, ':', &scope, &name))
		return OK;
	if (!str_has(name, '@'))
		name = arena_cat(a, name, STR("@"),
				 domain_ascii(a, books->conf->site_domain));
	const struct list_entry *list = addressbook_list(books->addresses,
							 arena_lower(a, name));
	if (!list)
		return err_in(a, ERR_NOTFOUND, "no list %.*s", STR_F(name));
	*out = arena_printf(a, "%.*s:%lld", STR_F(scope), (long long)list->id);
	return OK;
}

err token_scopes_read(struct arena *a, const struct books *books, str text,
		      struct scopes *s)
{
	str word, numbered;
	BUF(all);
	for (int n = 0; n <= SCOPES_MOST && (word = scope_next(&text)).n; n++) {
		TRY(by_number(a, books, word, &numbered));
		buf_cat(&all, numbered, STR(" "));
	}
	return scopes_read(a, arena_copy(a, buf_str(&all)), s);
}

static str name_of(void *ctx, int64_t list)
{
	const struct books *books = ctx;
	const struct list_entry *l = addressbook_list_by_id(books->addresses, list);
	return l ? l->address : STR("");
}

str token_scopes_text(struct arena *a, const struct books *books, const struct scopes *s)
{
	return scopes_text(a, s, name_of, (void *)(uintptr_t)books);
}

#include "lists/token_carry.h"

#include "store/inbound/token_use.h"
#include "store/lists/token.h"

static err note_all(struct book *lists, const struct token_use *x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		TRY(token_used(lists, x[i].token, x[i].at));
	return OK;
}

err token_carry(struct books *books, struct arena *a)
{
	struct token_use *x;
	size_t count;
	TRY(token_uses_take(a, books->conf->site_data, &x, &count));
	if (!count)
		return OK;
	TRY(book_begin(books->lists));
	TRY(book_end(books->lists, note_all(books->lists, x, count)));
	token_uses_taken(a, books->conf->site_data);
	return OK;
}

#include "lists/token_carry.h"

#include "store/inbound/token_use.h"
#include "store/lists/token.h"

static err note_all(struct book *lists, const struct token_use *x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		TRY(token_used(lists, x[i].token, x[i].at));
	return OK;
}

static err done_all(struct book *inbound, const struct token_use *x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		TRY(token_use_done(inbound, &x[i]));
	return OK;
}

err token_carry(struct books *books, struct arena *a)
{
	struct token_use *x;
	size_t count;
	TRY(token_use_all(books->inbound, a, &x, &count));
	if (!count)
		return OK;
	TRY(book_begin(books->lists));
	TRY(book_end(books->lists, note_all(books->lists, x, count)));
	TRY(book_begin(books->inbound));
	return book_end(books->inbound, done_all(books->inbound, x, count));
}

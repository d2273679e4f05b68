/* lists/token_carry.h: when a token was last good for sending mail goes from smtpd, which
 * may not write the lists book, to the token. A crash between the two repeats it.
 *
 *     TRY(token_carry(books, a)); */
#pragma once

#include "lists/books.h"

/* ERR_TEMP, ERR_IO: try again. */
MUST_USE err token_carry(struct books *books, struct arena *a);

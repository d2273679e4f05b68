/* store/tokenize.h: how the full-text index of the archive cuts a text into words: the
 * FTS5 tokenizer "postern", and the auxiliary function words_hit.
 *
 * Letters and digits make a word, in lower case without diacritics, as unicode61 has it.
 * A run of Han, Kana or Hangul has no blanks to be cut at: it is cut into all its pairs
 * ("東京都" is 東京 and 京都), so that any stretch of it is found as a phrase of pairs.
 * The last character stands in the index by itself, too, at the place of the last pair:
 * a single character is asked for as a prefix ("京"*) and is found wherever it stands.
 * A line that was broken inside a run does not part it.
 *
 * words_hit(words) in a SELECT with MATCH: in which places the row has which phrase of the
 * expression: seven bits a phrase, the first nine of them, the first column lowest. A
 * person's address, which is a column of its own, is the same place as the name.
 *
 * words_among(ID): has it a bit in the candidates of the search (book.among)? It is asked
 * before the row of the post is looked up, which costs five times as much.
 *
 * The tokenizer is part of what the index was made with: a row is only taken out of it by
 * the texts that archive_prepare made and the words that this makes of them. Whoever
 * changes either adds a migration that empties the index and begins a refill
 * (store/archive/refill.h); until that has come to a post, the index has nothing of it,
 * and archive_words_have says so. */
#pragma once

#include "store/sqlite.h"

enum { WORDS_COLUMNS = 9, WORDS_PLACES = 7, WORDS_PHRASES = 9 };

/* Before the first statement that touches the table words, on each connection. A code of
 * SQLite's. */
int tokenize_register(struct book *b);

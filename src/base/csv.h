/* base/csv.h: comma-separated values, as RFC 4180 has them.
 *
 *     while (csv_record(a, &text, fields, 2, &raw)) ... fields[0], fields[1]
 */
#pragma once

#include "base/arena.h"

/* Takes one record off *text: its first fields, most of them, the missing ones empty;
 * raw is the record as it stands there. Fields live in a. False at the end. */
bool csv_record(struct arena *a, str *text, str *fields, size_t most, str *raw);

/* A field as it must be written: in quotes, with those inside doubled. One that a table
 * program would run as a formula gets an apostrophe in front, which csv_record takes away. */
str csv_quoted(struct arena *a, str field);
bool csv_wants_quotes(str field); /* it would not be read back as it is */

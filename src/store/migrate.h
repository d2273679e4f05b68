/* store/migrate.h: the numbered steps that make and change the books' schemas:
 * store/schema/BOOK-NNN.sql, compiled in by schema/embed.c. */
#pragma once

struct schema_step {
	const char *book; /* "lists" */
	int version;      /* what the book is after it */
	const char *sql;
};
extern const struct schema_step schema_steps[]; /* ends with book NULL */

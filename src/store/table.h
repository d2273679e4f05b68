/* store/table.h: what the files of tables share: reading rows into an array,
 * changing one.
 *
 *     static void read_ban(struct rows *r, struct arena *a, void *row) { ... }
 *
 *     return TABLE_ALL(b, a, read_ban, x, count,
 *                      "SELECT " BAN " FROM ban WHERE list = ?1", SQL_I(list));
 */
#pragma once

#include "store/store.h"

typedef void table_read(struct rows *r, struct arena *a, void *row);

/* Every row into an array in a; *out is a pointer to the row type's pointer. */
#define TABLE_ALL(b, a, read, out, count, sql, ...)                         \
	table_all((b), (a), (read), (out), sizeof(**(out)), (count), (sql), \
		  SQL_VALUES(__VA_ARGS__))
MUST_USE err table_all(struct book *b, struct arena *a, table_read *read, void *out,
		       size_t size, size_t *count, const char *sql,
		       const struct sql_value *v, size_t n);

/* The one row there is. ERR_NOTFOUND, with the text missing, where there is none. */
#define TABLE_ONE(b, a, read, row, missing, sql, ...) \
	table_one((b), (a), (read), (row), (missing), (sql), SQL_VALUES(__VA_ARGS__))
MUST_USE err table_one(struct book *b, struct arena *a, table_read *read, void *row,
		       const char *missing, const char *sql, const struct sql_value *v,
		       size_t n);

/* Runs a statement that changes rows; *changed counts them. */
#define TABLE_CHANGE(b, changed, sql, ...) \
	table_change((b), (changed), (sql), SQL_VALUES(__VA_ARGS__))
MUST_USE err table_change(struct book *b, int64_t *changed, const char *sql,
			  const struct sql_value *v, size_t n);

/* The same where a row must have been there: else ERR_NOTFOUND with that text. */
#define TABLE_MUST(b, missing, sql, ...) \
	table_must((b), (missing), (sql), SQL_VALUES(__VA_ARGS__))
MUST_USE err table_must(struct book *b, const char *missing, const char *sql,
			const struct sql_value *v, size_t n);

/* Runs an INSERT; *id is the row's. */
#define TABLE_INSERT(b, id, sql, ...) \
	table_insert((b), (id), (sql), SQL_VALUES(__VA_ARGS__))
MUST_USE err table_insert(struct book *b, int64_t *id, const char *sql,
			  const struct sql_value *v, size_t n);

/* The pattern of LIKE ... ESCAPE '\' that finds text anywhere. */
str table_like(struct arena *a, str text);

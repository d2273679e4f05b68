#include "store/lists/setting.h"

#include "store/table.h"

static void read_setting(struct rows *r, struct arena *a, void *row)
{
	*(struct setting_row *)row = (struct setting_row){
		.key = rows_str(r, a, 0),
		.value = rows_str(r, a, 1),
	};
}

static void read_value(struct rows *r, struct arena *a, void *row)
{
	*(str *)row = rows_str(r, a, 0);
}

err setting_all(struct book *b, struct arena *a, int64_t list, struct setting_row **s,
		size_t *count)
{
	return TABLE_ALL(b, a, read_setting, s, count,
			 "SELECT key, value FROM setting WHERE list = ?1 ORDER BY key",
			 SQL_I(list));
}

err setting_get(struct book *b, struct arena *a, int64_t list, str key, str *value)
{
	return TABLE_ONE(b, a, read_value, value, "the setting has its default",
			 "SELECT value FROM setting WHERE list = ?1 AND key = ?2",
			 SQL_I(list), SQL_S(key));
}

static void read_holder(struct rows *r, struct arena *a, void *row)
{
	*(struct setting_holder *)row = (struct setting_holder){
		.list = rows_i64(r, 0),
		.value = rows_str(r, a, 1),
	};
}

err setting_holders(struct book *b, struct arena *a, str key, struct setting_holder **s,
		    size_t *count)
{
	return TABLE_ALL(b, a, read_holder, s, count,
			 "SELECT list, value FROM setting WHERE key = ?1 ORDER BY list",
			 SQL_S(key));
}

err setting_set(struct book *b, int64_t list, str key, str value)
{
	return book_run(b,
			"INSERT INTO setting (list, key, value) VALUES (?1, ?2, ?3) "
			"ON CONFLICT DO UPDATE SET value = excluded.value",
			SQL_I(list), SQL_S(key), SQL_S(value));
}

err setting_unset(struct book *b, int64_t list, str key)
{
	return book_run(b, "DELETE FROM setting WHERE list = ?1 AND key = ?2",
			SQL_I(list), SQL_S(key));
}

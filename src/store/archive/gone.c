#include "store/archive/gone.h"

static err run_each(struct book *b, const char *const *texts, size_t count, int64_t id)
{
	for (size_t i = 0; i < count; i++)
		TRY(book_run(b, texts[i], SQL_I(id)));
	return OK;
}

err archive_post_gone(struct book *b, int64_t id)
{
	static const char *const texts[] = {
		"DELETE FROM attachment WHERE post = ?1",
		"DELETE FROM verdict WHERE post = ?1",
		"DELETE FROM inside WHERE post = ?1",
		"DELETE FROM unread WHERE post = ?1",
		"DELETE FROM missing WHERE post = ?1",
		"DELETE FROM blob WHERE id = ?1",
		"DELETE FROM hidden WHERE id = ?1",
		"DELETE FROM placed WHERE post = ?1",
		"DELETE FROM post WHERE id = ?1",
	};
	return run_each(b, texts, sizeof texts / sizeof *texts, id);
}

err archive_list_gone(struct book *b, int64_t list)
{
	static const char *const texts[] = {
		"DELETE FROM missing WHERE list = ?1",
		"DELETE FROM thread WHERE list = ?1",
		"DELETE FROM month WHERE list = ?1",
		"DELETE FROM month_author WHERE list = ?1",
		"DELETE FROM url_alias WHERE list = ?1",
		"DELETE FROM dictionary WHERE list = ?1",
		"DELETE FROM redaction WHERE list = ?1",
		"DELETE FROM numbering WHERE list = ?1",
	};
	return run_each(b, texts, sizeof texts / sizeof *texts, list);
}

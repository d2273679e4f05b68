/* Whatever is typed, the answer is an error with words or a query that FTS5 takes. */
#include "fuzz.h"

#include "archive/query.h"
#include "base/utf8.h"
#include "store/archive/window.h"
#include "store/archive/words.h"

#include <stdio.h>

/* An archive with one post, gone from the disk at once: the connection keeps it. */
static struct book *archive_book(void)
{
	static struct book *b;
	static struct arena *a;
	char data[] = "/tmp/postern-fuzz-XXXXXX", command[64];
	if (b)
		return b;
	a = arena_new();
	must(mkdtemp(data));
	must(!book_create(a, str_from(data), BOOK_ARCHIVE).kind);
	must(!book_open(a, str_from(data), BOOK_ARCHIVE, BOOK_WRITE, &b).kind);
	struct archive_post p = {
		.list = 1, .number = 1, .source = STR("x"), .thread = 1
	};
	struct archive_words w = { .subject = STR("map"), .body = STR("half map") };
	must(!archive_post_add(b, &p).kind && !archive_words_add(b, p.id, &w).kind);
	snprintf(command, sizeof command, "rm -rf %s", data);
	must(!system(command));
	return b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct query q;
	err e = query_parse(a, (str){ (const char *)data, n }, 1795500000, &q);
	if (e.kind) {
		must(e.msg && *e.msg);
		return 0;
	}
	must(q.match.n || q.without.n || q.words.n);
	must(q.mark_count <= QUERY_TERMS_MAX && q.list_count <= QUERY_TERMS_MAX);
	struct archive_ask ask = { .match = q.match,
				   .without = q.without,
				   .scope = &(struct archive_scope){ .list = 1 },
				   .scope_count = 1,
				   .from = q.from,
				   .until = q.until,
				   .thread = q.thread,
				   .message_id = q.message_id,
				   .type = q.type,
				   .has = q.has,
				   .has_file = q.has_file,
				   .limit = 1 };
	struct archive_found found;
	must(!archive_words_search(archive_book(), a, &ask, &found).kind);
	return 0;
}

/* Any bytes are archived or refused with words, read back as they were, and stand in
 * a thread that can be read; a second post that answers to the same bytes finds its
 * place. */
#include "fuzz.h"

#include "archive/add.h"
#include "archive/read.h"
#include "base/buf.h"

#include <stdio.h>

enum { LIST = 1 };

/* An empty archive, gone from the disk at once: the connection keeps it. */
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
	snprintf(command, sizeof command, "rm -rf %s", data);
	must(!system(command));
	return b;
}

static bool put(struct arena *a, struct book *b, const char *source, str message,
		int64_t *number)
{
	struct archive_arrival x = { .list = LIST,
				     .source = str_from(source),
				     .message = message,
				     .received_at = 1795500000 };
	err e = archive_add(b, a, &x, number);
	must(!e.kind || ((e.kind == ERR_SYNTAX || e.kind == ERR_LIMIT) && e.msg));
	return !e.kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct book *b = archive_book();
	str bytes = { (const char *)data, n }, raw;
	int64_t number, other;
	struct archive_thread_page t;
	bool found;
	must(!book_begin(b).kind);
	if (put(a, b, "1", bytes, &number)) {
		must(!archive_read_raw(b, a, LIST, number, &raw, &found).kind && found);
		must(str_eq(raw, bytes));
		must(put(a, b, "1", bytes, &other) && other == number);
		put(a, b, "2", arena_cat(a, STR("In-Reply-To: <a@b>\r\n"), bytes),
		    &other);
		must(put(a, b, "3", STR("Message-ID: <a@b>\r\nSubject: Re: x\r\n\r\n"),
			 &other));
		must(put(a, b, "4", bytes, &other) && other > number + 1);
		must(!archive_read_outline(b, a, LIST, other, &t, &found).kind && found);
		must(t.count >= 1 && (int64_t)t.count == t.thread.posts);
	}
	book_rollback(b);
	return 0;
}

#include "store/inbound/token_use.h"

#include "base/buf.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { FILE_MOST = 1 << 20, LINE_LEAST = 4 };

static const char *path_of(struct arena *a, str data, const char *name)
{
	return arena_z(a, arena_cat(a, book_folder(a, data, BOOK_INBOUND), STR("/"),
				    str_from(name)));
}

static const char *fresh(struct arena *a, str data)
{
	return path_of(a, data, "token-uses");
}

static const char *taken(struct arena *a, str data)
{
	return path_of(a, data, "token-uses.taken");
}

/* A line that is none is passed over: nothing but a date depends on it. */
static err read_uses(struct arena *a, const char *path, struct token_use **x,
		     size_t *count)
{
	str text = STR(""), line, token, at;
	size_t n = 0;
	err e = file_read(a, path, FILE_MOST, &text);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	struct token_use *rows = arena_zero(a, (text.n / LINE_LEAST + 1) * sizeof *rows);
	while (str_cut(text, '\n', &line, &text))
		if (str_cut(line, ' ', &token, &at) && str_i64(token, &rows[n].token)
		    && str_i64(at, &rows[n].at))
			n++;
	*x = rows;
	*count = n;
	return OK;
}

err token_uses_write(struct arena *a, str data, const struct token_use *x, size_t count)
{
	struct token_use *before;
	size_t n;
	BUF(text);
	TRY(read_uses(a, fresh(a, data), &before, &n));
	for (size_t i = 0; i < n; i++) {
		bool again = false;
		for (size_t k = 0; k < count; k++)
			again = again || x[k].token == before[i].token;
		if (!again)
			buf_addf(&text, "%lld %lld\n", (long long)before[i].token,
				 (long long)before[i].at);
	}
	for (size_t i = 0; i < count; i++)
		buf_addf(&text, "%lld %lld\n", (long long)x[i].token, (long long)x[i].at);
	return file_write(a, fresh(a, data), 0640, buf_str(&text));
}

/* Renamed before it is read: what smtpd writes from now on is a new file. */
err token_uses_take(struct arena *a, str data, struct token_use **x, size_t *count)
{
	const char *from = fresh(a, data), *to = taken(a, data);
	bool left = !access(to, F_OK); /* by a crash */
	if (!left && rename(from, to) && errno != ENOENT)
		return err_in(a, ERR_IO, "cannot rename %s: %s", from, strerror(errno));
	return read_uses(a, to, x, count);
}

void token_uses_taken(struct arena *a, str data)
{
	(void)!unlink(taken(a, data));
}

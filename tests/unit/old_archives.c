/* Which addresses of older archives a path makes us look for: few, whatever it is. */
#include "web/pages/old.h"

#include "tests/check.h"

static size_t look(struct arena *a, const char *path, struct old_archive *x)
{
	str segments[40], rest = str_from(path), one;
	size_t n = 0;
	while (str_cut(rest, '/', &one, &rest))
		segments[n++] = one;
	segments[n++] = rest;
	return old_archives(a, segments, n, x);
}

static void test_paths(void)
{
	static const struct {
		const char *path;
		size_t count;
		const char *last, *id; /* the last of them */
	} rows[] = {
		{ "", 0, NULL, NULL },
		{ "nothing/of/the/kind/at/all", 0, NULL, NULL },
		{ "m@x", 0, NULL, NULL }, /* an archive has a name */
		{ "inbox/dev/m@x", 1, "/inbox/dev/", "m@x" },
		{ "inbox/dev/m@x/raw", 1, "/inbox/dev/", "m@x" },
		{ "inbox/dev@lists.example/m@x/t.mbox.gz", 2, "/inbox/dev@lists.example/",
		  "m@x" },
		{ "@/@/@/@/@/@/@/@/@/@/@/@/@/@/@/@/@", 3, "/@/@/@/", "@" },
		{ "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/m@x", 0, NULL, NULL },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct old_archive x[OLD_ARCHIVES];
		size_t n = look(a, rows[i].path, x);
		CHECK(n == rows[i].count);
		CHECK(!n
		      || (str_eq(x[n - 1].path, str_from(rows[i].last))
			  && str_eq(x[n - 1].message_id, str_from(rows[i].id))));
	}
}

int main(void)
{
	test_paths();
	return check_done();
}

#include "web/site/access.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* False: there is none. */
static bool read_access(struct arena *a, int folder, struct rules *r, str *why)
{
	struct stat st;
	str text;
	int fd = openat(folder, ACCESS_FILE,
			O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return false;
	if (fd < 0) {
		*why = str_from(errno == ELOOP ? "it is a link" : strerror(errno));
		return true;
	}
	err e = OK;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		e = FAIL(ERR_SYNTAX, "it is no file");
	if (!e.kind)
		e = file_read_fd(a, fd, RULES_MAX, &text);
	if (!e.kind)
		e = rules_parse(a, text, r);
	if (e.kind)
		*why = str_from(e.msg);
	close(fd);
	return true;
}

void access_look(void *ctx, int folder, size_t depth)
{
	struct access *x = ctx;
	struct rules r = { 0 };
	str why = STR_NONE;
	if (!read_access(x->a, folder, &r, &why))
		return;
	if (why.n)
		rules_break(&x->rules, why, depth);
	else
		rules_enter(x->a, &x->rules, &r, depth);
}

str access_folder(struct arena *a, const str *segments, size_t depth)
{
	str path = STR("/");
	for (size_t i = 0; i < depth; i++)
		path = arena_cat(a, path, segments[i], STR("/"));
	return path;
}

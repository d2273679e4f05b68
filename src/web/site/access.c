#include "web/site/access.h"

#include "base/enc.h"
#include "base/file.h"
#include "web/site/markdown.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
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

static str sum_of(struct arena *a, str text)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char *hex = arena_alloc(a, 2 * sizeof hash + 1);
	crypto_hash_sha256(hash, (const unsigned char *)text.p, text.n);
	sodium_bin2hex(hex, 2 * sizeof hash + 1, hash, sizeof hash);
	return str_from(hex);
}

/* A licence that cannot be shown cannot be accepted. */
static void read_licence(struct arena *a, int folder, struct rules *r, str *why)
{
	struct place p;
	if (!r->licence.n || str_ieq(r->licence, STR("none")))
		return;
	below_step(folder, a, r->licence, &p);
	if (p.kind != PLACE_FILE || !p.st.st_size || p.st.st_size > MARKDOWN_MAX
	    || file_read_fd(a, p.fd, MARKDOWN_MAX, &r->licence_text).kind
	    || !r->licence_text.n)
		*why = arena_printf(a,
				    "line %d: licence %.*s: there is no such text here",
				    r->licence_line, STR_F(r->licence));
	else
		r->licence_hash = sum_of(a, r->licence_text);
	place_close(&p);
}

void access_look(void *ctx, int folder, size_t depth)
{
	struct access *x = ctx;
	struct rules r = { 0 };
	str why = STR_NONE;
	if (!read_access(x->a, folder, &r, &why))
		return;
	if (!why.n)
		read_licence(x->a, folder, &r, &why);
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

str licence_path(const struct request *q, const struct rules *r)
{
	return arena_cat(q->arena, access_folder(q->arena, q->segments, r->licence_depth),
			 r->licence);
}

str licence_page_path(const struct request *q)
{
	struct arena *a = q->arena;
	str to = arena_cat(a, q->path, q->query_text.n ? STR("?") : STR(""),
			   q->query_text);
	return arena_cat(a, STR("/files/licence?to="), enc_percent(a, to));
}

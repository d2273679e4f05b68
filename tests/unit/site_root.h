/* tests/unit/site_root.h: a small site of a group, and one who asks for what is there. */
#pragma once

#include "web/site/site.h"

#include "base/file.h"
#include "tests/check.h"
#include "web/router.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/postern-site-XXXXXX";
static struct site *site;

static inline err nobody(void *ctx, struct arena *a, str cookie, struct session *out)
{
	(void)ctx, (void)a, (void)cookie, (void)out;
	return FAIL(ERR_NOTFOUND, "nobody's");
}

static inline void other(struct request *q, struct response *r)
{
	site_page(site, q, r);
}

static const struct sessions sessions = { .find = nobody };
static const struct router router = { .sessions = &sessions,
				      .site = { .lang = { "en", 2 }, .root = true },
				      .other = other };

static inline void put(const char *name, str content)
{
	ARENA(a);
	str path = arena_cat(a, str_from(root), STR("/"), str_from(name));
	CHECK(!file_write(a, arena_z(a, path), 0644, content).kind);
}

static inline void folder(const char *name)
{
	ARENA(a);
	str path = arena_cat(a, str_from(root), STR("/"), str_from(name));
	CHECK(!file_mkdir(a, arena_z(a, path), 0755).kind);
}

static inline void put_link(const char *target, const char *name)
{
	ARENA(a);
	str path = arena_cat(a, str_from(root), STR("/"), str_from(name));
	CHECK(symlink(target, arena_z(a, path)) == 0);
}

static inline void build(void)
{
	ARENA(a);
	BUF(big);
	CHECK(mkdtemp(root) != NULL);
	for (int i = 0; i < 70000; i++)
		buf_addf(&big, "%06d\n", i);
	folder("docs");
	folder("bare");
	folder(".git");
	folder(".well-known");
	put("index.html", STR("<h1>home</h1>"));
	put("docs/index.html", STR("<h1>docs</h1>"));
	put("docs/a b.txt", STR("0123456789"));
	put("big.bin", buf_str(&big));
	put(".htpasswd", STR("secret"));
	put(".git/config", STR("secret"));
	put(".well-known/security.txt", STR("Contact: x"));
	put("empty.txt", STR(""));
	put("pic.SVG", STR("<svg/>"));
	put_link("/etc/passwd", "passwd");
	put_link("index.html", "inside");
	put_link("/etc", "etc");
	str fifo = arena_cat(a, str_from(root), STR("/fifo"));
	CHECK(mkfifo(arena_z(a, fifo), 0644) == 0);
}

static inline void ask(struct arena *a, const char *path, const char *name,
		       const char *value, struct request *q, struct response *r)
{
	struct pair *header = arena_zero(a, sizeof *header);
	*header = (struct pair){ .name = str_from(name), .value = str_from(value) };
	*q = (struct request){ .arena = a, .method = GET };
	if (request_split_path(a, str_from(path), q).kind)
		q->refused = 400, q->why = "a bad path";
	q->headers = (struct pairs){ header, name ? 1 : 0 };
	*r = (struct response){ .arena = a, .status = 200 };
	router_page((void *)(uintptr_t)&router, q, r);
}

static inline void done(struct response *r)
{
	buf_free(&r->body);
	if (r->stream)
		r->stream->free(r->stream);
}

static str header(const struct response *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (str_eq(r->headers[i].name, str_from(name)))
			return r->headers[i].value;
	return STR_NONE;
}

static inline void end(struct arena *a)
{
	site_free(site);
	str remove = arena_cat(a, STR("rm -rf "), str_from(root));
	CHECK(system(arena_z(a, remove)) == 0);
}

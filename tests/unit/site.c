/* Which file answers, its version and its policy. */
#include "site_root.h"

#include <fcntl.h>

static void paths(void)
{
	static const struct {
		const char *path;
		int status;
		const char *body;
	} cases[] = {
		{ "/", 200, "<h1>home</h1>" },
		{ "/index.html", 200, "<h1>home</h1>" },
		{ "/docs/", 200, "<h1>docs</h1>" },
		{ "/docs", 301, "" },
		{ "/docs/a%20b.txt", 200, "0123456789" },
		{ "/docs/a%20b.txt/", 404, "" },
		{ "/index.html/", 404, "" },
		{ "/bare/", 404, "" },
		{ "/bare", 301, "" },
		{ "/nothing", 404, "" },
		{ "/.well-known/security.txt", 200, "Contact: x" },
		{ "/docs/.well-known/x", 404, "" },
		/* what must not get out */
		{ "/.htpasswd", 404, "" },
		{ "/.git/config", 404, "" },
		{ "/passwd", 404, "" },
		{ "/inside", 404, "" },
		{ "/etc/passwd", 404, "" },
		{ "/fifo", 404, "" },
		{ "/../etc/passwd", 400, "" },
		{ "/docs/../../etc/passwd", 400, "" },
		{ "/%2e%2e/etc/passwd", 400, "" },
		{ "/..%2fetc%2fpasswd", 404, "" },
		{ "/docs%2f..%2f..%2fetc%2fpasswd", 404, "" },
		{ "//etc/passwd", 404, "" },
		{ "/docs//index.html", 404, "" },
		{ "/index.html%00.txt", 400, "" },
		{ "/./index.html", 400, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct request q;
		struct response r;
		ask(a, cases[i].path, NULL, NULL, &q, &r);
		if (r.status != cases[i].status)
			fprintf(stderr, "%s: %d\n", cases[i].path, r.status);
		CHECK(r.status == cases[i].status);
		CHECK(r.status != 200
		      || str_eq(buf_str(&r.body), str_from(cases[i].body)));
		CHECK(!str_find(buf_str(&r.body), STR("secret")).n);
		CHECK(!str_find(buf_str(&r.body), STR("root:")).n);
		done(&r);
	}
}

static void types_and_policy(void)
{
	static const struct {
		const char *path, *type;
		bool sandbox;
	} cases[] = {
		{ "/", "text/html; charset=utf-8", true },
		{ "/pic.SVG", "image/svg+xml", true },
		{ "/empty.txt", "text/plain; charset=utf-8", false },
		{ "/big.bin", "application/octet-stream", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct request q;
		struct response r;
		ask(a, cases[i].path, NULL, NULL, &q, &r);
		CHECK(r.status == 200 && str_eq(r.type, str_from(cases[i].type)));
		CHECK(str_starts(r.policy, STR("sandbox ")) == cases[i].sandbox);
		CHECK(!str_find(r.policy, STR("allow-same-origin")).n);
		CHECK(!str_find(r.policy, STR("allow-top")).n);
		done(&r);
	}
}

static void versions(void)
{
	ARENA(a);
	struct request q;
	struct response r;
	ask(a, "/index.html", NULL, NULL, &q, &r);
	const char *tag = arena_z(a, header(&r, "ETag"));
	const char *date = arena_z(a, header(&r, "Last-Modified"));
	CHECK(*tag == '"' && strstr(date, " GMT"));
	done(&r);
	const struct {
		const char *name, *value;
		int status;
	} cases[] = {
		{ "if-none-match", tag, 304 },
		{ "if-none-match", "*", 304 },
		{ "if-none-match", "\"other\"", 200 },
		{ "if-modified-since", date, 304 },
		{ "if-modified-since", "Tue, 01 Jan 1980 00:00:00 GMT", 200 },
		{ "if-modified-since", "nonsense", 200 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ask(a, "/index.html", cases[i].name, cases[i].value, &q, &r);
		CHECK(r.status == cases[i].status);
		done(&r);
	}
	put("index.html", STR("<h1>HOME</h1>")); /* another inode: another version */
	ask(a, "/index.html", "if-none-match", tag, &q, &r);
	CHECK(r.status == 200);
	done(&r);
}

static void siblings(void)
{
	static const struct {
		const char *accept, *coding, *body;
	} cases[] = {
		{ "", "", "plain text" },
		{ "gzip, deflate, br, zstd", "br", "brotli" },
		{ "gzip", "gzip", "gzipped" },
		{ "br;q=0, gzip", "gzip", "gzipped" },
		{ "identity", "", "plain text" },
	};
	put("packed.txt", STR("plain text"));
	put("packed.txt.br", STR("brotli"));
	put("packed.txt.gz", STR("gzipped"));
	str tags[3] = { STR("") };
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct request q;
		struct response r;
		ask(a, "/packed.txt", "accept-encoding", cases[i].accept, &q, &r);
		CHECK(r.status == 200
		      && str_eq(header(&r, "Content-Encoding"),
				str_from(cases[i].coding)));
		CHECK(str_eq(header(&r, "Vary"), STR("Accept-Encoding")));
		CHECK(str_eq(buf_str(&r.body), str_from(cases[i].body)));
		CHECK(str_eq(r.type, STR("text/plain; charset=utf-8")));
		if (i < 3)
			tags[i] = header(&r, "ETag");
		done(&r);
	}
	CHECK(!str_eq(tags[0], tags[1]) && !str_eq(tags[1], tags[2]));
	/* one of before is no sibling */
	struct request q;
	struct response r;
	str path = arena_cat(a, str_from(root), STR("/packed.txt.br"));
	const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	CHECK(!utimensat(AT_FDCWD, arena_z(a, path), old, 0));
	ask(a, "/packed.txt", "accept-encoding", "br", &q, &r);
	CHECK(!header(&r, "Content-Encoding").n
	      && str_eq(buf_str(&r.body), STR("plain text")));
	done(&r);
}

static void own_404(void)
{
	ARENA(a);
	struct request q;
	struct response r;
	put("404.html", STR("<h1>not ours</h1>"));
	ask(a, "/nothing", NULL, NULL, &q, &r);
	CHECK(r.status == 404 && str_eq(buf_str(&r.body), STR("<h1>not ours</h1>")));
	CHECK(str_starts(r.policy, STR("sandbox ")));
	done(&r);
	ask(a, "/index.html", "if-match", "\"other\"", &q, &r);
	CHECK(r.status == 412);
	done(&r);
}

static void good_for_ever(void)
{
	static const struct {
		const char *name;
		bool kept;
	} cases[] = { { "app.3f9ac21b.js", true },
		      { "app-0123456789abcdef.css", true },
		      { "app.js", false },
		      { "deadbeefdead.js", false },
		      { "a.facadefade.js", false } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct request q;
		struct response r;
		put(cases[i].name, STR("x"));
		str path = arena_cat(a, STR("/"), str_from(cases[i].name));
		ask(a, arena_z(a, path), NULL, NULL, &q, &r);
		CHECK(r.status == 200 && (r.cache.n > 0) == cases[i].kept);
		done(&r);
	}
}

static void a_host_of_its_own(void)
{
	static const struct {
		const char *host;
		bool sandbox;
	} cases[] = { { "files.example", false },
		      { "Files.Example:8080", false },
		      { "www.example", true },
		      { "files.example.evil", true } };
	struct router apart = router;
	apart.files_host = STR("files.example");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct response r = { .arena = a, .status = 200 };
		struct pair host = { .name = STR("host"),
				     .value = str_from(cases[i].host) };
		struct request q = { .arena = a, .method = GET, .headers = { &host, 1 } };
		CHECK(!request_split_path(a, STR("/docs/"), &q).kind);
		router_page(&apart, &q, &r);
		CHECK(r.status == 200
		      && str_starts(r.policy, STR("sandbox ")) == cases[i].sandbox);
		done(&r);
	}
}

static void opens_only_folders(void)
{
	ARENA(a);
	struct site *s = NULL;
	CHECK(site_open(a, "/nonexistent/www", &s).kind == ERR_NOTFOUND);
	err e = site_open(a, "/etc/passwd", &s);
	CHECK(e.kind == ERR_IO && strstr(e.msg, "[web] root = /etc/passwd"));
	CHECK(s == NULL);
}

int main(void)
{
	ARENA(a);
	build();
	CHECK(!site_open(a, root, &site).kind);
	paths();
	types_and_policy();
	versions();
	siblings();
	good_for_ever();
	a_host_of_its_own();
	opens_only_folders();
	own_404();
	end(a);
	return check_done();
}

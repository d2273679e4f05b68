#include "web/site/site.h"

#include "web/router.h"
#include "web/range.h"

#include "base/file.h"
#include "tests/check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/postern-site-XXXXXX";
static struct site *site;

static err nobody(void *ctx, struct arena *a, str cookie, struct session *out)
{
	(void)ctx, (void)a, (void)cookie, (void)out;
	return FAIL(ERR_NOTFOUND, "nobody's");
}

static void other(struct request *q, struct response *r)
{
	site_page(site, q, r);
}

static const struct sessions sessions = { .find = nobody };
static const struct router router = { .sessions = &sessions,
				      .site = { .lang = { "en", 2 }, .root = true },
				      .other = other };

static void put(const char *name, str content)
{
	ARENA(a);
	str path = arena_cat(a, str_from(root), STR("/"), str_from(name));
	CHECK(!file_write(a, arena_z(a, path), 0644, content).kind);
}

static void folder(const char *name)
{
	ARENA(a);
	str path = arena_cat(a, str_from(root), STR("/"), str_from(name));
	CHECK(!file_mkdir(a, arena_z(a, path), 0755).kind);
}

static void link_to(const char *target, const char *name)
{
	ARENA(a);
	str path = arena_cat(a, str_from(root), STR("/"), str_from(name));
	CHECK(symlink(target, arena_z(a, path)) == 0);
}

static void build(void)
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
	link_to("/etc/passwd", "passwd");
	link_to("index.html", "inside");
	link_to("/etc", "etc");
	str fifo = arena_cat(a, str_from(root), STR("/fifo"));
	CHECK(mkfifo(arena_z(a, fifo), 0644) == 0);
}

static void ask(struct arena *a, const char *path, const char *name, const char *value,
		struct request *q, struct response *r)
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

static void done(struct response *r)
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

static void ranges(void)
{
	static const struct {
		const char *header;
		int status;
		int64_t from, count;
	} cases[] = {
		{ "bytes=0-3", 206, 0, 4 },
		{ "bytes=2-", 206, 2, 8 },
		{ "bytes=-3", 206, 7, 3 },
		{ "bytes=-300", 206, 0, 10 },
		{ "bytes=9-9", 206, 9, 1 },
		{ "bytes=5-500", 206, 5, 5 },
		{ "bytes=10-", 416, 0, 0 },
		{ "bytes=-0", 416, 0, 0 },
		{ "bytes=10-20", 416, 0, 0 },
		{ "bytes=3-2", 0, 0, 0 },
		{ "bytes=0-1,3-4", 206, 0, 5 },
		{ "bytes=", 0, 0, 0 },
		{ "bytes=-", 0, 0, 0 },
		{ "bytes=a-b", 0, 0, 0 },
		{ "bytes=--1", 0, 0, 0 },
		{ "lines=0-3", 0, 0, 0 },
		{ "bytes=0--3", 0, 0, 0 },
		{ "bytes=99999999999999999999-", 0, 0, 0 },
		{ "bytes=20-,3-4", 206, 3, 2 },
		{ "bytes=20-,30-40", 416, 0, 0 },
		{ "bytes=0-,0-,0-", 0, 0, 0 },
		{ "bytes=0-1,", 0, 0, 0 },
		{ "bytes= 0-3 , 2-5", 206, 0, 6 },
		{ "bytes=-1,0-0", 206, 0, 10 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct request q;
		struct response r;
		struct range_set s;
		int status = range_parse(str_from(cases[i].header), 10, &s);
		int64_t from = cases[i].from, count = cases[i].count;
		if (status != cases[i].status)
			fprintf(stderr, "%s: %d\n", cases[i].header, status);
		CHECK(status == cases[i].status);
		CHECK(status != 206
		      || (s.count == 1 && s.rows[0].from == from
			  && s.rows[0].count == count));
		ask(a, "/docs/a%20b.txt", "range", cases[i].header, &q, &r);
		CHECK(r.status == (status ? status : 200));
		if (status == 206)
			CHECK(str_eq(buf_str(&r.body),
				     str_first(str_skip(STR("0123456789"), (size_t)from),
					       (size_t)count)));
		done(&r);
	}
	struct range_set s;
	CHECK(range_parse(STR("bytes=0-0"), 0, &s) == 416);
}

static void many_ranges(void)
{
	BUF(list);
	struct range_set s;
	CHECK(range_parse(STR("bytes=1000-1099,0-99,500-599"), 2000, &s) == 206);
	CHECK(s.count == 3 && s.rows[0].from == 1000 && s.rows[1].from == 0);
	/* one that closes the gap between two makes all three one */
	CHECK(range_parse(STR("bytes=0-99,400-499,90-410"), 2000, &s) == 206);
	CHECK(s.count == 1 && s.rows[0].from == 0 && s.rows[0].count == 500);
	for (int i = 0; i < 40; i++)
		buf_addf(&list, "%s%d-%d", i ? "," : "bytes=", i * 1000, i * 1000 + 1);
	CHECK(range_parse(buf_str(&list), 1000000, &s)
	      == 0); /* more than anybody needs */
	CHECK(range_parse(STR("bytes=0-9223372036854775807,1-9223372036854775807"),
			  INT64_MAX, &s)
	      == 0);
}

/* A body of several parts, as RFC 9110 section 14.6 has it. */
static void several_parts(void)
{
	ARENA(a);
	BUF(all);
	struct request q;
	struct response r;
	ask(a, "/big.bin", "range", "bytes=0-6,70000-70006", &q, &r);
	str type = r.type, boundary = str_skip(str_find(type, STR("=")), 1);
	CHECK(r.status == 206
	      && str_starts(type, STR("multipart/byteranges; boundary=")));
	CHECK(boundary.n == 32 && !header(&r, "Content-Range").n);
	str wanted = arena_cat(
		a, STR("--"), boundary,
		STR("\r\nContent-Type: application/octet-stream\r\n"
		    "Content-Range: bytes 0-6/490000\r\n\r\n000000\n\r\n--"),
		boundary,
		STR("\r\nContent-Type: application/octet-stream\r\n"
		    "Content-Range: bytes 70000-70006/490000\r\n\r\n010000\n\r\n--"),
		boundary, STR("--\r\n"));
	CHECK(str_eq(buf_str(&r.body), wanted));
	done(&r);

	ask(a, "/big.bin", "range", "bytes=0-99999,200000-", &q, &r);
	CHECK(r.status == 206 && r.stream);
	if (!r.stream)
		return;
	enum stream_state state;
	do
		state = r.stream->more(r.stream, &all);
	while (state == STREAM_MORE);
	CHECK(state == STREAM_END && (int64_t)all.n == r.stream->length);
	done(&r);

	/* of a HEAD no range is made (RFC 9110 section 14.2) */
	struct pair range = { .name = STR("range"), .value = STR("bytes=0-3") };
	q = (struct request){ .arena = a, .method = GET, .head = true };
	CHECK(!request_split_path(a, STR("/docs/a%20b.txt"), &q).kind);
	q.headers = (struct pairs){ &range, 1 };
	r = (struct response){ .arena = a, .status = 200 };
	site_page(site, &q, &r);
	CHECK(r.status == 200);
	done(&r);
}

/* Octets of a file are named, not read, where the server can send them so. */
static void pieces_of_a_file(void)
{
	ARENA(a);
	BUF(none);
	struct request q;
	struct response r;
	ask(a, "/big.bin", "range", "bytes=7-400006", &q, &r);
	CHECK(r.status == 206 && r.stream);
	r.stream->takes_file = true;
	CHECK(r.stream->more(r.stream, &none) == STREAM_END && !none.n);
	CHECK(r.stream->file_at == 7 && r.stream->file_count == 400000);
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

static void large_files_are_streamed(void)
{
	ARENA(a);
	BUF(all);
	struct request q;
	struct response r;
	ask(a, "/big.bin", "range", "bytes=7-", &q, &r);
	CHECK(r.status == 206 && r.stream && r.stream->length == 490000 - 7);
	CHECK(str_eq(header(&r, "Content-Range"), STR("bytes 7-489999/490000")));
	while (r.stream->more(r.stream, &all) == STREAM_MORE)
		;
	CHECK(all.n == 490000 - 7 && str_starts(buf_str(&all), STR("000001\n")));
	CHECK(str_ends(buf_str(&all), STR("069999\n")));
	done(&r);

	/* cut short while it is read: broken off, not padded */
	ask(a, "/big.bin", NULL, NULL, &q, &r);
	str path = arena_cat(a, str_from(root), STR("/big.bin"));
	CHECK(truncate(arena_z(a, path), 1000) == 0);
	enum stream_state s = STREAM_MORE;
	while (s == STREAM_MORE)
		s = r.stream->more(r.stream, &all);
	CHECK(s == STREAM_FAILED);
	done(&r);
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
	ranges();
	many_ranges();
	several_parts();
	pieces_of_a_file();
	siblings();
	good_for_ever();
	a_host_of_its_own();
	large_files_are_streamed();
	opens_only_folders();
	own_404();
	site_free(site);
	str remove = arena_cat(a, STR("rm -rf "), str_from(root));
	CHECK(system(arena_z(a, remove)) == 0);
	return check_done();
}

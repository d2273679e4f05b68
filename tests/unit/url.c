/* URLs are read as whoever asks for them reads them, or not at all. */
#include "base/url.h"

#include "tests/check.h"

static void test_read(void)
{
	static const struct {
		const char *text, *host, *path,
			*query; /* host NULL: refused; query NULL: none */
		uint16_t port;
		bool tls;
	} cases[] = {
		{ "http://uni.example/a/b.txt", "uni.example", "/a/b.txt", NULL, 80,
		  false },
		{ "HTTPS://Uni.Example", "Uni.Example", "", NULL, 443, true },
		{ "http://127.0.0.1:8000/x/list:user:notice:welcome", "127.0.0.1",
		  "/x/list:user:notice:welcome", NULL, 8000, false },
		{ "http://[::1]:8000/", "::1", "/", NULL, 8000, false },
		{ "https://[2001:db8::1]?a=b/../c", "2001:db8::1", "", "a=b/../c", 443,
		  true },
		{ "http://h/a?", "h", "/a", "", 80, false },
		{ "http://h/%20..a/...", "h", "/%20..a/...", NULL, 80, false },
		{ .text = "ftp://uni.example/" },
		{ .text = "http:/uni.example/" },
		{ .text = "http:///a" },
		{ .text = "http://:80/a" },
		{ .text = "http://h:/a" },
		{ .text = "http://h:0/a" },
		{ .text = "http://h:65536/a" },
		{ .text = "http://h:80:80/a" },
		{ .text = "http://u:p@h/a" },
		{ .text = "http://h/a@b" },
		{ .text = "http://h\\@x/a" },
		{ .text = "http://h/a#b" },
		{ .text = "http://h/a b" },
		{ .text = "http://h/\xc3\xa4" },
		{ .text = "http://h/a/../b" },
		{ .text = "http://h/a/." },
		{ .text = "http://h/a/%2E./b" },
		{ .text = "http://h/a/.%2e" },
		{ .text = "http://h/a%2F..%2fb" },
		{ .text = "http://h/a%5Cb" },
		{ .text = "http://[::1/a" },
		{ .text = "http://[::1]x/a" },
		{ .text = "http://[localhost]/a" },
		{ .text = "http://-h/a" },
		{ .text = "http://.h/a" },
		{ .text = "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct url u = { .port = 7 };
		err e = url_read(str_from(cases[i].text), &u);
		if (!e.kind != (cases[i].host != NULL))
			fprintf(stderr, "  %s\n", cases[i].text);
		CHECK(!e.kind == (cases[i].host != NULL));
		if (!cases[i].host) {
			CHECK(e.kind == ERR_SYNTAX && u.port == 7);
			continue;
		}
		CHECK(str_eq(u.host, str_from(cases[i].host)));
		CHECK(str_eq(u.path, str_from(cases[i].path)));
		CHECK(!u.query.p == !cases[i].query);
		CHECK(!cases[i].query || str_eq(u.query, str_from(cases[i].query)));
		CHECK(u.port == cases[i].port && u.tls == cases[i].tls);
	}
}

static void test_below(void)
{
	static const struct {
		const char *place, *url;
		bool is;
	} cases[] = {
		{ "http://h:8000/a/", "http://H:8000/a/b", true },
		{ "http://h:8000/a", "http://h:8000/a/b", true },
		{ "http://h:8000/a", "http://h:8000/a", true },
		{ "http://h:8000/a/", "http://h:8000/a?b", true },
		{ "http://h/", "http://h:80/x", true },
		{ "http://h:8000/a", "http://h:8000/ab", false },
		{ "http://h:8000/a", "http://h:8000/A/b", false },
		{ "http://h:8000/a", "http://h:8001/a/b", false },
		{ "http://h:8000/a", "https://h:8000/a/b", false },
		{ "http://h/a", "http://h.evil.example/a/b", false },
		{ "http://h/a", "http://g/a/b", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct url place, u;
		CHECK(!url_read(str_from(cases[i].place), &place).kind);
		CHECK(!url_read(str_from(cases[i].url), &u).kind);
		if (url_is_below(&u, &place) != cases[i].is)
			fprintf(stderr, "  %s below %s\n", cases[i].url, cases[i].place);
		CHECK(url_is_below(&u, &place) == cases[i].is);
	}
}

static void test_data(void)
{
	static const struct {
		const char *text, *type, *octets; /* type NULL: refused */
	} cases[] = {
		{ "data:,Hello%2C%20you", "", "Hello, you" },
		{ "DATA:text/plain;charset=utf-8,a,b", "text/plain;charset=utf-8",
		  "a,b" },
		{ "data:text/plain;base64,SGVsbG8=", "text/plain", "Hello" },
		{ "data:;BASE64,SGVsbG8%3D", "", "Hello" },
		{ "data:;x,", ";x", "" },
		{ "data:text/plain", NULL, NULL },
		{ "data:;base64,###", NULL, NULL },
		{ "data:,%zz", NULL, NULL },
		{ "http://h/,", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		str type = STR("?"), octets;
		err e = url_read_data(a, str_from(cases[i].text), &type, &octets);
		if (!e.kind != (cases[i].type != NULL))
			fprintf(stderr, "  %s\n", cases[i].text);
		CHECK(!e.kind == (cases[i].type != NULL));
		CHECK(e.kind || str_eq(octets, str_from(cases[i].octets)));
		CHECK(str_eq(type, e.kind ? STR("?") : str_from(cases[i].type)));
	}
}

int main(void)
{
	test_read();
	test_below();
	test_data();
	return check_done();
}

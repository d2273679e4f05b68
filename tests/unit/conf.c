#include "base/conf.h"

#include "base/file.h"
#include "tests/check.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/postern-conf-XXXXXX";

static const char *write_conf(struct arena *a, const char *text)
{
	const char *path = arena_z(a,
				   arena_cat(a, str_from(folder), STR("/postern.conf")));
	CHECK(!file_write(a, path, 0600, str_from(text)).kind);
	return path;
}

static void reads(struct arena *a)
{
	const char *const overrides[] = { "smtp.max_size=7k", "site.url=https://x/?a=b" };
	const char *path = write_conf(
		a, "[site]\ndomain = lists.example\n[smtp]\nmax_clients = 12\n"
		   "[send]\nexpire = 2d\n[route]\n*.Inner.example = lmtp:/run/x\n");
	struct conf c;
	CHECK(!conf_load(a, path, overrides, 2, &c).kind);
	CHECK(str_eq(c.site_domain, STR("lists.example")) && c.smtp_max_clients == 12);
	CHECK(c.smtp_max_size == 7 * 1024 && c.send_expire == 2 * 86400);
	CHECK(str_eq(c.site_url, STR("https://x/?a=b")));
	CHECK(c.route_count == 1 && str_eq(c.routes[0].domain, STR("*.inner.example")));
	CHECK(str_starts(c.site_data, str_from(folder)));
	str list = c.smtp_listen, word;
	CHECK(conf_word(&list, &word) && str_eq(word, STR("0.0.0.0:25")));
	CHECK(conf_word(&list, &word) && str_eq(word, STR("[::]:25"))
	      && !conf_word(&list, &word));
}

static void names_what_is_wrong(struct arena *a)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "[smtp]\nmax_size = many\n",
		  "postern.conf:2: [smtp] max_size = many: must be a size" },
		{ "[smtp]\nsizes = 1\n", "postern.conf:2: [smtp] has no key \"sizes\"" },
		{ "[smtp\nx=1\n", "postern.conf:1: " },
		{ "[store]\nbackend = pgsql\n", "backend = pgsql: not built yet" },
		{ "[send]\nrequire_tls = maybe\n", "must be yes or no" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conf c = { .site_domain = STR("untouched") };
		err e = conf_load(a, write_conf(a, cases[i].text), NULL, 0, &c);
		CHECK(e.kind == ERR_SYNTAX && strstr(e.msg, cases[i].says));
		CHECK(str_eq(c.site_domain, STR("untouched")));
	}
	struct conf c;
	CHECK(conf_load(a, "/nonexistent/postern.conf", NULL, 0, &c).kind
	      == ERR_NOTFOUND);
}

int main(void)
{
	ARENA(a);
	if (!mkdtemp(folder))
		return 1;
	reads(a);
	names_what_is_wrong(a);
	unlink(write_conf(a, ""));
	rmdir(folder);
	return check_done();
}

/* What is read as a URL has a host and a port, stays below its own place and holds no
 * octet or segment by which another reader would go elsewhere. */
#include "fuzz.h"

#include "base/url.h"

static void whole(str in)
{
	struct url u = { .port = 0 }, again;
	if (url_read(in, &u).kind) {
		must(!u.port);
		return;
	}
	must(u.host.n && u.port && !str_has(u.host, '@') && !str_has(u.host, '/'));
	must(!u.path.n || u.path.p[0] == '/');
	must(!str_find(u.path, STR("/../")).n && !str_ends(u.path, STR("/..")));
	must(!str_has(in, '\\') && !str_has(in, '#') && !str_has(in, '\n'));
	must(url_is_below(&u, &u));
	must(!url_read(in, &again).kind && str_eq(again.host, u.host));
}

static void data(struct arena *a, str in)
{
	str type = STR_NONE, octets;
	if (url_read_data(a, in, &type, &octets).kind)
		must(!type.p);
	else
		must(octets.n <= in.n && type.n < in.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	ARENA(a);
	str in = { (const char *)bytes, n };
	whole(in);
	data(a, in);
	return 0;
}

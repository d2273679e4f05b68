#include "base/url.h"

#include "base/enc.h"

enum { HOST_MAX = 253, PORT_HTTP = 80, PORT_HTTPS = 443 };

/* RFC 3986 section 2, without what begins a user, a fragment or an address. */
static bool has_only_url_octets(str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~'
		    || str_has(STR("\"<>\\^`{|}@#"), text.p[i]))
			return false;
	return true;
}

static bool is_name(str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!chr_is_alpha(host.p[i]) && !chr_is_digit(host.p[i])
		    && host.p[i] != '-' && host.p[i] != '.' && host.p[i] != '_')
			return false;
	return host.n && host.n <= HOST_MAX && host.p[0] != '-' && host.p[0] != '.';
}

static bool is_v6(str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!str_has(STR("0123456789abcdefABCDEF:."), host.p[i]))
			return false;
	return str_has(host, ':');
}

static bool read_port(str text, uint16_t *port)
{
	uint64_t n;
	if (!str_u64(text, &n) || !n || n > UINT16_MAX)
		return false;
	*port = (uint16_t)n;
	return true;
}

/* "uni.example:8000", "[::1]". */
static bool read_server(str server, struct url *u)
{
	str port = STR_NONE, rest;
	if (str_starts(server, STR("["))) {
		if (!str_cut(str_skip(server, 1), ']', &u->host, &rest) || !is_v6(u->host)
		    || (rest.n && rest.p[0] != ':'))
			return false;
		port = rest.n ? str_skip(rest, 1) : STR_NONE;
		return !rest.n || read_port(port, &u->port);
	}
	u->host = server;
	return (!str_cut(server, ':', &u->host, &port) || read_port(port, &u->port))
	       && is_name(u->host);
}

/* ".", "..", also with dots as %2e: 0 to 2; 3: another segment. */
static bool is_dots(str segment)
{
	size_t dots = 0;
	while (segment.n) {
		size_t n = segment.p[0] == '.'                ? 1
			   : str_istarts(segment, STR("%2e")) ? 3
							      : 0;
		if (!n)
			return false;
		segment = str_skip(segment, n);
		dots++;
	}
	return dots == 1 || dots == 2;
}

static bool is_plain(str path)
{
	str segment, rest = path;
	while (rest.n) {
		if (!str_cut(rest, '/', &segment, &rest)) {
			segment = rest;
			rest = STR_NONE;
		}
		if (is_dots(segment))
			return false;
	}
	for (size_t i = 0; i + 2 < path.n; i++)
		if (str_istarts(str_skip(path, i), STR("%2f"))
		    || str_istarts(str_skip(path, i), STR("%5c")))
			return false;
	return true;
}

static size_t server_length(str text)
{
	size_t n = 0;
	while (n < text.n && text.p[n] != '/' && text.p[n] != '?')
		n++;
	return n;
}

err url_read(str text, struct url *u)
{
	struct url x = { .query = STR_NONE };
	str rest;
	x.tls = str_istarts(text, STR("https://"));
	if (!x.tls && !str_istarts(text, STR("http://")))
		return FAIL(ERR_SYNTAX, "not a URL that begins with http:// or https://");
	if (!has_only_url_octets(text))
		return FAIL(ERR_SYNTAX, "a URL with a user, a fragment or an octet that "
					"belongs in none");
	rest = str_skip(text, x.tls ? 8 : 7);
	x.port = x.tls ? PORT_HTTPS : PORT_HTTP;
	if (!read_server(str_first(rest, server_length(rest)), &x))
		return FAIL(ERR_SYNTAX,
			    "a URL without a host, or with a port that is none");
	rest = str_skip(rest, server_length(rest));
	if (!str_cut(rest, '?', &x.path, &x.query)) {
		x.path = rest;
		x.query = STR_NONE;
	}
	if (!is_plain(x.path))
		return FAIL(ERR_SYNTAX, "a URL whose path goes up, or hides a slash");
	*u = x;
	return OK;
}

bool url_is_below(const struct url *u, const struct url *place)
{
	str path = place->path;
	if (str_ends(path, STR("/")))
		path.n--;
	return u->tls == place->tls && u->port == place->port
	       && str_ieq(u->host, place->host) && str_starts(u->path, path)
	       && (u->path.n == path.n || u->path.p[path.n] == '/');
}

err url_read_data(struct arena *a, str text, str *type, str *octets)
{
	static const char marker[] = ";base64";
	str head, data, bytes;
	if (!str_istarts(text, STR("data:"))
	    || !str_cut(str_skip(text, STR("data:").n), ',', &head, &data))
		return FAIL(ERR_SYNTAX,
			    "not a URL that begins with data: and has a comma");
	TRY(enc_percent_decode(a, data, false, &bytes));
	str tail = str_skip(head, head.n < strlen(marker) ? 0 : head.n - strlen(marker));
	if (str_ieq(tail, str_from(marker))) {
		head = str_first(head, head.n - strlen(marker));
		TRY(enc_base64_decode(a, bytes, &bytes));
	}
	*type = head;
	*octets = bytes;
	return OK;
}

/* What a value of each type must look like, and how it is read. Whether a host
 * answers or a list exists is not asked here. */
#include "base/conf_value.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/url.h"

#include <arpa/inet.h>

typedef bool reader(struct arena *a, str value, const char *choices, void *at);

static bool read_text(struct arena *a, str value, const char *choices, void *at)
{
	(void)choices;
	*(str *)at = arena_copy(a, value);
	return true;
}

static bool read_number(struct arena *a, str value, const char *choices, void *at)
{
	(void)a, (void)choices;
	return str_i64(value, at) && *(int64_t *)at >= 0;
}

static bool read_size(struct arena *a, str text, const char *choices, void *at)
{
	static const struct {
		char unit;
		int64_t octets;
	} units[] = { { 'k', 1024 }, { 'M', 1 << 20 }, { 'G', 1 << 30 } };
	int64_t n, scale = 1;
	(void)a, (void)choices;
	for (size_t i = 0; text.n && i < sizeof units / sizeof *units; i++)
		if (text.p[text.n - 1] == units[i].unit) {
			scale = units[i].octets;
			text.n--;
			break;
		}
	return str_i64(text, &n) && n >= 0
	       && !__builtin_mul_overflow(n, scale, (int64_t *)at);
}

static bool read_span(struct arena *a, str value, const char *choices, void *at)
{
	(void)a, (void)choices;
	return clock_parse_span(value, at);
}

static bool read_bool(struct arena *a, str value, const char *choices, void *at)
{
	(void)a, (void)choices;
	*(bool *)at = str_ieq(value, STR("yes"));
	return *(bool *)at || str_ieq(value, STR("no"));
}

static bool read_choice(struct arena *a, str value, const char *choices, void *at)
{
	return str_has_word(str_from(choices), value) && read_text(a, value, NULL, at);
}

/* ---- where something is */

static bool is_ip(str text)
{
	char z[INET6_ADDRSTRLEN];
	unsigned char octets[16];
	if (!text.n || text.n >= sizeof z)
		return false;
	memcpy(z, text.p, text.n);
	z[text.n] = '\0';
	return inet_pton(str_has(text, ':') ? AF_INET6 : AF_INET, z, octets) == 1;
}

/* An IPv6 address stands in brackets, which *host goes without. */
static bool split_port(str text, str *host)
{
	str digits;
	uint64_t port;
	if (!str_cut_last(text, ':', host, &digits) || digits.n > 5
	    || !str_u64(digits, &port) || !port || port > 65535)
		return false;
	if (!str_starts(*host, STR("[")) || !str_ends(*host, STR("]")))
		return !str_has(*host, ':');
	*host = str_first(str_skip(*host, 1), host->n - 2);
	return str_has(*host, ':');
}

static bool is_host(str host)
{
	if (is_ip(host))
		return true;
	for (size_t i = 0; i < host.n; i++)
		if (!chr_is_alpha(host.p[i]) && !chr_is_digit(host.p[i])
		    && host.p[i] != '-' && host.p[i] != '.' && host.p[i] != '_')
			return false;
	return host.n && host.n <= 253 && host.p[0] != '-' && host.p[0] != '.';
}

static bool read_address(struct arena *a, str value, const char *choices, void *at)
{
	str host;
	return (!value.n || (split_port(value, &host) && is_ip(host)))
	       && read_text(a, value, choices, at);
}

bool conf_hop_valid(str hop)
{
	str host;
	if (str_starts(hop, STR("lmtp:/")) && !str_starts(hop, STR("lmtp://")))
		return hop.n > strlen("lmtp:/") && hop.n < strlen("lmtp:") + 108;
	if (!str_starts(hop, STR("smtp://")) && !str_starts(hop, STR("lmtp://")))
		return false;
	return split_port(str_skip(hop, 7), &host) && is_host(host);
}

static bool read_relay(struct arena *a, str value, const char *choices, void *at)
{
	str host;
	return (!value.n || str_eq(value, STR("outbox"))
		|| (split_port(value, &host) && is_host(host)))
	       && read_text(a, value, choices, at);
}

static bool is_network(str word)
{
	str ip = word, digits;
	uint64_t bits = 0;
	bool has_bits = str_cut(word, '/', &ip, &digits);
	return is_ip(ip)
	       && (!has_bits
		   || (digits.n <= 3 && str_u64(digits, &bits)
		       && bits <= (str_has(ip, ':') ? 128 : 32)));
}

/* Answers of such a list are addresses of 127.0.0.0/8 (RFC 5782 section 2.1). */
static bool is_zone(str word)
{
	str zone = word, code;
	if (str_cut(word, '=', &zone, &code)
	    && (!is_ip(code) || !str_starts(code, STR("127."))))
		return false;
	return is_host(zone) && !is_ip(zone) && str_has(zone, '.');
}

static bool is_network_or_zone(str word)
{
	return is_network(word) || is_zone(word);
}

static bool read_each(struct arena *a, str value, bool (*is_right)(str word), void *at)
{
	str rest = value, word;
	while (conf_word(&rest, &word))
		if (!is_right(word))
			return false;
	return read_text(a, value, NULL, at);
}

static bool read_networks(struct arena *a, str value, const char *choices, void *at)
{
	(void)choices;
	return read_each(a, value, is_network, at);
}

static bool read_zones(struct arena *a, str value, const char *choices, void *at)
{
	(void)choices;
	return read_each(a, value, is_zone, at);
}

static bool read_allow(struct arena *a, str value, const char *choices, void *at)
{
	(void)choices;
	return read_each(a, value, is_network_or_zone, at);
}

/* The role that dials them asks no name server; of names it knows its own machine's. */
static bool is_engine(str word)
{
	str host;
	if (str_starts(word, STR("/")))
		return word.n > 1 && word.n < 108; /* sun_path (unix(7)) */
	return split_port(word, &host) && (is_ip(host) || str_eq(host, STR("localhost")));
}

static bool read_engines(struct arena *a, str value, const char *choices, void *at)
{
	(void)choices;
	return read_each(a, value, is_engine, at);
}

/* Only where it has a path: a whole server is more than anybody means. */
static bool is_place(str word)
{
	struct url u;
	return !url_read(word, &u).kind && u.path.n && !u.query.p;
}

static bool read_places(struct arena *a, str value, const char *choices, void *at)
{
	(void)choices;
	return read_each(a, value, is_place, at);
}

/* What a provider calls itself is compared with octet for octet. */
static bool read_issuer(struct arena *a, str value, const char *choices, void *at)
{
	struct url u;
	return (!value.n || (!url_read(value, &u).kind && u.tls && !u.query.p))
	       && read_text(a, value, choices, at);
}

static bool read_url(struct arena *a, str value, const char *choices, void *at)
{
	struct url u;
	return (!value.n || (!url_read(value, &u).kind && !str_skip(u.path, 1).n))
	       && read_text(a, value, choices, at);
}

/* ---- who reads which pages */

static bool is_protected(struct arena *a, str word)
{
	size_t count = 0;
	str path, who, segment, list = STR("members:");
	if (!str_cut(word, '=', &path, &who) || !str_starts(path, STR("/")))
		return false;
	path = str_skip(str_trim(path), 1);
	while (path.n) {
		if (!str_cut(path, '/', &segment, &path)) {
			segment = path;
			path = STR_NONE;
		}
		if (!segment.n || enc_percent_decode(a, segment, false, &segment).kind
		    || str_has(segment, '\0') || str_eq(segment, STR("."))
		    || str_eq(segment, STR("..")) || ++count > 64)
			return false;
	}
	who = str_trim(who);
	return str_eq(who, STR("signed-in")) || str_eq(who, STR("admin"))
	       || (str_starts(who, list) && who.n > list.n);
}

static bool read_protect(struct arena *a, str value, const char *choices, void *at)
{
	str rest = value, word;
	while (conf_word(&rest, &word))
		if (!is_protected(a, word))
			return false;
	return read_text(a, value, choices, at);
}

static const struct {
	const char *wanted, *choices;
	reader *read;
} types[] = {
	[TEXT] = { "one line", NULL, read_text },
	[WORDS] = { "words separated by commas", NULL, read_text },
	[NUMBER] = { "a whole number", NULL, read_number },
	[SIZE] = { "a size such as 512k, 50M or 1G", NULL, read_size },
	[SPAN] = { "a time such as 90s, 5m, 12h or 5d", NULL, read_span },
	[BOOL] = { "yes or no", NULL, read_bool },
	[LEVEL] = { "debug, info, warn or error", "debug info warn error", read_choice },
	[FORMAT] = { "text or json", "text json", read_choice },
	[ADDRESS] = { "ADDRESS:PORT, such as 192.0.2.1:53 or [2001:db8::1]:53, or empty",
		      NULL, read_address },
	[RELAY] = { "HOST:PORT, outbox or empty", NULL, read_relay },
	[PROTECT] = { "words PATH=WHO with a PATH that begins with /, and of WHO one of "
		      "signed-in, admin and members:LIST",
		      NULL, read_protect },
	[NETWORKS] = { "networks separated by commas, such as 192.0.2.0/28, 2001:db8::5",
		       NULL, read_networks },
	[ZONES] = { "names of lists in DNS separated by commas, such as bl.example or "
		    "bl.example=127.0.0.2",
		    NULL, read_zones },
	[ALLOW] = { "networks such as 192.0.2.0/28 and names of lists in DNS such as "
		    "wl.example, separated by commas",
		    NULL, read_allow },
	[ENGINES] = { "paths of sockets such as /run/clamav/clamd.ctl, and ADDRESS:PORT, "
		      "separated by commas",
		      NULL, read_engines },
	[FAILURE] = { "tempfail or accept", "tempfail accept", read_choice },
	[PLACES] = { "URLs with a path, such as http://127.0.0.1:8000/postorius/, "
		     "separated "
		     "by commas",
		     NULL, read_places },
	[ISSUER] = { "an https URL without a query, such as https://id.lab.example", NULL,
		     read_issuer },
	[CREATE] = { "no, members or yes", "no members yes", read_choice },
	[URL] = { "a URL without a path, such as https://files.example.org, or empty",
		  NULL, read_url },
};

const char *conf_wanted(enum conf_type type)
{
	return types[type].wanted;
}

bool conf_value_read(struct arena *a, enum conf_type type, str value, void *at)
{
	return types[type].read(a, value, types[type].choices, at);
}

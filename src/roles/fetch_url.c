/* One question: its URL, the addresses of its host, and what libcurl is told. */
#include "roles/fetch_inside.h"

#include "base/clock.h"
#include "base/mem.h"

#include <netinet/in.h>
#include <stdio.h>

enum { ADDRESSES = 16, CONNECT_MS = 30000 };

static void say(struct job *j, enum fetch_result result, const char *why)
{
	j->answer.result = result;
	j->answer.why = arena_copy(j->a, str_from(why));
}

/* --- what libcurl asks us */

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct job *j = arg;
	if (size * n > j->r->most - j->body.n) {
		j->too_large = true;
		return 0;
	}
	buf_add(&j->body, (str){ p, size * n });
	return size * n;
}

static bool may_go_to(const struct fetcher *f, const struct net_addr *addr)
{
	for (size_t i = 0; i < f->allow_count; i++)
		if (net_in_block(&f->allow[i], addr))
			return true;
	return net_is_public(addr);
}

/* The one place where a connection begins, whatever led to it. */
static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct job *j = arg;
	struct net_addr addr = { .len = to->addrlen };
	(void)purpose;
	if (to->addrlen > sizeof addr.ss)
		return CURL_SOCKET_BAD;
	memcpy(&addr.ss, &to->addr, to->addrlen);
	if (!j->inner && !may_go_to(j->f, &addr)) {
		j->kept_out = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* About once a second, whatever the server does. */
static int on_time(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct job *j = arg;
	(void)a, (void)b, (void)c, (void)d;
	return fetch_places_spent(j->f->places, &j->place);
}

/* --- the question */

/* A stranger's: its host. */
static err read_https(struct job *j, str *host)
{
	uint16_t port = (uint16_t)j->f->role->conf->fetch_port;
	struct net_addr literal;
	struct url u;
	TRY(url_read(j->r->url, &u));
	if (!u.tls)
		return FAIL(ERR_DENIED, "only https is fetched");
	if (u.port != 443 && u.port != port)
		return FAIL(ERR_DENIED, "another port than that of https is not fetched");
	if (!net_parse_ip(u.host, &literal).kind)
		return FAIL(ERR_DENIED,
			    "a URL with an address for a host is not fetched");
	j->port = port;
	*host = u.host;
	return OK;
}

/* A page below a place that the site names. */
static err read_template(struct job *j, str *host)
{
	struct url u;
	TRY(url_read(j->r->url, &u));
	for (size_t i = 0; i < j->f->template_count; i++)
		if (url_is_below(&u, &j->f->templates[i])) {
			j->port = u.port;
			j->of_template = j->inner = true;
			*host = u.host;
			return OK;
		}
	return FAIL(ERR_DENIED, "it is below no place that [fetch] templates names");
}

static struct net_addr address_of(const struct dns_record *d, enum dns_type type)
{
	struct net_addr x = { 0 };
	if (type == DNS_A) {
		struct sockaddr_in *in = (struct sockaddr_in *)&x.ss;
		in->sin_family = AF_INET;
		memcpy(&in->sin_addr, d->data.p, sizeof in->sin_addr);
		x.len = sizeof *in;
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&x.ss;
		in6->sin6_family = AF_INET6;
		memcpy(&in6->sin6_addr, d->data.p, sizeof in6->sin6_addr);
		x.len = sizeof *in6;
	}
	return x;
}

/* libcurl's own look-up would ask the system's name servers, whatever [dns] says; so
 * it gets the addresses from here, as its cache would hold them. */
static bool find_addresses(struct job *j, str host, int64_t deadline)
{
	static const enum dns_type types[] = { DNS_AAAA, DNS_A };
	size_t count = 0;
	BUF(list);
	if (!net_parse_ip(host, &j->first).kind)
		return true;
	buf_addf(&list, "%.*s:%d:", STR_F(host), (int)j->port);
	for (size_t t = 0; t < 2; t++) {
		struct dns_answer x;
		resolver_ask(j->f->resolver, j->a, host, types[t], deadline, &x);
		for (size_t i = 0; x.status == DNS_FOUND && i < x.count; i++) {
			struct net_addr at = address_of(&x.records[i], types[t]);
			str text = net_ip_text(j->a, &at);
			if (count == ADDRESSES)
				break;
			if (!count)
				j->first = at;
			buf_add(&list, count++ ? STR(",") : STR_NONE);
			if (net_is_v6(&at))
				buf_cat(&list, STR("["), text, STR("]"));
			else
				buf_add(&list, text);
		}
	}
	j->addresses = curl_slist_append(NULL, arena_z(j->a, buf_str(&list)));
	return count > 0;
}

static void set_up(struct job *j, int64_t left)
{
	CURL *c = j->curl;
	curl_easy_setopt(c, CURLOPT_URL, arena_z(j->a, j->r->url));
	curl_easy_setopt(c, CURLOPT_PORT, (long)j->port);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR,
			 j->of_template ? "http,https" : "https");
	if (j->r->basic.n) {
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(c, CURLOPT_USERPWD, arena_z(j->a, j->r->basic));
	}
	curl_easy_setopt(c, CURLOPT_PROXY, ""); /* whatever the environment says */
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L); /* RFC 8461 section 3.3 */
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	if (j->f->authorities.len)
		curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &j->f->authorities);
	curl_easy_setopt(c, CURLOPT_RESOLVE, j->addresses);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, j);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, j);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_time);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, j);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)left);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)(left < CONNECT_MS ? left : CONNECT_MS));
	curl_easy_setopt(c, CURLOPT_USERAGENT, "postern");
}

static struct curl_slist *add_post(struct job *j)
{
	str type = arena_cat(j->a, STR("Content-Type: "), j->r->type);
	struct curl_slist *fields = curl_slist_append(NULL, arena_z(j->a, type));
	fields = curl_slist_append(fields, "Expect:");
	curl_easy_setopt(j->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)j->r->body.n);
	curl_easy_setopt(j->curl, CURLOPT_POSTFIELDS, j->r->body.p);
	return fields;
}

static struct curl_slist *add_fields(struct job *j)
{
	struct curl_slist *fields = NULL;
	if (j->r->post)
		fields = add_post(j);
	if (j->r->bearer.n)
		fields = curl_slist_append(
			NULL, arena_z(j->a, arena_cat(j->a, STR("Authorization: Bearer "),
						      j->r->bearer)));
	if (fields)
		curl_easy_setopt(j->curl, CURLOPT_HTTPHEADER, fields);
	return fields;
}

static enum fetch_result result_of(const struct job *j, CURLcode code)
{
	if (j->too_large)
		return FETCH_TOO_LARGE;
	if (j->kept_out && code == CURLE_COULDNT_CONNECT)
		return FETCH_REFUSED;
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_ABORTED_BY_CALLBACK:
		return FETCH_TOO_SLOW;
	case CURLE_PEER_FAILED_VERIFICATION:
		return FETCH_BAD_CERTIFICATE;
	default:
		return FETCH_NO_CONNECTION;
	}
}

static void perform(struct job *j, int64_t left)
{
	char why[CURL_ERROR_SIZE] = "";
	char *type = NULL;
	long status = 0;
	set_up(j, left);
	curl_easy_setopt(j->curl, CURLOPT_ERRORBUFFER, why);
	struct curl_slist *fields = add_fields(j);
	CURLcode code = curl_easy_perform(j->curl);
	curl_slist_free_all(fields);
	if (code) {
		enum fetch_result result = result_of(j, code);
		say(j, result,
		    result == FETCH_REFUSED     ? "its address is an inner one; [fetch] "
						  "allow names those that are reached"
		    : result == FETCH_TOO_LARGE ? "the answer is too large"
		    : code == CURLE_ABORTED_BY_CALLBACK
			    ? "the server is slow, and others waited"
		    : why[0] ? why
			     : curl_easy_strerror(code));
		return;
	}
	curl_easy_getinfo(j->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(j->curl, CURLINFO_CONTENT_TYPE, &type);
	j->answer = (struct fetch_answer){ .status = status,
					   .type = arena_copy(j->a, str_from(type)),
					   .body = buf_str(&j->body) };
}

/* web faces strangers: it gets no more than it has a use for. */
static err read_of_web(struct job *j, str *host)
{
	const struct fetch_request *r = j->r;
	if (r->most > FETCH_WEB_MAX || r->body.n > FETCH_WEB_POST_MAX
	    || r->within_ms > FETCH_WEB_MS)
		return FAIL(ERR_DENIED, "web asks for more than it has a use for");
	err e = fetch_provider_check(j, host);
	if (e.kind != ERR_NOTFOUND)
		return e;
	return r->post || r->bearer.n
		       ? FAIL(ERR_DENIED, "web posts to a provider's endpoint alone")
		       : read_template(j, host);
}

void fetch_perform(struct job *j)
{
	str host;
	int64_t deadline = clock_mono_ms() + j->r->within_ms;
	err e = j->by_web ? read_of_web(j, &host) : read_https(j, &host);
	if (e.kind) {
		say(j, FETCH_REFUSED, e.msg);
		return;
	}
	if (!find_addresses(j, host, deadline)) {
		say(j, FETCH_NO_ADDRESS, "the host has no address, or DNS is silent");
		return;
	}
	if (deadline <= clock_mono_ms()) {
		say(j, FETCH_TOO_SLOW, "DNS took all the time there was");
		return;
	}
	if (!fetch_places_enter(j->f->places, &j->place, &j->first, deadline)) {
		say(j, FETCH_NOT_TRIED, "other servers were waited for all the time");
		return;
	}
	j->curl = curl_easy_init();
	if (!j->curl)
		mem_exhausted();
	int64_t left = deadline - clock_mono_ms();
	perform(j, left > 0 ? left : 1);
	fetch_places_leave(j->f->places, &j->place);
}

void fetch_forget(struct job *j)
{
	curl_easy_cleanup(j->curl); /* NULL is fine */
	curl_slist_free_all(j->addresses);
	buf_free(&j->body);
}

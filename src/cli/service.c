#include "cli/service.h"

#include "base/buf.h"
#include "base/mem.h"
#include "net/addr.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdlib.h>

enum { CONNECT_MS = 10000, ANSWER_MS = 120000 };

struct service {
	CURL *curl;
	char *root; /* without a / at its end */
	struct buf body;
	size_t most;
	bool too_large;
	char why[CURL_ERROR_SIZE];
};

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct service *s = arg;
	if (n > (s->most - s->body.n) / size) {
		s->too_large = true;
		return 0;
	}
	buf_add(&s->body, (str){ p, size * n });
	return size * n;
}

/* ---- the URL */

static bool is_this_machine(str host)
{
	struct net_addr at;
	if (str_ieq(host, STR("localhost")))
		return true;
	if (str_starts(host, STR("[")) && str_ends(host, STR("]")))
		host = str_first(str_skip(host, 1), host.n - 2);
	return !net_parse_ip(host, &at).kind
	       && (str_starts(host, STR("127.")) || str_eq(host, STR("::1")));
}

static bool has_part(CURLU *u, CURLUPart part)
{
	char *text = NULL;
	bool yes = !curl_url_get(u, part, &text, 0) && text && *text;
	curl_free(text);
	return yes;
}

static err check_parts(struct arena *a, CURLU *u, const char *url)
{
	char *scheme = NULL, *host = NULL;
	err e = OK;
	if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
		return FAIL(ERR_DENIED,
			    "a password in a URL is seen by all who see what runs here: "
			    "--user=NAME --password=FILE");
	if (has_part(u, CURLUPART_QUERY) || has_part(u, CURLUPART_FRAGMENT))
		return err_in(a, ERR_SYNTAX, "%s: the URL ends at the API's version",
			      url);
	if (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0)
	    || curl_url_get(u, CURLUPART_HOST, &host, 0)
	    || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
		e = err_in(a, ERR_SYNTAX,
			   "%s: write http://127.0.0.1:PORT/VERSION or "
			   "https://HOST/VERSION",
			   url);
	else if (!strcmp(scheme, "http") && !is_this_machine(str_from(host)))
		e = err_in(a, ERR_DENIED,
			   "%s: over http the password can be read on its way: use "
			   "https, or a tunnel to a port of this machine",
			   url);
	curl_free(scheme);
	curl_free(host);
	return e;
}

static err check_url(struct arena *a, const char *url)
{
	CURLU *u = curl_url();
	if (!u)
		mem_exhausted();
	err e = curl_url_set(u, CURLUPART_URL, url, 0)
			? err_in(a, ERR_SYNTAX, "%s: it is no URL", url)
			: check_parts(a, u, url);
	curl_url_cleanup(u);
	return e;
}

/* ---- asking */

static void set_up(struct service *s, const char *user, const char *password)
{
	CURL *c = s->curl;
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_PROXY, ""); /* whatever the environment says */
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	curl_easy_setopt(c, CURLOPT_USERNAME, user);
	curl_easy_setopt(c, CURLOPT_PASSWORD, password);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, s->why);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "postern");
}

err service_open(struct arena *a, const char *url, const char *user, str password,
		 struct service **out)
{
	str root = str_from(url);
	TRY(check_url(a, url));
	while (str_ends(root, STR("/")))
		root.n--;
	struct service *s = mem_zero(sizeof *s);
	s->root = arena_z(a, root);
	s->curl = curl_easy_init();
	if (!s->curl)
		mem_exhausted();
	char *secret = arena_z(a, password);
	set_up(s, user, secret);
	sodium_memzero(secret, password.n); /* libcurl has its own copy */
	*out = s;
	return OK;
}

static err status_error(struct arena *a, long status)
{
	if (status == 200)
		return OK;
	if (status == 404)
		return FAIL(ERR_NOTFOUND, "there is no such page (HTTP 404)");
	if (status == 401 || status == 403)
		return FAIL(ERR_DENIED,
			    "it does not let us in (HTTP 401 or 403): --user=NAME "
			    "--password=FILE, as [webservice] of its configuration has "
			    "them in admin_user and admin_pass");
	if (status >= 300 && status < 400)
		return err_in(a, ERR_DENIED,
			      "it sends elsewhere (HTTP %ld), where nobody goes: name "
			      "the URL itself",
			      status);
	return err_in(a, status >= 500 ? ERR_TEMP : ERR_SYNTAX, "it answers HTTP %ld",
		      status);
}

static err transfer_error(struct arena *a, const struct service *s, CURLcode code)
{
	if (s->too_large)
		return err_in(a, ERR_LIMIT, "the answer is larger than %zu octets",
			      s->most);
	return err_in(a, ERR_TEMP, "no answer: %s",
		      s->why[0] ? s->why : curl_easy_strerror(code));
}

err service_get(void *with, struct arena *a, str path, size_t most, str *body)
{
	struct service *s = with;
	long status = 0;
	buf_clear(&s->body);
	s->most = most;
	s->too_large = false;
	s->why[0] = 0;
	curl_easy_setopt(s->curl, CURLOPT_URL,
			 arena_z(a, arena_cat(a, str_from(s->root), path)));
	CURLcode code = curl_easy_perform(s->curl);
	if (code)
		return transfer_error(a, s, code);
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	TRY(status_error(a, status));
	*body = arena_copy(a, buf_str(&s->body));
	return OK;
}

void service_close(struct service *s)
{
	if (!s)
		return;
	curl_easy_cleanup(s->curl);
	buf_free(&s->body);
	free(s);
}

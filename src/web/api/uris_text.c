/* The text at a URI: fetched from where the site lets it be, or borne by the URI. */
#include "web/api/uris_inside.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/url.h"
#include "lists/notice.h"
#include "mail/charset.h"
#include "mail/header.h"
#include "net/fetch.h"

/* ---- $names in the URI */

static str name_at(str text)
{
	size_t n = 0;
	while (n < text.n && (chr_is_alpha(text.p[n]) || text.p[n] == '_'))
		n++;
	return str_first(text, n);
}

static str value_of(struct api *x, const struct template_owner *o, str name)
{
	if (str_eq(name, STR("domain_name")))
		return o->domain;
	if (!o->list)
		return STR("");
	if (str_eq(name, STR("list_id")))
		return o->list->list_id;
	if (str_eq(name, STR("listname")))
		return o->list->address;
	if (str_eq(name, STR("language")))
		return api_list_language(x);
	return STR("");
}

static err expand(struct api *x, const struct template_owner *o, str uri, str *out)
{
	BUF(b);
	str head, rest;
	while (str_cut(uri, '$', &head, &rest)) {
		str name = name_at(rest), value = value_of(x, o, name);
		if (!value.n)
			return err_in(x->a, ERR_SYNTAX,
				      "$%.*s in a URI has no value here", STR_F(name));
		buf_cat(&b, head, value);
		uri = str_skip(rest, name.n);
	}
	buf_add(&b, uri);
	*out = arena_copy(x->a, buf_str(&b));
	return OK;
}

/* ---- what comes */

static err read_text(struct api *x, str type, str octets, str *text)
{
	struct field f = { .value = type };
	str charset = header_param(x->a, &f, STR("charset"));
	if (type.n && type.p[0] != ';'
	    && !str_eq(header_token(x->a, &f), STR("text/plain")))
		return err_in(x->a, ERR_SYNTAX, "it is %.*s, not text/plain",
			      STR_F(header_token(x->a, &f)));
	if (str_has(octets, '\0'))
		return FAIL(ERR_SYNTAX, "it is no text");
	*text = charset_decode(x->a, octets, charset, NULL);
	return OK;
}

static err fetch(struct api *x, const struct uri_fetch *f, str url, str *text)
{
	int64_t left = f->until - clock_mono_ms();
	struct fetch_answer answer;
	struct fetch_request r = { .url = url,
				   .most = FETCH_WEB_MAX,
				   .within_ms = left < FETCH_WEB_MS ? left
								    : FETCH_WEB_MS };
	if (left <= 0)
		return FAIL(ERR_LIMIT, "those before it took all the time there was");
	if (f->username.n)
		r.basic = arena_cat(x->a, f->username, STR(":"), f->password);
	TRY(web_fetch(x->q, &r, &answer));
	if (answer.result != FETCH_DONE)
		return err_in(x->a, ERR_DENIED, "it cannot be fetched: %.*s",
			      STR_F(answer.why));
	if (answer.status != 200)
		return err_in(x->a, ERR_DENIED,
			      "it cannot be fetched: the server answers %d",
			      (int)answer.status);
	return read_text(x, answer.type, answer.body, text);
}

err uri_fetch(struct api *x, const struct template_owner *owner,
	      const struct uri_fetch *f, str uri, str *text)
{
	str url, type, octets;
	if (str_istarts(uri, STR("data:"))) {
		TRY(url_read_data(x->a, uri, &type, &octets));
		return read_text(x, type, octets, text);
	}
	if (str_istarts(uri, STR("mailman:")))
		return FAIL(ERR_DENIED,
			    "it names a file of Mailman's own, which is not here: "
			    "give the text's http, https or data URI");
	TRY(expand(x, owner, uri, &url));
	if (url.n > FETCH_URL_MAX)
		return FAIL(ERR_SYNTAX, "it is too long");
	struct url u;
	TRY(url_read(url, &u));
	return fetch(x, f, url, text);
}

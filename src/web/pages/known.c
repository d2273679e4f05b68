#include "web/pages/known.h"

#include "base/mac.h"
#include "store/lists/address.h"

enum { KNOWN_DAYS = 180 };

static const str purpose = STR("known browser");

/* __Secure-: taken from pages with TLS alone (RFC 6265bis section 4.1.3.1). */
static const char *cookie_name(const struct request *q)
{
	return q->secure ? "__Secure-postern-known" : "postern-known";
}

static str text_of(struct arena *a, int64_t person)
{
	return arena_printf(a, "%lld", (long long)person);
}

static void set(struct request *q, struct response *r, str value, int64_t seconds)
{
	response_header(r, STR("Set-Cookie"),
			arena_printf(r->arena,
				     "%s=%.*s; Path=/login; Max-Age=%lld; HttpOnly; "
				     "SameSite=Lax%s",
				     cookie_name(q), STR_F(value), (long long)seconds,
				     q->secure ? "; Secure" : ""));
}

void known_set(struct request *q, struct response *r, int64_t person)
{
	str text = text_of(q->arena, person);
	str tag = mac_tag(q->arena, &worker_of(q)->web->mac, purpose, text);
	set(q, r, arena_cat(q->arena, text, STR("."), tag), (int64_t)KNOWN_DAYS * 86400);
}

void known_clear(struct request *q, struct response *r)
{
	set(q, r, STR_NONE, 0);
}

bool known_is(struct request *q, const struct address *x, str *user)
{
	str text, tag;
	int64_t person;
	struct address_row row;
	struct worker *w = worker_of(q);
	if (!str_cut(request_cookie(q, cookie_name(q)), '.', &text, &tag)
	    || !mac_check(q->arena, &w->web->mac, purpose, text, tag)
	    || !str_i64(text, &person) || worker_check(w).kind
	    || address_find(w->books.lists, q->arena, address_key(q->arena, x), &row).kind
	    || row.person != person)
		return false;
	*user = arena_cat(q->arena, STR("known browser of "), text);
	return true;
}

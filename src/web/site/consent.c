#include "web/site/consent.h"

#include "base/log.h"
#include "web/site/access.h"
#include "web/worker.h"

enum { KEPT_DAYS = 400, SHORT = 16 };

static str cookie_name(struct arena *a, str licence)
{
	return arena_cat(a, STR("licence-"), str_first(licence, SHORT));
}

static str cookie_value(struct request *q, int64_t id, str licence)
{
	const struct worker *w = worker_of(q);
	str number = arena_number(q->arena, id);
	return arena_cat(q->arena, number, STR("."),
			 mac_tag(q->arena, &w->books.mac, STR("consent"),
				 arena_cat(q->arena, number, STR(" "), licence)));
}

static err find_by_cookie(struct request *q, str licence, struct consent_row *x)
{
	str name = cookie_name(q->arena, licence), id, tag;
	str cookie = request_cookie(q, arena_z(q->arena, name));
	int64_t number;
	if (!str_cut(cookie, '.', &id, &tag) || !str_i64(id, &number)
	    || !mac_equal(cookie_value(q, number, licence), cookie))
		return FAIL(ERR_NOTFOUND, "no cookie of ours");
	return consent_get(worker_of(q)->books.lists, q->arena, number, licence, x);
}

err consent_find(struct request *q, const struct rules *r, struct consent_row *x)
{
	struct worker *w = worker_of(q);
	*x = (struct consent_row){ 0 };
	TRY(worker_check(w));
	err e = q->session ? consent_of(w->books.lists, q->arena, q->session->person,
					r->licence_hash, x)
			   : find_by_cookie(q, r->licence_hash, x);
	return e.kind == ERR_NOTFOUND ? OK : e;
}

void consent_keep(struct request *q, struct response *r, const struct consent_row *x)
{
	response_header(r, STR("Set-Cookie"),
			arena_printf(r->arena,
				     "%.*s=%.*s; Path=/; Max-Age=%d; HttpOnly; "
				     "SameSite=Lax%s",
				     STR_F(cookie_name(r->arena, x->licence)),
				     STR_F(cookie_value(q, x->id, x->licence)),
				     KEPT_DAYS * 86400, q->secure ? "; Secure" : ""));
}

int file_consent(struct request *q, const struct rules *r)
{
	struct consent_row x;
	err e = consent_find(q, r, &x);
	q->consent = x.id;
	if (!e.kind)
		return x.id ? MAY : MAY_NOT;
	log_error("page-not-made", KE(e), KZ("do", "mend what the error names"));
	return MAY_NOT_TELL;
}

#include "web/pages/known.h"

#include "base/clock.h"
#include "base/mac.h"
#include "store/lists/address.h"
#include "store/lists/person.h"

enum { KNOWN_DAYS = 180, DAY = 86400 };

static const str purpose = STR("known browser");

/* __Secure-: taken from pages with TLS alone (RFC 6265bis section 4.1.3.1). */
static const char *cookie_name(const struct request *q)
{
	return q->secure ? "__Secure-postern-known" : "postern-known";
}

/* The password as it is kept is in the tag alone: a new one ends the marks of all
 * browsers. False: the book has nobody of that id. */
static bool tag_of(struct request *q, str text, int64_t person, str *tag)
{
	struct person_row who;
	struct worker *w = worker_of(q);
	if (worker_check(w).kind
	    || person_get(w->books.lists, q->arena, person, &who).kind)
		return false;
	*tag = mac_tag(q->arena, &w->web->mac, purpose,
		       arena_cat(q->arena, text, STR(" "), who.password));
	return true;
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
	str tag, text = arena_printf(q->arena, "%lld.%lld", (long long)person,
				     (long long)(clock_now() / DAY));
	if (tag_of(q, text, person, &tag))
		set(q, r, arena_cat(q->arena, text, STR("."), tag), KNOWN_DAYS * DAY);
}

void known_clear(struct request *q, struct response *r)
{
	set(q, r, STR_NONE, 0);
}

/* PERSON.DAY.TAG */
static bool read_mark(struct request *q, int64_t *person)
{
	str text, tag, number, day, right;
	int64_t since, today = clock_now() / DAY;
	return str_cut_last(request_cookie(q, cookie_name(q)), '.', &text, &tag)
	       && str_cut(text, '.', &number, &day) && str_i64(number, person)
	       && str_i64(day, &since) && since <= today && today - since <= KNOWN_DAYS
	       && tag_of(q, text, *person, &right) && mac_equal(tag, right);
}

bool known_is(struct request *q, const struct address *x, str *user)
{
	int64_t person;
	struct address_row row;
	struct worker *w = worker_of(q);
	if (!read_mark(q, &person)
	    || address_find(w->books.lists, q->arena, address_key(q->arena, x), &row).kind
	    || row.person != person)
		return false;
	*user = arena_printf(q->arena, "known browser of %lld", (long long)person);
	return true;
}

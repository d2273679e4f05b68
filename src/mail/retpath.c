#include "mail/retpath.h"

static const char LOCAL_TOO_LONG[] = "path would have a local part over 64 octets";

static str list_text(struct arena *a, str list, int64_t member)
{
	return arena_cat(a, arena_lower(a, list), STR(" "), arena_number(a, member));
}

static const str copies = { "bounce", 6 }, probes = { "probe", 5 };

static str make(struct arena *a, const struct mac_key *key, str purpose, str list,
		int64_t member)
{
	str name = list, host = STR_NONE;
	str tag = mac_tag(a, key, purpose, list_text(a, list, member));
	str_cut_last(list, '@', &name, &host);
	return arena_cat(a, name, STR("-bounces+"), arena_number(a, member), STR("."),
			 tag, STR("@"), host);
}

str retpath_make(struct arena *a, const struct mac_key *key, str list, int64_t member)
{
	return make(a, key, copies, list, member);
}

str retpath_probe(struct arena *a, const struct mac_key *key, str list, int64_t member)
{
	return make(a, key, probes, list, member);
}

err retpath_read(struct arena *a, const struct mac_key *key, str list, str token,
		 int64_t *member, bool *probe)
{
	str number, tag;
	int64_t id;
	/* Mailers on the way fold case; a leading zero would be a second spelling. */
	token = arena_lower(a, token);
	if (!str_cut(token, '.', &number, &tag) || !str_i64(number, &id)
	    || !str_eq(number, arena_number(a, id)))
		return FAIL(ERR_SYNTAX, "return path needs NUMBER.TAG");
	str text = list_text(a, list, id);
	bool is_copy = mac_check(a, key, copies, text, tag);
	if (!is_copy && !mac_check(a, key, probes, text, tag))
		return FAIL(ERR_DENIED, "return path bears a tag that is not ours");
	*member = id;
	*probe = !is_copy;
	return OK;
}

/* SRS, by the shape that its users agreed on: the day in two base-32 digits, so
 * that a path can expire; the tag over all that follows it, case folded. */
enum { SRS_DAYS = 21, SRS_TAG = 8, SECONDS_A_DAY = 86400, DAY_RANGE = 32 * 32 };

static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";

static str srs_tag(struct arena *a, const struct mac_key *key, str scheme, str text)
{
	str all = arena_lower(a, arena_cat(a, scheme, STR("="), text));
	return str_first(mac_tag(a, key, STR("srs"), all), SRS_TAG);
}

static str day_text(struct arena *a, int64_t now)
{
	int64_t day = now / SECONDS_A_DAY % DAY_RANGE;
	return arena_printf(a, "%c%c", digits[day / 32], digits[day % 32]);
}

static bool day_fresh(str text, int64_t now)
{
	if (text.n != 2)
		return false;
	const char *hi = memchr(digits, chr_lower(text.p[0]), 32);
	const char *lo = memchr(digits, chr_lower(text.p[1]), 32);
	if (!hi || !lo)
		return false;
	int64_t day = 32 * (hi - digits) + (lo - digits);
	int64_t age = (now / SECONDS_A_DAY - day) % DAY_RANGE;
	return age >= 0 && age <= SRS_DAYS;
}

/* Whether local is of that scheme; *rest is what follows its name, with the
 * separator, for which some use + or -. */
static bool srs_scheme(str local, str scheme, str *rest)
{
	if (!str_istarts(local, scheme) || local.n == scheme.n
	    || !memchr("=+-", local.p[scheme.n], 3))
		return false;
	*rest = str_skip(local, scheme.n);
	return true;
}

err srs_forward(struct arena *a, const struct mac_key *key, const struct address *sender,
		str domain, int64_t now, str *path)
{
	str scheme = STR("SRS1"), rest, ignored, text;
	struct address out = { .domain = domain };
	if (address_is_null(sender)) { /* a bounce stays one */
		*path = STR_NONE;
		return OK;
	}
	if (srs_scheme(sender->local, STR("SRS0"), &rest)) {
		text = arena_cat(a, sender->domain, STR("="), rest);
	} else if (!srs_scheme(sender->local, STR("SRS1"), &rest)
		   || !str_cut(str_skip(rest, 1), '=', &ignored, &text)) {
		scheme = STR("SRS0");
		text = arena_cat(a, day_text(a, now), STR("="), sender->domain, STR("="),
				 sender->local);
	} /* else: the first forwarder stays named, the tag of the last one goes */
	out.local = arena_cat(a, scheme, STR("="), srs_tag(a, key, scheme, text),
			      STR("="), text);
	if (out.local.n > ADDRESS_LOCAL_MAX)
		return FAIL(ERR_LIMIT, LOCAL_TOO_LONG);
	*path = address_text(a, &out);
	return OK;
}

err srs_reverse(struct arena *a, const struct mac_key *key, const struct address *path,
		int64_t now, str *sender)
{
	str rest, tag, text, day, host, local;
	bool first = srs_scheme(path->local, STR("SRS0"), &rest);
	if ((!first && !srs_scheme(path->local, STR("SRS1"), &rest))
	    || !str_cut(str_skip(rest, 1), '=', &tag, &text))
		return FAIL(ERR_SYNTAX, "not a path of SRS");
	str want = srs_tag(a, key, first ? STR("SRS0") : STR("SRS1"), text);
	if (!mac_equal(arena_lower(a, tag), want))
		return FAIL(ERR_DENIED, "SRS path bears a tag that is not ours");
	if (first && (!str_cut(text, '=', &day, &text) || !day_fresh(day, now)))
		return FAIL(ERR_DENIED, "SRS path is older than 21 days");
	if (!str_cut(text, '=', &host, &local) || !host.n || !local.n)
		return FAIL(ERR_SYNTAX, "SRS path names no sender");
	if (!first)
		local = arena_cat(a, STR("SRS0"), local);
	*sender = address_text(a, &(struct address){ local, arena_lower(a, host) });
	return OK;
}

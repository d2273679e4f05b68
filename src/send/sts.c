#include "send/sts.h"

/* --- the record: v=STSv1; id=... (section 3.1) */

static bool is_id(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!chr_is_alpha(s.p[i]) && !chr_is_digit(s.p[i]))
			return false;
	return s.n && s.n <= STS_ID_MOST;
}

bool sts_record(str text, str *id)
{
	str rest = text, found = STR_NONE;
	if (!str_starts(text, STR("v=STSv1;")))
		return false;
	while (rest.n) {
		str field, name, value;
		if (!str_cut(rest, ';', &field, &rest)) {
			field = rest;
			rest = STR_NONE;
		}
		field = str_trim(field);
		if (!field.n && !str_trim(rest).n) /* a last ";" */
			break;
		if (!str_cut(field, '=', &name, &value) || !name.n || !value.n)
			return false;
		if (!str_eq(name, STR("id")))
			continue;
		if (found.n || !is_id(value))
			return false;
		found = value;
	}
	if (found.n)
		*id = found;
	return found.n > 0;
}

/* --- the file (section 3.2) */

enum { VERSION = 1, MODE = 2, MAX_AGE = 4 };

struct reading {
	struct arena *a;
	struct sts_policy p;
	unsigned seen;
};

static bool is_host(str name)
{
	bool label = false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (c == '.' ? !label : !chr_is_alpha(c) && !chr_is_digit(c) && c != '-')
			return false;
		label = c != '.';
	}
	return label && name.n <= 253;
}

static err add_mx(struct reading *r, str value)
{
	str host = str_starts(value, STR("*.")) ? str_skip(value, 2) : value;
	if (!is_host(host))
		return FAIL(ERR_SYNTAX, "mx: is no host name");
	if (r->p.mx_count == STS_MX_MOST)
		return FAIL(ERR_LIMIT, "too many lines mx:");
	if (!r->p.mx)
		r->p.mx = arena_alloc(r->a, STS_MX_MOST * sizeof *r->p.mx);
	r->p.mx[r->p.mx_count++] = value;
	return OK;
}

static err set_mode(struct reading *r, str value)
{
	static const str modes[] = { [STS_NONE] = STR("none"),
				     [STS_TESTING] = STR("testing"),
				     [STS_ENFORCE] = STR("enforce") };
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (str_eq(value, modes[i])) {
			r->p.mode = (enum sts_mode)i;
			return OK;
		}
	return FAIL(ERR_SYNTAX, "mode: is none of enforce, testing and none");
}

static err set_age(struct reading *r, str value)
{
	uint64_t age;
	if (value.n > 10 || !str_u64(value, &age))
		return FAIL(ERR_SYNTAX, "max_age: is no number of seconds");
	r->p.max_age = age < STS_AGE_MOST ? (int64_t)age : STS_AGE_MOST;
	return OK;
}

static err set_version(struct reading *r, str value)
{
	(void)r;
	return str_eq(value, STR("STSv1")) ? OK
					   : FAIL(ERR_SYNTAX, "version: is not STSv1");
}

/* Of keys that stand twice the first counts; unknown ones are for later versions. */
static err take(struct reading *r, str key, str value)
{
	static const struct {
		str key;
		unsigned bit;
		err (*set)(struct reading *r, str value);
	} keys[] = { { STR("version"), VERSION, set_version },
		     { STR("mode"), MODE, set_mode },
		     { STR("max_age"), MAX_AGE, set_age } };
	if (str_eq(key, STR("mx")))
		return add_mx(r, value);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_eq(key, keys[i].key) && !(r->seen & keys[i].bit)) {
			r->seen |= keys[i].bit;
			return keys[i].set(r, value);
		}
	return OK;
}

err sts_parse(struct arena *a, str text, struct sts_policy *p)
{
	struct reading r = { .a = a };
	str line, key, value;
	if (text.n > STS_MOST)
		return FAIL(ERR_LIMIT, "the policy is larger than 64 KB");
	while (str_line(&text, &line)) {
		if (!str_trim(line).n)
			continue;
		if (!str_cut(line, ':', &key, &value) || !key.n)
			return FAIL(ERR_SYNTAX, "a line is not key: value");
		TRY(take(&r, str_trim(key), str_trim(value)));
	}
	if (r.seen != (VERSION | MODE | MAX_AGE))
		return FAIL(ERR_SYNTAX, "version:, mode: or max_age: is missing");
	if (r.p.mode != STS_NONE && !r.p.mx_count)
		return FAIL(ERR_SYNTAX, "no line mx: names a server");
	*p = r.p;
	return OK;
}

/* A star stands for exactly one label (section 4.1). */
static bool fits(str pattern, str host)
{
	str label, rest;
	if (!str_starts(pattern, STR("*.")))
		return str_ieq(pattern, host);
	return str_cut(host, '.', &label, &rest) && label.n
	       && str_ieq(str_skip(pattern, 2), rest);
}

bool sts_names(const struct sts_policy *p, str host)
{
	if (str_ends(host, STR(".")))
		host.n--;
	for (size_t i = 0; i < p->mx_count; i++)
		if (fits(p->mx[i], host))
			return true;
	return false;
}

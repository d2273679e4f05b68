#include "base/zone.h"

enum { HEAD = 44, OFFSET_MOST = 26 * 3600, DAY = 86400 };

static const struct zone_kind utc_kind = { 0, false, { "UTC", 3 } };
const struct zone zone_utc = { .kinds = &utc_kind, .kind_count = 1 };
static const struct zone *site = &zone_utc;

/* ---- a table (RFC 9636 section 3) */

struct counts {
	uint32_t utc, standard, leap, time, type, letter;
};

static bool take(str *in, uint64_t n, str *octets)
{
	if (n > in->n)
		return false;
	*octets = str_first(*in, n);
	*in = str_skip(*in, n);
	return true;
}

static uint64_t number(const char *p, size_t octets)
{
	uint64_t n = 0;
	for (size_t i = 0; i < octets; i++)
		n = n << 8 | (unsigned char)p[i];
	return n;
}

static err read_head(str *in, int *version, struct counts *c)
{
	str head;
	uint32_t *fields[] = { &c->utc,  &c->standard, &c->leap,
			       &c->time, &c->type,     &c->letter };
	if (!take(in, HEAD, &head) || !str_starts(head, STR("TZif")))
		return FAIL(ERR_SYNTAX, "not a table of a time zone (RFC 9636)");
	*version = head.p[4] ? head.p[4] - '0' : 1;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		*fields[i] = (uint32_t)number(head.p + 20 + 4 * i, 4);
	if (!c->type || c->type > 256 || !c->letter)
		return FAIL(ERR_SYNTAX, "a table of a time zone without kinds of time");
	return OK;
}

static uint64_t block_size(const struct counts *c, size_t wide)
{
	return c->time * (wide + 1ULL) + c->type * 6ULL + c->letter
	       + c->leap * (wide + 4ULL) + c->standard + c->utc;
}

static bool is_name(str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!chr_is_alpha(name.p[i]) && !chr_is_digit(name.p[i])
		    && name.p[i] != '+' && name.p[i] != '-')
			return false;
	return name.n && name.n <= 16;
}

static err read_kinds(struct arena *a, const struct counts *c, str types, str letters,
		      struct zone *z)
{
	struct zone_kind *kinds = arena_zero(a, c->type * sizeof *kinds);
	for (uint32_t i = 0; i < c->type; i++) {
		const char *p = types.p + 6 * i;
		str rest = str_skip(letters, (unsigned char)p[5]);
		kinds[i].offset = (int32_t)(uint32_t)number(p, 4);
		kinds[i].summer = p[4] != 0;
		if (kinds[i].offset < -OFFSET_MOST || kinds[i].offset > OFFSET_MOST)
			return FAIL(ERR_SYNTAX, "an offset of more than 26 hours");
		if (!str_cut(rest, '\0', &kinds[i].name, &rest)
		    || !is_name(kinds[i].name))
			return FAIL(ERR_SYNTAX, "a kind of time without a name");
		kinds[i].name = arena_copy(a, kinds[i].name);
	}
	z->kinds = kinds;
	z->kind_count = c->type;
	return OK;
}

static err read_times(struct arena *a, const struct counts *c, str times, str becomes,
		      size_t wide, struct zone *z)
{
	int64_t *at = arena_zero(a, (c->time + 1ULL) * sizeof *at);
	for (uint32_t i = 0; i < c->time; i++) {
		uint64_t n = number(times.p + wide * i, wide);
		at[i] = wide == 8 ? (int64_t)n : (int32_t)(uint32_t)n;
		if ((i && at[i] <= at[i - 1]) || (unsigned char)becomes.p[i] >= c->type)
			return FAIL(ERR_SYNTAX, "changes of time out of order, or to "
						"a kind that is not there");
	}
	z->at = at;
	z->becomes = (const uint8_t *)arena_copy(a, becomes).p;
	z->count = c->time;
	return OK;
}

static err read_block(struct arena *a, str *in, const struct counts *c, size_t wide,
		      struct zone *z)
{
	str times, becomes, types, letters, rest;
	if (c->leap)
		return FAIL(ERR_SYNTAX, "a table that counts leap seconds (right/…); the "
					"one without right/ is wanted");
	if (block_size(c, wide) > in->n || !take(in, c->time * (uint64_t)wide, &times)
	    || !take(in, c->time, &becomes) || !take(in, c->type * 6ULL, &types)
	    || !take(in, c->letter, &letters)
	    || !take(in, (uint64_t)c->standard + c->utc, &rest))
		return FAIL(ERR_SYNTAX, "a table of a time zone that is cut off");
	TRY(read_kinds(a, c, types, letters, z));
	return read_times(a, c, times, becomes, wide, z);
}

static err read_footer(struct arena *a, str in, struct zone *z)
{
	str rule;
	if (!str_starts(in, STR("\n")) || !str_cut(str_skip(in, 1), '\n', &rule, &in))
		return FAIL(ERR_SYNTAX, "a table of a time zone without its last line");
	z->has_rule = rule.n > 0;
	return rule.n ? zone_rule_read(a, rule, &z->rule) : OK;
}

/* A table of 64 bits stands behind one of 32, which ends in 2038. */
err zone_read(struct arena *a, str in, struct zone *zone)
{
	int version;
	str old;
	struct counts c = { 0 };
	struct zone z = { .has_rule = false };
	TRY(read_head(&in, &version, &c));
	if (version < 2) {
		TRY(read_block(a, &in, &c, 4, &z));
		*zone = z;
		return OK;
	}
	if (!take(&in, block_size(&c, 4), &old))
		return FAIL(ERR_SYNTAX, "a table of a time zone that is cut off");
	TRY(read_head(&in, &version, &c));
	TRY(read_block(a, &in, &c, 8, &z));
	TRY(read_footer(a, in, &z));
	*zone = z;
	return OK;
}

/* ---- what it says */

const struct zone_kind *zone_at(const struct zone *z, int64_t instant)
{
	size_t low = 0, high = z->count; /* the first change after the instant */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (z->at[middle] <= instant)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == z->count && z->has_rule)
		return zone_rule_at(&z->rule, instant);
	return &z->kinds[low ? z->becomes[low - 1] : 0];
}

int64_t zone_wall(const struct zone *z, int64_t instant)
{
	int64_t wall;
	if (__builtin_add_overflow(instant, zone_at(z, instant)->offset, &wall))
		return instant;
	return wall;
}

/* Offsets of the days before and after: one of them holds where the hour is there at all. */
int64_t zone_instant(const struct zone *z, int64_t wall)
{
	int64_t before = wall - zone_at(z, wall - DAY)->offset;
	int64_t after = wall - zone_at(z, wall + DAY)->offset;
	bool as_before = zone_wall(z, before) == wall;
	bool as_after = zone_wall(z, after) == wall;
	if (as_before && as_after)
		return before < after ? before : after;
	return as_after ? after : before;
}

/* Days may be left out or come twice, and the clock may go back over midnight. */
int64_t zone_day_past(const struct zone *z, int64_t second, int64_t instant)
{
	int64_t wall = zone_wall(z, instant);
	int64_t day = wall / DAY - (wall % DAY < 0) + 1;
	while (zone_instant(z, day * DAY + second) > instant)
		day--;
	return day;
}

void zone_use(const struct zone *z)
{
	site = z;
}

const struct zone *zone_site(void)
{
	return site;
}

static __thread const struct zone *viewer;

void zone_view(const struct zone *z)
{
	viewer = z;
}

const struct zone *zone_viewer(void)
{
	return viewer ? viewer : site;
}

bool zone_is_utc(const struct zone *z)
{
	if (z->has_rule && (z->rule.has_summer || z->rule.standard.offset))
		return false;
	for (size_t i = 0; i < z->kind_count; i++)
		if (z->kinds[i].offset)
			return false;
	return true;
}

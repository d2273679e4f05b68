/* A table of a time zone, whatever is in it, gives a time within 26 hours of UTC, and each
 * hour of sending passes. */
#include "fuzz.h"

#include "base/zone.h"

enum { DAY = 86400, NOON = DAY / 2, MOST = 26 * 3600 };

static void at(const struct zone *z, int64_t t)
{
	const struct zone_kind *k = zone_at(z, t);
	must(k->offset >= -MOST && k->offset <= MOST && k->name.n && k->name.n <= 16);
	must(zone_wall(z, t) == t + k->offset);
	int64_t first = zone_instant(z, t + k->offset);
	must(first <= t + 2 * MOST && first >= t - 2 * MOST);
	int64_t noon = zone_day_past(z, NOON, t) * DAY + NOON;
	must(zone_instant(z, noon) <= t && noon > t - 4 * DAY);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	ARENA(a);
	struct zone z = { .count = 7 };
	str in = { (const char *)bytes, n };
	if (zone_read(a, in, &z).kind) {
		must(z.count == 7 && !z.kinds);
		struct zone_rule r = { .has_summer = true };
		if (zone_rule_read(a, in, &r).kind)
			must(r.has_summer && !r.summer.name.n);
		else
			for (int64_t t = -9 * DAY; t < 900LL * DAY; t += 20 * DAY)
				must(zone_rule_at(&r, t)->name.n > 0);
		return 0;
	}
	must(z.kind_count && z.kinds);
	const int64_t far = 1LL << 40;
	for (size_t i = 0; i < z.count; i++)
		if (z.at[i] > -far && z.at[i] < far) {
			at(&z, z.at[i] - 1);
			at(&z, z.at[i]);
			at(&z, z.at[i] + DAY);
		}
	for (int64_t t = -far; t <= far; t += far / 16)
		at(&z, t);
	(void)zone_is_utc(&z);
	return 0;
}

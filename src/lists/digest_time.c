/* When a digest is due, and which number it bears. */
#include "base/zone.h"
#include "lists/digest.h"

#include <time.h>

enum { DAY = 86400, HOUR = 3600 };

/* 0 Sunday to 6 Saturday; -1: every day. */
static int day_of(const struct settings *s)
{
	static const char *const days[] = { "sunday",   "monday", "tuesday", "wednesday",
					    "thursday", "friday", "saturday" };
	for (int i = 0; i < 7; i++)
		if (setting_is(s->digest_send_day, days[i]))
			return i;
	return -1;
}

/* 1970 began on a Thursday. */
static int weekday(int64_t day)
{
	return (int)((day + 4) % 7);
}

/* The last hour of sending that has passed, by the site's clock. */
static int64_t last_hour(const struct settings *s, int64_t now)
{
	int64_t hour = s->digest_send_hour * HOUR;
	int64_t day = zone_day_past(zone_site(), hour, now);
	int wanted = day_of(s);
	if (wanted >= 0)
		day -= (weekday(day) - wanted + 7) % 7;
	return zone_instant(zone_site(), day * DAY + hour);
}

bool digest_is_due(const struct settings *s, const struct digest_waiting *w, int64_t now)
{
	if (!w->posts)
		return false;
	if (!s->digests_enabled)
		return true;
	if (s->digest_size_threshold && w->octets >= s->digest_size_threshold * 1024)
		return true;
	return s->digest_send_periodic && w->oldest < last_hour(s, now);
}

/* A number that is the same for two moments within one span. */
static int64_t span_of(const struct settings *s, int64_t at)
{
	struct tm t;
	at = zone_wall(zone_site(), at);
	time_t moment = (time_t)at;
	gmtime_r(&moment, &t);
	if (setting_is(s->digest_volume_frequency, "yearly"))
		return t.tm_year;
	if (setting_is(s->digest_volume_frequency, "quarterly"))
		return t.tm_year * 4 + t.tm_mon / 3;
	if (setting_is(s->digest_volume_frequency, "monthly"))
		return t.tm_year * 12 + t.tm_mon;
	/* weeks begin on Monday */
	return setting_is(s->digest_volume_frequency, "weekly") ? (at / DAY + 3) / 7
								: at / DAY;
}

struct digest_state digest_number(const struct settings *s, struct digest_state last,
				  int64_t now)
{
	if (last.sent_at && span_of(s, last.sent_at) != span_of(s, now)) {
		last.volume++;
		last.issue = 1;
	}
	return last;
}

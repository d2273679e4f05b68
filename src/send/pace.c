#include "send/pace.h"

bool pace_is_before(int64_t now, int64_t until)
{
	return now < until && until - now <= PACE_PAUSE_MOST_MS;
}

int64_t pace_pause(unsigned failures)
{
	int64_t pause = PACE_PAUSE_MS;
	for (unsigned i = 1; i < failures && pause < PACE_PAUSE_MOST_MS; i++)
		pause *= 2;
	return pause < PACE_PAUSE_MOST_MS ? pause : PACE_PAUSE_MOST_MS;
}

size_t pace_most(const struct pace *p, size_t limit)
{
	size_t most = p->most ? p->most : PACE_FIRST;
	most = most < limit ? most : limit;
	return most ? most : 1;
}

bool pace_is_closed(const struct pace *p, int64_t now)
{
	return pace_is_before(now, p->closed_until);
}

bool pace_good(struct pace *p, size_t answers, size_t limit)
{
	size_t before = pace_most(p, limit);
	p->most = before;
	p->failures = 0;
	p->closed_until = 0;
	p->good += answers;
	while (p->good >= p->most && p->most < limit) {
		p->good -= p->most;
		p->most++;
	}
	if (p->most >= limit)
		p->good = 0;
	return p->most > before;
}

void pace_bad(struct pace *p)
{
	size_t most = p->most ? p->most : PACE_FIRST;
	p->most = most > 1 ? most / 2 : 1;
	p->good = 0;
}

void pace_failed(struct pace *p, int64_t now)
{
	if (pace_is_closed(p, now))
		return;
	p->failures++;
	p->closed_until = now + pace_pause(p->failures);
	p->most = 1;
	p->good = 0;
}

/* net/resolver_silence.c: whether DNS as a whole answers. One domain whose servers are
 * dead is its own trouble; several that share nothing, with no answer to anything
 * between them, are ours. */
#include "net/resolver_inside.h"

#include "base/map.h"

enum { SILENT_MS = 10000 };

/* "lab.example" of "mx1.lab.example": so much of a name that another domain has another.
 * Where two have the same (co.uk), silence is seen later. */
static uint64_t end_of(str name)
{
	str above, last, end;
	if (!str_cut_last(name, '.', &above, &last)
	    || !str_cut_last(above, '.', &above, &end))
		return map_hash(name);
	return map_hash(str_skip(name, name.n - end.n - last.n - 1));
}

static void count(struct dns_silence *s, uint64_t end)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->ends[i] == end)
			return;
	if (s->count < DNS_SILENT_ENDS)
		s->ends[s->count++] = end;
}

bool dns_silence_failed(struct dns_silence *s, str name, int64_t asked, int64_t now)
{
	if (asked < s->answered_at)
		return false; /* there was an answer since */
	if (!s->count)
		s->since = asked;
	count(s, end_of(name));
	if (s->silent || s->count < DNS_SILENT_ENDS || now - s->since < SILENT_MS)
		return false;
	s->silent = true;
	return true;
}

bool dns_silence_answered(struct dns_silence *s, int64_t now)
{
	bool was = s->silent;
	*s = (struct dns_silence){ .answered_at = now };
	return was;
}

#include "send/retry.h"

static int64_t drawn(int64_t delivery, int64_t below)
{
	uint64_t spread = (uint64_t)delivery * 0x9E3779B97F4A7C15u >> 33;
	return (int64_t)(spread % (uint64_t)below);
}

int64_t retry_wait(int64_t first, int64_t attempts, int64_t delivery)
{
	int64_t wait = first > 0 ? first : 1;
	for (int64_t i = 1; i < attempts && wait < RETRY_LONGEST; i++)
		wait *= 2;
	wait = wait < RETRY_LONGEST ? wait : RETRY_LONGEST;
	return wait - drawn(delivery, wait / 10 + 1);
}

int64_t retry_greylisted(int64_t first, int64_t delivery)
{
	return first < GREYLIST_WAIT ? retry_wait(first, 1, delivery)
				     : GREYLIST_WAIT + 5 + drawn(delivery, 20);
}

bool is_greylisting(int code, str status, str text)
{
	static const str words[] = { STR("greylist"),        STR("graylist"),
				     STR("grey-list"),       STR("gray-list"),
				     STR("grey list"),       STR("gray list"),
				     STR("try again later"), STR("postgrey"),
				     STR("come back later") };
	if (code != 450 && code != 451)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ifind(text, words[i]).n)
			return true;
	return str_eq(status, STR("4.7.1"));
}

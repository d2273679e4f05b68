#include "send/retry.h"

int64_t retry_wait(int64_t first, int64_t attempts)
{
	int64_t wait = first > 0 ? first : 1;
	for (int64_t i = 1; i < attempts && wait < RETRY_LONGEST; i++)
		wait *= 2;
	return wait < RETRY_LONGEST ? wait : RETRY_LONGEST;
}

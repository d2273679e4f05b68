/* A date that is read, written and read again is the same second. */
#include "fuzz.h"

#include "mail/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	int64_t first, second;
	int offset;
	if (date_parse((str){ (const char *)data, n }, &first, &offset).kind)
		return 0;
	must(offset >= -16 * 60 && offset <= 16 * 60);
	date_day(a, first);
	date_minute(a, first);
	if (date_parse(date_text(a, first), &second, &offset).kind || first != second
	    || offset)
		abort();
	return 0;
}

/* Whatever is read, a report about it can be written and names as many. */
#include "fuzz.h"

#include "base/utf8.h"
#include "mail/dsn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct dsn d, back;
	struct address to = { STR("a"), STR("b.example") };
	str message = { (const char *)data, n };
	if (dsn_read(a, message, &d).kind || !d.count)
		return 0;
	for (size_t i = 0; i < d.count; i++)
		must(d.recipients[i].final.n && utf8_valid(d.recipients[i].final)
		     && utf8_valid(d.recipients[i].diagnostic));
	str report = dsn_write(a, &d, &to, STR("b.example"), message, n % 2);
	must(!dsn_read(a, report, &back).kind && back.count == d.count);
	return 0;
}

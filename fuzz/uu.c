/* Files found in a text stand one behind the other, each between "begin" and "end"; one is never
 * much larger than its lines. */
#include "fuzz.h"

#include "mail/uu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str text = { (const char *)data, n };
	struct uu_file f;
	size_t at = 0;
	while (uu_find(text, at, &f)) {
		must(f.begin >= at && f.end > f.begin && f.end <= n && f.name.n);
		must(str_starts(str_skip(text, f.begin), STR("begin "))
		     && (!f.begin || text.p[f.begin - 1] == '\n'));
		str bytes = uu_bytes(a, &f);
		must(bytes.n == f.size && bytes.n <= 4 * (f.end - f.begin));
		at = f.end;
	}
	return 0;
}

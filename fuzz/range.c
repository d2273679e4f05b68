/* A Range header: what is read of it lies within the file, is not more than it, and no two
 * parts overlap. The first line of the input is the size. */
#include "web/range.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const struct range_set *s, int64_t size)
{
	int64_t all = 0;
	if (!s->count || s->count > RANGES_MOST)
		abort();
	for (size_t i = 0; i < s->count; i++) {
		const struct range *r = &s->rows[i];
		if (r->from < 0 || r->count <= 0 || r->from > size - r->count)
			abort();
		for (size_t k = 0; k < i; k++)
			if (r->from < s->rows[k].from + s->rows[k].count
			    && s->rows[k].from < r->from + r->count)
				abort();
		all += r->count;
	}
	if (all > size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	str input = { (const char *)data, n }, first, header;
	struct range_set s;
	int64_t size;
	if (!str_cut(input, '\n', &first, &header) || !str_i64(first, &size) || size < 0)
		return 0;
	int status = range_parse(header, size, &s);
	if (status == 206)
		check(&s, size);
	else if (status != 0 && status != 416)
		abort();
	return 0;
}

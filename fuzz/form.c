/* A form's body by both types, and a query. What was read can be written as
 * urlencoded and read again to the same pairs. The first line of the input is
 * the content type. */
#include "web/form.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void same(const struct pairs *a, const struct pairs *b)
{
	if (a->count != b->count)
		abort();
	for (size_t i = 0; i < a->count; i++)
		if (!str_eq(a->rows[i].name, b->rows[i].name)
		    || !str_eq(a->rows[i].value, b->rows[i].value))
			abort();
}

static void round_trip(struct arena *a, const struct pairs *p)
{
	struct pairs again;
	str text = form_encode(a, p);
	if (form_parse(a, STR("application/x-www-form-urlencoded"), text, &again).kind)
		abort();
	same(p, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct pairs p;
	str input = { (const char *)data, n }, body = input, type = STR_NONE;
	if (n > 1 << 20)
		return 0;
	str_cut(input, '\n', &type, &body);
	if (!form_parse(a, type, body, &p).kind) {
		bool files = false; /* of any octets: no text to write */
		for (size_t i = 0; i < p.count; i++)
			files |= p.rows[i].filename.p != NULL;
		if (!files)
			round_trip(a, &p);
	}
	if (!form_query(a, body, &p).kind)
		round_trip(a, &p);
	return 0;
}

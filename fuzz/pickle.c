/* Every file ends, what is read is whole, and nothing points outside. */
#include "fuzz.h"

#include "base/pickle.h"

static volatile char touched; /* reading it is what a sanitizer watches */

static void walk(const struct pickle *p, int depth, size_t *left)
{
	must(p && p->type <= PICKLE_OBJECT);
	if (depth > 20 || !*left)
		return;
	--*left;
	str text = pickle_str(p);
	if (text.n)
		touched = text.p[0], touched = text.p[text.n - 1];
	must(p->type != PICKLE_DICT || p->count % 2 == 0);
	for (uint32_t i = 0; i < p->count; i++)
		walk(p->items[i], depth + 1, left);
	if (p->type == PICKLE_OBJECT && p->state)
		walk(p->state, depth + 1, left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	str bytes = { (const char *)data, n };
	for (size_t rest = n + 1; bytes.n && bytes.n < rest;) {
		ARENA(a);
		struct map m = { 0 };
		const struct pickle *p;
		size_t left = 10000;
		rest = bytes.n;
		if (pickle_read(a, &bytes, &p).kind)
			break;
		walk(p, 0, &left);
		pickle_map(p, &m);
		must(m.used <= p->count / 2 + (p->type == PICKLE_OBJECT ? n : 0));
		must(!pickle_get(p, "a") || m.used);
		(void)pickle_number(p, 0);
		map_free(&m);
	}
	return 0;
}

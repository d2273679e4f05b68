/* Lengths of months: found as long as nothing in them has changed, and never without end. */
#include "web/pages/lengths.h"

#include "tests/check.h"

int main(void)
{
	struct lengths *l = lengths_new();
	const struct month_file may = {
		.list = 3, .year = 2026, .month = 5, .posts = 17, .changes = 2
	};
	struct month_file x = may;
	int64_t octets = 0;
	CHECK(!lengths_find(l, &may, &octets));
	lengths_set(l, &may, 4711);
	CHECK(lengths_find(l, &may, &octets) && octets == 4711);

	x.posts++; /* a post that came later */
	CHECK(!lengths_find(l, &x, &octets));
	x = may, x.changes++; /* something was taken out, somewhere */
	CHECK(!lengths_find(l, &x, &octets));
	x = may, x.hidden = true;
	CHECK(!lengths_find(l, &x, &octets));
	x = may, x.since = 1;
	CHECK(!lengths_find(l, &x, &octets));
	x = may, x.list++;
	CHECK(!lengths_find(l, &x, &octets));
	x = may, x.month++;
	CHECK(!lengths_find(l, &x, &octets));
	CHECK(lengths_find(l, &may, &octets) && octets == 4711);

	for (int i = 0; i < 20000; i++) {
		x.year = i;
		lengths_set(l, &x, i);
	}
	CHECK(lengths_find(l, &x, &octets) && octets == 19999);
	CHECK(!lengths_find(l, &may, &octets));
	lengths_free(l);
	return check_done();
}

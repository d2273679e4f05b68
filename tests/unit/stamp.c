/* Stamps of guests' forms: each age, and each thing that may be wrong with one. */
#include "web/stamp.h"

#include "tests/check.h"

int main(void)
{
	ARENA(a);
	struct mac_key key = { { 1, 2, 3 } }, other = { { 4 } };
	str form = STR("join dev@lists.example"), net = STR("192.0.2.0");
	const int64_t made = 1795000000;
	str good = stamp_make(a, &key, form, net, made);
	static const struct {
		int64_t age;
		enum stamp_state state;
	} ages[] = {
		{ -1, STAMP_YOUNG }, { 0, STAMP_YOUNG },     { 1, STAMP_YOUNG },
		{ 2, STAMP_GOOD },   { 86400, STAMP_GOOD },  { 86401, STAMP_OLD },
		{ 60, STAMP_GOOD },  { 1000000, STAMP_OLD },
	};
	for (size_t i = 0; i < sizeof ages / sizeof *ages; i++)
		CHECK(stamp_check(a, &key, form, net, made + ages[i].age, good)
		      == ages[i].state);

	CHECK(stamp_check(a, &other, form, net, made + 5, good) == STAMP_WRONG);
	CHECK(stamp_check(a, &key, STR("join b@lists.example"), net, made + 5, good)
	      == STAMP_WRONG);
	CHECK(stamp_check(a, &key, form, STR("198.51.100.0"), made + 5, good)
	      == STAMP_WRONG);
	str moved = arena_cat(a, STR("1794999990"), str_skip(good, 10));
	CHECK(stamp_check(a, &key, form, net, made + 5, moved) == STAMP_WRONG);
	static const char *const bad[] = { "",           ".",
					   "1795000000", "1795000000.",
					   "x.y",        "-1.aaaaaaaaaaaaaaaa" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(stamp_check(a, &key, form, net, made + 5, str_from(bad[i]))
		      == STAMP_WRONG);
	CHECK(stamp_check(a, &key, form, net, made + 5, arena_cat(a, good, good, good))
	      == STAMP_WRONG);
	CHECK(stamp_check(a, &key, form, net, made + 5, STR_NONE) == STAMP_WRONG);
	return check_done();
}

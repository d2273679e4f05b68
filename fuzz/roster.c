/* Whatever comes as a file of members: each record is an address with what it may have, or an
 * error, and reading comes to an end. Topics, which a list has in its book, are left out. */
#include "fuzz.h"

#include "lists/roster.h"

static bool asks_the_book(const struct roster_file *f)
{
	for (size_t i = 0; i < f->column_count; i++)
		if (str_eq(f->columns[i], STR("topics")))
			return true;
	return false;
}

static void check_record(const struct roster_file *f, struct arena *a,
			 const struct roster_record *r)
{
	struct member_row m = { .delivery = STR("regular") };
	bool differs;
	must(r->who.address.domain.n);
	must(r->fields || !f->has_more || !r->term.last);
	err e = roster_differs(f, a, r, &m, &differs);
	must(!e.kind || e.kind == ERR_SYNTAX);
	must(m.own_name.n <= 200 && m.off_why.n <= 200);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct list_entry list = { .address = STR("dev@lists.example") };
	struct roster_file f;
	struct roster_record r;
	str text = { (const char *)data, n };
	err e = roster_open(&f, NULL, a, &list, text);
	must(!e.kind || e.kind == ERR_SYNTAX);
	if (e.kind || asks_the_book(&f))
		return 0;
	while (roster_next(&f, a, &r, &e)) {
		must(!e.kind || e.kind == ERR_SYNTAX || e.kind == ERR_LIMIT);
		if (!e.kind)
			check_record(&f, a, &r);
	}
	must(!f.rest.n && f.records <= n);
	return 0;
}

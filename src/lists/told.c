#include "lists/told.h"

#include "base/clock.h"
#include "lists/notice.h"
#include "mail/date.h"
#include "store/lists/address.h"
#include "store/lists/person.h"

#include <string.h>

static const struct row {
	const char *word, *audit, *letter;
} rows[] = {
#define TOLD(word, audit, letter) { word, audit, letter },
#include "lists/told.def"
#undef TOLD
};

static err find_row(str word, const struct row **row)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(word, str_from(rows[i].word))) {
			*row = &rows[i];
			return OK;
		}
	return FAIL(ERR_NOTFOUND, "no such change of an account");
}

/* Whose mail they read; NULL: nobody has shown that. */
static const struct address_row *read_at(const struct person_row *p,
					 const struct address_row *own, size_t n)
{
	const struct address_row *first = NULL;
	for (size_t i = n; i-- > 0;)
		if (own[i].verified_at && (!first || first->id != p->preferred))
			first = &own[i];
	return first;
}

static err write_letter(struct books *books, struct arena *a, const struct row *row,
			const struct told *t, str to, str name)
{
	struct mailbox box = { .name = name };
	TRY(address_parse(a, to, &box.address));
	struct notice_var vars[] = {
		{ "what", str_from(row->letter) },
		{ "detail", t->detail.n ? arena_cat(a, STR("    "), t->detail, STR("\n"))
					: STR("") },
		{ "when", date_clock(a, clock_now()) },
		{ "network",
		  t->client.n ? t->client : STR("the people who run the server") },
	};
	return notice_send(books, a,
			   &(struct notice){ .name = "account-changed",
					     .to = box,
					     .source = t->source,
					     .vars = vars,
					     .var_count = sizeof vars / sizeof *vars });
}

err told_change(struct books *books, struct arena *a, int64_t person,
		const struct told *t, const struct actor *by)
{
	const struct row *row;
	struct person_row p;
	struct address_row *own;
	size_t n;
	TRY(find_row(t->word, &row));
	TRY(person_get(books->lists, a, person, &p));
	TRY(address_of_person(books->lists, a, person, &own, &n));
	const struct address_row *to = read_at(&p, own, n);
	str of = to ? to->key : n ? own[0].key : STR("");
	TRY(books_audit(books, by, 0, str_from(row->audit),
			t->detail.n ? arena_cat(a, of, STR(": "), t->detail) : of));
	if (!row->letter || !to)
		return OK;
	err e = write_letter(books, a, row, t, to->text, p.name);
	return e.kind == ERR_DENIED ? OK : e; /* an address that may not be written to */
}

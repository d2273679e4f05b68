#include "lists/import/mailman3_inside.h"

#include "store/lists/ban.h"

/* All of it that stands in the lists book. */
static err move_list(struct moving *x)
{
	TRY(move3_settings(x));
	TRY(move3_people(x));
	TRY(move3_rules(x));
	return move3_waiting(x);
}

/* HyperKitty's export of a list is one mbox. */
static err move_archive(struct moving *x)
{
	const char *folder = source_of(x)->place->archives;
	if (!folder) {
		import_report_count(x->report, "posts", 0, 0);
		import_report_note(x->report,
				   "no archive was named: --archives=DIR, with %.*s.mbox "
				   "in it as HyperKitty exports it",
				   STR_F(x->address));
		return OK;
	}
	str file = arena_cat(x->a, str_from(folder), STR("/"), x->address, STR(".mbox"));
	return moving_mbox(x, file, STR(""),
			   arena_cat(x->a, STR("/hyperkitty/list/"), x->address));
}

static err move_all(struct moving *x)
{
	x->address = arena_lower(x->a, x->name);
	TRY(move3_read(x));
	TRY(moving_in_transaction(x, move_list));
	return move_archive(x);
}

static err one_list(struct books *books, struct import_report *r, const struct actor *by,
		    const struct mailman3_source *there)
{
	return moving_list(
		books, r, by,
		&(struct moving){ .from = "Mailman 3",
				  .word = "mailman3",
				  .there = there,
				  .name = arena_cat(r->a, there->list.name, STR("@"),
						    there->list.host) },
		move_all);
}

/* var/data/mailman.db: the folder above. */
static str var_of(struct arena *a, const struct mailman3_place *from)
{
	str file = str_from(from->database), data = STR(""), var = STR("..");
	if (from->var)
		return str_from(from->var);
	if (!str_cut_last(file, '/', &data, &file))
		return var;
	return str_cut_last(data, '/', &var, &file) ? var
						    : arena_cat(a, data, STR("/.."));
}

static err move_site_bans(struct moving *x)
{
	const struct mailman3_source *s = source_of(x);
	struct mailman3_line *line;
	struct moving_count c = { 0 };
	size_t n;
	TRY(mailman3_site_bans(s->book, x->a, &line, &n));
	for (size_t i = 0; i < n; i++) {
		bool here;
		TRY(moving_ban(x, line[i].text, moving_ban_reason(x), &here));
		c.here += here;
	}
	import_report_count(x->report, "bans", (int64_t)n, c.here);
	return OK;
}

/* What bears on all lists: x->list 0. */
static err move_site(struct moving *x)
{
	struct book *b = x->books->lists;
	TRY(book_begin(b));
	err e = move_site_bans(x);
	if (!x->dry)
		return book_end(b, e);
	book_rollback(b);
	return e;
}

err mailman3_import(struct books *books, struct arena *a,
		    const struct mailman3_place *from, const struct actor *by,
		    struct import_report *r)
{
	struct mailman3_source there = { .place = from, .var = var_of(a, from) };
	struct mailman3_list *list;
	size_t n;
	if (str_find(str_from(from->database), STR("://")).n)
		return err_in(a, ERR_SYNTAX,
			      "%s: a Mailman 3 is read from its database, not over the "
			      "network: name the file mailman.db (SQLite)",
			      from->database);
	TRY(mailman3_open(a, from->database, &there.book));
	err e = mailman3_lists(there.book, a, &list, &n);
	for (size_t i = 0; i < n && !e.kind; i++) {
		there.list = list[i];
		e = one_list(books, r, by, &there);
	}
	if (!e.kind)
		e = moving_list(books, r, by,
				&(struct moving){ .from = "Mailman 3",
						  .word = "mailman3",
						  .there = &there,
						  .name = STR("all lists") },
				move_site);
	if (e.kind)
		e = err_in(a, e.kind, "%s", e.msg);
	book_close(there.book);
	return e;
}

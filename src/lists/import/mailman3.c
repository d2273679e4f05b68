#include "lists/import/mailman3_inside.h"

#include "store/lists/ban.h"

/* The REST API tells it as text. */
static int64_t last_digest(struct moving *x)
{
	const struct pickle *at = mailman2_get(&x->config, "digest_last_sent_at");
	return at && at->type == PICKLE_TEXT ? mailman3_moment(x->a, at->text, 0)
					     : pickle_number(at, 0);
}

/* All of it that stands in the lists book. */
static err move_list(struct moving *x)
{
	TRY(move3_settings(x));
	TRY(move3_people(x));
	TRY(move3_rules(x));
	TRY(moving_digest_number(x, last_digest(x)));
	TRY(move3_waiting(x));
	return move3_state(x);
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

/* After the archive, which says which posts these are. */
static err move_digest(struct moving *x)
{
	const struct mailman3_source *s = source_of(x);
	return s->var.n ? moving_digest_posts(x, arena_cat(x->a, s->var, STR("/lists/"),
							   s->list.list_id,
							   STR("/digest.mmdf")))
			: OK;
}

static void tell_unknown_addresses(struct moving *x, size_t n)
{
	if (n)
		import_report_note(
			x->report,
			"%zu addresses have no page in the REST API: what holds "
			"for an address or as it is written first is not known "
			"of them",
			n);
}

static err move_all(struct moving *x)
{
	const struct mailman3_source *s = source_of(x);
	struct mailman3_source now = *s;
	struct rest_read read;
	x->address = arena_lower(x->a, x->name);
	if (!mailman3_name_is_plain(s->list.list_id)
	    || !mailman3_name_is_plain(s->list.host))
		return err_in(x->a, ERR_SYNTAX,
			      "\"%.*s\" at \"%.*s\" is no list_id: it would be the name "
			      "of a folder",
			      STR_F(s->list.list_id), STR_F(s->list.host));
	if (s->rest) {
		TRY(rest_read(s->rest, x->a, &s->list, &read));
		now.read = &read;
		x->there = &now;
		tell_unknown_addresses(x, read.without);
	}
	TRY(move3_read(x));
	TRY(moving_in_transaction(x, move_list));
	TRY(move_archive(x));
	return move_digest(x);
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
	if (from->var || !from->database)
		return str_from(from->var);
	if (!str_cut_last(file, '/', &data, &file))
		return var;
	return str_cut_last(data, '/', &var, &file) ? var
						    : arena_cat(a, data, STR("/.."));
}

static err move_site_bans(struct moving *x)
{
	const struct mailman3_site *site = source_of(x)->site;
	int64_t count = 0;
	for (size_t i = 0; i < site->bans; i++) {
		bool here;
		TRY(moving_ban(x, site->ban[i].text, moving_ban_reason(x), &here));
		count += here;
	}
	import_report_count(x->report, "bans", (int64_t)site->bans, count);
	return OK;
}

static err all_that_is_the_site_s(struct moving *x)
{
	TRY(move_site_bans(x));
	TRY(move3_domains(x));
	return move3_site_texts(x);
}

static err move_site(struct moving *x)
{
	struct mailman3_source now = *source_of(x);
	struct mailman3_site site;
	TRY(source_site(&now, x->a, &site));
	now.site = &site;
	x->there = &now;
	return moving_for_all(x, all_that_is_the_site_s);
}

static bool is_named(struct arena *a, const struct mailman3_list *list, str name)
{
	return str_ieq(name, list->list_id)
	       || str_ieq(name, arena_cat(a, list->name, STR("@"), list->host));
}

/* The lists that are to be moved, of those that there are. */
static err choose(struct arena *a, const struct mailman3_place *from,
		  struct mailman3_list *list, size_t *n)
{
	size_t kept = 0;
	if (!from->only_count)
		return OK;
	for (size_t k = 0; k < from->only_count; k++) {
		str name = str_from(from->only[k]);
		size_t i = kept;
		while (i < *n && !is_named(a, &list[i], name))
			i++;
		if (i == *n)
			return err_in(
				a, ERR_NOTFOUND,
				"that Mailman has no list %.*s, or it is named twice",
				STR_F(name));
		struct mailman3_list found = list[i];
		list[i] = list[kept];
		list[kept++] = found;
	}
	*n = kept;
	return OK;
}

static err move_lists(struct books *books, struct arena *a, struct mailman3_source *there,
		      const struct actor *by, struct import_report *r)
{
	const struct mailman3_place *from = there->place;
	struct mailman3_list *list;
	size_t n;
	TRY(there->rest ? rest_lists(there->rest, a, &list, &n)
			: mailman3_lists(there->book, a, &list, &n));
	TRY(choose(a, from, list, &n));
	for (size_t i = 0; i < n; i++) {
		there->list = list[i];
		TRY(one_list(books, r, by, there));
	}
	if (from->only_count)
		return OK;
	return moving_list(books, r, by,
			   &(struct moving){ .from = "Mailman 3",
					     .word = "mailman3",
					     .there = there,
					     .name = STR("all lists") },
			   move_site);
}

static err by_rest(struct books *books, struct arena *a, struct mailman3_source *there,
		   const struct actor *by, struct import_report *r)
{
	struct rest rest = { .service = there->place->service, .a = a };
	str version;
	there->rest = &rest;
	err e = rest_version(&rest, a, &version);
	if (!e.kind)
		e = move_lists(books, a, there, by, r);
	rest_close(&rest);
	return e;
}

err mailman3_import(struct books *books, struct arena *a,
		    const struct mailman3_place *from, const struct actor *by,
		    struct import_report *r)
{
	struct mailman3_source there = { .place = from, .var = var_of(a, from) };
	if (from->service)
		return by_rest(books, a, &there, by, r);
	TRY(mailman3_open(a, from->database, &there.book));
	err e = move_lists(books, a, &there, by, r);
	if (e.kind)
		e = err_in(a, e.kind, "%s", e.msg);
	book_close(there.book);
	return e;
}

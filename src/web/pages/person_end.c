/* /persons/N/merge and /remove: a person becomes part of another, or goes. Each is a page
 * that says what goes, with a button. */
#include "web/pages/person.h"

#include "base/language.h"
#include "lists/persons.h"
#include "web/pages/account.h"

static str below(struct request *q, const struct whose *x, const char *rest)
{
	return arena_cat(q->arena, x->path, str_from(rest));
}

/* ---- two become one */

static err fill_row(struct request *q, const struct whose *x, bool stays,
		    struct page_merge_both *row)
{
	*row = (struct page_merge_both){ .stays = stays,
					 .path = x->path,
					 .title = x->title,
					 .addresses = person_addresses(q, x, 0),
					 .admin = x->who.admin };
	return person_counts(q, x, &row->memberships, &row->roles);
}

/* Whom the address names; the person at hand is nobody to merge with. */
static err find_other(struct request *q, const struct whose *x, str address,
		      struct whose *other)
{
	struct address_row row;
	TRY(person_find(&worker_of(q)->books, q->arena, address, &row));
	if (row.person == x->who.id)
		return FAIL(ERR_DENIED, "both are the same person");
	return person_whose(q, row.person, other);
}

static void show_merge(struct request *q, struct response *r, const struct whose *x,
		       str address, const struct page_note *note)
{
	struct whose other;
	struct page_merge_both *both = arena_zero(q->arena, 2 * sizeof *both);
	err e = find_other(q, x, address, &other);
	if (e.kind == ERR_NOTFOUND || e.kind == ERR_DENIED || e.kind == ERR_SYNTAX) {
		r->status = 400;
		person_show(q, r, x, NULL,
			    &(struct person_faults){ .other = str_from(e.msg) });
		return;
	}
	if (!e.kind)
		e = fill_row(q, x, true, &both[0]);
	if (!e.kind)
		e = fill_row(q, &other, false, &both[1]);
	if (page_failed(q, r, e))
		return;
	ANSWER(q, r, merge,
	       (&(struct page_merge){
		       .frame = person_frame(q, x, S_("Make two persons one")),
		       .note = note,
		       .csrf = csrf_of(q),
		       .action = below(q, x, "/merge"),
		       .back = x->path,
		       .both = both,
		       .both_count = 2,
		       .address = address }));
}

void person_merge_page(struct request *q, struct response *r)
{
	struct whose x;
	if (person_named(q, r, &x))
		show_merge(q, r, &x, str_trim(request_query(q, "address")), NULL);
}

/* The orders' own word for it: the address, with all that its person has. */
static json_t *merge_args(const struct whose *x, str address)
{
	json_t *args = json_object();
	json_object_set_new(args, "person", json_integer(x->who.id));
	json_object_set_new(args, "address", json_of(address));
	json_object_set_new(args, "absorb", json_string("yes"));
	return args;
}

void person_merge_post(struct request *q, struct response *r)
{
	struct whose x;
	struct ordered done;
	str address = field(q, "address");
	if (!person_named(q, r, &x))
		return;
	if (order_and_wait(q, "person_address", merge_args(&x, address), &done)) {
		go_said(q, r, x.path, "merged", STR(""));
		return;
	}
	r->status = done.result ? 400 : 503;
	show_merge(q, r, &x, address, note_bad(q, done.why));
}

/* ---- gone */

static void show_end(struct request *q, struct response *r, const struct whose *x,
		     const struct page_note *note)
{
	struct page_removeperson p = {
		.frame = person_frame(q, x, S_("Remove")),
		.note = note,
		.csrf = csrf_of(q),
		.action = below(q, x, "/remove"),
		.back = x->path,
		.title = x->title,
		.addresses = person_addresses(q, x, 0),
	};
	for (size_t i = 0; i < x->own_count; i++)
		p.unproven = p.unproven || !x->own[i].verified_at;
	if (!page_failed(q, r, person_counts(q, x, &p.memberships, &p.roles)))
		ANSWER(q, r, removeperson, &p);
}

void person_end_page(struct request *q, struct response *r)
{
	struct whose x;
	if (person_named(q, r, &x))
		show_end(q, r, &x, NULL);
}

void person_end_post(struct request *q, struct response *r)
{
	struct whose x;
	struct ordered done;
	str word = field(q, "do");
	bool erases = str_eq(word, STR("erase"));
	if (!erases && !str_eq(word, STR("remove"))) {
		r->status = 400;
		return;
	}
	if (!person_named(q, r, &x))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "person", json_integer(x.who.id));
	if (order_and_wait(q, erases ? "person_erase" : "person_remove", args, &done)) {
		response_redirect(r, 303,
				  arena_printf(q->arena, "/persons?done=%lld",
					       (long long)done.order));
		return;
	}
	r->status = done.result ? 400 : 503;
	show_end(q, r, &x, note_bad(q, done.why));
}

/* ---- what is kept */

void person_data_page(struct request *q, struct response *r)
{
	struct whose x;
	if (person_named(q, r, &x))
		account_answer_data(q, r, x.who.id);
}

void person_posts_page(struct request *q, struct response *r)
{
	struct whose x;
	if (person_named(q, r, &x))
		account_answer_posts(q, r, x.who.id);
}

/* A post by its Message-ID, on whatever list the visitor may read; and the
 * addresses of the archive that was here before. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "web/pages/visible.h"

#include <inttypes.h>

static str rest_of_path(const struct request *q)
{
	str rest = STR_NONE;
	for (size_t i = 1; i < q->segment_count; i++)
		rest = arena_cat(q->arena, rest, i > 1 ? STR("/") : STR(""),
				 q->segments[i]);
	return rest;
}

/* ---- /mid/MESSAGE-ID */

static err find_posts(struct request *q, str id, struct page_choice *p)
{
	struct archive_posts posts;
	struct visible_list l;
	TRY(archive_posts_by_message_id(worker_of(q)->books.archive, q->arena, 0, id,
					&posts));
	struct page_choice_posts *rows = arena_zero(q->arena,
						    (posts.count + 1) * sizeof *rows);
	for (size_t i = 0; i < posts.count; i++) {
		const struct archive_post *x = &posts.list[i];
		err e = visible_list_find(q, x->list, RIGHT_archive_read, &l);
		if (e.kind == ERR_NOTFOUND)
			continue;
		TRY(e);
		if (x->received_at < l.since)
			continue;
		rows[p->posts_count++] = (struct page_choice_posts){
			.list = l.name,
			.number = x->number,
			.href = arena_printf(q->arena, "%.*s/%" PRId64, STR_F(l.path),
					     x->number),
			.subject = x->subject,
			.from = page_author(q->arena, x->from_name, x->from_address,
					    page_hides(q, &l.settings)),
			.date = x->date,
		};
	}
	p->posts = rows;
	return OK;
}

/* A Message-ID may itself end in .json, so here the twin is asked for by Accept. */
static bool wants_json(const struct request *q)
{
	str accept = request_header(q, "accept");
	return str_find(accept, STR("application/json")).n
	       && !str_find(accept, STR("text/html")).n;
}

void message_id_page(struct request *q, struct response *r)
{
	struct page_choice p = { .frame = frame_of(q, S_("Message")) };
	str id = rest_of_path(q);
	(void)worker_open(q);
	q->json = wants_json(q);
	response_header(r, STR("Vary"), STR("Accept"));
	if (str_starts(id, STR("<")) && str_ends(id, STR(">")))
		id = str_first(str_skip(id, 1), id.n - 2);
	p.message_id = id;
	page_no_index(r);
	err e = worker_check(worker_of(q));
	if (!e.kind)
		e = find_posts(q, id, &p);
	if (page_failed(q, r, e))
		return;
	if (p.posts_count == 1)
		response_redirect(r, 302, p.posts[0].href);
	else if (p.posts_count)
		ANSWER(q, r, choice, &p);
	else
		error_page(q, r, 404,
			   q->session ? S_("No list that you may read has a message "
					   "with this identifier.")
				      : S_("No list that everybody may read has a "
					   "message with this identifier. It may stand "
					   "on a list for members: sign in to see."));
}

/* ---- /pipermail/, /mailman/, /hyperkitty/ */

/* What is not seen is not there, and has no number. */
static err must_see(struct request *q, int64_t list, int64_t number, int64_t since)
{
	struct archive_post x;
	bool found;
	TRY(archive_post_by_number(worker_of(q)->books.archive, q->arena, list, number,
				   &x, &found));
	return found && x.received_at >= since
		       ? OK
		       : FAIL(ERR_NOTFOUND, "no such address was kept");
}

static err find_alias(struct request *q, str path, str *to)
{
	struct visible_list l;
	int64_t list, number;
	bool found;
	TRY(archive_alias_find(worker_of(q)->books.archive, path, &list, &number,
			       &found));
	if (!found)
		return FAIL(ERR_NOTFOUND, "no such address was kept");
	TRY(visible_list_find(q, list, number ? RIGHT_archive_read : RIGHT_list_see, &l));
	if (number && l.since)
		TRY(must_see(q, list, number, l.since));
	*to = number ? arena_printf(q->arena, "%.*s/%" PRId64, STR_F(l.path), number)
		     : arena_cat(q->arena, l.path, STR("/"));
	return OK;
}

/* "2008-May" -> 2008, 5 */
static bool is_month(str s, int *year, int *month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	str before, name;
	int64_t y;
	if (!str_cut(s, '-', &before, &name) || name.n < 3 || before.n != 4
	    || !str_i64(before, &y))
		return false;
	for (int m = 0; m < 12; m++)
		if (str_istarts(name, (str){ names + 3 * m, 3 })) {
			*year = (int)y;
			*month = m + 1;
			return true;
		}
	return false;
}

/* "attachments/20080512/…": the day on which the post with it was archived. */
static bool is_day_of_files(const struct request *q, size_t i, int *year, int *month)
{
	int64_t day;
	if (i + 2 >= q->segment_count || !str_eq(q->segments[i + 1], STR("attachments"))
	    || q->segments[i + 2].n != 8 || !str_i64(q->segments[i + 2], &day) || day < 0)
		return false;
	*year = (int)(day / 10000);
	*month = (int)(day / 100 % 100);
	return *month >= 1 && *month <= 12;
}

/* Addresses that name a list, and perhaps a month, need not have been kept: the
 * list's home or month is meant. */
static err guess_list(struct request *q, str *to)
{
	const struct worker *w = worker_of(q);
	struct visible_lists s;
	int year, month;
	TRY(visible_lists_read(q, RIGHT_list_see, &s));
	for (size_t i = 1; i < q->segment_count && i < 4; i++)
		for (size_t k = 0; k < s.count; k++) {
			const struct list_entry *l = s.lists[k].entry;
			if (!str_ieq(q->segments[i], l->name)
			    && !str_ieq(q->segments[i], l->address))
				continue;
			*to = arena_cat(q->arena, s.lists[k].path, STR("/"));
			if ((i + 1 < q->segment_count
			     && is_month(q->segments[i + 1], &year, &month))
			    || is_day_of_files(q, i, &year, &month))
				*to = arena_printf(q->arena, "%.*sby/%04d/%02d/",
						   STR_F(*to), year, month);
			return OK;
		}
	(void)w;
	return FAIL(ERR_NOTFOUND, "it names no list");
}

/* As kept, then with a slash at the end, since both were written. Mailman showed the
 * same posts of a private archive below another path. */
static err find_old(struct request *q, str *to)
{
	static const str private = STR("/mailman/private/");
	struct arena *a = q->arena;
	str path = arena_cat(a, STR("/"), q->segments[0], STR("/"), rest_of_path(q));
	if (str_starts(path, private))
		path = arena_cat(a, STR("/pipermail/"), str_skip(path, private.n));
	err e = find_alias(q, path, to);
	if (e.kind == ERR_NOTFOUND)
		e = find_alias(q, arena_cat(a, path, STR("/")), to);
	return e.kind == ERR_NOTFOUND ? guess_list(q, to) : e;
}

void old_address_page(struct request *q, struct response *r)
{
	str to;
	(void)worker_open(q);
	err e = worker_check(worker_of(q));
	if (!e.kind)
		e = find_old(q, &to);
	if (e.kind == ERR_NOTFOUND)
		error_page(q, r, 404,
			   S_("This is an address of an older archive, and nothing is "
			      "known to have stood there."));
	else if (!page_failed(q, r, e))
		response_redirect(r, 301, to);
}

/* /pipermail/, /mailman/, /hyperkitty/, /postorius/ …: addresses that another list manager
 * had here, bookmarked and mailed. */
#include "web/pages/old.h"

#include "base/language.h"
#include "web/pages/forms.h"
#include "web/pages/visible.h"

#include <inttypes.h>

enum { SEGMENTS_MAX = 16 };

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

static err find_post(struct request *q, int64_t list, int64_t number, str *to)
{
	struct visible_list l;
	TRY(visible_list_find(q, list, number ? RIGHT_archive_read : RIGHT_list_see, &l));
	if (number && l.since)
		TRY(must_see(q, list, number, l.since));
	*to = number ? arena_printf(q->arena, "%.*s/%" PRId64, STR_F(l.path), number)
		     : arena_cat(q->arena, l.path, STR("/"));
	return OK;
}

static err find_alias(struct request *q, str path, str *to)
{
	int64_t list, number;
	bool found;
	TRY(archive_alias_find(worker_of(q)->books.archive, path, &list, &number,
			       &found));
	return found ? find_post(q, list, number, to)
		     : FAIL(ERR_NOTFOUND, "no such address was kept");
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

struct old { /* what is asked for: without what a site had put before it */
	str segments[SEGMENTS_MAX];
	size_t count;
};

static struct old old_of(const struct request *q)
{
	struct old x = { .count = 0 };
	size_t i = 0;
	while (i < q->segment_count
	       && (str_eq(q->segments[i], STR("mailman3"))
		   || str_eq(q->segments[i], STR("cgi-bin"))))
		i++;
	for (; i < q->segment_count && x.count < SEGMENTS_MAX; i++)
		if (q->segments[i].n)
			x.segments[x.count++] = q->segments[i];
	return x;
}

/* "attachments/20080512/…": the day on which the post with it was archived. */
static bool is_day_of_files(const struct old *x, size_t i, int *year, int *month)
{
	int64_t day;
	if (i + 2 >= x->count || !str_eq(x->segments[i + 1], STR("attachments"))
	    || x->segments[i + 2].n != 8 || !str_i64(x->segments[i + 2], &day) || day < 0)
		return false;
	*year = (int)(day / 10000);
	*month = (int)(day / 100 % 100);
	return *month >= 1 && *month <= 12;
}

/* HyperKitty's "2026/1/" and "2026/1/15/" behind a list, as its dates are here; empty: it is none. */
static str date_meant(struct arena *a, const struct old *x, size_t list)
{
	static const int64_t least[] = { 1970, 1, 1 }, most[] = { 9999, 12, 31 };
	int64_t at[3];
	size_t n = 0;
	while (n < 3 && list + 1 + n < x->count
	       && str_i64(x->segments[list + 1 + n], &at[n]) && at[n] >= least[n]
	       && at[n] <= most[n])
		n++;
	if (n == 0)
		return STR_NONE;
	str path = arena_printf(a, "by/%04d/", (int)at[0]);
	for (size_t i = 1; i < n; i++)
		path = arena_cat(a, path, arena_printf(a, "%02d/", (int)at[i]));
	return path;
}

/* ".../message/HASH/" and ".../thread/HASH/", which nobody kept: no page is meant by it. */
static bool is_hash(const struct old *x, size_t list)
{
	return list + 2 < x->count && x->segments[list + 2].n == 32
	       && (str_eq(x->segments[list + 1], STR("message"))
		   || str_eq(x->segments[list + 1], STR("thread")));
}

static bool names_list(const struct list_entry *l, str word)
{
	return str_ieq(word, l->name) || str_ieq(word, l->address)
	       || str_ieq(word, l->list_id);
}

static const struct {
	const char *word, *page;
} pages[] = {
#define OLD(word, page) { word, page },
#define OLD_SITE(word, path)
#include "web/pages/old.def"
#undef OLD
#undef OLD_SITE
}, places[] = {
#define OLD(word, page)
#define OLD_SITE(word, path) { word, path },
#include "web/pages/old.def"
#undef OLD
#undef OLD_SITE
};

/* Which page of the list is meant: "" its home. */
static str page_meant(struct arena *a, const struct old *x, size_t list)
{
	int year, month;
	if ((list + 1 < x->count && is_month(x->segments[list + 1], &year, &month))
	    || is_day_of_files(x, list, &year, &month))
		return arena_printf(a, "by/%04d/%02d/", year, month);
	str date = date_meant(a, x, list);
	if (date.n)
		return date;
	for (size_t i = 0; i < x->count; i++)
		for (size_t k = 0; i != list && k < sizeof pages / sizeof *pages; k++)
			if (str_eq(x->segments[i], str_from(pages[k].word)))
				return str_from(pages[k].page);
	return STR_NONE;
}

/* Addresses that name a list, and perhaps a month or a page, need not have been kept. */
static err guess_list(struct request *q, const struct old *x, str *to)
{
	struct visible_lists s;
	TRY(visible_lists_read(q, RIGHT_list_see, &s));
	for (size_t i = 1; i < x->count && i < 4; i++)
		for (size_t k = 0; k < s.count; k++)
			if (names_list(s.lists[k].entry, x->segments[i])
			    && !is_hash(x, i)) {
				*to = arena_cat(q->arena, s.lists[k].path, STR("/"),
						page_meant(q->arena, x, i));
				return OK;
			}
	return FAIL(ERR_NOTFOUND, "it names no list");
}

/* "/mailman/listinfo", "/postorius/lists/": nothing but words that stand before a list. */
static bool is_directory(const struct old *x)
{
	static const char *const words[] = { "mailman",    "listinfo",  "admin",
					     "hyperkitty", "postorius", "archives",
					     "lists",      "list" };
	size_t known = 0;
	for (size_t i = 0; i < x->count; i++)
		for (size_t k = 0; k < sizeof words / sizeof *words; k++)
			known += str_eq(x->segments[i], str_from(words[k]));
	return known == x->count;
}

/* "/postorius/users/12": pages of the site. */
static bool is_place(const struct old *x, str *to)
{
	if (x->count < 2 || !str_eq(x->segments[0], STR("postorius")))
		return false;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (str_eq(x->segments[1], str_from(places[i].word))) {
			*to = str_from(places[i].page);
			return true;
		}
	return false;
}

/* Mailman showed the same
 * posts of a private archive below another path, and HyperKitty has had two. */
static err find_kept(struct request *q, const struct old *x, str *to)
{
	static const struct {
		str was, is;
	} same[] = { { { "/mailman/private/", 17 }, { "/pipermail/", 11 } },
		     { { "/archives/", 10 }, { "/hyperkitty/", 12 } } };
	struct arena *a = q->arena;
	str path = STR_NONE;
	for (size_t i = 0; i < x->count; i++)
		path = arena_cat(a, path, STR("/"), x->segments[i]);
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (str_starts(path, same[i].was))
			path = arena_cat(a, same[i].is, str_skip(path, same[i].was.n));
	return find_alias(q, path, to);
}

size_t old_archives(struct arena *a, const str *segments, size_t count,
		    struct old_archive found[static OLD_ARCHIVES])
{
	size_t n = 0;
	str path = STR("/");
	for (size_t i = 0; i + 1 < count && i < SEGMENTS_MAX && n < OLD_ARCHIVES; i++) {
		path = arena_cat(a, path, segments[i], STR("/"));
		if (str_has(segments[i + 1], '@'))
			found[n++] = (struct old_archive){ path, segments[i + 1] };
	}
	return n;
}

/* Below an archive that stood here, "/inbox/dev/MESSAGE-ID/": public-inbox has such addresses,
 * and more behind them (raw, t.mbox.gz, …). */
static err find_below(struct request *q, str *to)
{
	struct old_archive x[OLD_ARCHIVES];
	struct book *b = worker_of(q)->books.archive;
	size_t n = old_archives(q->arena, q->segments, q->segment_count, x);
	for (size_t i = 0; i < n; i++) {
		struct archive_posts s;
		int64_t list, number;
		bool found;
		TRY(archive_alias_find(b, x[i].path, &list, &number, &found));
		if (!found || number)
			continue;
		TRY(archive_posts_by_message_id(b, q->arena, list, x[i].message_id, &s));
		if (s.count)
			return find_post(q, list, s.list[0].number, to);
	}
	return FAIL(ERR_NOTFOUND, "no such address was kept");
}

str kept_address(struct request *q)
{
	str to;
	(void)worker_open(q);
	err e = worker_check(worker_of(q));
	if (!e.kind)
		e = find_alias(q, q->path, &to);
	if (e.kind == ERR_NOTFOUND)
		e = find_below(q, &to);
	return e.kind ? STR_NONE : to;
}

static err find_old(struct request *q, str *to)
{
	struct old x = old_of(q);
	err e = find_kept(q, &x, to);
	if (e.kind == ERR_NOTFOUND)
		e = find_below(q, to);
	if (e.kind == ERR_NOTFOUND)
		e = is_place(&x, to) ? OK : guess_list(q, &x, to);
	if (e.kind == ERR_NOTFOUND && is_directory(&x)) {
		*to = STR("/lists/");
		return OK;
	}
	return e;
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

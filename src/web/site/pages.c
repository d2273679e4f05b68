#include "web/site/pages.h"

#include "base/enc.h"
#include "base/file.h"
#include "base/language.h"
#include "web/router.h"
#include "web/site/access.h"
#include "web/site/markdown.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { ENTRIES_MAX = 5000, SUMS_MAX = 1 << 20 };

/* ---- the way to it */

static str segment_path(struct arena *a, const struct request *q, size_t count)
{
	str path = STR("/");
	for (size_t i = 0; i < count; i++)
		path = arena_cat(a, path, enc_percent(a, q->segments[i]), STR("/"));
	return path;
}

/* The group / members / deep; what is shown is the last. */
static void add_crumbs(const struct request *q, struct page_frame *f)
{
	struct arena *a = q->arena;
	struct page_frame_crumbs *rows = arena_zero(a, (q->segment_count + 1)
							       * sizeof *rows);
	for (size_t i = 0; i <= q->segment_count; i++)
		rows[i] = (struct page_frame_crumbs){
			.label = i ? q->segments[i - 1] : S_("Project"),
			.href = i < q->segment_count ? segment_path(a, q, i) : STR(""),
		};
	f->crumbs = rows;
	f->crumbs_count = q->segment_count ? q->segment_count + 1 : 0;
}

static struct page_frame site_frame(const struct request *q, str title,
				    const struct markdown *m)
{
	struct page_frame f = frame_of(q, title);
	f.description = m->opening;
	add_crumbs(q, &f);
	return f;
}

/* ---- texts */

static bool is_markdown(str name)
{
	str stem, ending;
	return str_cut_last(name, '.', &stem, &ending) && str_ieq(ending, STR("md"));
}

bool is_text_page(const struct request *q, const struct place *p)
{
	return p->kind == PLACE_FILE && is_markdown(p->name)
	       && p->st.st_size <= MARKDOWN_MAX && !q->by_link
	       && !str_eq(q->query_text, STR("raw"))
	       && str_find(request_header(q, "accept"), STR("text/html")).n;
}

void send_text_page(struct request *q, struct response *r, struct place *p)
{
	str text;
	struct markdown m;
	struct arena *a = q->arena;
	if (file_read_fd(a, p->fd, MARKDOWN_MAX, &text).kind) {
		error_page(q, r, 503, STR_NONE);
		return;
	}
	markdown_read(a, text, false, &m);
	str title = m.title.n ? m.title : p->name;
	response_header(r, STR("Vary"), STR("Accept"));
	ANSWER(q, r, textpage,
	       (&(struct page_textpage){ .frame = site_frame(q, title, &m),
					 .title = title,
					 .titled = m.titled,
					 .body = { m.html },
					 .source = STR("?raw") }));
}

/* ---- folders */

/* Who is here by a link goes on by it; key: in what order, or empty. */
static str with_query(const struct request *q, str path, str key)
{
	static const char *const names[] = { "e", "n", "s" };
	struct arena *a = q->arena;
	str mark = STR("?");
	if (key.n) {
		path = arena_cat(a, path, STR("?o="), key);
		mark = STR("&");
	}
	for (size_t i = 0; q->by_link && i < 3; i++) {
		str value = request_query(q, names[i]);
		if (!value.n)
			continue;
		path = arena_cat(a, path, mark, str_from(names[i]), STR("="),
				 enc_percent(a, value));
		mark = STR("&");
	}
	return path;
}

struct entry {
	str name;
	bool folder;
	int64_t size, changed;
	str sum;
};

struct listing {
	const struct site *site;
	struct request *q;
	const struct place *place;
	const struct rules *rules;
	struct entry *rows;
	size_t count;
	bool more;
	struct sum *sums; /* what SHA256SUMS of the folder says, by name */
	size_t sums_count;
};

struct sum {
	str name, hex;
};

static int by_its_name(const void *a, const void *b)
{
	return str_cmp(((const struct sum *)a)->name, ((const struct sum *)b)->name);
}

/* "HEX  NAME" or "HEX *NAME", as sha256sum writes it. In order, since a folder may hold
 * thousands, and each of them is looked for. */
static void read_sums(struct listing *x, str text)
{
	str line, rest = text;
	size_t n = 0;
	while (str_line(&rest, &line))
		n++;
	x->sums = arena_alloc(x->q->arena, (n + 1) * sizeof *x->sums);
	while (str_line(&text, &line))
		if (line.n > 66 && line.p[64] == ' ')
			x->sums[x->sums_count++] = (struct sum){ str_skip(line, 66),
								 str_first(line, 64) };
	qsort(x->sums, x->sums_count, sizeof *x->sums, by_its_name);
}

static str sum_of(const struct listing *x, str name)
{
	struct sum key = { .name = name }, *s = NULL;
	if (x->sums_count)
		s = bsearch(&key, x->sums, x->sums_count, sizeof *x->sums, by_its_name);
	return s ? s->hex : STR("");
}

static str read_beside(struct arena *a, int folder, str name, size_t most)
{
	struct place p;
	str text = STR("");
	below_step(folder, a, name, &p);
	if (p.kind == PLACE_FILE && p.st.st_size <= (off_t)most
	    && file_read_fd(a, p.fd, most, &text).kind)
		text = STR("");
	place_close(&p);
	return text;
}

/* A folder that keeps who asks out is not to be seen in the one above it. */
static bool may_enter(struct listing *x, const struct place *p)
{
	struct access inner = { .a = x->q->arena, .rules = *x->rules };
	const struct rule *by;
	access_look(&inner, p->fd, x->place->depth + 1);
	return site_may(x->site, x->q, &inner.rules, &by) == MAY;
}

static void add_entry(struct listing *x, const char *name)
{
	struct place p;
	struct arena *a = x->q->arena;
	below_step(x->place->fd, a, str_from(name), &p);
	if (p.kind == PLACE_FILE || (p.kind == PLACE_FOLDER && may_enter(x, &p)))
		x->rows[x->count++] = (struct entry){
			.name = arena_copy(a, str_from(name)),
			.folder = p.kind == PLACE_FOLDER,
			.size = p.kind == PLACE_FILE ? p.st.st_size : -1,
			.changed = p.st.st_mtim.tv_sec,
			.sum = sum_of(x, str_from(name)),
		};
	place_close(&p);
}

static void read_folder(struct listing *x)
{
	struct dirent *e;
	int fd = openat(x->place->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	if (!folder) {
		fd_close(&fd);
		return;
	}
	x->rows = arena_alloc(x->q->arena, ENTRIES_MAX * sizeof *x->rows);
	while ((e = readdir(folder))) {
		x->more = x->count == ENTRIES_MAX;
		if (x->more)
			break;
		if (is_plain_name(str_from(e->d_name)))
			add_entry(x, e->d_name);
	}
	closedir(folder);
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int by_size(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	return x->size != y->size ? (x->size > y->size) - (x->size < y->size)
				  : by_name(a, b);
}

static int by_date(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	return x->changed != y->changed
		       ? (x->changed > y->changed) - (x->changed < y->changed)
		       : by_name(a, b);
}

static const struct order {
	const char *word;
	int (*compare)(const void *a, const void *b);
} orders[] = { { "name", by_name }, { "size", by_size }, { "date", by_date } };

static const struct order *sort(struct listing *x, bool *down)
{
	str wanted = request_query(x->q, "o");
	const struct order *o = &orders[0];
	*down = str_starts(wanted, STR("-"));
	if (*down)
		wanted = str_skip(wanted, 1);
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		if (str_eq(wanted, str_from(orders[i].word)))
			o = &orders[i];
	if (x->count)
		qsort(x->rows, x->count, sizeof *x->rows, o->compare);
	for (size_t i = 0; *down && i < x->count / 2; i++) {
		struct entry swap = x->rows[i];
		x->rows[i] = x->rows[x->count - 1 - i];
		x->rows[x->count - 1 - i] = swap;
	}
	return o;
}

static void fill_rows(const struct listing *x, struct page_folder *page)
{
	struct arena *a = x->q->arena;
	struct page_folder_entries *rows = arena_zero(a, (x->count + 1) * sizeof *rows);
	for (size_t i = 0; i < x->count; i++) {
		const struct entry *e = &x->rows[i];
		rows[i] = (struct page_folder_entries){
			.name = e->name,
			.href = with_query(x->q,
					   arena_cat(a, page->path,
						     enc_percent(a, e->name),
						     e->folder ? STR("/") : STR("")),
					   STR("")),
			.folder = e->folder,
			.size = e->folder ? 0 : e->size,
			.changed = e->changed,
			.sum = e->sum,
		};
		page->sums |= e->sum.n > 0;
	}
	page->entries = rows;
	page->entries_count = x->count;
	page->count = (int64_t)x->count;
}

/* What a script would say, of the newest file. */
static str command_for(const struct listing *x, str path)
{
	struct arena *a = x->q->arena;
	const struct entry *newest = NULL;
	for (size_t i = 0; i < x->count; i++)
		if (!x->rows[i].folder
		    && (!newest || x->rows[i].changed > newest->changed))
			newest = &x->rows[i];
	if (!newest || !x->q->is_protected)
		return STR("");
	return arena_cat(a, STR("curl -LO -C - -H \"Authorization: Bearer TOKEN\" "),
			 x->site->url, path, enc_percent(a, newest->name));
}

/* The column that is sorted by leads to the other direction. */
static str order_link(const struct request *q, const struct page_folder *page,
		      const char *word)
{
	bool turn = str_eq(page->order, str_from(word)) && !page->down;
	return with_query(q, page->path,
			  arena_cat(q->arena, turn ? STR("-") : STR(""), str_from(word)));
}

void send_listing(const struct site *s, struct request *q, struct response *r,
		  const struct place *p, const struct rules *rules, const struct rule *by)
{
	struct arena *a = q->arena;
	struct listing x = { .site = s, .q = q, .place = p, .rules = rules };
	struct markdown about = { 0 };
	bool down;
	read_sums(&x, read_beside(a, p->fd, STR("SHA256SUMS"), SUMS_MAX));
	str readme = read_beside(a, p->fd, STR("README.md"), MARKDOWN_MAX);
	read_folder(&x);
	const struct order *order = sort(&x, &down);
	if (readme.n)
		markdown_read(a, readme, true, &about);
	str title = q->segment_count ? q->segments[q->segment_count - 1] : S_("Files");
	struct page_folder page = {
		.frame = site_frame(q, title, &about),
		.path = segment_path(a, q, q->segment_count),
		.title = title,
		.order = str_from(order->word),
		.down = down,
		.more = x.more,
		.about = { about.html },
	};
	if (by && by->who == RULE_MEMBERS && by->deed == RULE_ALLOW) {
		page.list = by->name;
		page.list_url = arena_cat(a, STR("/lists/"), enc_percent(a, by->name),
					  STR("/"));
	}
	if (s->manages && s->manages(q, rules) == MAY)
		page.downloads = arena_cat(
			a, STR("/files/downloads?in="),
			enc_percent(a, access_folder(a, q->segments, q->segment_count)));
	for (size_t i = 0; page.downloads.n && i < rules->count; i++)
		if (rules->rows[i].deed == RULE_ALLOW && rules->rows[i].who == RULE_LINK)
			page.links = arena_cat(
				a, STR("/files/links?in="),
				enc_percent(a, access_folder(a, q->segments,
							     q->segment_count)));
	if (rules->uploads && s->uploads && s->uploads(q, rules) == MAY)
		page.uploads = arena_cat(
			a, STR("/files/upload?to="),
			enc_percent(a, access_folder(a, q->segments, q->segment_count)));
	fill_rows(&x, &page);
	page.by_name = order_link(q, &page, "name");
	page.by_size = order_link(q, &page, "size");
	page.by_date = order_link(q, &page, "date");
	page.command = command_for(&x, page.path);
	ANSWER(q, r, folder, &page);
}

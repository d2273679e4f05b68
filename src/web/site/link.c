#include "web/site/link.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/rand.h"
#include "store/lists/pending.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#define KIND STR("site-link")

enum { TOKEN_BYTES = 12, SHARE = 1000000 }; /* of a download */

str site_link_path(struct arena *a, const str *segments, size_t count, bool slash)
{
	str path = STR("");
	for (size_t i = 0; i < count; i++)
		path = arena_cat(a, path, STR("/"), enc_percent(a, segments[i]));
	return slash || !count ? arena_cat(a, path, STR("/")) : path;
}

static str tag_of(const struct books *books, struct arena *a, str path, str end,
		  str token)
{
	return mac_tag(a, &books->mac, STR("site-link"),
		       arena_cat(a, end, STR(" "), token, STR(" "), path));
}

/* ---- its row */

struct counts {
	int64_t most, begun, shares;
	str path, by, note;
};

static str text_of(struct arena *a, json_t *root, const char *key)
{
	const char *text = json_string_value(json_object_get(root, key));
	return arena_copy(a, str_from(text ? text : ""));
}

static void put_text(json_t *root, const char *key, str text)
{
	json_object_set_new(root, key, json_stringn(text.n ? text.p : "", text.n));
}

static str counts_text(struct arena *a, const struct counts *c)
{
	json_t *root = json_pack("{s:I,s:I,s:I}", "most", (json_int_t)c->most, "begun",
				 (json_int_t)c->begun, "shares", (json_int_t)c->shares);
	put_text(root, "path", c->path);
	put_text(root, "by", c->by);
	put_text(root, "note", c->note);
	char *text = json_dumps(root, JSON_COMPACT);
	str kept = arena_copy(a, str_from(text));
	free(text);
	json_decref(root);
	return kept;
}

static bool read_counts(struct arena *a, str data, struct counts *c)
{
	json_t *root = json_loadb(data.p, data.n, 0, NULL);
	*c = (struct counts){
		.most = json_integer_value(json_object_get(root, "most")),
		.begun = json_integer_value(json_object_get(root, "begun")),
		.shares = json_integer_value(json_object_get(root, "shares")),
		.path = text_of(a, root, "path"),
		.by = text_of(a, root, "by"),
		.note = text_of(a, root, "note"),
	};
	bool is = root != NULL;
	json_decref(root);
	return is;
}

err site_link_make(struct books *books, struct arena *a, const struct site_link *link,
		   str *query)
{
	str end = arena_number(a, link->expires_at), token = rand_token(a, TOKEN_BYTES);
	struct counts c = {
		.most = link->most, .path = link->path, .by = link->by, .note = link->note
	};
	struct pending_row row = {
		.kind = KIND,
		.address = STR(""),
		.data = counts_text(a, &c),
		.created_at = clock_now(),
		.expires_at = link->expires_at,
	};
	TRY(pending_add(books->lists, token, &row));
	*query = arena_cat(a, STR("e="), end, STR("&n="), token, STR("&s="),
			   tag_of(books, a, link->path, end, token));
	return OK;
}

/* ---- at a request */

static bool is_for(const struct books *books, struct request *q, str path,
		   const struct site_link *link, str end, str tag)
{
	return mac_equal(tag_of(books, q->arena, path, end, link->token), tag);
}

void site_link_read(const struct books *books, struct request *q, struct site_link *link)
{
	str end = request_query(q, "e"), tag = request_query(q, "s"), path;
	struct site_link read = { .token = request_query(q, "n") };
	*link = (struct site_link){ 0 };
	if (!tag.n || tag.n > 64 || read.token.n > 64 || !str_i64(end, &read.expires_at)
	    || read.expires_at <= clock_now())
		return;
	path = site_link_path(q->arena, q->segments, q->segment_count, q->slash);
	bool good = is_for(books, q, path, &read, end, tag);
	for (size_t n = 0; !good && n <= q->segment_count; n++) {
		path = site_link_path(q->arena, q->segments, n, true);
		good = is_for(books, q, path, &read, end, tag);
	}
	struct pending_row row;
	if (good && read.token.n) /* somebody may have ended it */
		good = !pending_look(books->lists, q->arena, read.token, clock_now(),
				     &row)
				.kind;
	if (!good)
		return;
	read.path = path;
	*link = read;
}

static err charge(struct book *b, struct arena *a, const struct site_link *link,
		  bool first, int64_t shares, bool *left)
{
	struct pending_row row;
	struct counts c;
	*left = false;
	err e = pending_look(b, a, link->token, clock_now(), &row);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	if (!str_eq(row.kind, KIND) || !read_counts(a, row.data, &c))
		return OK;
	*left = !c.most;
	if (!c.most)
		return OK;
	c.begun += first;
	c.shares += shares;
	*left = c.begun <= c.most && c.shares <= 2 * c.most * SHARE;
	return *left ? pending_note(b, row.id, counts_text(a, &c)) : OK;
}

err site_link_charge(struct books *books, struct arena *a, const struct site_link *link,
		     bool first, int64_t octets, int64_t size, bool *left)
{
	int64_t shares = size ? (int64_t)((double)octets / (double)size * SHARE) + 1 : 1;
	bool mine;
	*left = true;
	if (!link->token.n)
		return OK;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  charge(books->lists, a, link, first, shares, left));
}

/* ---- all there are */

err site_link_list(struct books *books, struct arena *a, str below,
		   struct site_link_row **rows, size_t *count)
{
	struct pending_row *p;
	size_t n, found = 0;
	TRY(pending_list(books->lists, a, KIND, 0, clock_now(), &p, &n));
	struct site_link_row *x = arena_zero(a, (n + 1) * sizeof *x);
	for (size_t i = 0; i < n; i++) {
		struct counts c;
		if (!read_counts(a, p[i].data, &c) || !str_starts(c.path, below))
			continue;
		x[found++] = (struct site_link_row){
			.id = p[i].id,
			.made_at = p[i].created_at,
			.link = { .path = c.path,
				  .expires_at = p[i].expires_at,
				  .most = c.most,
				  .by = c.by,
				  .note = c.note },
			.begun = c.begun,
		};
	}
	*rows = x;
	*count = found;
	return OK;
}

err site_link_end(struct books *books, struct arena *a, str below, int64_t id)
{
	struct site_link_row *x;
	size_t n;
	TRY(site_link_list(books, a, below, &x, &n));
	for (size_t i = 0; i < n; i++)
		if (x[i].id == id)
			return pending_drop_id(books->lists, id);
	return FAIL(ERR_NOTFOUND, "there is no such link");
}

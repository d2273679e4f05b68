#include "web/site/link.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/rand.h"
#include "store/lists/pending.h"

#include <inttypes.h>
#include <jansson.h>

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
};

static str counts_text(struct arena *a, const struct counts *c)
{
	return arena_printf(
		a, "{\"most\":%" PRId64 ",\"begun\":%" PRId64 ",\"shares\":%" PRId64 "}",
		c->most, c->begun, c->shares);
}

static bool read_counts(str data, struct counts *c)
{
	json_t *root = json_loadb(data.p, data.n, 0, NULL);
	c->most = json_integer_value(json_object_get(root, "most"));
	c->begun = json_integer_value(json_object_get(root, "begun"));
	c->shares = json_integer_value(json_object_get(root, "shares"));
	json_decref(root);
	return c->most > 0;
}

err site_link_make(struct books *books, struct arena *a, const struct site_link *link,
		   str *query)
{
	str end = arena_number(a, link->expires_at), token = STR("");
	if (link->most) {
		struct counts c = { .most = link->most };
		struct pending_row row = {
			.kind = KIND,
			.address = STR(""),
			.data = counts_text(a, &c),
			.created_at = clock_now(),
			.expires_at = link->expires_at,
		};
		token = rand_token(a, TOKEN_BYTES);
		TRY(pending_add(books->lists, token, &row));
	}
	*query = arena_cat(a, STR("e="), end, token.n ? STR("&n=") : STR(""), token,
			   STR("&s="), tag_of(books, a, link->path, end, token));
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
	if (!str_eq(row.kind, KIND) || !read_counts(row.data, &c))
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

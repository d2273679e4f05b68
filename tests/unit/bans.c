/* A ban whose reason names a held post by its subject, when that goes for good. */
#include "books.h"

#include "lists/decide.h"
#include "lists/redact.h"
#include "lists/settings.h"
#include "store/lists/ban.h"
#include "store/lists/held.h"

#define DEV "dev@lists.example"

static void add(struct books_test *t, int64_t list, const char *pattern,
		const char *reason)
{
	struct ban_row x = { .list = list,
			     .pattern = str_from(pattern),
			     .reason = str_from(reason),
			     .created_at = 1 };
	BOOKS_MUST(t, ban_add(t->books.lists, &x));
}

static str reason_of(struct books_test *t, int64_t list, const char *pattern)
{
	struct ban_row *x;
	size_t n;
	BOOKS_MUST(t, ban_list(t->books.lists, t->a, list, &x, &n));
	for (size_t i = 0; i < n; i++)
		if (str_eq(x[i].pattern, str_from(pattern)))
			return x[i].reason;
	return STR_NONE;
}

/* That subject alone, of that list alone, and where nothing else is said. */
static void test_forgets(struct books_test *t)
{
	static const struct {
		int64_t list;
		const char *before, *after;
	} rows[] = {
		{ 7, "held post: My salary", "held post" },
		{ 7, "held post: My salary, again", "held post: My salary, again" },
		{ 7, "held post: my salary", "held post: my salary" },
		{ 7, "held post: My", "held post: My" },
		{ 7, "My salary", "My salary" },
		{ 7, "held post: My salary%", "held post: My salary%" },
		{ 8, "held post: My salary", "held post: My salary" },
		{ 0, "held post: My salary", "held post: My salary" },
	};
	enum { ROWS = sizeof rows / sizeof *rows };
	for (size_t i = 0; i < ROWS; i++)
		add(t, rows[i].list,
		    arena_z(t->a, arena_printf(t->a, "%zu@x.example", i)),
		    rows[i].before);
	for (int again = 0; again < 2; again++) {
		CHECK(ok(ban_forget_held(t->books.lists, 7, STR("My salary"))));
		for (size_t i = 0; i < ROWS; i++) {
			str pattern = arena_printf(t->a, "%zu@x.example", i);
			CHECK(str_eq(reason_of(t, rows[i].list, arena_z(t->a, pattern)),
				     str_from(rows[i].after)));
		}
	}
}

/* As a moderator's ban writes it, and as the purge of a post reads it. */
static void test_purge(struct books_test *t)
{
	static const char *const authors[] = { "bob@evil.example", "anna@uni.example" };
	const struct actor olga = { .name = STR("olga@uni.example"), .via = STR("page") };
	const struct list_entry *dev = books_list(t, DEV);
	struct held_row *h;
	size_t n;
	struct redaction x = { .list = dev, .number = 1, .what = STR("purge") };
	books_member(t, dev, authors[1]);
	for (int i = 0; i < 2; i++)
		BOOKS_MUST(t, books_arrives_as(t, authors[i], DEV,
					       books_mail(t->a, authors[i], DEV,
							  i ? "2@x" : "1@x", "body"),
					       ALIGNED));
	BOOKS_MUST(t, held_waiting(t->books.lists, t->a, 0, 0, 10, &h, &n));
	CHECK(n == 1);
	BOOKS_MUST(t, held_decide(&t->books, t->a, h[0].id, STR("ban"), STR(""), &olga));
	str reason = reason_of(t, dev->id, authors[0]);
	CHECK(str_eq(reason, arena_cat(t->a, STR("held post: "), h[0].subject))
	      && h[0].subject.n);
	BOOKS_MUST(t, list_redact(&t->books, t->a, &x, &olga));
	CHECK(str_eq(reason_of(t, dev->id, authors[0]), STR("held post")));
}

/* What is banned already takes no room, and is found without all others being read. */
static void test_is(struct books_test *t)
{
	bool there;
	add(t, 9, "@bad.example", "");
	CHECK(ok(ban_is(t->books.lists, 9, STR("@bad.example"), &there)) && there);
	CHECK(ok(ban_is(t->books.lists, 8, STR("@bad.example"), &there)) && !there);
	CHECK(ok(ban_is(t->books.lists, 9, STR("@bad"), &there)) && !there);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	test_forgets(&t);
	test_purge(&t);
	test_is(&t);
	books_end(&t);
	return check_done();
}

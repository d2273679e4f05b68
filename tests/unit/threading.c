/* Which post answers which, whatever the order in which they come. */
#include "thread_sets.h"

#include "archive/threading.h"
#include "base/buf.h"

static void check_key(struct arena *a, const char *x, const char *y, bool equal)
{
	bool reply;
	int64_t k = thread_subject_key(thread_subject(a, str_from(x), &reply));
	int64_t l = thread_subject_key(thread_subject(a, str_from(y), &reply));
	CHECK((k == l) == equal);
	if ((k == l) != equal)
		fprintf(stderr, "  \"%s\" and \"%s\"\n", x, y);
}

static void test_subject(struct arena *a)
{
	static const struct {
		const char *subject, *base;
		bool reply;
	} cases[] = {
		{ "Map", "map", false },
		{ "Re: Map", "map", true },
		{ "RE:Map", "map", true },
		{ "Re[2]: Map", "map", true },
		{ "[dev] Re: Map", "map", true },
		{ "Re: [dev] Map", "map", true },
		{ "[dev] Map", "map", false },
		{ "[dev]", "[dev]", false },
		{ "Aw: Fwd: Map (fwd)", "map", true },
		{ "Fwd: Map", "map", false },
		{ "[Fwd: Re: Map]", "map", true },
		{ "Re: Re: Re:", "", true },
		{ "  a   b\t c ", "a b c", false },
		{ "Return: to sender", "return: to sender", false },
		{ "回复：地图", "地图", true },
		{ "ÜBER", "über", false },
		{ "[PATCH v2 3/7] mips: fix", "mips: fix", false },
		{ "", "", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool reply;
		str base = thread_subject(a, str_from(cases[i].subject), &reply);
		CHECK(str_eq(base, str_from(cases[i].base)) && reply == cases[i].reply);
		CHECK((thread_subject_key(base) == 0) == (base.n == 0));
	}
	check_key(a, "Re: x", "X", true);
	check_key(a, "Re: x", "y", false);
}

/* References, else In-Reply-To: where both name a post that is here and they differ,
 * References is right, in every order of arrival. */
static void test_precedence(struct arena *a, struct book *b)
{
#define POST(id, more)                                                                  \
	{                                                                               \
		.from = STR("From x Thu Jan  1 00:00:00 2020"),                         \
		.bytes = STR("From: a@x.example\r\nSubject: " id "\r\nMessage-ID: <" id \
			     "@x>\r\n" more "\r\nx\r\n")                                \
	}
	static const struct mbox_message all[] = {
		POST("one", ""),
		POST("two", ""),
		POST("both", "References: <one@x>\r\nIn-Reply-To: <two@x>\r\n"),
		POST("gone", "References: <no@x>\r\nIn-Reply-To: <two@x>\r\n"),
		POST("only", "In-Reply-To: <one@x> <two@x>\r\n"),
	};
#undef POST
	enum { POSTS = sizeof all / sizeof *all };
	static const int parents[POSTS] = { -1, -1, 0, 1, 0 };
	struct set s = { .all = all, .numbers = { 0, 1, 2, 3, 4 }, .count = POSTS };
	int order[POSTS] = { 0, 1, 2, 3, 4 };
	do {
		int64_t numbers[POSTS], list = archive_set(a, b, &s, order, numbers);
		for (size_t i = 0; i < POSTS; i++) {
			struct archive_post p, up;
			bool found;
			CHECK(ok(archive_post_by_number(b, a, list, numbers[i], &p,
							&found))
			      && found);
			CHECK((p.parent == 0) == (parents[i] < 0));
			if (p.parent && parents[i] >= 0)
				CHECK(ok(archive_post_by_id(b, a, p.parent, &up, &found))
				      && found && up.number == numbers[parents[i]]);
		}
	} while (next_order(order, POSTS));
}

static uint32_t seed;

static uint32_t roll(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* Posts and answers as lists have them: references cut short, only In-Reply-To, none
 * at all, to messages that never came. */
static void make_posts(struct arena *a, struct mbox_message *out, size_t count)
{
	int parent[MESSAGES_MAX];
	for (int i = 0; i < (int)count; i++) {
		parent[i] = i && roll(4) ? (int)roll((uint32_t)i) : -1;
		BUF(b);
		int64_t date = 1300000000 + i * 5000;
		buf_addf(&b, "From x@y.example Thu Jan  1 00:00:00 2015\n");
		buf_clear(&b);
		buf_addf(&b, "From: p%u@x.example\r\nMessage-ID: <m%d@x.example>\r\n",
			 roll(9), i);
		buf_cat(&b, STR("Date: "), date_text(a, date), STR("\r\n"));
		int top = i;
		while (parent[top] >= 0)
			top = parent[top];
		buf_addf(&b, "Subject: %stopic %d\r\n", parent[i] >= 0 ? "Re: " : "",
			 top);
		uint32_t kind = roll(10);
		if (parent[i] >= 0 && kind < 6) {
			buf_addf(&b, "References:");
			int chain[MESSAGES_MAX], n = 0;
			for (int p = parent[i]; p >= 0; p = parent[p])
				chain[n++] = p;
			for (int k = n - 1; k >= 0; k--)
				if (k == 0 || k == n - 1 || roll(3))
					buf_addf(&b, " <m%d@x.example>", chain[k]);
			buf_addf(&b, "\r\n");
		} else if (parent[i] >= 0 && kind < 8) {
			buf_addf(&b, "In-Reply-To: <m%d@x.example>\r\n", parent[i]);
		} else if (parent[i] >= 0 && kind < 9) {
			buf_addf(&b, "References: <gone%d@x.example>\r\n", parent[i] / 4);
		}
		buf_addf(&b, "\r\nText %d\r\n", i);
		out[i] = (struct mbox_message){
			.bytes = arena_copy(a, buf_str(&b)),
			.from = STR("From x Thu Jan  1 00:00:00 2020")
		};
	}
}

/* Every order of arrival gives the same trees. */
static void test_orders(struct arena *a, struct book *b)
{
	enum { POSTS = 120, ORDERS = 8 };
	struct mbox_message all[POSTS];
	struct set s = { .all = all, .count = POSTS };
	int order[POSTS];
	int64_t posts[POSTS], first_parent[POSTS], first_root[POSTS];
	seed = 7;
	make_posts(a, all, POSTS);
	for (int i = 0; i < POSTS; i++)
		s.numbers[i] = order[i] = i;
	for (int round = 0; round < ORDERS; round++) {
		int64_t list = archive_set(a, b, &s, order, posts);
		int differ = 0;
		for (int i = 0; i < POSTS; i++) {
			struct archive_post p, up = { .message_id = STR("") };
			struct archive_thread t;
			bool found;
			CHECK(ok(archive_post_by_number(b, a, list, posts[i], &p, &found))
			      && found);
			if (p.parent)
				CHECK(ok(archive_post_by_id(b, a, p.parent, &up, &found))
				      && found);
			CHECK(ok(archive_thread_by_id(b, a, p.thread, &t, &found))
			      && found);
			int64_t parent = thread_subject_key(up.message_id), root = 0;
			for (int k = 0; k < POSTS; k++)
				if (posts[k] == t.number)
					root = k;
			if (round == 0) {
				first_parent[i] = parent;
				first_root[i] = root;
			}
			differ += first_parent[i] != parent || first_root[i] != root;
		}
		CHECK(differ == 0);
		if (round == 0)
			for (int i = 0; i < POSTS; i++) /* newest first comes next */
				order[i] = POSTS - 1 - i;
		else
			for (int i = POSTS - 1; i > 0; i--) {
				int k = (int)roll((uint32_t)i + 1), swap = order[i];
				order[i] = order[k];
				order[k] = swap;
			}
	}
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	test_subject(a);
	test_precedence(a, b);
	test_orders(a, b);
	test_rows(a, b);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}

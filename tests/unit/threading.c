#include "store_folder.h"

#include "archive/add.h"
#include "archive/read.h"
#include "archive/threading.h"
#include "base/file.h"
#include "mail/date.h"
#include "mail/mbox.h"

enum { MESSAGES_MAX = 300, TOKENS_MAX = 200 };

struct set { /* some messages, and which thread each is in */
	const struct mbox_message *all;
	int numbers[MESSAGES_MAX]; /* indices of all, in order */
	size_t count;
};

static int64_t next_list = 1;

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

/* Adds the messages of a set to a new list, in the order of `order`. */
static int64_t archive_set(struct arena *a, struct book *b, const struct set *s,
			   const int *order, int64_t *numbers)
{
	int64_t list = next_list++;
	for (size_t i = 0; i < s->count; i++) {
		size_t k = order ? (size_t)order[i] : i;
		const struct mbox_message *m = &s->all[s->numbers[k]];
		str head, date;
		int64_t at = 0;
		int offset;
		if (!str_cut(str_skip(m->from, 5), ' ', &head, &date)
		    || date_parse(str_trim(date), &at, &offset).kind)
			at = 1200000000;
		struct archive_arrival x = {
			.list = list,
			.source = arena_printf(a, "%zu/%lld", k, (long long)list),
			.message = m->bytes,
			.received_at = at,
		};
		CHECK(ok(archive_add(b, a, &x, &numbers[k])));
	}
	return list;
}

static int64_t thread_of(struct arena *a, struct book *b, int64_t list, int64_t number)
{
	struct archive_post p;
	bool found;
	CHECK(ok(archive_post_by_number(b, a, list, number, &p, &found)) && found);
	return p.thread;
}

/* "(1 (2 4)(3))(5)": the message numbers and in which top-level parentheses. */
static size_t read_sets(str line, int *numbers, int *groups)
{
	size_t n = 0;
	int depth = 0, group = 0;
	for (size_t i = 0; i < line.n && n < TOKENS_MAX; i++) {
		if (line.p[i] == '(' && depth++ == 0)
			group++;
		else if (line.p[i] == ')')
			depth--;
		else if (chr_is_digit(line.p[i])) {
			numbers[n] = 0;
			for (; i < line.n && chr_is_digit(line.p[i]); i++)
				numbers[n] = numbers[n] * 10 + (line.p[i] - '0');
			groups[n++] = group;
			i--;
		}
	}
	return n;
}

/* Are two messages in one thread exactly where the vector has them in one? */
static void compare(struct arena *a, struct book *b, const struct set *s, str expected,
		    const int *order)
{
	int numbers[TOKENS_MAX], groups[TOKENS_MAX];
	int64_t posts[MESSAGES_MAX], threads[MESSAGES_MAX];
	size_t n = read_sets(expected, numbers, groups);
	int64_t list = archive_set(a, b, s, order, posts);
	CHECK(n == s->count);
	for (size_t i = 0; i < s->count; i++)
		threads[i] = thread_of(a, b, list, posts[i]);
	for (size_t i = 0; i < n && n == s->count; i++)
		for (size_t k = 0; k < i; k++)
			CHECK((threads[numbers[i] - 1] == threads[numbers[k] - 1])
			      == (groups[i] == groups[k]));
}

static bool next_order(int *order, size_t n) /* the next permutation */
{
	size_t i = n, k = n;
	while (--i > 0 && order[i - 1] >= order[i])
		;
	if (i == 0 || n < 2)
		return false;
	while (order[--k] <= order[i - 1])
		;
	int swap = order[i - 1];
	order[i - 1] = order[k];
	order[k] = swap;
	for (size_t left = i, right = n - 1; left < right; left++, right--) {
		swap = order[left];
		order[left] = order[right];
		order[right] = swap;
	}
	return true;
}

/* Whatever the order of arrival: up to five messages in every order. */
static void compare_all(struct arena *a, struct book *b, const struct set *s,
			str expected)
{
	int order[MESSAGES_MAX];
	for (size_t i = 0; i < s->count; i++)
		order[i] = (int)i;
	do
		compare(a, b, s, expected, order);
	while (s->count <= 5 && next_order(order, s->count));
}

/* Base subjects group as RFC 5256's ORDEREDSUBJECT has it. */
static void compare_subjects(struct arena *a, const struct set *s, str expected)
{
	int numbers[TOKENS_MAX], groups[TOKENS_MAX];
	size_t n = read_sets(expected, numbers, groups);
	str bases[MESSAGES_MAX];
	CHECK(n == s->count);
	for (size_t i = 0; i < s->count; i++) {
		struct header h;
		bool reply;
		CHECK(ok(header_scan(a, s->all[s->numbers[i]].bytes, &h)));
		bases[i] = thread_subject(
			a, header_text(a, header_find(&h, STR("Subject"))), &reply);
	}
	for (size_t i = 0; i < n && n == s->count; i++)
		for (size_t k = 0; k < i; k++)
			CHECK(str_eq(bases[numbers[i] - 1], bases[numbers[k] - 1])
			      == (groups[i] == groups[k]));
}

static void delete_set(struct set *s, str which) /* "1,2" */
{
	bool gone[MESSAGES_MAX + 1] = { false };
	size_t kept = 0;
	for (size_t i = 0; i < which.n; i++)
		if (chr_is_digit(which.p[i]))
			gone[which.p[i] - '0'] = true;
	for (size_t i = 0; i < s->count; i++)
		if (!gone[i + 1])
			s->numbers[kept++] = s->numbers[i];
	s->count = kept;
}

/* A script: "ok append", "ok store 1,2 +flags \deleted", "* thread (…)". */
static int play(struct arena *a, struct book *b, str script,
		const struct mbox_message *all, size_t count)
{
	struct set s = { .all = all };
	bool subjects = str_ifind(script, STR("ORDEREDSUBJECT")).n > 0;
	size_t used = str_ifind(script, STR("state: created")).n ? 0 : count;
	int checked = 0;
	for (size_t i = 0; i < used; i++)
		s.numbers[s.count++] = (int)i;
	str line, word;
	while (str_line(&script, &line)) {
		if (str_starts(line, STR("ok append")) && used < count)
			s.numbers[s.count++] = (int)used++;
		if (str_starts(line, STR("ok store "))) {
			str rest = str_skip(line, 9);
			str_word(&rest, &word);
			delete_set(&s, word);
		}
		if (!str_istarts(line, STR("* thread ")))
			continue;
		checked++;
		if (subjects)
			compare_subjects(a, &s, str_skip(line, 9));
		else
			compare_all(a, b, &s, str_skip(line, 9));
	}
	return checked;
}

/* The vectors' own mboxes: one has a message without any header, which no reader of
 * mailboxes takes for one. */
static size_t split_vector(str bytes, struct mbox_message *out)
{
	size_t count = 0;
	while (bytes.n && count < MESSAGES_MAX) {
		str line, next;
		str_line(&bytes, &line);
		next = str_find(bytes, STR("\nFrom user@domain"));
		out[count++] = (struct mbox_message){
			.from = line, .bytes = str_first(bytes, bytes.n - next.n)
		};
		bytes = str_skip(next, 1);
	}
	return count;
}

static void test_vectors(struct arena *a, struct book *b)
{
	static const char *const names[] = { "thread",
					     "thread2",
					     "thread3",
					     "thread4",
					     "thread5",
					     "thread6",
					     "thread7",
					     "thread8",
					     "thread-orderedsubject",
					     "thread-orderedsubject2" };
	const char *data = getenv("POSTERN_DATA_SHARED");
	str folder = arena_cat(a, str_from(data ? data : "../shared/data"),
			       STR("/threading/"));
	int checked = 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		str path = arena_cat(a, folder, str_from(names[i])), script, bytes;
		if (file_read(a, arena_z(a, path), 1 << 20, &script).kind
		    || file_read(a, arena_z(a, arena_cat(a, path, STR(".mbox"))), 1 << 20,
				 &bytes)
			       .kind) {
			printf("skipped: no shared data %s\n", names[i]);
			continue;
		}
		struct mbox_message all[MESSAGES_MAX];
		size_t count = split_vector(bytes, all);
		int here = play(a, b, script, all, count);
		CHECK(here > 0);
		checked += here;
	}
	printf("figure: %d thread trees of the vectors\n", checked);
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

/* What a thread's row says is what its posts are. */
static void test_rows(struct arena *a, struct book *b)
{
	for (int64_t list = 1; list < next_list; list++) {
		struct archive_threads all;
		CHECK(ok(archive_threads_latest(b, a, list, 0, 0, 1000, &all)));
		for (size_t i = 0; i < all.count; i++) {
			struct archive_thread_page t;
			bool found;
			CHECK(ok(archive_read_outline(b, a, list, all.list[i].number, &t,
						      &found)));
			CHECK(found && (int64_t)t.count == all.list[i].posts);
			CHECK(t.leaves[0].post.id == all.list[i].root
			      || t.leaves[0].depth == 0);
			for (size_t k = 1; k < t.count; k++)
				CHECK(t.leaves[k].depth <= t.leaves[k - 1].depth + 1);
		}
	}
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	test_subject(a);
	test_vectors(a, b);
	test_precedence(a, b);
	test_orders(a, b);
	test_rows(a, b);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}

/* Threads and base subjects as the vectors of RFC 5256 have them. */
#include "thread_sets.h"

#include "archive/threading.h"
#include "base/file.h"

enum { TOKENS_MAX = 200 };

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

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	test_vectors(a, b);
	test_rows(a, b);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}

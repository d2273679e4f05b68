/* How the pages of the archive nest a thread: whole, in parts, and one that is deeper
 * than a page shows; how dark a calendar's cells are and how high a chart. */
#include "web/pages/calendar.h"
#include "web/pages/chart.h"
#include "web/pages/part.h"
#include "web/pages/tree.h"

#include "tests/check.h"

enum { LEAVES = 600, LONG = 5000 };

static struct archive_leaf leaves[LEAVES];

static void put(size_t i, int parent)
{
	leaves[i] = (struct archive_leaf){
		.parent = parent, .depth = parent < 0 ? 0 : leaves[parent].depth + 1
	};
}

/* Every leaf once, below one before it, at most so deep; kids and roots counted. */
static void check_tree(const struct tree *t, size_t count)
{
	int depth[LEAVES], kids[LEAVES] = { 0 };
	size_t roots = 0;
	for (size_t i = 0; i < count; i++) {
		int up = t->up[i];
		CHECK(up < (int)i);
		depth[i] = up < 0 ? 0 : depth[up] + 1;
		CHECK(depth[i] <= TREE_DEPTH);
		if (up < 0)
			roots++;
		else
			kids[up]++;
	}
	CHECK(roots == t->roots);
	for (size_t i = 0; i < count; i++)
		CHECK(t->kids[i] == (size_t)kids[i]);
}

static void small_tree(struct arena *a)
{
	static const int parents[] = { -1, 0, 1, 1, 0, -1, 5 };
	enum { COUNT = sizeof parents / sizeof *parents };
	struct tree t;
	for (size_t i = 0; i < COUNT; i++)
		put(i, parents[i]);
	tree_make(a, leaves, COUNT, 0, &t);
	check_tree(&t, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		CHECK(t.up[i] == parents[i]);
	tree_make(a, leaves + 2, COUNT - 2, 2,
		  &t); /* the parents stand on the page before */
	check_tree(&t, COUNT - 2);
	CHECK(t.roots == 4 && t.up[0] == -1 && t.up[4] == 3);
	tree_make(a, leaves, 0, 0, &t);
	CHECK(t.roots == 0);
}

/* An answer to an answer, hundreds deep, with a side branch at each. */
static void deep_tree(struct arena *a)
{
	struct tree t;
	for (size_t i = 0; i < LEAVES; i++)
		put(i, i % 2 ? (int)i - 1 : (int)i - 2);
	leaves[0].parent = -1;
	leaves[0].depth = 0;
	for (size_t first = 0; first < LEAVES; first += 100) {
		tree_make(a, leaves + first, LEAVES - first, (int)first, &t);
		check_tree(&t, LEAVES - first);
		CHECK(t.roots == 1);
	}
}

/* ---- a part of a long thread */

/* A tree in its order; dates go up, but each 50th clock was a day behind. */
static struct archive_thread_page long_thread(struct arena *a)
{
	struct archive_thread_page t = { .leaves = arena_zero(a, LONG * sizeof *t.leaves),
					 .count = LONG };
	for (int i = 0; i < LONG; i++)
		t.leaves[i] = (struct archive_leaf){
			.parent = i % 7 ? i - 1 : i / 3 - 1,
			.post = { .id = 10 + i, .number = 1000 + i, .date = i * 60 }
		};
	for (int i = 0; i < LONG; i++) {
		struct archive_leaf *x = &t.leaves[i];
		x->depth = x->parent < 0 ? 0 : t.leaves[x->parent].depth + 1;
		x->post.parent = x->parent < 0 ? 0 : 10 + x->parent;
		x->post.date -= i % 50 ? 0 : 86400;
	}
	return t;
}

static void by_date(struct arena *a)
{
	struct archive_thread_page t = long_thread(a);
	size_t without = 0;
	part_flatten(a, &t);
	for (int i = 0; i < LONG; i++) {
		const struct archive_leaf *x = &t.leaves[i];
		const struct archive_post *before = i ? &t.leaves[i - 1].post : NULL;
		CHECK(x->depth == 0 && x->parent < i);
		CHECK(!before || before->date < x->post.date
		      || (before->date == x->post.date && before->id < x->post.id));
		if (x->parent >= 0)
			CHECK(t.leaves[x->parent].post.id == x->post.parent);
		else
			without++;
	}
	/* The root, and those whose clock put them before what they answer. */
	CHECK(without > 1 && without <= 1 + LONG / 50);
}

/* From page to page through the thread: every post once, and of the book never more
 * than a page and what it answers. */
static void parts(struct arena *a, bool flat)
{
	struct archive_thread_page t = long_thread(a);
	struct part part;
	int64_t after = 0;
	size_t shown = 0, pages = 0;
	if (flat)
		part_flatten(a, &t);
	while (part_find(&t, after, &part)) {
		bool known[LONG] = { false };
		size_t *needed, count = part_needs(a, &t, &part, known, &needed);
		bool there[LONG] = { false };
		CHECK(part.from == shown && count <= 2 * PART_POSTS);
		for (size_t i = 0; i < count; i++) {
			CHECK(!there[needed[i]]); /* read once */
			there[needed[i]] = true;
		}
		for (size_t i = part.from; i < part.from + part.count; i++) {
			int parent = t.leaves[i].parent;
			CHECK(there[i] && (parent < 0 || there[parent]));
		}
		shown += part.count;
		pages++;
		after = t.leaves[shown - 1].post.number;
	}
	CHECK(shown == LONG && pages == (LONG + PART_POSTS - 1) / PART_POSTS);
	CHECK(!part_find(&t, 999, &part)); /* no post of the thread */
}

/* Large posts share a page with fewer others, and each has one at last. */
static void test_large(struct arena *a)
{
	struct archive_thread_page t = long_thread(a);
	struct part part;
	for (size_t i = 0; i < t.count; i++)
		t.leaves[i].post.lead = PART_OCTETS / 4;
	CHECK(part_find(&t, 0, &part) && part.from == 0 && part.count == 4);
	t.leaves[4].parent = 0; /* of the page before: it is read again */
	CHECK(part_find(&t, t.leaves[3].post.number, &part) && part.from == 4
	      && part.count == 3);
	t.leaves[7].post.lead = 10LL * PART_OCTETS;
	t.leaves[7].parent = -1;
	CHECK(part_find(&t, t.leaves[6].post.number, &part) && part.from == 7
	      && part.count == 1);
}

/* ---- calendars and charts */

/* A quarter of the cells on each level; all of one count are the lightest. */
static void test_levels(void)
{
	int64_t even[] = { 50, 50, 50, 50 }, posts[] = { 3, 90, 1, 7, 2, 20, 400, 5 };
	int64_t cells[5] = { 0 };
	struct calendar_levels l = calendar_levels_of(even, 4);
	CHECK(calendar_level(&l, 50) == 1 && calendar_level(&l, 0) == 0);
	l = calendar_levels_of(posts, 8);
	for (size_t i = 0; i < 8; i++)
		cells[calendar_level(&l, posts[i])]++;
	CHECK(cells[0] == 0 && cells[1] == 3 && cells[2] == 2 && cells[3] == 2
	      && cells[4] == 1);
	CHECK(calendar_level(&l, 400) == 4 && calendar_level(&l, 1) == 1);
	l = calendar_levels_of(NULL, 0);
	CHECK(calendar_level(&l, 0) == 0);
}

static void test_scales(void)
{
	static const int64_t scales[][3] = {
		/* most, top, middle */
		{ 1, 1, 0 },    { 2, 2, 1 },      { 3, 4, 2 },       { 5, 6, 3 },
		{ 47, 60, 30 }, { 100, 100, 50 }, { 831, 1000, 500 }
	};
	for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
		int64_t top = chart_scale(scales[i][0]);
		CHECK(top == scales[i][1] && chart_half(top) == scales[i][2]);
	}
	CHECK(chart_scale(INT64_MAX) == INT64_MAX);
}

int main(void)
{
	ARENA(a);
	test_levels();
	test_scales();
	small_tree(a);
	deep_tree(a);
	by_date(a);
	parts(a, false);
	parts(a, true);
	test_large(a);
	return check_done();
}

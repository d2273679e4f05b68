/* How the pages of the archive nest a thread: whole, in parts, and one that is deeper
 * than a page shows. */
#include "web/pages/tree.h"

#include "tests/check.h"

enum { LEAVES = 600 };

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

int main(void)
{
	ARENA(a);
	small_tree(a);
	deep_tree(a);
	return check_done();
}

#include "web/pages/tree.h"

#include "base/language.h"

#include <inttypes.h>

void tree_make(struct arena *a, const struct archive_leaf *leaves, size_t count,
	       int first, struct tree *t)
{
	int *depth = arena_alloc(a, (count + 1) * sizeof *depth);
	t->up = arena_alloc(a, (count + 1) * sizeof *t->up);
	t->kids = arena_zero(a, (count + 1) * sizeof *t->kids);
	t->roots = 0;
	for (size_t i = 0; i < count; i++) {
		int up = leaves[i].depth ? leaves[i].parent - first : -1;
		if (up >= 0 && depth[up] >= TREE_DEPTH)
			up = t->up[up];
		t->up[i] = up < 0 ? -1 : up;
		depth[i] = up < 0 ? 0 : depth[up] + 1;
		if (up < 0)
			t->roots++;
		else
			t->kids[up]++;
	}
}

/* A year stands where it begins. */
static bool is_new_year(const struct archive_leaf *leaves, size_t i)
{
	int year, before, month;
	page_month_of(leaves[i].post.date, &year, &month);
	if (!i)
		return true;
	page_month_of(leaves[i - 1].post.date, &before, &month);
	return year != before;
}

static struct page_outline outline_row(struct request *q, const struct archive_post *p,
				       const struct outline_how *how)
{
	return (struct page_outline){
		.who = page_author(q->arena, p->from_name, p->from_address, how->hide),
		.href = how->here ? arena_printf(q->arena, "#n%" PRId64, p->number)
				  : page_post_path(q, p->number),
		.date = p->date,
		.current = p->number == how->current,
		.tag = p->flags & ARCHIVE_PATCH ? S_("patch")
		       : p->attachments         ? S_("file")
						: STR_NONE,
		.size = how->whole ? p->size : 0,
		.subject = how->whole && p->subject_key != how->subject_key ? p->subject
									    : STR_NONE,
	};
}

const struct page_outline *tree_outline(struct request *q,
					const struct archive_leaf *leaves, size_t count,
					const struct tree *t,
					const struct outline_how *how, size_t *top_count)
{
	struct page_outline *top = arena_zero(q->arena, (t->roots + 1) * sizeof *top);
	struct page_outline **at = arena_alloc(q->arena, (count + 1) * sizeof *at);
	*top_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct page_outline *under = t->up[i] < 0 ? NULL : at[t->up[i]];
		struct page_outline *row = under ? (struct page_outline *)(uintptr_t)
								   under->answers
							   + under->answers_count++
						 : top + (*top_count)++;
		*row = outline_row(q, &leaves[i].post, how);
		row->new_year = is_new_year(leaves, i);
		row->answers = arena_alloc(q->arena, (t->kids[i] + 1) * sizeof *row);
		at[i] = row;
	}
	return top;
}

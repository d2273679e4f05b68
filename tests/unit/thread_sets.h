/* tests/unit/thread_sets.h: messages that are archived together, in some order of arrival. */
#pragma once

#include "store_folder.h"

#include "archive/add.h"
#include "archive/read.h"
#include "mail/date.h"
#include "mail/mbox.h"

enum { MESSAGES_MAX = 300 };

struct set { /* some messages, and which thread each is in */
	const struct mbox_message *all;
	int numbers[MESSAGES_MAX]; /* indices of all, in order */
	size_t count;
};

static int64_t next_list = 1;

/* Adds the messages of a set to a new list, in the order of `order`. */
static inline int64_t archive_set(struct arena *a, struct book *b, const struct set *s,
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

static inline bool next_order(int *order, size_t n) /* the next permutation */
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

/* What a thread's row says is what its posts are. */
static inline void test_rows(struct arena *a, struct book *b)
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

/* web/pages/topic_boxes.h: a member's topics as boxes of a form: a member's own, and an
 * owner's about a member.
 *
 *     struct page_me_topics *rows;
 *     TOPIC_BOXES(q, m, &rows, &p.topics_count);
 */
#pragma once

#include "lists/topics.h"
#include "web/pages/forms.h"

/* Whether the list offers any: otherwise a form has no say in them. */
static inline bool topic_boxes_offered(struct request *q)
{
	const struct settings *s = &worker_of(q)->settings;
	return s->topics_enabled && topics_read(q->arena, s->topics).count;
}

/* What the form at hand chose, as the book has it. */
static inline str topic_boxes_chosen(struct request *q)
{
	BUF(names);
	size_t at = 0;
	str name;
	while (pairs_next(&q->form, STR("topic"), &at, &name))
		buf_cat(&names, name, STR("\n"));
	return topics_choice(q->arena, buf_str(&names));
}

/* What the list offers, and what this member has chosen of it. */
#define TOPIC_BOXES(q, m, rows, n)                                                     \
	do {                                                                           \
		const struct settings *boxes_of = &worker_of(q)->settings;             \
		struct topics boxes = topics_read((q)->arena, boxes_of->topics);       \
		*(rows) = arena_zero((q)->arena, (boxes.count + 1) * sizeof **(rows)); \
		*(n) = boxes_of->topics_enabled ? boxes.count : 0;                     \
		for (size_t box = 0; box < *(n); box++) {                              \
			(*(rows))[box].id = arena_printf((q)->arena, "topic-%zu",      \
							 box + 1);                     \
			(*(rows))[box].name = boxes.all[box].name;                     \
			(*(rows))[box].about = boxes.all[box].about;                   \
			(*(rows))[box].chosen = topics_has((m)->topics,                \
							   boxes.all[box].name);       \
		}                                                                      \
	} while (0)

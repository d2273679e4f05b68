/* Of somebody: what they keep for themselves of archives. */
#include "lists/personal_inside.h"

#include "store/lists/follow.h"
#include "store/lists/mark.h"
#include "store/lists/reading.h"

static err add_starred(struct gathering *g)
{
	struct mark_row *m;
	size_t n;
	json_t *rows = gather_section(g, "starred");
	TRY(mark_of_person(g->books->lists, g->a, g->person, &m, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_list(g, o, m[i].list);
		json_object_set_new(o, "thread_of_post", json_integer(m[i].number));
		if (m[i].word.n)
			gather_text(o, "tag", m[i].word);
		else
			json_object_set_new(o, "star", json_true());
		gather_time(g, o, "since", m[i].made_at);
	}
	return OK;
}

static err add_followed(struct gathering *g)
{
	struct follow_row *f;
	size_t n;
	json_t *rows = gather_section(g, "followed");
	TRY(follow_of_person(g->books->lists, g->a, g->person, &f, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_list(g, o, f[i].list);
		json_object_set_new(o, "thread_of_post", json_integer(f[i].number));
		gather_time(g, o, "since", f[i].made_at);
		gather_time(g, o, "last_post", f[i].last_at);
	}
	return OK;
}

err gather_marks(struct gathering *g)
{
	struct reading_all *r;
	size_t n;
	TRY(add_starred(g));
	TRY(add_followed(g));
	json_t *rows = gather_section(g, "read_up_to");
	TRY(reading_of_person(g->books->lists, g->a, g->person, &r, &n));
	for (size_t i = 0; i < n; i++) {
		json_t *o = gather_row(rows);
		gather_list(g, o, r[i].list);
		if (r[i].row.number)
			json_object_set_new(o, "thread_of_post",
					    json_integer(r[i].row.number));
		json_object_set_new(o, "post", json_integer(r[i].row.upto));
	}
	return OK;
}

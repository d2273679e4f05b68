#include "web/pages/chart.h"

enum { WIDTH = 392, LEFT = 4, TOP = 10, FLOOR = 110 }; /* of web/chart.html's axes */

/* The next of 1, 2, 5, 10, 20, 50, … that is not below n. */
static int64_t round_up(int64_t n)
{
	static const int64_t steps[] = { 1, 2, 5 };
	for (int64_t ten = 1; ten < INT64_MAX / 10; ten *= 10)
		for (size_t i = 0; i < 3; i++)
			if (n <= steps[i] * ten)
				return steps[i] * ten;
	return n;
}

static int64_t most_of(const struct series *s)
{
	int64_t most = 0;
	for (size_t i = 0; i < s->count; i++)
		most = s->values[i] > most ? s->values[i] : most;
	return most;
}

static struct page_chart *start(struct request *q, str id, str title, str caption,
				const struct series *s)
{
	int64_t most = most_of(s);
	if (!most)
		return NULL;
	struct page_chart *c = arena_zero(q->arena, sizeof *c);
	struct page_chart_bars *bars = arena_zero(q->arena, s->count * sizeof *bars);
	int64_t step = WIDTH * 1000 / (int64_t)s->count, scale = round_up(most);
	for (size_t i = 0; i < s->count; i++) {
		bars[i] = (struct page_chart_bars){
			.label = s->labels[i],
			.value = s->values[i],
			.x = LEFT + (int64_t)i * step / 1000,
			.width = step > 2000 ? step * 3 / 4000 : 1,
			.height = s->values[i] * (FLOOR - TOP) / scale,
		};
		bars[i].y = FLOOR - bars[i].height;
	}
	*c = (struct page_chart){ .id = id,
				  .title = title,
				  .caption = caption,
				  .most = scale,
				  .from = s->labels[0],
				  .until = s->labels[s->count - 1],
				  .bars = bars,
				  .bars_count = s->count };
	return c;
}

const struct page_chart *chart_bars(struct request *q, str id, str title, str caption,
				    const struct series *s)
{
	return start(q, id, title, caption, s);
}

const struct page_chart *chart_line(struct request *q, str id, str title, str caption,
				    const struct series *s)
{
	BUF(path);
	struct page_chart *c = start(q, id, title, caption, s);
	for (size_t i = 0; c && i < c->bars_count; i++)
		buf_addf(&path, "%s%lld %lld", i ? "L" : "M",
			 (long long)(c->bars[i].x + c->bars[i].width / 2),
			 (long long)c->bars[i].y);
	if (c)
		c->line = arena_copy(q->arena, buf_str(&path));
	return c;
}

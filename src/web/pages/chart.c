#include "web/pages/chart.h"

int64_t chart_scale(int64_t most)
{
	static const int64_t steps[] = { 1, 2, 4, 6, 8 };
	for (int64_t ten = 1; ten < INT64_MAX / 100; ten *= 10)
		for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
			if (most <= steps[i] * ten)
				return steps[i] * ten;
	return most;
}

int64_t chart_half(int64_t scale)
{
	return scale % 2 ? 0 : scale / 2;
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
	int64_t step = CHART_WIDTH * 1000 / (int64_t)s->count, scale = chart_scale(most);
	for (size_t i = 0; i < s->count; i++) {
		bars[i] = (struct page_chart_bars){
			.label = s->labels[i],
			.value = s->values[i],
			.x = (int64_t)i * step / 1000,
			.width = step > 2000 ? step * 3 / 4000 : 1,
			.height = s->values[i] * (CHART_FLOOR - CHART_TOP) / scale,
		};
		bars[i].y = CHART_FLOOR - bars[i].height;
	}
	*c = (struct page_chart){ .id = id,
				  .title = title,
				  .caption = caption,
				  .most = scale,
				  .half = chart_half(scale),
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

#include "archive/picture_inside.h"

/* How each begins, which is written as it is; content_sniff knows them by the same. */
static const struct {
	str type, begin;
	bool (*filter)(struct picture_reader *r);
} kinds[] = {
	{ STR("image/png"), STR("\x89PNG\r\n\x1a\n"), picture_png },
	{ STR("image/jpeg"), STR("\xff\xd8"), picture_jpeg },
	{ STR("image/gif"), STR("GIF89a"), picture_gif },
	{ STR("image/gif"), STR("GIF87a"), picture_gif },
	{ STR("image/webp"), STR("RIFF"), picture_webp },
};

static bool filter(struct picture_reader *r)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!str_starts(r->rest, kinds[i].begin))
			continue;
		r->p->type = kinds[i].type;
		r->rest = str_skip(r->rest, kinds[i].begin.n);
		picture_put(r, kinds[i].begin);
		return kinds[i].filter(r);
	}
	return false;
}

bool picture_filter(str bytes, struct picture *p, struct buf *out)
{
	struct picture found = { 0 };
	struct picture_reader r = { .rest = bytes, .out = out, .p = &found };
	size_t before = out ? out->n : 0;
	if (bytes.n > PICTURE_MAX || !filter(&r)) {
		if (out)
			out->n = before;
		return false;
	}
	*p = found;
	return true;
}

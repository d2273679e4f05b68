/* Their names hold a hash of their content, so they are good for ever. */
#include "web/asset.h"

#include "web/blob.h"
#include "web/router.h"

#include <pthread.h>

static struct blob *asset_blobs[16];
static pthread_once_t assets_made = PTHREAD_ONCE_INIT;

static void make_asset_blobs(void)
{
	static const struct {
		const char *ending, *type;
	} types[] = { { ".css", "text/css; charset=utf-8" },
		      { ".js", "text/javascript; charset=utf-8" },
		      { ".svg", "image/svg+xml" },
		      { ".png", "image/png" } };
	for (size_t i = 0; i < assets_count && i < 16; i++) {
		str type = STR("application/octet-stream");
		for (size_t k = 0; k < sizeof types / sizeof *types; k++)
			if (str_ends(assets[i].name, str_from(types[k].ending)))
				type = str_from(types[k].type);
		asset_blobs[i] = blob_of(assets[i].content, type);
	}
}

void asset_page(struct request *q, struct response *r)
{
	pthread_once(&assets_made, make_asset_blobs);
	for (size_t i = 0; i < assets_count && i < 16; i++) {
		if (!str_eq(q->path, assets[i].url))
			continue;
		r->cache = STR("public, max-age=31536000, immutable");
		response_blob(q, r, blob_ref(asset_blobs[i]));
		return;
	}
	error_page(q, r, 404, STR_NONE);
}

void asset_scripts(struct arena *a, str **paths, size_t *count)
{
	str *all = arena_alloc(a, (assets_count + 1) * sizeof *all);
	size_t n = 0;
	for (size_t i = 0; i < assets_count; i++)
		if (str_ends(assets[i].name, STR(".js")))
			all[n++] = assets[i].url;
	*paths = all;
	*count = n;
}

/* web/site/upload.c: what is said of a file where the books cannot be opened: the truth, and neither
 * that nobody is signed in nor that the folder takes nothing. */
#include "web/site/upload_inside.h"

#include "base/conf.h"
#include "tests/check.h"

static bool is_known; /* who asks, when their session is looked up */

static err find(void *ctx, struct arena *a, str cookie, struct session *out)
{
	(void)ctx, (void)a, (void)cookie;
	*out = (struct session){ .person = 1 };
	return is_known ? OK : FAIL(ERR_TEMP, "the books cannot be opened");
}

static err nobody(void *ctx, struct arena *a, str cookie, struct session *out)
{
	(void)ctx, (void)a, (void)cookie, (void)out;
	return FAIL(ERR_NOTFOUND, "nobody's");
}

static void says(struct arena *a, struct web *web,
		 err (*who)(void *, struct arena *, str, struct session *),
		 const char *wanted)
{
	const struct sessions sessions = { .find = who };
	struct router router = { .sessions = &sessions, .ctx = web };
	struct pair heads[] = { { .name = STR("content-type"),
				  .value = STR("multipart/form-data; boundary=x") },
				{ .name = STR("cookie"), .value = STR("postern=c") } };
	struct pair to = { .name = STR("to"), .value = STR("/in/") };
	struct request q = {
		.arena = a, .method = POST, .headers = { heads, 2 }, .query = { &to, 1 }
	};
	struct sink *sink = upload_sink(&router, &q);
	const struct upload *u = (const struct upload *)sink;
	CHECK(u->kind == ERR_TEMP && str_eq(str_from(u->why), str_from(wanted)));
	if (!str_eq(str_from(u->why), str_from(wanted)))
		fprintf(stderr, "  %s\n", u->why);
	sink->free(sink);
}

int main(void)
{
	ARENA(a);
	struct conf conf = { .site_data = STR("/nonexistent"),
			     .web_uploads = STR("/in") };
	static struct web web;
	web.conf = &conf;
	web.uploads = uploads_new();
	const char *wanted = "The server cannot answer at the moment.";
	says(a, &web, find, wanted); /* who asks cannot be told */
	is_known = true;
	says(a, &web, find, wanted);
	says(a, &web, nobody, wanted);
	return check_done();
}

/* Every template that is compiled in, rendered with nothing, with one and with
 * several of each value, all of them hostile: the page parses without a fault,
 * nothing in it runs, and its JSON twin is JSON. */
#include "web/samples.h"

#include "base/language.h"
#include "base/utf8.h"
#include "tests/check.h"
#include "web/wording.h"

#include <gumbo.h>
#include <jansson.h>

str sample_text(unsigned v)
{
	static const str hostile[] = {
		{ "\"><script>alert(1)</script><img src=x onerror=alert(1)>", 55 },
		{ "javascript:alert('\xE2\x80\xAE')&amp;{x}\0\xFF\r\n\x1B</title>", 44 },
	};
	return v ? hostile[v % 2] : STR_NONE;
}

static bool name_is(const GumboAttribute *a, const char *name)
{
	return strcasecmp(a->name, name) == 0;
}

static bool is_url_attribute(const GumboAttribute *a)
{
	return name_is(a, "href") || name_is(a, "src") || name_is(a, "action")
	       || name_is(a, "formaction");
}

/* Our scripts come from files that are compiled in, and nothing stands in them. */
static bool is_ours(const GumboElement *e)
{
	const GumboAttribute *src = gumbo_get_attribute(&e->attributes, "src");
	return e->tag == GUMBO_TAG_SCRIPT && src
	       && (!strncmp(src->value, "/_/postern-", 11)
		   || !strncmp(src->value, "/_/passkey-", 11))
	       && !e->children.length;
}

/* Counts what a browser would run or load from elsewhere. */
static int live(const GumboNode *node)
{
	int found = 0;
	if (node->type != GUMBO_NODE_ELEMENT)
		return 0;
	const GumboElement *e = &node->v.element;
	if ((e->tag == GUMBO_TAG_SCRIPT && !is_ours(e)) || e->tag == GUMBO_TAG_IMG
	    || e->tag == GUMBO_TAG_STYLE)
		found++;
	for (unsigned i = 0; i < e->attributes.length; i++) {
		const GumboAttribute *a = e->attributes.data[i];
		found += strncasecmp(a->name, "on", 2) == 0 || name_is(a, "style");
		found += is_url_attribute(a)
			 && strncasecmp(a->value, "javascript:", 11) == 0;
	}
	for (unsigned i = 0; i < e->children.length; i++)
		found += live(e->children.data[i]);
	return found;
}

static void check_page(const char *name, unsigned v, str page)
{
	GumboOptions options = kGumboDefaultOptions;
	GumboOutput *out = gumbo_parse_with_options(&options, page.p, page.n);
	if (out->errors.length || live(out->root) || !utf8_valid(page))
		fprintf(stderr, "template %s, sample %u: %u errors, %d live:\n%.*s\n",
			name, v, out->errors.length, live(out->root), STR_F(page));
	CHECK(out->errors.length == 0);
	CHECK(live(out->root) == 0);
	CHECK(utf8_valid(page) && !str_has(page, '\0'));
	gumbo_destroy_output(&options, out);
}

static void check_twin(const char *name, str twin)
{
	json_error_t fault;
	json_t *json = json_loadb(twin.p, twin.n, JSON_REJECT_DUPLICATES, &fault);
	if (!json)
		fprintf(stderr, "template %s: %s: %.*s\n", name, fault.text, STR_F(twin));
	CHECK(json_is_object(json));
	CHECK(!str_find(twin, STR("<")).n);
	json_decref(json);
}

static void check_sample(const struct sample *s, unsigned v)
{
	ARENA(a);
	BUF(page);
	BUF(json);
	BUF(whole);
	s->render(a, v, &page, &json);
	bool whole_page = str_starts(buf_str(&page), STR("<!DOCTYPE"));
	CHECK(whole_page || !s->whole);
	if (!whole_page) /* a part; a page may also be one without the frame */
		buf_add(&whole, STR("<!DOCTYPE html><title>part</title>"));
	buf_add(&whole, buf_str(&page));
	check_page(s->name, v, buf_str(&whole));
	check_twin(s->name, buf_str(&json));
}

extern const struct wording_row wording_rows[];
extern const size_t wording_rows_count;

/* A text that a catalog has not would stand in English. */
static void check_wordings(enum language l)
{
	for (size_t i = 0; i < wording_rows_count; i++) {
		bool found = language_str(l, wording_rows[i].id).p
			     != wording_rows[i].id.p;
		if (!found)
			fprintf(stderr, "%s lacks: %.*s\n", language_row(l)->name,
				STR_F(wording_rows[i].id));
		CHECK(found);
	}
}

/* In every language, none of whose texts is unfit for the places of the page. */
int main(void)
{
	for (int l = 0; l < LANGUAGES; l++) {
		language_use((enum language)l);
		if (l != LANGUAGE_en)
			check_wordings((enum language)l);
		for (const struct sample *s = samples; s->name; s++)
			for (unsigned v = 0; v < 3; v++)
				check_sample(s, v);
	}
	CHECK(wording_refused() == 0);
	return check_done();
}

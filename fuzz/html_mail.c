/* Any bytes are a page to some mailer: what comes out is harmless, has no element or attribute
 * but those of the table, and is what a parser reads it as. */
#include "fuzz.h"

#include "archive/html_mail.h"
#include "archive/render.h"
#include "tests/unit/safe_html.h"

static const struct html_mail_picture PICTURE = { STR("a@b"), STR("plot.png"),
						  STR("/lists/dev/1/a/1/shown/plot.png"),
						  640, 480 };
static const struct html_mail_how seen = { false, &PICTURE, 1 };
static const struct html_mail_how hides = { true, &PICTURE, 1 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str html = utf8_scrub(a, (str){ (const char *)data, n });
	bool cut, again;
	str shown = html_mail(a, html, &seen, &cut).s;
	must(!unsafe_formatted(a, shown));
	str hidden = html_mail(a, html, &hides, &cut).s;
	must(!unsafe_formatted(a, hidden));
	must(!str_find(hidden, STR("<a href=\"mailto:")).n);
	/* its own words, read once more, are the same words */
	if (!cut)
		must(!unsafe_formatted(a, html_mail(a, shown, &seen, &again).s));
	return 0;
}

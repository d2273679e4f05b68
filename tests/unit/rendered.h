/* tests/unit/rendered.h: a text of some type, as a page shows it. */
#pragma once

#include "archive/render.h"

#include "tests/check.h"
#include "tests/unit/safe_html.h"

static const char HEAD[] = "From: a@b.example\r\nSubject: x\r\n";
static const char PLAIN[] = "Content-Type: text/plain; charset=utf-8\r\n\r\n";

static inline str render(struct arena *a, const char *type, str text,
			 struct render_how how)
{
	str message = arena_cat(a, str_from(HEAD), str_from(type), text);
	how.url = STR("/lists/dev/17");
	how.number = 17;
	struct html h = render_post(a, message, &how);
	const char *wrong = unsafe_html(a, h.s);
	CHECK(!wrong);
	if (wrong)
		fprintf(stderr, "  %s in:\n%.*s\n", wrong, STR_F(h.s));
	return h.s;
}

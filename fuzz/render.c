/* Any bytes are a message to somebody: what comes out is harmless HTML. The same
 * bytes as the parent of a reply, as a name, and as one line. */
#include "fuzz.h"

#include "archive/render.h"
#include "tests/unit/safe_html.h"

static void harmless(struct arena *a, struct html h)
{
	must(!unsafe_html(a, h.s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str bytes = { (const char *)data, n };
	struct render_memory above = { 0 }, own = { .text = bytes };
	struct archive_attachment x = { .n = 1,
					.filename = bytes,
					.declared = bytes,
					.sniffed = STR("text/plain"),
					.sha256 = bytes };
	struct archive_attachments files = { &x, 1 };
	struct render_how how = { .url = STR("/lists/dev/1"),
				  .number = 1,
				  .memory = &above,
				  .hide_addresses = n % 2,
				  .attachments = &files };
	harmless(a, render_post(a, bytes, &how));
	how.marked = true;
	harmless(a, render_plain(a, bytes, &how));
	how = (struct render_how){ .parent = &above, .parent_name = bytes };
	harmless(a, render_post(a, bytes, &how));
	how.parent = &own;
	harmless(a, render_post(a, arena_cat(a, STR("From: x\r\n\r\n"), bytes), &how));
	how.parent = NULL;
	harmless(a,
		 render_post(a,
			     arena_cat(a, STR("Content-Type: text/html\r\n\r\n"), bytes),
			     &how));
	harmless(a, render_line(a, bytes, n % 2));
	harmless(a, html_text(a, bytes));
	must(utf8_valid(html_attr(a, render_initials(a, bytes, bytes)).s));
	return 0;
}

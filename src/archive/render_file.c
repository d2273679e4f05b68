#include "archive/render_inside.h"

#include "base/said.h"
#include "base/enc.h"

#include <inttypes.h>

static void add_size(struct buf *b, int64_t octets)
{
	static const char *const units[] = { "bytes", "KB", "MB", "GB" };
	double value = (double)octets;
	size_t unit = 0;
	for (; value >= 1000 && unit + 1 < sizeof units / sizeof *units; unit++)
		value /= 1000;
	buf_addf(b, unit && value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static void add_type(struct buf *b, struct arena *a, const struct archive_attachment *x)
{
	html_add(b, HTML("<dt>"));
	html_add_text(b, S_("Type"));
	html_add(b, HTML("</dt><dd>"));
	if (str_eq(x->sniffed, x->declared)) {
		html_add_text(b, x->declared);
	} else {
		html_add(b, HTML("<span class=\"st warn\">"));
		html_add_text(b, S_("Mismatch"));
		html_add(b, HTML("</span> "));
		html_add_text(b, said_fill(a, S_("declared {1}, content is {2}"),
					   (str[]){ x->declared, x->sniffed }, 2));
	}
	html_add(b, HTML("</dd>"));
}

static void add_file(struct buf *b, struct arena *a, const struct archive_attachment *x,
		     const struct render_how *how)
{
	str name = x->filename.n ? x->filename : S_("unnamed");
	html_add(b, HTML("<section class=\"att\" aria-label=\""));
	html_add_attr(b, said_fill(a, S_("Attachment {1} of #{2}"),
				   (str[]){ arena_printf(a, "%" PRId64, x->n),
					    arena_printf(a, "%" PRId64, how->number) },
				   2));
	html_add(b, HTML("\">\n<h3><a href=\""));
	html_add_attr(b, how->url);
	buf_addf(b, "/a/%" PRId64 "/", x->n);
	html_add_attr(b, enc_percent(a, name));
	html_add(b, HTML("\"><bdi>"));
	html_add_text(b, name);
	html_add(b, HTML("</bdi></a></h3>\n<dl class=\"kv\">"));
	add_type(b, a, x);
	html_add(b, HTML("<dt>"));
	html_add_text(b, S_("Size"));
	html_add(b, HTML("</dt><dd>"));
	add_size(b, x->size);
	html_add(b, HTML("</dd><dt>SHA-256</dt><dd class=\"hash mono\">"));
	html_add_text(b, enc_hex(a, x->sha256));
	html_add(b, HTML("</dd></dl>\n</section>\n"));
}

void render_add_files(struct buf *b, struct arena *a, const struct render_how *how)
{
	if (!how->attachments)
		return;
	for (size_t i = 0; i < how->attachments->count; i++)
		add_file(b, a, &how->attachments->list[i], how);
}

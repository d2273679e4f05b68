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

static void add_url(struct buf *b, struct arena *a, const struct archive_attachment *x,
		    const struct render_how *how, const char *form)
{
	html_add_attr(b, how->url);
	buf_addf(b, "/a/%" PRId64 "/%s", x->n, form);
	html_add_attr(b, enc_percent(a, x->filename.n ? x->filename : S_("unnamed")));
}

/* Its place on the page is known before it is there: at most 20rem high where a rem is 16
 * pixels. */
static void add_picture(struct buf *b, struct arena *a,
			const struct archive_attachment *x, const struct render_how *how)
{
	enum { HEIGHT = 320 };
	int64_t width = x->width, height = x->height;
	if (!how->pictures || !width)
		return;
	if (height > HEIGHT) {
		width = width * HEIGHT / height;
		height = HEIGHT;
	}
	html_add(b, HTML("<p><a href=\""));
	add_url(b, a, x, how, "");
	html_add(b, HTML("\"><img loading=\"lazy\" src=\""));
	add_url(b, a, x, how, "shown/");
	buf_addf(b, "\" width=\"%" PRId64 "\" height=\"%" PRId64 "\" alt=\"",
		 width ? width : 1, height);
	html_add_attr(b, said_fill(a, S_("Picture {1}"),
				   (str[]){ x->filename.n ? x->filename : S_("unnamed") },
				   1));
	html_add(b, HTML("\"></a></p>\n"));
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
	add_url(b, a, x, how, "");
	html_add(b, HTML("\"><bdi>"));
	html_add_text(b, name);
	html_add(b, HTML("</bdi></a></h3>\n"));
	add_picture(b, a, x, how);
	html_add(b, HTML("<dl class=\"kv\">"));
	add_type(b, a, x);
	html_add(b, HTML("<dt>"));
	html_add_text(b, S_("Size"));
	html_add(b, HTML("</dt><dd>"));
	add_size(b, x->size);
	html_add(b, HTML("</dd><dt>SHA-256</dt><dd class=\"hash mono\">"));
	html_add_text(b, enc_hex(a, x->sha256));
	html_add(b, HTML("</dd>"));
	if (how->checked.s.n) {
		html_add(b, HTML("<dt>"));
		html_add_text(b, S_("Virus check"));
		html_add(b, HTML("</dt><dd>"));
		html_add(b, how->checked);
		html_add(b, HTML("</dd>"));
	}
	html_add(b, HTML("</dl>\n</section>\n"));
}

void render_add_files(struct buf *b, struct arena *a, const struct render_how *how)
{
	if (!how->attachments)
		return;
	for (size_t i = 0; i < how->attachments->count; i++)
		add_file(b, a, &how->attachments->list[i], how);
}

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

/* What a file is to people whose type begins so; the first row that fits counts. */
static const struct {
	str type;
	const char *said;
} kinds[] = {
	{ STR("application/x-msdownload"), N_("Windows program") },
	{ STR("application/x-executable"), N_("Program") },
	{ STR("application/pdf"), N_("PDF document") },
	{ STR("application/postscript"), N_("PostScript document") },
	{ STR("application/rtf"), N_("Text document") },
	{ STR("application/msword"), N_("Text document") },
	{ STR("application/vnd.openxmlformats-officedocument.wordprocessingml"),
	  N_("Text document") },
	{ STR("application/vnd.oasis.opendocument.text"), N_("Text document") },
	{ STR("application/vnd.ms-excel"), N_("Spreadsheet") },
	{ STR("application/vnd.openxmlformats-officedocument.spreadsheetml"),
	  N_("Spreadsheet") },
	{ STR("application/vnd.oasis.opendocument.spreadsheet"), N_("Spreadsheet") },
	{ STR("application/vnd.ms-powerpoint"), N_("Presentation") },
	{ STR("application/vnd.openxmlformats-officedocument.presentationml"),
	  N_("Presentation") },
	{ STR("application/vnd.oasis.opendocument.presentation"), N_("Presentation") },
	{ STR("application/x-ole-storage"), N_("Office document") },
	{ STR("application/ms-tnef"), N_("Outlook’s wrapper around files") },
	{ STR("application/vnd.ms-tnef"), N_("Outlook’s wrapper around files") },
	{ STR("application/zip"), N_("Archive of files") },
	{ STR("application/x-zip"), N_("Archive of files") },
	{ STR("application/x-tar"), N_("Archive of files") },
	{ STR("application/x-7z-compressed"), N_("Archive of files") },
	{ STR("application/vnd.rar"), N_("Archive of files") },
	{ STR("application/x-ace-compressed"), N_("Archive of files") },
	{ STR("application/gzip"), N_("Compressed file") },
	{ STR("application/x-gzip"), N_("Compressed file") },
	{ STR("application/x-bzip2"), N_("Compressed file") },
	{ STR("application/x-xz"), N_("Compressed file") },
	{ STR("application/zstd"), N_("Compressed file") },
	{ STR("message/rfc822"), N_("Message") },
	{ STR("text/plain"), N_("Plain text") },
	{ STR("text/html"), N_("HTML page") },
	{ STR("text/csv"), N_("CSV table") },
	{ STR("text/calendar"), N_("Calendar entry") },
	{ STR("text/x-patch"), N_("Patch") },
	{ STR("text/x-diff"), N_("Patch") },
	{ STR("image/"), N_("Picture") },
	{ STR("audio/"), N_("Sound") },
	{ STR("video/"), N_("Video") },
};

/* "Windows program (application/x-msdownload)" */
static str said_type(struct arena *a, str type)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_istarts(type, kinds[i].type))
			return arena_cat(a, S_(kinds[i].said), STR(" ("), type, STR(")"));
	return type;
}

static void add_type(struct buf *b, struct arena *a, const struct archive_attachment *x)
{
	html_add(b, HTML("<dt>"));
	html_add_text(b, S_("Type"));
	html_add(b, HTML("</dt><dd>"));
	if (str_eq(x->sniffed, x->declared)) {
		html_add_text(b, said_type(a, x->declared));
	} else {
		str types[] = { said_type(a, x->declared), said_type(a, x->sniffed) };
		html_add(b, HTML("<span class=\"st warn\">"));
		html_add_text(b, S_("Mismatch"));
		html_add(b, HTML("</span> "));
		html_add_text(b,
			      said_fill(a, S_("declared {1}, content is {2}"), types, 2));
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

/* What a message says one need not save to know. */
static void add_reading(struct buf *b, const struct archive_attachment *x,
			const struct render_how *how)
{
	if (!str_eq(x->declared, STR("message/rfc822"))
	    && !str_eq(x->declared, STR("message/global")))
		return;
	html_add(b, HTML("<p><a href=\""));
	html_add_attr(b, how->url);
	buf_addf(b, "/within/%" PRId64 "\" rel=\"nofollow\">", x->n);
	html_add_text(b, S_("Read this message"));
	html_add(b, HTML("</a></p>\n"));
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
	add_reading(b, x, how);
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

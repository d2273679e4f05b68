/* A text for guests who read it as it is: mail addresses shortened as on the page, and like
 * there never in code. */
#include "archive/render_inside.h"

static bool is_quote(str line)
{
	return line.n && line.p[0] == '>';
}

static str inside_quote(str line)
{
	while (line.n && (line.p[0] == '>' || line.p[0] == ' '))
		line = str_skip(line, 1);
	return line;
}

/* The lines of a paragraph, quoted or not. */
static size_t paragraph(const str *lines, size_t count)
{
	size_t n = 1;
	while (n < count && inside_quote(lines[0]).n && inside_quote(lines[n]).n
	       && is_quote(lines[n]) == is_quote(lines[0])
	       && !render_is_diff(lines + n, count - n))
		n++;
	return n;
}

/* As the page tells code from words: what is quoted without its marks. */
static bool is_code(struct arena *a, const str *lines, size_t count)
{
	str *inside = arena_alloc(a, count * sizeof *inside);
	for (size_t i = 0; i < count; i++) {
		str line = lines[i];
		while (is_quote(line))
			line = str_skip(line, line.n > 1 && line.p[1] == ' ' ? 2 : 1);
		inside[i] = line;
	}
	return render_is_fixed(inside, count);
}

str render_hide_text(struct arena *a, str text, str domain)
{
	if (!str_has(text, '@'))
		return text;
	ARENA(mine);
	BUF(out);
	BUF(ignored);
	struct render_line_view v = render_split(mine, text);
	size_t lost = 0;
	for (size_t i = 0, n; i < v.count; i += n) {
		const str *at = v.at + i;
		size_t left = v.count - i;
		bool code = true;
		if (render_is_diff(at, left))
			n = render_add_diff(&ignored, at, left);
		else if (!(n = render_fence(at, left, &lost))) {
			n = paragraph(at, left);
			code = is_code(mine, at, n);
		}
		for (size_t k = 0; k < n; k++)
			buf_cat(&out, code ? at[k] : render_hide_as(mine, at[k], domain),
				STR("\n"));
		ignored.n = 0;
	}
	bool ends = str_ends(text, STR("\n")) || !out.n;
	return arena_copy(a, str_first(buf_str(&out), out.n - (ends ? 0 : 1)));
}

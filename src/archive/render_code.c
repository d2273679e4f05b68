/* Code in colours: words, strings, comments and numbers of three families of languages. No
 * parser: what it takes for a string need not be one, and nobody is hurt by it. */
#include "archive/render_inside.h"

enum { COLOURED_MAX = 128 * 1024, STRING_MAX = 500, SIGNS_LEAST = 2 };

static const struct family {
	str names, words;
	str line, line_too; /* what begins a comment to the end of the line */
	str open, close;    /* of a comment, or of a string over several lines */
	bool text;          /* the latter */
	str signs[6];       /* what shows that code is of this family */
} families[] = {
	{ .names = STR("c h cc cpp c++ cxx hpp java js javascript ts typescript go rust "
		       "rs cs csharp "
		       "swift kotlin scala php css json cuda glsl"),
	  .words = STR("auto bool boolean break case catch char class const continue "
		       "default delete do "
		       "double else enum export extern false final float fn for func "
		       "function goto if "
		       "implements import in inline int interface let long match mut "
		       "namespace new nil "
		       "null nullptr operator package private protected public pub "
		       "register return "
		       "short signed sizeof static struct super switch template this "
		       "throw true try "
		       "type typedef typename union unsigned use using var virtual void "
		       "volatile while "
		       "yield NULL"),
	  .line = STR("//"),
	  .open = STR("/*"),
	  .close = STR("*/"),
	  .signs = { STR(";\n"), STR("{\n"), STR("#include"), STR("//"), STR("/*"),
		     STR("();") } },
	{ .names = STR("python py py3 pycon ipython cython sage"),
	  .words = STR("False None True and as assert async await break class continue "
		       "def del elif else "
		       "except finally for from global if import in is lambda nonlocal "
		       "not or pass raise "
		       "return self try while with yield"),
	  .line = STR("#"),
	  .open = STR("\"\"\""),
	  .close = STR("\"\"\""),
	  .text = true,
	  .signs = { STR(":\n"), STR("def "), STR("import "), STR("self."), STR("print("),
		     STR(">>> ") } },
	{ .names = STR("sh bash shell zsh ksh console terminal make makefile perl pl "
		       "ruby rb yaml yml toml "
		       "ini conf r awk"),
	  .words = STR("case cd do done echo elif else esac eval exec exit export fi for "
		       "function if in "
		       "local my return set shift sub sudo then unset until use while"),
	  .line = STR("#"),
	  .signs = { STR("$ "), STR("#!/"), STR("echo "), STR("sudo "), STR("\nfi\n"),
		     STR("; then") } },
};
enum { FAMILIES = sizeof families / sizeof *families };

static const struct family *family_named(struct arena *a, str name)
{
	name = arena_lower(a, name);
	for (size_t i = 0; name.n && i < FAMILIES; i++)
		if (str_has_word(families[i].names, name))
			return &families[i];
	return NULL;
}

/* The family of which most signs are there; NULL: it may as well be a table, or a poem. */
static const struct family *family_of(str code)
{
	size_t best = 0, most = 0;
	for (size_t i = 0; i < FAMILIES; i++) {
		size_t n = 0;
		for (size_t k = 0; k < 6; k++)
			n += str_find(code, families[i].signs[k]).n > 0;
		if (n > most)
			most = n, best = i;
	}
	return most >= SIGNS_LEAST ? &families[best] : NULL;
}

static bool is_word(char c)
{
	return chr_is_alpha(c) || chr_is_digit(c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t word_octets(str s)
{
	size_t n = 0;
	while (n < s.n && is_word(s.p[n]))
		n++;
	return n;
}

/* Up to the same mark in the same line; 0: it is an apostrophe. */
static size_t string_octets(str s)
{
	for (size_t n = 1; n < s.n && n < STRING_MAX && s.p[n] != '\n'; n++) {
		if (s.p[n] == '\\')
			n++;
		else if (s.p[n] == s.p[0])
			return n + 1;
	}
	return 0;
}

static size_t until(str s, str opens, str closes)
{
	str rest = str_find(str_skip(s, opens.n), closes);
	return rest.n ? s.n - rest.n + closes.n : s.n;
}

static size_t line_octets(str s)
{
	const char *lf = memchr(s.p, '\n', s.n);
	return lf ? (size_t)(lf - s.p) : s.n;
}

static bool begins_comment(const struct family *f, str s, char before)
{
	bool apart = before == '\n' || chr_is_space(before) || f->line.n > 1;
	return f->line.n && apart && str_starts(s, f->line);
}

/* What stands at s's start, and how it is shown: a class, or 0. */
static size_t token(const struct family *f, str s, char before, char *class)
{
	size_t n;
	*class = 0;
	if (f->open.n && str_starts(s, f->open)) {
		*class = f->text ? 's' : 'c';
		return until(s, f->open, f->close);
	}
	if (begins_comment(f, s, before)) {
		*class = 'c';
		return line_octets(s);
	}
	if ((s.p[0] == '"' || s.p[0] == '\'') && (n = string_octets(s))) {
		*class = 's';
		return n;
	}
	if (!(n = word_octets(s)))
		return 1;
	if (chr_is_digit(s.p[0]))
		*class = 'n';
	else if (str_has_word(f->words, str_first(s, n)))
		*class = 'k';
	return n;
}

static void add_code(struct arena *a, struct buf *b, str code, str named)
{
	const struct family *f = family_named(a, named);
	size_t from = 0;
	char before = '\n', class;
	f = f || named.n ? f : family_of(code);
	if (!f || code.n > COLOURED_MAX) {
		html_add_text(b, code);
		return;
	}
	for (size_t at = 0, n; at < code.n; at += n) {
		n = token(f, str_skip(code, at), before, &class);
		before = code.p[at + n - 1];
		if (!class)
			continue;
		html_add_text(b, (str){ code.p + from, at - from });
		buf_addf(b, "<span class=\"%c\">", class);
		html_add_text(b, (str){ code.p + at, n });
		html_add(b, HTML("</span>"));
		from = at + n;
	}
	html_add_text(b, str_skip(code, from));
}

/* ---- where it stands */

static size_t marks_of(str line)
{
	size_t in = 0, n = 0;
	while (in < line.n && in < 3 && line.p[in] == ' ')
		in++;
	while (in + n < line.n && line.p[in + n] == '`')
		n++;
	return n >= 3 && !str_has(str_skip(line, in + n), '`') ? n : 0;
}

str render_fence_name(str line)
{
	line = str_trim(line);
	while (line.n
	       && (*line.p == '`' || *line.p == '~' || *line.p == '{' || *line.p == '.'
		   || *line.p == ' '))
		line = str_skip(line, 1);
	return str_first(line, word_octets(line));
}

size_t render_fence(const str *lines, size_t count, size_t *lost)
{
	size_t marks = marks_of(lines[0]);
	if (!marks || (*lost && marks >= *lost))
		return 0;
	for (size_t n = 1; n < count; n++)
		if (marks_of(lines[n]) >= marks && !render_fence_name(lines[n]).n)
			return n + 1;
	*lost = marks;
	return 0;
}

void render_add_pre(struct arena *a, struct buf *b, const str *lines, size_t count,
		    str named)
{
	BUF(code);
	for (size_t i = 0; i < count; i++)
		buf_cat(&code, i ? STR("\n") : STR(""), lines[i]);
	html_add(b, HTML("<pre tabindex=\"0\"><code>"));
	add_code(a, b, buf_str(&code), named);
	html_add(b, HTML("</code></pre>\n"));
}

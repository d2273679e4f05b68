/* Prose that its author's program broke at a width (72 columns, say): those line ends are
 * nobody's words, and a narrow window does without them. */
#include "archive/render_inside.h"

enum {
	WIDTH_LEAST = 56, /* columns; below, lines end where their author wanted it */
	WIDTH_MOST = 100,
	SLACK = 3, /* the longest line may have been mended by hand */
};

/* Characters; what is wider or narrower than one column is rare enough. */
static size_t width_of(str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static str first_word(str line)
{
	size_t n = 0;
	while (n < line.n && !chr_is_space(line.p[n]))
		n++;
	return str_first(line, n);
}

/* "- item", "2. item", "Signed-off-by: …" */
static bool begins_anew(str line)
{
	str word = first_word(line);
	char last = word.n ? word.p[word.n - 1] : ' ';
	bool digits = word.n > 1;
	for (size_t i = 0; i + 1 < word.n; i++)
		digits &= chr_is_digit(word.p[i]);
	return !word.n || last == ':' || (digits && (last == '.' || last == ')'))
	       || (word.n == 1 && str_find(STR("-*+o#|=~"), word).n)
	       || str_eq(word, STR("•"));
}

static bool ends_sentence(str line)
{
	line = str_trim(line);
	return line.n && str_find(STR(".,:;!?)"), str_skip(line, line.n - 1)).n;
}

static size_t widest(const str *lines, size_t count)
{
	size_t width = 0;
	for (size_t i = 0; i < count; i++) {
		size_t n = width_of(lines[i]);
		width = n > width ? n : width;
	}
	return width;
}

/* A program ends a line where the next word had no room. Whoever then mended a word left
 * lines that are shorter (odd): some are forgiven. */
bool render_is_filled(const str *lines, size_t count, bool *stays)
{
	size_t width = widest(lines, count), soft = 0, odd = 0, hard = 0;
	if (count < 2 || width < WIDTH_LEAST || width > WIDTH_MOST)
		return false;
	for (size_t i = 0; i + 1 < count; i++) {
		size_t n = width_of(lines[i]);
		bool is_long = 2 * n >= width;
		str next = str_trim(lines[i + 1]);
		bool full = n + 1 + width_of(first_word(next)) + SLACK > width;
		bool indented = next.p != lines[i + 1].p;
		stays[i] = begins_anew(next) || (indented && !(is_long && full));
		if (stays[i])
			continue;
		if (is_long && full) {
			soft++;
		} else if (ends_sentence(lines[i])) {
			stays[i] = true;
			hard++;
		} else if (is_long) {
			odd++;
		} else {
			return false; /* a verse, an address, a list of names */
		}
	}
	return soft && soft >= hard && soft >= 3 * odd;
}

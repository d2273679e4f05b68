#include "archive/mask.h"

#include "base/buf.h"

/* Fields whose @ belongs to no mailbox of a person. A name that ends in - stands for
 * all that begin so. */
static bool is_open(str name)
{
	static const char *const names[] = {
		"Message-ID",     "In-Reply-To", "References",   "Resent-Message-ID",
		"Date",           "Subject",     "MIME-Version", "Content-",
		"DKIM-Signature", "List-",       "Archived-At",  "ARC-Message-Signature",
		"ARC-Seal"
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		str x = str_from(names[i]);
		if (str_ends(x, STR("-")) ? str_istarts(name, x) : str_ieq(name, x))
			return true;
	}
	return false;
}

static bool is_domain(char c)
{
	return chr_is_alpha(c) || chr_is_digit(c) || c == '-' || c == '.'
	       || (unsigned char)c >= 0x80;
}

/* So many octets of text, which stands behind an @, are a domain. */
static size_t domain_length(str text)
{
	size_t n = 0;
	if (text.n && text.p[0] == '[') {
		const char *end = memchr(text.p, ']', text.n);
		return end ? (size_t)(end - text.p) + 1 : 0;
	}
	while (n < text.n && is_domain(text.p[n]))
		n++;
	while (n && text.p[n - 1] == '.') /* the end of a sentence */
		n--;
	return n;
}

static void add_masked(struct buf *b, str text)
{
	const char *at;
	while (text.n && (at = memchr(text.p, '@', text.n))) {
		size_t before = (size_t)(at - text.p) + 1;
		size_t n = domain_length(str_skip(text, before));
		buf_add(b, str_first(text, before));
		if (n)
			buf_add(b, STR("hidden.invalid"));
		text = str_skip(text, before + n);
	}
	buf_add(b, text);
}

str mask_text(struct arena *a, str text)
{
	BUF(b);
	add_masked(&b, text);
	return arena_copy(a, buf_str(&b));
}

/* The octets of the first line, with its end. */
static size_t line_length(str s)
{
	const char *end = memchr(s.p, '\n', s.n);
	return end ? (size_t)(end - s.p) + 1 : s.n;
}

str mask_message(struct arena *a, str message)
{
	BUF(b);
	str rest = message, name, value;
	bool open = false;
	while (rest.n) {
		str line = str_first(rest, line_length(rest));
		if (!str_trim(line).n && line.p[0] != ' ' && line.p[0] != '\t')
			break;
		bool goes_on = line.p[0] == ' ' || line.p[0] == '\t';
		if (!goes_on)
			open = str_cut(line, ':', &name, &value)
			       && is_open(str_trim(name));
		if (open)
			buf_add(&b, line);
		else
			add_masked(&b, line);
		rest = str_skip(rest, line.n);
	}
	buf_add(&b, rest);
	return arena_copy(a, buf_str(&b));
}

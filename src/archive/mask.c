#include "archive/mask.h"

#include "archive/bare.h"
#include "archive/render.h"
#include "archive/retext.h"
#include "base/buf.h"

enum { DEPTH_MAX = 8 }; /* messages within messages */

static const str nowhere = STR("hidden.invalid");

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
			buf_add(b, nowhere);
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

/* The header, and the empty line behind it. */
static void add_header(struct buf *b, str header)
{
	str rest = header, name, value;
	bool open = false;
	while (rest.n) {
		str line = str_first(rest, line_length(rest));
		bool goes_on = line.p[0] == ' ' || line.p[0] == '\t';
		if (!goes_on)
			open = str_cut(line, ':', &name, &value)
			       && is_open(str_trim(name));
		if (open)
			buf_add(b, line);
		else
			add_masked(b, line);
		rest = str_skip(rest, line.n);
	}
}

/* Up to the first line that is empty. */
static size_t header_length(str message)
{
	str rest = message;
	while (rest.n) {
		str line = str_first(rest, line_length(rest));
		if (!str_trim(line).n && line.p[0] != ' ' && line.p[0] != '\t')
			break;
		rest = str_skip(rest, line.n);
	}
	return message.n - rest.n;
}

/* ---- the body */

static str with_crlf(struct arena *a, str text)
{
	BUF(b);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n')
			buf_add_char(&b, '\r');
		buf_add_char(&b, text.p[i]);
	}
	return arena_copy(a, buf_str(&b));
}

static str mask_plain(struct arena *a, str text)
{
	str lines = mime_line_feeds(a, text), clean = render_hide_text(a, lines, nowhere);
	if (str_eq(clean, lines))
		return text;
	return str_find(text, STR("\r\n")).n ? with_crlf(a, clean) : clean;
}

/* Addresses in what is seen, or in the text as it stands. */
static str mask_bare(struct arena *a, str text, unsigned how)
{
	struct bare bare;
	BUF(b);
	size_t done = 0, end;
	bare_text(a, text, how, &bare);
	for (size_t at = 0; render_next_address(bare.text, &at, &end); at = end) {
		size_t from = bare_from(&bare, at + 1),
		       to = bare_to(&bare, at + 1, end - at - 1);
		buf_cat(&b, (str){ text.p + done, from - done }, nowhere);
		done = to;
	}
	buf_add(&b, str_skip(text, done));
	return done ? arena_copy(a, buf_str(&b)) : text;
}

static str mask_said(void *ctx, struct arena *a, str text, unsigned how)
{
	(void)ctx;
	if (!(how & BARE_HTML))
		return mask_plain(a, text);
	return mask_bare(a, mask_bare(a, text, 0), how);
}

static str mask_within(struct arena *a, str message, int depth);

static bool is_said(const struct mime_part *part)
{
	return !part->attachment
	       && (str_eq(part->type, STR("text/plain"))
		   || str_eq(part->type, STR("text/html"))
		   || str_eq(part->type, STR("text/enriched")));
}

static str mask_part(struct arena *a, const struct mime_part *part, int depth)
{
	if (is_said(part))
		return retext_part(a, part, mask_said, NULL);
	if (!str_starts(part->type, STR("message/")) || depth == DEPTH_MAX)
		return part->raw;
	str bytes = mime_bytes(a, part), clean = mask_within(a, bytes, depth + 1);
	return str_eq(clean, bytes) ? part->raw : retext_encoded(a, part, clean);
}

/* message and its body, which begins at its octet `body`. */
static void add_body(struct buf *b, struct arena *a, str message, size_t body, int depth)
{
	struct mime m;
	const char *from = message.p + body, *end = message.p + message.n;
	bool read = !mime_parse(a, message, &m).kind;
	for (size_t i = 0; read && i < m.count; i++) {
		const struct mime_part *part = &m.parts[i];
		str raw = part->raw;
		if (part->multipart || !raw.n || raw.p < from || raw.p + raw.n > end)
			continue;
		buf_cat(b, (str){ from, (size_t)(raw.p - from) },
			mask_part(a, part, depth));
		from = raw.p + raw.n;
	}
	if (from < end)
		buf_add(b, (str){ from, (size_t)(end - from) });
}

static str mask_within(struct arena *a, str message, int depth)
{
	ARENA(mine);
	BUF(b);
	size_t n = header_length(message);
	add_header(&b, str_first(message, n));
	add_body(&b, mine, message, n, depth);
	return arena_copy(a, buf_str(&b));
}

str mask_message(struct arena *a, str message)
{
	return mask_within(a, message, 0);
}

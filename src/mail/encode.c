#include "mail/encode.h"

#include "base/buf.h"
#include "base/enc.h"
#include "base/rand.h"
#include "mail/lex.h"

enum {
	PLAIN_COLUMNS = 78,
	QP_COLUMNS = 76, /* RFC 2045 section 6.7 rule 5 */
	BOUNDARY_BYTES = 15,
};

static bool is_printable(char c)
{
	return (c >= ' ' && c <= '~') || c == '\t';
}

static bool needs_quoting(str text)
{
	str line;
	while (str_line(&text, &line)) {
		if (line.n > PLAIN_COLUMNS)
			return true;
		for (size_t i = 0; i < line.n; i++)
			if (!is_printable(line.p[i]))
				return true;
	}
	return false;
}

/* open: what follows goes on in the same line. */
static void add_quoted_line(struct buf *b, str line, bool open)
{
	size_t column = 0;
	for (size_t i = 0; i < line.n; i++) {
		bool last = i + 1 == line.n;
		bool blank = line.p[i] == ' ' || line.p[i] == '\t';
		bool plain = is_printable(line.p[i]) && line.p[i] != '='
			     && !(blank && last);
		size_t width = plain ? 1 : 3;
		if (column + width + (!last || open) > QP_COLUMNS) {
			buf_add(b, STR("=\r\n"));
			column = 0;
		}
		if (plain)
			buf_add_char(b, line.p[i]);
		else
			buf_addf(b, "=%02X", (unsigned char)line.p[i]);
		column += width;
	}
	buf_add(b, open ? STR("=\r\n") : STR("\r\n"));
}

str encode_text_part(struct arena *a, str text)
{
	BUF(b);
	bool quoted = needs_quoting(text), ascii = lex_ascii(text);
	buf_cat(&b, STR("Content-Type: text/plain; charset="),
		ascii ? STR("us-ascii") : STR("utf-8"),
		STR("\r\nContent-Transfer-Encoding: "),
		quoted ? STR("quoted-printable") : STR("7bit"), STR("\r\n\r\n"));
	for (str line; str_line(&text, &line);)
		if (quoted)
			add_quoted_line(&b, line, false);
		else
			buf_cat(&b, line, STR("\r\n"));
	return arena_copy(a, buf_str(&b));
}

str encode_quoted(struct arena *a, str text)
{
	BUF(b);
	for (str line; str_line(&text, &line);)
		add_quoted_line(&b, line, false);
	return arena_copy(a, buf_str(&b));
}

str encode_quoted_open(struct arena *a, str text)
{
	BUF(b);
	bool ended = str_ends(text, STR("\n"));
	for (str line; str_line(&text, &line);)
		add_quoted_line(&b, line, !text.n && !ended);
	return arena_copy(a, buf_str(&b));
}

str encode_base64_lines(struct arena *a, str bytes)
{
	BUF(b);
	for (str rest = enc_base64(a, bytes); rest.n; rest = str_skip(rest, QP_COLUMNS))
		buf_cat(&b, str_first(rest, QP_COLUMNS), STR("\r\n"));
	return arena_copy(a, buf_str(&b));
}

str encode_message_part(struct arena *a, str type, str message)
{
	BUF(b);
	buf_cat(&b, STR("Content-Type: "), type, STR("\r\nContent-Transfer-Encoding: "),
		lex_ascii(message) ? STR("7bit") : STR("8bit"), STR("\r\n\r\n"));
	for (str line; str_line(&message, &line);)
		buf_cat(&b, line, STR("\r\n"));
	return arena_copy(a, buf_str(&b));
}

str encode_boundary(struct arena *a)
{
	return arena_cat(a, STR("=_"), rand_token(a, BOUNDARY_BYTES));
}

str encode_file_part(struct arena *a, str type, str filename, str bytes)
{
	BUF(b);
	buf_cat(&b, STR("Content-Type: "), type,
		STR("\r\nContent-Transfer-Encoding: base64\r\n"
		    "Content-Disposition: attachment;\r\n filename=\""),
		filename, STR("\"\r\n\r\n"), encode_base64_lines(a, bytes));
	return arena_copy(a, buf_str(&b));
}

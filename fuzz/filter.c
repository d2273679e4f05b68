/* Whatever comes, the filter and the footer leave a message with the same parts, less
 * those that went; and nothing is left to filter. The first octets choose the settings. */
#include "fuzz.h"

#include "lists/decorate.h"
#include "base/buf.h"
#include "lists/filter.h"
#include "mail/mime.h"
#include "mail/reader.h"

#define MARK "{aaaaaaaaaaaaaaaa."

enum { PERSONAL = 1 << 1, FOOTER = 1 << 6, BEYOND_ASCII = 1 << 7 };

static void check_filter(struct arena *a, const struct settings *s, str message)
{
	struct filtered f, again;
	struct mime before, after;
	if (filter_message(a, s, message, &f).kind)
		return;
	must(!f.refused.n || f.message.p == message.p);
	must(!mime_parse(a, message, &before).kind);
	if (mime_parse(a, f.message, &after).kind || f.refused.n)
		return;
	must(after.count <= before.count);
	must(!filter_message(a, s, f.message, &again).kind);
	for (size_t i = 0; i < after.count; i++)
		must(!(after.flags & ~before.flags));
}

/* As send does, copy by copy: no octet is beyond ASCII, and no line too long. */
static str for_reader(struct arena *a, str text)
{
	static const struct reader who = { STR("a@b.example"), STR("gr\xc3\xbc\xc3\x9f"),
					   STR("de") };
	BUF(b);
	str before;
	enum reader_word word;
	while (reader_next(text, STR(MARK), &before, &word, &text)) {
		str line = reader_line(a, word, &who);
		for (size_t i = 0; i < line.n; i++)
			must(!(line.p[i] & '\x80'));
		must(line.n <= 78 && str_ends(line, STR("=\r\n")));
		buf_cat(&b, before, line);
	}
	buf_add(&b, text);
	return arena_copy(a, buf_str(&b));
}

static void check_words(struct arena *a, str message, str header, str footer)
{
	struct decorated d;
	struct mime before, after;
	if (decorate(a, message, header, footer, STR(MARK), &d).kind)
		return;
	must(d.how.n);
	must(!mime_parse(a, message, &before).kind);
	d.message = for_reader(a, d.message);
	if (str_starts(d.how, STR("left out")) || mime_parse(a, d.message, &after).kind)
		return;
	must(after.count >= before.count && after.count <= before.count + 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	if (n < 1)
		return 0;
	unsigned how = data[0];
	str message = { (const char *)data + 1, n - 1 };
	struct settings s = {
		.filter_content = true,
		.filter_types = how & 1 ? STR("text/html image") : STR(""),
		.pass_types = how & 2 ? STR("text/plain message/rfc822") : STR(""),
		.filter_extensions = how & 4 ? STR("exe") : STR(""),
		.pass_extensions = how & 8 ? STR("pdf txt") : STR(""),
		.collapse_alternatives = how & 16,
		.convert_html_to_plaintext = how & 32,
	};
	str words = how & BEYOND_ASCII ? STR("gr\xc3\xbc\xc3\x9f"
					     "e\n> x\n")
				       : STR("plain\n");
	if (how & PERSONAL)
		words = arena_cat(a, words, STR(MARK "n} and " MARK "a}, " MARK "l}\n"));
	if (how & FOOTER)
		check_words(a, message, how & 1 ? words : STR(""), words);
	else
		check_filter(a, &s, message);
	return 0;
}

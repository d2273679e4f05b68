#include "mail/reader.h"

#include "base/buf.h"
#include "base/language.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "mail/address.h"
#include "mail/encode.h"
#include "mail/header.h"

enum {
	TOKEN_BYTES = 10,
	VALUE_MAX = 200, /* octets of a name */
};

static const char LETTERS[READER_WORDS] = { 'n', 'a', 'l' };

str reader_mark(struct arena *a)
{
	return arena_cat(a, STR("{"), rand_token(a, TOKEN_BYTES), STR("."));
}

str reader_word_written(struct arena *a, str mark, enum reader_word word)
{
	return arena_cat(a, mark, (str){ &LETTERS[word], 1 }, STR("}"));
}

/* The mark that text begins with; how long it is, 0: none. */
static size_t mark_at(str text, str mark, enum reader_word *word)
{
	if (!mark.n || !str_starts(text, mark) || text.n < mark.n + 2
	    || text.p[mark.n + 1] != '}')
		return 0;
	for (size_t i = 0; i < READER_WORDS; i++)
		if (text.p[mark.n] == LETTERS[i]) {
			*word = (enum reader_word)i;
			return mark.n + 2;
		}
	return 0;
}

str encode_marked(struct arena *a, str text, str mark)
{
	enum reader_word word;
	BUF(b);
	for (str at; (at = str_find(text, mark)).n;) {
		size_t n = mark_at(at, mark, &word);
		if (!n)
			break;
		str before = str_first(text, (size_t)(at.p - text.p));
		buf_cat(&b, encode_quoted_open(a, before), str_first(at, n),
			STR("=\r\n"));
		text = str_skip(at, n);
	}
	buf_add(&b, encode_quoted(a, text));
	return arena_copy(a, buf_str(&b));
}

bool reader_next(str text, str mark, str *before, enum reader_word *word, str *rest)
{
	for (str at = text; (at = str_find(at, mark)).n; at = str_skip(at, 1)) {
		size_t n = mark_at(at, mark, word), ahead = (size_t)(at.p - text.p);
		bool begins = !ahead || at.p[-1] == '\n';
		if (!n || !begins || !str_starts(str_skip(at, n), STR("=\r\n")))
			continue;
		*before = str_first(text, ahead);
		*rest = str_skip(at, n + 3);
		return true;
	}
	return false;
}

/* One line, as people would write it: what is stored was typed by somebody. */
static str one_line(struct arena *a, str text)
{
	BUF(b);
	str clean = utf8_first(utf8_scrub(a, text), VALUE_MAX);
	for (size_t i = 0; i < clean.n; i++) {
		bool blank = (unsigned char)clean.p[i] <= ' ' || clean.p[i] == '\x7f';
		if (!blank)
			buf_add_char(&b, clean.p[i]);
		else if (b.n && b.p[b.n - 1] != ' ')
			buf_add_char(&b, ' ');
	}
	return arena_copy(a, str_trim(buf_str(&b)));
}

static str value(struct arena *a, enum reader_word word, const struct reader *who)
{
	enum language l = LANGUAGE_en;
	str name = one_line(a, who->name);
	if (word == READER_LANGUAGE)
		return language_find(who->language, &l) ? str_from(language_row(l)->own)
							: STR("");
	return word == READER_NAME && name.n ? name : one_line(a, who->address);
}

str reader_line(struct arena *a, enum reader_word word, const struct reader *who)
{
	return encode_quoted_open(a, value(a, word, who));
}

str reader_fields(struct arena *a, str fields, const struct reader *who)
{
	static const str to = STR(READER_TO);
	struct mailbox m = { .name = one_line(a, who->name) };
	if (!str_ends(fields, to))
		return fields;
	str text = address_parse(a, who->address, &m.address).kind ? who->address
								   : mailbox_text(a, &m);
	return arena_cat(a, str_first(fields, fields.n - to.n),
			 header_fold(a, STR("To"), text));
}

str reader_pack(struct arena *a, const struct reader *who)
{
	return arena_cat(a, one_line(a, who->name), STR("\n"), who->language);
}

struct reader reader_unpack(str packed, str address)
{
	struct reader who = { .address = address };
	str name;
	if (str_line(&packed, &name))
		who.name = name;
	who.language = str_trim(packed);
	return who;
}

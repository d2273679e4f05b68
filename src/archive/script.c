#include "archive/script.h"

#include "base/utf8.h"
#include "mail/lex.h"

#include <unictype.h>

enum { LOOKED_AT = 8 * 1024, TAG_MAX = 35 };

bool script_leads_left(str text)
{
	while (text.n) {
		uint32_t c = utf8_next(&text);
		if (chr_is_alpha((char)c) && c < 0x80)
			return false;
		if (c < 0x80)
			continue;
		int way = uc_bidi_category(c);
		if (way == UC_BIDI_R || way == UC_BIDI_AL)
			return true;
		if (way == UC_BIDI_L)
			return false;
	}
	return false;
}

/* Scripts other than Latin, in which languages they are used, the likeliest first. A
 * letter says as much as `weight` Latin ones, which stand in addresses and names, too; one that tells stands in the second language
 * and not in the first. */
static const struct script {
	str name, languages, tells;
	size_t weight;
} scripts[] = {
	{ STR("Cyrillic"), STR("ru uk be bg kk ky mk mn sr tg"), STR("іїєґІЇЄҐ"), 2 },
	{ STR("Arabic"), STR("ar fa ckb ps sd ug ur"), STR("پچژگ"), 2 },
	{ STR("Hebrew"), STR("he yi iw"), STR(""), 2 },
	{ STR("Greek"), STR("el grc"), STR(""), 2 },
	{ STR("Han"), STR("zh ja yue wuu nan cmn ko"), STR(""), 3 },
	{ STR("Hiragana"), STR("ja"), STR(""), 3 },
	{ STR("Katakana"), STR("ja"), STR(""), 3 },
	{ STR("Hangul"), STR("ko"), STR(""), 3 },
	{ STR("Devanagari"), STR("hi mr ne sa"), STR(""), 2 },
	{ STR("Bengali"), STR("bn as"), STR(""), 2 },
	{ STR("Tamil"), STR("ta"), STR(""), 2 },
	{ STR("Thai"), STR("th"), STR(""), 2 },
	{ STR("Armenian"), STR("hy"), STR(""), 2 },
	{ STR("Georgian"), STR("ka"), STR(""), 2 },
};
enum { SCRIPTS = sizeof scripts / sizeof *scripts, HAN = 4, HIRAGANA, KATAKANA };

struct letters {
	size_t latin, of[SCRIPTS];
	bool telling;
};

static size_t script_of(uint32_t c)
{
	const uc_script_t *script = uc_script(c);
	for (size_t i = 0; script && i < SCRIPTS; i++)
		if (str_eq(str_from(script->name), scripts[i].name))
			return i;
	return SCRIPTS;
}

/* What was quoted may be in another language. */
static struct letters count_letters(str text)
{
	struct letters n = { 0 };
	str line;
	while (str_line(&text, &line)) {
		line = str_starts(line, STR(">")) ? STR_NONE : line;
		while (line.n) {
			str before = line;
			uint32_t c = utf8_next(&line);
			size_t i = c < 0x80 ? SCRIPTS : script_of(c);
			n.latin += c < 0x80 && chr_is_alpha((char)c);
			if (i == SCRIPTS)
				continue;
			n.of[i]++;
			before.n -= line.n;
			n.telling |= scripts[i].tells.n
				     && str_find(scripts[i].tells, before).n;
		}
	}
	return n;
}

/* The script of most letters; NULL: Latin, or none. */
static const struct script *main_script(str text, bool *told)
{
	text = utf8_first(text, LOOKED_AT);
	if (lex_ascii(text))
		return NULL;
	struct letters n = count_letters(text);
	size_t best = 0;
	if ((n.of[HIRAGANA] + n.of[KATAKANA]) * 10 > n.of[HAN]) {
		n.of[HIRAGANA] += n.of[KATAKANA] + n.of[HAN];
		n.of[HAN] = 0;
	}
	for (size_t i = 1; i < SCRIPTS; i++)
		if (n.of[i] * scripts[i].weight > n.of[best] * scripts[best].weight)
			best = i;
	*told = n.telling;
	return n.of[best] * scripts[best].weight > n.latin ? &scripts[best] : NULL;
}

/* "de" of "de-AT"; empty where it is no tag, or several. */
static str primary_of(str tag)
{
	size_t n = 0;
	for (size_t i = 0; i < tag.n; i++)
		if (!chr_is_alpha(tag.p[i]) && !chr_is_digit(tag.p[i]) && tag.p[i] != '-')
			return STR_NONE;
	while (n < tag.n && chr_is_alpha(tag.p[n]))
		n++;
	bool whole = n == tag.n || (tag.p[n] == '-' && tag.p[tag.n - 1] != '-');
	return n >= 2 && n <= 3 && whole && tag.n <= TAG_MAX ? str_first(tag, n)
							     : STR_NONE;
}

static bool is_written_otherwise(str language)
{
	for (size_t i = 0; i < SCRIPTS; i++)
		if (str_ihas_word(scripts[i].languages, language))
			return true;
	return false;
}

str script_language(str declared, str text)
{
	declared = str_trim(declared);
	str primary = primary_of(declared);
	bool told;
	const struct script *s = main_script(text, &told);
	if (!s)
		return primary.n && !is_written_otherwise(primary) ? declared : STR_NONE;
	if (primary.n && str_ihas_word(s->languages, primary))
		return declared;
	str first = s->languages, rest = STR_NONE, second;
	str_cut(s->languages, ' ', &first, &rest);
	if (!told || !str_cut(rest, ' ', &second, &rest))
		return first;
	return second;
}

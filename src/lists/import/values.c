#include "lists/import/values.h"

#include "base/buf.h"
#include "base/language.h"
#include "lists/equivalent.h"
#include "lists/settings.h"
#include "mail/address.h"
#include "mail/charset.h"

static const struct {
	const char *language, *charset;
} languages[] = {
	{ "ja", "euc-jp" },     { "ko", "euc-kr" },      { "ru", "koi8-r" },
	{ "pl", "iso-8859-2" }, { "cs", "iso-8859-2" },  { "hu", "iso-8859-2" },
	{ "hr", "iso-8859-2" }, { "sl", "iso-8859-2" },  { "tr", "iso-8859-9" },
	{ "el", "iso-8859-7" }, { "lt", "iso-8859-13" }, { "et", "iso-8859-15" },
	{ "zh_CN", "utf-8" },   { "zh_TW", "utf-8" },    { "sk", "utf-8" },
	{ "ro", "utf-8" },      { "uk", "utf-8" },       { "he", "utf-8" },
	{ "ar", "utf-8" },      { "fa", "utf-8" },       { "vi", "utf-8" },
};

str mailman2_charset(str language)
{
	for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
		if (str_eq(language, str_from(languages[i].language)))
			return str_from(languages[i].charset);
	return STR("iso-8859-1");
}

/* LF alone: forms in a browser send CRLF. */
static str lf(struct arena *a, str s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n'))
			out[n++] = s.p[i];
	return (str){ out, n };
}

str mailman2_text(const struct mailman2_config *c, const struct pickle *value)
{
	str s = pickle_str(value);
	if (value && value->type == PICKLE_BYTES)
		s = charset_decode(c->a, s, c->charset, NULL);
	return lf(c->a, s);
}

const struct pickle *mailman2_get(const struct mailman2_config *c, const char *name)
{
	return pickle_get(c->dict, name);
}

int64_t mailman2_number(const struct mailman2_config *c, const char *name)
{
	return pickle_number(pickle_get(c->dict, name), 0);
}

static struct made plain(str text)
{
	return (struct made){ .text = text };
}

static struct made yes_or_no(bool yes)
{
	return plain(yes ? STR("yes") : STR("no"));
}

static struct made whole(struct arena *a, int64_t n)
{
	return plain(arena_printf(a, "%lld", n > 0 ? (long long)n : 0LL));
}

/* With what stood there, where that is not the same number of `unit`. */
static struct made rounded(struct arena *a, const struct pickle *value, int64_t n,
			   int64_t unit, const char *name)
{
	struct made m = whole(a, n);
	int64_t there = pickle_number(value, 0);
	if (value->type == PICKLE_REAL
	    && (value->real > (double)there || value->real < (double)there))
		m.there = arena_printf(a, "%.15g%s", value->real, name);
	else if (there != (n > 0 ? n : 0) * unit)
		m.there = arena_printf(a, "%lld%s", (long long)there, name);
	return m;
}

VALUE(none)
{
	(void)c;
	(void)row;
	(void)value;
	return (struct made){ .left_out = true };
}

VALUE(bool)
{
	(void)c;
	(void)row;
	return yes_or_no(pickle_number(value, 0) != 0);
}

VALUE(number)
{
	(void)row;
	return rounded(c->a, value, pickle_number(value, 0), 1, "");
}

VALUE(body_size)
{
	struct made m = value_number(c, row, value);
	m.differs = !str_eq(m.text, STR("0"));
	return m;
}

VALUE(lines_read)
{
	(void)row;
	int64_t n = pickle_number(value, 0);
	return rounded(c->a, value, n < 0 ? 100 : n, 1, "");
}

VALUE(ceiling)
{
	(void)row;
	int64_t n = pickle_number(value, 0);
	bool more = value->type == PICKLE_REAL && value->real > (double)n;
	return rounded(c->a, value, n + more, 1, "");
}

VALUE(days)
{
	enum { DAY = 86400 };
	(void)row;
	return rounded(c->a, value, (pickle_number(value, 0) + DAY - 1) / DAY, DAY,
		       " seconds");
}

VALUE(text)
{
	(void)row;
	return plain(str_trim(mailman2_text(c, value)));
}

VALUE(domains)
{
	struct made m = value_text(c, row, value);
	m.instead = equivalent_groups(c->a, m.text);
	return m;
}

VALUE(line)
{
	(void)row;
	str s = str_trim(mailman2_text(c, value));
	char *out = arena_alloc(c->a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		out[i] = chr_is_space(s.p[i]) ? ' ' : s.p[i];
	return plain((str){ out, s.n });
}

/* A number of ours, where there is one in it. */
VALUE(prefix)
{
	(void)row;
	struct made m = plain(mailman2_text(c, value));
	m.differs = str_has(m.text, '%');
	return m;
}

/* A text in which Mailman fills words in: %(listowner)s, $listname. */
VALUE(filled)
{
	struct made m = value_text(c, row, value);
	str from = m.text, before;
	m.differs = str_find(m.text, STR("%(")).n > 0;
	while (!m.differs && str_cut(from, '$', &before, &from))
		m.differs = from.n && (chr_is_alpha(from.p[0]) || from.p[0] == '{');
	return m;
}

static void add_line(struct buf *b, str line)
{
	line = str_trim(line);
	if (line.n)
		buf_cat(b, b->n ? STR("\n") : STR(""), line);
}

/* The lines of a text, or the texts of a list. */
static str lines_of(const struct mailman2_config *c, const struct pickle *value,
		    void (*add)(struct buf *b, str line))
{
	BUF(b);
	str text = mailman2_text(c, value), line;
	while (str_line(&text, &line))
		add(&b, line);
	bool list = value->type == PICKLE_LIST || value->type == PICKLE_TUPLE;
	for (uint32_t i = 0; list && i < value->count; i++)
		add(&b, mailman2_text(c, value->items[i]));
	return arena_copy(c->a, buf_str(&b));
}

VALUE(lines)
{
	(void)row;
	return plain(lines_of(c, value, add_line));
}

/* Mailman takes each line for an expression that begins where the address does. */
static void add_alias(struct buf *b, str line)
{
	ARENA(a);
	struct address x;
	line = str_trim(line);
	if (line.n && line.p[0] != '^' && address_parse(a, line, &x).kind)
		line = arena_cat(a, STR("^"), line);
	add_line(b, line);
}

VALUE(aliases)
{
	(void)row;
	return plain(lines_of(c, value, add_alias));
}

VALUE(word)
{
	struct made m = { 0 };
	(void)c;
	attribute_word(row->mailman2, pickle_number(value, -1), &m.text, &m.instead);
	return m;
}

VALUE(word3)
{
	struct made m = { 0 };
	(void)c;
	attribute_word3(row->mailman3, pickle_number(value, -1), &m.text, &m.instead);
	return m;
}

VALUE(built_in)
{
	struct made m = value_text(c, row, value);
	m.instead = str_from(setting_find(str_from(row->key))->standard);
	m.differs = !str_eq(m.text, m.instead) && !str_eq(m.text, STR("virgin"));
	return m;
}

VALUE(old_site)
{
	struct made m = value_text(c, row, value);
	m.left_out = m.text.n > 0;
	return m;
}

/* Placeholders stay as they are: lists/decorate_fill reads both spellings. */
VALUE(furniture)
{
	(void)row;
	str s = str_trim(mailman2_text(c, value));
	if (str_find(s, STR("%(web_page_url)slistinfo%(cgiext)s/%(_internal_name)s")).n
	    || str_find(s, STR("%(web_page_url)s/listinfo")).n)
		return (struct made){ .left_out = true };
	return plain(s);
}

/* Without what stands between names here. */
str mailman2_topic(const struct mailman2_config *c, const struct pickle *value)
{
	str s = str_trim(mailman2_text(c, value));
	char *out = arena_alloc(c->a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		out[i] = s.p[i] == ':' || s.p[i] == ',' || chr_is_space(s.p[i]) ? ' '
										: s.p[i];
	return str_trim((str){ out, s.n });
}

/* Each line of a topic's pattern is one of its alternatives. */
static str any_of(const struct mailman2_config *c, const struct pickle *value)
{
	str text = mailman2_text(c, value), line, out = STR("");
	while (str_line(&text, &line))
		if (str_trim(line).n)
			out = arena_cat(c->a, out, out.n ? STR("|") : STR(""),
					str_trim(line));
	return out;
}

static bool is_ours(str code)
{
	enum language l;
	return language_find(code, &l) && str_eq(code, str_from(language_row(l)->name));
}

/* Mailman offers the list's own language whether or not it stands among them. */
VALUE(languages)
{
	str out = STR(""), all = STR("");
	bool others = false;
	(void)row;
	for (uint32_t i = 0; value->type == PICKLE_LIST && i < value->count; i++) {
		str code = str_trim(mailman2_text(c, value->items[i]));
		str comma = all.n ? STR(", ") : STR("");
		all = arena_cat(c->a, all, comma, code);
		others = others || !is_ours(code);
		if (is_ours(code))
			out = arena_cat(c->a, out, out.n ? STR(", ") : STR(""), code);
	}
	str own = mailman2_text(c, mailman2_get(c, "preferred_language"));
	if (!out.n && is_ours(own))
		out = own;
	return (struct made){ .text = out, .there = others ? all : STR("") };
}

/* user_options of who joins; what is on for all there is no option here. */
VALUE(new_member)
{
	static const struct {
		int64_t bit;
		str word;
	} bits[] = { { 2, { "notme", 5 } },
		     { 4, { "ack", 3 } },
		     { 8, { "plain", 5 } },
		     { 16, { "hide", 4 } },
		     { 256, { "nodups", 6 } } };
	str out = STR("");
	int64_t n = pickle_number(value, 0);
	(void)row;
	for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
		if (n & bits[i].bit)
			out = arena_cat(c->a, out, out.n ? STR(", ") : STR(""),
					bits[i].word);
	return plain(out);
}

VALUE(topics)
{
	BUF(b);
	bool differs = false;
	(void)row;
	for (uint32_t i = 0; value->type == PICKLE_LIST && i < value->count; i++) {
		const struct pickle *t = value->items[i];
		if (t->type != PICKLE_TUPLE || t->count < 2)
			continue;
		str name = mailman2_topic(c, t->items[0]);
		differs = differs
			  || !str_eq(name, str_trim(mailman2_text(c, t->items[0])));
		buf_cat(&b, b.n ? STR("\n") : STR(""), name, STR(": "),
			any_of(c, t->items[1]));
		str about = t->count > 2 ? value_line(c, row, t->items[2]).text : STR("");
		if (str_trim(about).n)
			buf_cat(&b, STR("\n  "), str_trim(about));
	}
	struct made m = plain(arena_copy(c->a, buf_str(&b)));
	m.differs = differs;
	return m;
}

/* All of them, as nearly as a size says it. */
VALUE(scrubbed)
{
	(void)c;
	(void)row;
	return pickle_number(value, 0)
		       ? (struct made){ .text = STR("1"), .there = STR("all files") }
		       : plain(STR("0"));
}

VALUE(archive)
{
	(void)row;
	return plain(!pickle_number(value, 0)                ? STR("never")
		     : mailman2_number(c, "archive_private") ? STR("private")
							     : STR("public"));
}

VALUE(moderation)
{
	static const str actions[] = { { "hold", 4 }, { "reject", 6 }, { "discard", 7 } };
	(void)row;
	int64_t n = mailman2_number(c, "member_moderation_action");
	if (!pickle_number(value, 0))
		return plain(STR("accept"));
	return plain(actions[n > 0 && n < 3 ? n : 0]);
}

VALUE(mitigation)
{
	static const struct made actions[] = {
		{ .text = { "no_mitigation", 13 } }, { .text = { "munge_from", 10 } },
		{ .text = { "wrap_message", 12 } },  { .text = { "reject", 6 } },
		{ .text = { "discard", 7 } },
	};
	(void)row;
	enum { ACTIONS = sizeof actions / sizeof *actions };
	int64_t own = pickle_number(value, 0),
		always = mailman2_number(c, "from_is_list");
	int64_t n = always > own ? always : own;
	struct made m = actions[n > 0 && n < ACTIONS ? n : 0];
	if (own < 0 || own >= ACTIONS)
		m.there = arena_printf(c->a, "%lld", (long long)own);
	else if (own && own < n)
		m.there = actions[own].text;
	return m;
}

VALUE(unconditional)
{
	(void)row;
	int64_t n = pickle_number(value, 0),
		other = mailman2_number(c, "dmarc_moderation_action");
	struct made m = yes_or_no(n > 0 && n >= other);
	m.differs = n > 0 && n < other;
	return m;
}

/* There it goes with munge_from and wrap_message alone. */
VALUE(unconditional3)
{
	enum { REJECT = 3 };
	struct made m = value_bool(c, row, value);
	m.differs = pickle_number(value, 0)
		    && mailman2_number(c, "dmarc_mitigate_action") >= REJECT;
	return m.differs ? (struct made){ .text = STR("no"), .there = STR("yes") } : m;
}

VALUE(milder)
{
	enum { REJECT = 3 };
	struct made m = value_bool(c, row, value);
	m.differs = pickle_number(value, 0)
		    && mailman2_number(c, "dmarc_moderation_action") >= REJECT;
	return m;
}

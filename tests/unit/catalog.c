#include "base/said.h"

#include "../check.h"
#include "base/language_inside.h"
#include "base/buf.h"
#include "base/file.h"

static bool is(str got, const char *want)
{
	if (str_eq(got, str_from(want)))
		return true;
	fprintf(stderr, "%.*s\n", STR_F(got));
	return false;
}

/* ---- plural rules: what gettext's own manual has, and what is none */

static void test_plural(void)
{
	static const struct {
		const char *rule;
		uint64_t n;
		int form; /* -1: refused */
	} rows[] = {
		{ "0", 7, 0 },
		{ "n != 1", 1, 0 },
		{ "n != 1", 0, 1 },
		{ "n > 1", 0, 0 },
		{ "n>1", 2, 1 },
		{ "n==1 ? 0 : n==2 ? 1 : 2", 2, 1 },
		{ "n==1 ? 0 : n==2 ? 1 : 2", 3, 2 },
		{ "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && (n%100<10 || n%100>=20) ? 1 : "
		  "2)",
		  21, 0 },
		{ "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && (n%100<10 || n%100>=20) ? 1 : "
		  "2)",
		  11, 2 },
		{ "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && (n%100<10 || n%100>=20) ? 1 : "
		  "2)",
		  23, 1 },
		{ "!n", 0, 1 },
		{ "1 + 2 * 3 - 8 / 4", 0, 5 },
		{ "7 - 2 - 1", 0, 4 },
		{ "n <= 3 == 1", 3, 1 },
		{ "", 0, -1 },
		{ "n +", 0, -1 },
		{ "(n", 0, -1 },
		{ "n ? 1", 0, -1 },
		{ "n / 0", 1, -1 },
		{ "n = 1", 1, -1 },
		{ "n n", 1, -1 },
		{ "m", 1, -1 },
		{ "99999999999999999999", 1, -1 },
		{ "((((((((((((((((((((((((n))))))))))))))))))))))))", 1, -1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t form = 99;
		err e = plural_form(str_from(rows[i].rule), rows[i].n, &form);
		CHECK(rows[i].form < 0 ? e.kind == ERR_SYNTAX && form == 99
				       : !e.kind && form == (uint64_t)rows[i].form);
	}
}

/* ---- files */

static void test_files(struct arena *a)
{
	static const struct {
		const char *name, *text, *three;
	} rows[] = {
		{ "hashed", "Anmelden", "%d Beitr\xC3\xA4ge" },
		{ "sorted", "Anmelden", "%d Beitr\xC3\xA4ge" },
		{ "swapped", "Anmelden", "%d Beitr\xC3\xA4ge" },
		{ "noPluralHeader", "Anmelden", "%d Beitrag" },
		{ "count", NULL, NULL },
		{ "ids", NULL, NULL },
		{ "offset", NULL, NULL },
		{ "length", NULL, NULL },
		{ "hashes", NULL, NULL },
		{ "badhash", NULL, NULL },
		{ "magic", NULL, NULL },
		{ "short", NULL, NULL },
		{ "deep", NULL, NULL },
		{ "forms", NULL, NULL },
		{ "norule", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct catalog c = { 0 };
		str file;
		CHECK(!file_read(a,
				 arena_z(a, arena_cat(a, STR("fuzz/corpus/catalog/"),
						      str_from(rows[i].name))),
				 1 << 20, &file)
			       .kind);
		err e = catalog_open(file, &c);
		CHECK((e.kind == ERR_SYNTAX) == !rows[i].text);
		if (e.kind || !rows[i].text)
			continue;
		CHECK(is(catalog_find(&c, STR("Sign in")), rows[i].text));
		CHECK(!catalog_find(&c, STR("Sign out")).n);
		CHECK(!catalog_find(&c, STR("Sign i")).n);
		CHECK(is(catalog_plural(&c, STR("%d post"), 3), rows[i].three));
		CHECK(is(catalog_plural(&c, STR("%d post"), 1), "%d Beitrag"));
	}
}

/* ---- which language */

static void test_choice(void)
{
	static const struct {
		const char *header;
		enum language wanted; /* LANGUAGES: none, so French */
	} rows[] = {
		{ "", LANGUAGES },
		{ "de", LANGUAGE_de },
		{ "de-AT,de;q=0.9,en;q=0.8", LANGUAGE_de },
		{ "en-GB, de;q=0.5", LANGUAGE_en },
		{ "it, nl;q=0.9", LANGUAGES },
		{ "it, es;q=0.3, ja;q=0.7", LANGUAGE_ja },
		{ "zh-Hans-CN", LANGUAGE_zh_CN },
		{ "zh-TW;q=0.1", LANGUAGE_zh_CN },
		{ "*", LANGUAGES },
		{ "*, ja;q=0.2", LANGUAGES },
		{ "*;q=0.1, ja;q=0.2", LANGUAGE_ja },
		{ "de;q=0", LANGUAGES },
		{ "de;q=0.000, ES;Q=0.001", LANGUAGE_es },
		{ "de;q=x", LANGUAGE_de },
		{ ",,;;,=", LANGUAGES },
		{ "d", LANGUAGES },
		{ "den", LANGUAGES },
	};
	enum language l = LANGUAGE_es;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool any = rows[i].wanted == LANGUAGES;
		l = LANGUAGE_fr;
		CHECK(language_accept(str_from(rows[i].header), &l) == !any);
		CHECK(l == (any ? LANGUAGE_fr : rows[i].wanted));
	}
	CHECK(language_find(STR("de_AT.UTF-8"), &l) && l == LANGUAGE_de);
	CHECK(language_find(STR("ZH-hans"), &l) && l == LANGUAGE_zh_CN);
	CHECK(!language_find(STR("it"), &l) && l == LANGUAGE_zh_CN);
	CHECK(!language_find(STR(""), &l) && !language_find(STR("C"), &l));
	CHECK(language_use(LANGUAGE_ja) == LANGUAGE_en && language_now() == LANGUAGE_ja);
	CHECK(language_use(LANGUAGE_en) == LANGUAGE_ja);
	CHECK(is(S_("no such text anywhere"), "no such text anywhere"));
	/* what a page leaves out is nothing in every language */
	CHECK(!language_text(LANGUAGE_en, NULL) && !language_text(LANGUAGE_de, NULL));
}

/* ---- the catalogs that are compiled in: whatever stands in a text stands in its
 * translation, once for once */

enum { MARKS = 40 };

/* {name}, <tag>, %d, %1$s: sorted, with a blank between. A format's place counts in
 * order, so "%s of %s" may become "%2$s / %1$s". */
static size_t marks_of(str text, str *marks)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n && n < MARKS; i++) {
		char c = text.p[i], close = c == '{' ? '}' : c == '<' ? '>' : '\0';
		size_t end = i + 1;
		if (close) {
			while (end < text.n && text.p[end] != close && text.p[end] != ' ')
				end++;
			if (end == text.n || text.p[end] != close || end == i + 1)
				continue;
			end++;
		} else if (c == '%') {
			while (end < text.n && chr_is_digit(text.p[end]))
				end++;
			if (end < text.n && text.p[end] == '$')
				i = end++;
			else
				end = i + 1;
			while (end < text.n
			       && (text.p[end] == '.' || text.p[end] == '*'
				   || text.p[end] == 'l' || text.p[end] == 'z'
				   || chr_is_digit(text.p[end])))
				end++;
			end += end < text.n;
		} else {
			continue;
		}
		marks[n++] = (str){ text.p + i, end - i };
		i = end - 1;
	}
	return n;
}

static bool same_marks(str id, str text)
{
	str wanted[MARKS], got[MARKS];
	size_t n = marks_of(id, wanted), m = marks_of(text, got);
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		while (k < m
		       && !(got[k].p
			    && str_eq(str_skip(got[k], 1), str_skip(wanted[i], 1))))
			k++;
		if (k == m)
			return false;
		got[k] = STR_NONE;
	}
	return n == m;
}

static str first_of(str s)
{
	str head, rest;
	return str_cut(s, '\0', &head, &rest) ? head : s;
}

/* Forms of a plural: each has the marks of the plural, but a form that is for one number
 * alone need not name it. */
static bool entry_is_sound(str id, str text)
{
	str singular = first_of(id);
	if (singular.n == id.n)
		return text.n && same_marks(id, text)
		       && str_starts(id, STR("\n")) == str_starts(text, STR("\n"))
		       && str_ends(id, STR("\n")) == str_ends(text, STR("\n"));
	str many = str_skip(id, singular.n + 1);
	for (str rest = text;; rest = str_skip(rest, first_of(rest).n + 1)) {
		str form = first_of(rest);
		if (!form.n || (!same_marks(many, form) && !same_marks(singular, form)))
			return false;
		if (form.n == rest.n)
			return true;
	}
}

static void test_catalogs(void)
{
	const struct catalog *first = NULL;
	size_t texts = 0;
	for (int l = 0; l < LANGUAGES; l++) {
		const struct catalog *c = language_catalog((enum language)l);
		CHECK(!c == (l == LANGUAGE_en));
		if (!c)
			continue;
		first = first ? first : c;
		CHECK(c->hashes && c->count == first->count);
		for (uint32_t i = 0; i < c->count; i++) {
			str id, text, same, other;
			catalog_at(c, i, &id, &text);
			catalog_at(first, i < first->count ? i : 0, &same, &other);
			bool sound = !id.n
				     || (entry_is_sound(id, text) && str_eq(id, same));
			if (!sound)
				fprintf(stderr, "po/%s.po: \"%.*s\"\n",
					language_row((enum language)l)->name, STR_F(id));
			CHECK(sound);
			CHECK(str_eq(catalog_find(c, first_of(id)), first_of(text)));
			texts++;
		}
	}
	printf("suite: %zu texts in %d languages\n", texts, LANGUAGES - 1);
}

/* ---- sentences with values in them */

static void test_said(struct arena *a)
{
	const str values[] = { STR("61"), STR("40") };
	CHECK(is(said_fill(a, STR("{2} < {1}, {3} {9} {"), values, 2),
		 "40 < 61, {3} {9} {"));
	static const struct {
		enum language l;
		const char *english, *said;
	} rows[] = {
		{ LANGUAGE_en, "61 KB; the list takes at most 40 KB",
		  "61 KB; the list takes at most 40 KB" },
		{ LANGUAGE_de, "61 KB; the list takes at most 40 KB",
		  "61 KB; die Liste nimmt h\xC3\xB6"
		  "chstens 40 KB an" },
		{ LANGUAGE_de, "no sentence of ours, {1}", "no sentence of ours, {1}" },
		{ LANGUAGE_de,
		  "Thank you. Now the post waits for a moderator: the post has no "
		  "subject.",
		  "Danke. Der Beitrag wartet jetzt auf die Moderation: der Beitrag hat "
		  "keinen "
		  "Betreff." },
		{ LANGUAGE_de,
		  "kept (strict.example asks for p=reject, and no signature of it holds "
		  "over the copy)",
		  "bleibt (strict.example verlangt p=reject, und keine Signatur von dort "
		  "gilt auch f\xC3\xBC"
		  "r die Kopie)" },
		{ LANGUAGE_de, "anna@uni.example looks at post 7",
		  "anna@uni.example sieht Beitrag 7 an" },
		{ LANGUAGE_de, "anna@uni.example looks at post 7: left out",
		  "anna@uni.example sieht Beitrag 7 an: ausgelassen" },
		{ LANGUAGE_fr, "the post was accepted by anna@uni.example already",
		  "le message a d\xC3\xA9"
		  "j\xC3\xA0 \xC3\xA9"
		  "t\xC3\xA9 trait\xC3\xA9 : accept\xC3\xA9 par anna@uni.example" },
		{ LANGUAGE_fr, "", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK(is(said_in(a, rows[i].l, str_from(rows[i].english)), rows[i].said));
}

int main(void)
{
	ARENA(a);
	test_plural();
	test_files(a);
	test_choice();
	test_catalogs();
	test_said(a);
	return check_done();
}

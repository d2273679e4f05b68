#include "archive/script.h"

#include "rendered.h"

#include "base/language.h"

static void test_language(void)
{
	static const struct {
		const char *declared, *text, *language;
	} cases[] = {
		{ "", "Hello", "" },
		{ "en-US", "Grüße aus Kiel", "en-US" },
		{ " de ", "Hallo", "de" },
		{ "de, fr", "Hallo", "" },
		{ "x-klingon", "Hallo", "" },
		{ "en\"onload=x", "Hallo", "" },
		{ "en-", "Hallo", "" },
		{ "ja", "Hello", "" },
		{ "en-US", "東京の結晶", "ja" },
		{ "", "晶体结构", "zh" },
		{ "zh-TW", "晶體結構", "zh-TW" },
		{ "", "결정 구조", "ko" },
		{ "", "שלום לכולם, see http://x.example", "he" },
		{ "", "مرحبا بالجميع", "ar" },
		{ "", "سلام پدر", "fa" },
		{ "", "Привет всем", "ru" },
		{ "bg", "Здравейте", "bg" },
		{ "", "Привіт усім", "uk" },
		{ "", "Καλημέρα", "el" },
		{ "", "> Привет\nHello", "" },
		{ "", "The word Привет stands in a text of English", "" },
		{ "de", "\xff\xfe", "de" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str got = script_language(str_from(cases[i].declared),
					  str_from(cases[i].text));
		CHECK(str_eq(got, str_from(cases[i].language)));
		if (!str_eq(got, str_from(cases[i].language)))
			fprintf(stderr, "  %s -> %.*s\n", cases[i].text, STR_F(got));
	}
}

static void test_direction(void)
{
	CHECK(script_leads_left(STR("שלום"))
	      && script_leads_left(STR("> 12. مرحبا abc")));
	CHECK(!script_leads_left(STR("abc שלום"))
	      && !script_leads_left(STR("東京 שלום")));
	CHECK(!script_leads_left(STR("12 ...")) && !script_leads_left(STR("")));
}

/* One line of Hebrew turns its own paragraph and quote, and nothing else. */
static void test_page(void)
{
	ARENA(a);
	str h = render(a, PLAIN, STR("Hello all\n\nשלום\n\n> שלום\n\n> hi\n"),
		       (struct render_how){ 0 });
	CHECK(str_starts(h, STR("<div class=\"body\">\n<p dir=\"auto\">Hello")));
	CHECK(str_find(h, STR("<p dir=\"auto\">שלום</p>\n<blockquote dir=\"rtl\">\n"
			      "<p dir=\"auto\">"))
		      .n);
	CHECK(str_find(h, STR("<blockquote>\n<p dir=\"auto\">hi")).n);
	h = render(a, PLAIN, STR("- שלום\n- abc\n"),
		   (struct render_how){ .marked = true });
	CHECK(str_find(h, STR("<ul dir=\"rtl\">\n<li dir=\"auto\">")).n);
	h = render(a, "Content-Language: de\r\n", STR("\r\nHallo"),
		   (struct render_how){ 0 });
	CHECK(str_starts(h, STR("<div class=\"body\" lang=\"de\">")));
	h = render_plain(a, STR("Привет"), &(struct render_how){ 0 }).s;
	CHECK(str_starts(h, STR("<div class=\"body\" lang=\"ru\">")));
}

/* What folds a quote is said in the reader's language, whatever the text is in. */
static void test_summary(void)
{
	ARENA(a);
	struct render_memory above = { .text = STR("אחת\nשתים\nשלוש\nארבע\nחמש\n") };
	enum language before = language_use(LANGUAGE_de);
	str h = render(
		a, PLAIN, STR("> אחת\n> שתים\n> שלוש\n> ארבע\n> חמש\nכן"),
		(struct render_how){ .parent = &above, .parent_name = STR("Anna") });
	language_use(before);
	CHECK(str_find(h, STR("<div class=\"body\" lang=\"he\">\n<details>"
			      "<summary lang=\"de\">"))
		      .n);
}

int main(void)
{
	test_language();
	test_direction();
	test_page();
	test_summary();
	return check_done();
}

#include "letters.h"

#include "base/buf.h"
#include "lists/notice.h"
#include "mail/mime.h"
#include "store/lists/person.h"
#include "store/lists/template.h"

#define DEV "dev@lists.example"

static str text_of(struct books_test *t, str letter)
{
	struct mime m;
	str used;
	BOOKS_MUST(t, mime_parse(t->a, letter, &m));
	const struct mime_part *part = mime_text_part(&m);
	return part ? mime_text(t->a, part, &used) : STR("");
}

/* Every built-in text: all its {names} are known to whoever sends it, and none is left
 * over. The vars here are all that any sender gives. */
static void test_templates(struct books_test *t)
{
	size_t n;
	const struct notice_row *row = notice_rows(&n);
	static const struct notice_var vars[] = {
		{ "link", { "https://lists.example/confirm/x", 31 } },
		{ "author", { "AUTHOR", 6 } },
		{ "subject", { "SUBJECT", 7 } },
		{ "reason", { "REASON", 6 } },
		{ "asker", { "ASKER", 5 } },
		{ "days", { "14 days", 7 } },
		{ "changes", { "delivery = off", 14 } },
		{ "answers", { "ANSWERS", 7 } },
		{ "proof", { "PROOF", 5 } },
		{ "words", { "WORDS", 5 } },
		{ "lines", { "LINES", 5 } },
		{ "sender", { "SENDER", 6 } },
		{ "what", { "WHAT", 4 } },
		{ "recipient", { "RECIPIENT", 9 } },
		{ "score", { "5", 1 } },
		{ "left", { "LEFT", 4 } },
		{ "time", { "TIME", 4 } },
		{ "when", { "TIME", 4 } },
		{ "volume", { "3", 1 } },
		{ "issue", { "9", 1 } },
		{ "posts", { "12", 2 } },
		{ "text", { "TEXT OF IT", 10 } },
		{ "before", { "BEFORE", 6 } },
		{ "now", { "NOW", 3 } },
		{ "discard", { "DISCARD", 7 } },
		{ "lists", { "2", 1 } },
		{ "detail", { "DETAIL", 6 } },
		{ "network", { "NETWORK", 7 } },
	};
	for (size_t i = 0; i < n; i++) {
		struct outbound_message m;
		struct notice x = { .name = row[i].name,
				    .list = books_entry(t, DEV),
				    .to = books_box(t, "anna@uni.example"),
				    .source = STR(""),
				    .vars = vars,
				    .var_count = sizeof vars / sizeof *vars };
		CHECK(ok(notice_send(&t->books, t->a, &x)));
		str letter = books_newest(t, &m), text = text_of(t, letter);
		if (str_has(text, '{') || str_has(m.subject, '{'))
			fprintf(stderr, "  %s: %.*s\n", row[i].name, STR_F(text));
		CHECK(!str_has(text, '{') && !str_has(text, '}') && text.n > 5);
		CHECK(!str_has(m.subject, '{') && m.subject.n);
		CHECK(*row[i].about && notice_row_find(str_from(row[i].name)) == &row[i]);
		CHECK(!m.reverse_path.n && str_eq(m.kind, STR("notice")) && m.complete);
		CHECK(holds(letter, "Auto-Submitted: auto-generated"));
	}
	CHECK(!notice_row_find(STR("nonsense")));
	struct notice x = { .name = "nonsense",
			    .list = NULL,
			    .to = books_box(t, "a@b.example") };
	CHECK(notice_send(&t->books, t->a, &x).kind == ERR_NOTFOUND);
}

static void test_braces(struct books_test *t)
{
	struct outbound_message m;
	static const struct notice_var vars[] = {
		{ "subject",
		  { "{list_address} {link} 100%s\r\nBcc: evil@evil.example", 51 } },
		{ "reason", { "{author}", 8 } },
		{ "author", { "x", 1 } },
		{ "link", { "LINK", 4 } },
	};
	struct notice x = { .name = "held-moderator",
			    .list = books_entry(t, DEV),
			    .to = books_box(t, "anna@uni.example"),
			    .vars = vars,
			    .var_count = 4 };
	CHECK(ok(notice_send(&t->books, t->a, &x)));
	str letter = books_newest(t, &m);
	struct header h;
	CHECK(ok(header_scan(t->a, letter, &h)));
	/* What comes from outside is neither a template nor a field. */
	CHECK(!header_find(&h, STR("Bcc")));
	CHECK(holds(header_text(t->a, header_find(&h, STR("Subject"))),
		    "{list_address} {link} 100%s"));
	CHECK(holds(text_of(t, letter), "Held:    {author}"));
}

static void test_own_text(struct books_test *t)
{
	struct outbound_message m;
	struct notice x = { .name = "welcome",
			    .list = books_entry(t, DEV),
			    .to = books_box(t, "anna@uni.example") };
	struct template_row site = { .name = STR("welcome"),
				     .language = STR(""),
				     .text = STR("Site {list} {nonsense} {\n") };
	struct template_row own = { .of = { .list = x.list->id },
				    .name = STR("welcome"),
				    .language = STR(""),
				    .text = STR(
					    "Subject: Gr\xC3\xBC\xC3\x9F"
					    "e {address}\n\nOwn {list_url}\n.\nend") };
	CHECK(ok(template_set(t->books.lists, &site))
	      && ok(notice_send(&t->books, t->a, &x)));
	str letter = books_newest(t, &m);
	CHECK(str_eq(str_trim(text_of(t, letter)), STR("Site dev {nonsense} {")));
	CHECK(str_eq(m.subject, STR("Welcome to dev")));
	CHECK(ok(template_set(t->books.lists, &own))
	      && ok(notice_send(&t->books, t->a, &x)));
	letter = books_newest(t, &m);
	CHECK(str_eq(m.subject, STR("Gr\xC3\xBC\xC3\x9F"
				    "e anna@uni.example")));
	CHECK(holds(text_of(t, letter), "Own https://lists.example/lists/dev"));
	CHECK(!holds(text_of(t, letter), "Subject:"));
}

/* The same source is one letter, however often it is sent. */
static void test_once(struct books_test *t)
{
	struct notice x = { .name = "goodbye",
			    .list = books_entry(t, DEV),
			    .to = books_box(t, "anna@uni.example"),
			    .source = STR("17/x/bye") };
	int64_t before = letters(t), owed = books_count(t, "delivery", "1");
	for (int i = 0; i < 3; i++)
		CHECK(ok(notice_send(&t->books, t->a, &x)));
	CHECK(letters(t) == before + 1 && books_count(t, "delivery", "1") == owed + 1);
	x.source = STR("");
	for (int i = 0; i < 2; i++)
		CHECK(ok(notice_send(&t->books, t->a, &x)));
	CHECK(letters(t) == before + 3);
}

static void test_senders(struct books_test *t)
{
	struct outbound_message m;
	struct notice x = { .name = "goodbye",
			    .list = books_entry(t, DEV),
			    .to = books_box(t, "anna@uni.example"),
			    .in_reply_to = STR("<a@b>"),
			    .answers = true };
	CHECK(ok(notice_send(&t->books, t->a, &x)));
	str letter = books_newest(t, &m);
	CHECK(holds(letter, "From: dev <dev-owner@lists.example>\r\n"));
	CHECK(holds(letter, "Auto-Submitted: auto-replied")
	      && holds(letter, "In-Reply-To: <a@b>"));
	CHECK(holds(letter, "List-Id: <dev.lists.example>"));
	x = (struct notice){ .name = "sign-in", .to = books_box(t, "anna@uni.example") };
	CHECK(ok(notice_send(&t->books, t->a, &x)));
	letter = books_newest(t, &m);
	CHECK(holds(letter, "<postmaster@lists.example>") && !holds(letter, "List-Id"));
	x.attached = STR("From: e@e.example\r\n\r\nthe \x80 post\r\n");
	CHECK(ok(notice_send(&t->books, t->a, &x)));
	letter = books_newest(t, &m);
	CHECK(holds(letter, "message/rfc822") && holds(letter, "the \x80 post")
	      && m.eightbit);
}

static void test_rfc3834(struct books_test *t)
{
	static const struct {
		const char *path, *fields;
		bool automated;
	} cases[] = {
		{ "anna@uni.example", "", false },
		{ "anna@uni.example", "Auto-Submitted: no\r\n", false },
		{ "anna@uni.example", "Auto-Submitted: No (really)\r\n", false },
		{ "anna@uni.example", "Precedence: first-class\r\n", false },
		{ "anna@uni.example", "X-Auto-Response-Suppress: None\r\n", false },
		{ "", "", true },
		{ "anna@uni.example", "Auto-Submitted: auto-replied\r\n", true },
		{ "anna@uni.example",
		  "Auto-Submitted: auto-generated; owner-email=\"x\"\r\n", true },
		{ "anna@uni.example", "Auto-Submitted: auto-notified\r\n", true },
		{ "anna@uni.example", "auto-submitted:\r\n AUTO-REPLIED\r\n", true },
		{ "anna@uni.example", "Auto-Submitted: x-something-new\r\n", true },
		{ "anna@uni.example", "List-Id: <x.y.example>\r\n", true },
		{ "anna@uni.example", "List-Unsubscribe: <mailto:x@y.example>\r\n",
		  true },
		{ "anna@uni.example", "Precedence: bulk\r\n", true },
		{ "anna@uni.example", "Precedence: Junk\r\n", true },
		{ "anna@uni.example", "Precedence: list\r\n", true },
		{ "anna@uni.example", "X-Auto-Response-Suppress: All\r\n", true },
		{ "MAILER-DAEMON@uni.example", "", true },
		{ "owner-x@uni.example", "", true },
		{ "x-request@uni.example", "", true },
		{ "X-Request@uni.example", "", true },
		{ "x-owner@uni.example", "", true },
		{ "x-bounces@uni.example", "", true },
		{ "x-bounces+anna=uni.example@uni.example", "", true },
		{ "noreply@uni.example", "", true },
		{ "no-reply@uni.example", "", true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct header h;
		struct address path = { 0 };
		if (*cases[i].path)
			path = books_box(t, cases[i].path).address;
		str mail = arena_cat(t->a, str_from(cases[i].fields),
				     STR("Subject: x\r\n\r\n"));
		CHECK(ok(header_scan(t->a, mail, &h)));
		bool is = notice_is_automated(t->a, &h, &path);
		if (is != cases[i].automated)
			fprintf(stderr, "  <%s> %s\n", cases[i].path, cases[i].fields);
		CHECK(is == cases[i].automated);
	}
}

static void test_quota(struct books_test *t)
{
	struct header h;
	struct address path = books_box(t, "Quota@uni.example").address;
	bool may;
	CHECK(ok(header_scan(t->a, STR("Subject: x\r\n\r\n"), &h)));
	for (int i = 0; i < 14; i++) {
		CHECK(ok(notice_may_answer(&t->books, t->a, &h, &path, &may)));
		CHECK(may == (i < 10));
	}
	struct address other = books_box(t, "other@uni.example").address;
	CHECK(ok(notice_may_answer(&t->books, t->a, &h, &other, &may)) && may);
}

/* The member's own language, the list's, the site's; the letter says which it is in, and
 * each language's built-in texts leave no {name} over. */
static void test_languages(struct books_test *t)
{
	static const struct {
		const char *person, *list, *subject, *word, *tag;
	} rows[] = {
		{ "", "site", "Welcome to dev", "You are now",
		  "Content-Language: en\r\n" },
		{ "", "de", "Willkommen bei dev", "Mitgliedern",
		  "Content-Language: de\r\n" },
		{ "fr", "de", "Bienvenue sur dev", "maintenant membre",
		  "Content-Language: fr\r\n" },
		{ "es", "site", "Le damos la bienvenida a dev", "Ya es miembro",
		  "Content-Language: es\r\n" },
		{ "ja", "de", "dev へようこそ", "会員になりました",
		  "Content-Language: ja\r\n" },
		{ "zh_CN", "ja", "欢迎加入 dev", "您现在是",
		  "Content-Language: zh-Hans\r\n" },
		{ "it", "de", "Willkommen bei dev", "Mitgliedern",
		  "Content-Language: de\r\n" },
		{ "en", "de", "Welcome to dev", "You are now",
		  "Content-Language: en\r\n" },
	};
	struct outbound_message m;
	struct person_row p;
	struct notice x = { .name = "welcome",
			    .list = books_entry(t, DEV),
			    .to = books_box(t, "yuki@uni.example") };
	books_person(t, "yuki@uni.example");
	BOOKS_MUST(t, template_unset(t->books.lists, &(struct template_scope){ 0 },
				     STR("welcome"), STR("")));
	BOOKS_MUST(t, template_unset(t->books.lists,
				     &(struct template_scope){ .list = x.list->id },
				     STR("welcome"), STR("")));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		BOOKS_MUST(t, person_by_key(t->books.lists, t->a, STR("yuki@uni.example"),
					    &p));
		p.language = str_from(rows[i].person);
		BOOKS_MUST(t, person_change(t->books.lists, &p));
		BOOKS_MUST(t, setting_put(t->books.lists, t->a, x.list->id,
					  STR("preferred_language"),
					  str_from(rows[i].list)));
		CHECK(ok(notice_send(&t->books, t->a, &x)));
		str letter = books_newest(t, &m);
		CHECK(str_eq(m.subject, str_from(rows[i].subject)));
		CHECK(holds(text_of(t, letter), rows[i].word));
		CHECK(holds(letter, rows[i].tag));
	}
	/* An own text in the reader's language comes before one in any. */
	static const struct {
		struct template_row add;
		const char *text;
	} own[] = {
		{ { { 0, 0 }, STR("welcome"), STR(""), STR("site") }, "site" },
		{ { { 0, 0 },
		    STR("welcome"),
		    STR("de"),
		    STR("Subject: Servus\n\nSite de") },
		  "site" },
		{ { { 0, 0 },
		    STR("welcome"),
		    STR("zh_CN"),
		    STR("Subject: 你好 {list}\n\n您好") },
		  "您好" },
	};
	p.language = STR("zh_CN");
	BOOKS_MUST(t, person_change(t->books.lists, &p));
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		CHECK(ok(template_set(t->books.lists, &own[i].add)));
		CHECK(ok(notice_send(&t->books, t->a, &x)));
		CHECK(str_eq(str_trim(text_of(t, books_newest(t, &m))),
			     str_from(own[i].text)));
	}
	CHECK(str_eq(m.subject, STR("你好 dev")));
}

/* What an owner sees before a text is taken. */
static void test_preview(struct books_test *t)
{
	static const struct {
		const char *name, *own;
		enum language l;
		const char *subject, *text; /* subject NULL: refused, with these words */
	} rows[] = {
		{ "welcome", "", LANGUAGE_de, "Willkommen bei dev",
		  "Sie sind jetzt Mitglied von dev@" },
		{ "welcome", "Subject: Hi {address}\n\n{list_url} {{}", LANGUAGE_de,
		  "Hi anna@uni.example", "https://lists.example/lists/dev {{}" },
		{ "held-author", "{subject}: {reason}", LANGUAGE_ja,
		  "dev への投稿は承認待ちです",
		  "Calibration of detector 3: リストはすべての投稿を保留する設定です" },
		{ "welcome", "{reason}", LANGUAGE_en, NULL,
		  "{reason} has no value in the notice \"welcome\"" },
		{ "welcome", "Subject: {link}\n\nx", LANGUAGE_en, NULL,
		  "{link} has no value" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		str subject = STR(""), text = STR("");
		err e = notice_preview(&t->books, t->a,
				       notice_row_find(str_from(rows[i].name)),
				       books_entry(t, DEV), rows[i].l,
				       str_from(rows[i].own), &subject, &text);
		if (rows[i].subject)
			CHECK(ok(e) && str_eq(subject, str_from(rows[i].subject))
			      && holds(text, rows[i].text));
		else
			CHECK(e.kind == ERR_SYNTAX && strstr(e.msg, rows[i].text)
			      && !text.n);
	}
	size_t n;
	const struct notice_row *row = notice_rows(&n);
	for (size_t i = 0; i < n; i++)
		for (int l = 0; l < LANGUAGES; l++) {
			str subject, text;
			CHECK(ok(notice_preview(&t->books, t->a, &row[i],
						l % 2 ? books_entry(t, DEV) : NULL,
						(enum language)l, STR(""), &subject,
						&text)));
			CHECK(subject.n && text.n && !str_has(subject, '{')
			      && !str_has(text, '{'));
		}
}

/* Values may be as long as a mail: no text multiplies them. */
static void test_long_text(struct books_test *t)
{
	struct outbound_message m;
	struct notice_var answers = {
		"answers", { memset(arena_zero(t->a, 200000), 'a', 200000), 200000 }
	};
	struct notice x = { .name = "commands",
			    .list = books_entry(t, DEV),
			    .to = books_box(t, "anna@uni.example"),
			    .vars = &answers,
			    .var_count = 1 };
	const struct notice_row *row = notice_row_find(STR("commands"));
	struct template_scope of = { .list = x.list->id };
	BUF(many);
	for (int i = 0; i < 7000; i++)
		buf_add(&many, STR("{answers}"));
	static const struct {
		size_t octets;
		bool taken;
	} rows[] = { { 20 * 9, true }, { 21 * 9, false }, { 7000 * 9, false } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		err e = notice_put(&t->books, t->a, row, &of, x.list, STR(""),
				   str_first(buf_str(&many), rows[i].octets), &t->by);
		CHECK(e.kind == (rows[i].taken ? OK.kind : ERR_SYNTAX));
	}
	struct template_row own = { .of = of,
				    .name = STR("commands"),
				    .language = STR(""),
				    .text = buf_str(&many) };
	CHECK(ok(template_set(t->books.lists, &own))); /* as an import brings it */
	CHECK(ok(notice_send(&t->books, t->a, &x)));
	str letter = books_newest(t, &m);
	CHECK(letter.n > 200000 && letter.n < 300000);
	CHECK(!str_find(text_of(t, letter), STR("{answers}")).n && m.subject.n);
	own.text = STR("Own: {answers}\n");
	CHECK(ok(template_set(t->books.lists, &own))
	      && ok(notice_send(&t->books, t->a, &x)));
	CHECK(holds(text_of(t, books_newest(t, &m)), "Own: aaa"));
	char *big = memset(arena_zero(t->a, NOTICE_TEXT_MAX + 1), 'a',
			   NOTICE_TEXT_MAX + 1);
	for (size_t n = NOTICE_TEXT_MAX; n <= NOTICE_TEXT_MAX + 1; n++)
		CHECK(ok(notice_put(&t->books, t->a, row, &of, x.list, STR(""),
				    (str){ big, n }, &t->by))
		      == (n == NOTICE_TEXT_MAX));
	CHECK(ok(template_unset(t->books.lists, &of, STR("commands"), STR(""))));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	test_templates(&t);
	test_braces(&t);
	test_own_text(&t);
	test_once(&t);
	test_languages(&t);
	test_preview(&t);
	test_long_text(&t);
	test_senders(&t);
	test_rfc3834(&t);
	test_quota(&t);
	books_end(&t);
	return check_done();
}

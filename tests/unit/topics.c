#include "books.h"

#include "base/buf.h"
#include "lists/digest.h"
#include "lists/pattern.h"
#include "lists/topics.h"

#define DEV "dev@lists.example"
#define SETTING                                                             \
	"release: \\brelease\\b|rc\\d\n  What is new, and when\nhardware: " \
	"solder\nslow: ^(a+)+$"

static void test_setting(struct arena *a)
{
	static const struct {
		const char *value, *wrong; /* NULL: fine */
	} cases[] = {
		{ "", NULL },
		{ SETTING, NULL },
		{ "a: x\n\n \nb:y\n", NULL },
		{ "a: x: y", NULL },
		{ "a", "NAME: PATTERN" },
		{ "a:", "NAME: PATTERN" },
		{ ": x", "NAME: PATTERN" },
		{ " indented", "no topic" },
		{ "a: x\nA: y", "another topic" },
		{ "a, b: x", "comma" },
		{ "a: (", "character" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		err e = topics_check(a, str_from(cases[i].value));
		CHECK(cases[i].wrong
			      ? e.kind == ERR_SYNTAX && strstr(e.msg, cases[i].wrong)
			      : !e.kind);
	}
	BUF(many);
	for (int i = 0; i < 51; i++)
		buf_addf(&many, "t%d: x\n", i);
	CHECK(topics_check(a, buf_str(&many)).kind == ERR_SYNTAX);
	CHECK(topics_read(a, buf_str(&many)).count == 50);
	struct topics t = topics_read(a, str_from(SETTING));
	CHECK(t.count == 3 && str_eq(t.all[0].name, STR("release"))
	      && str_eq(t.all[0].pattern, STR("\\brelease\\b|rc\\d"))
	      && str_eq(t.all[0].about, STR("What is new, and when"))
	      && !t.all[1].about.n);
}

static str fits(struct arena *a, const char *fields, const char *body)
{
	struct post p;
	struct address path = { 0 };
	str text = arena_cat(a, STR("From: a@x.example\r\n"), str_from(fields),
			     STR("\r\n"), str_from(body));
	if (post_parse(a, &(struct mail_in){ .text = text, .reverse_path = &path }, &p)
		    .kind)
		return STR("unread");
	p.list = &(struct list_entry){ .address = STR(DEV) };
	p.settings.topics = str_from(SETTING);
	p.settings.topics_enabled = true;
	p.settings.topics_bodylines_limit = 3;
	return topics_of_post(a, &p);
}

/* Where Mailman 2 looks, and nowhere else. */
static void test_fits(struct arena *a)
{
	static const struct {
		const char *fields, *body, *fits;
	} cases[] = {
		{ "Subject: The RELEASE is out\r\n", "x\r\n", "\nrelease\n" },
		{ "Subject: released\r\n", "x\r\n", "\n" },
		{ "Subject: =?utf-8?q?=73older?= rc1\r\n", "x\r\n",
		  "\nrelease\nhardware\n" },
		{ "Subject: x\r\nKeywords: paint,\r\n solder\r\n", "x\r\n",
		  "\nhardware\n" },
		{ "Subject: x\r\nComments: solder\r\n", "solder\r\n", "\n" },
		{ "Subject: x\r\n", "Keywords: solder\r\n\r\nhello\r\n", "\nhardware\n" },
		{ "Subject: x\r\n", "\r\n\r\nX: y\r\nsubject: paint\r\n  solder\r\n",
		  "\nhardware\n" },
		{ "Subject: x\r\n", "Dear all,\r\nKeywords: solder\r\n", "\n" },
		{ "Subject: x\r\n", "A: 1\r\nB: 2\r\nC: 3\r\nKeywords: solder\r\n",
		  "\n" },
		{ "Subject: x\r\nContent-Type: text/html\r\n", "Keywords: solder\r\n",
		  "\n" },
		/* whose pattern gives up is everybody's */
		{ "Subject: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\r\n", "x\r\n", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str f = fits(a, cases[i].fields, cases[i].body);
		if (!str_eq(f, str_from(cases[i].fits)))
			fprintf(stderr, "  case %zu: \"%.*s\"\n", i, STR_F(f));
		CHECK(str_eq(f, str_from(cases[i].fits)));
	}
	CHECK(str_eq(topics_shown(a, STR("\nrelease\nhardware\n")),
		     STR("release, hardware")));
	CHECK(!topics_shown(a, STR("\n")).n && !topics_shown(a, STR("")).n);
}

static void test_want(struct arena *a)
{
	static const struct {
		const char *chosen;
		bool others;
		const char *fits;
		bool wants;
	} cases[] = {
		{ "", false, "\nrelease\n", true },
		{ "", false, "\n", true },
		{ "\nrelease\n", false, "\nrelease\n", true },
		{ "\nRelease\nhardware\n", false, "\nhardware\n", true },
		{ "\nrelease\n", false, "\nhardware\n", false },
		{ "\nrelease\n", true, "\nhardware\n", false },
		{ "\nrelease\n", false, "\n", false },
		{ "\nrelease\n", true, "\n", true },
		{ "\nrelease\n", false, "", true },
		{ "\ngone\n", false, "\nhardware\n", true }, /* no topic any more */
		{ "\ngone\nrelease\n", false, "\nhardware\n", false },
	};
	struct topics t = topics_read(a, str_from(SETTING));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(topics_want(&t, str_from(cases[i].chosen), cases[i].others,
				  str_from(cases[i].fits))
		      == cases[i].wants);
	CHECK(str_eq(topics_choice(a, STR(" a, b c\n a ,, D\n\n")),
		     STR("\na\nb c\nD\n")));
	CHECK(!topics_choice(a, STR(" , \n")).n);
	/* a member's form may hold a megabyte of them */
	BUF(many);
	for (int i = 0; i < 100000; i++)
		buf_addf(&many, "%x,", i);
	str kept = topics_choice(a, buf_str(&many)), line;
	size_t count = 0;
	while (str_line(&kept, &line))
		count += line.n > 0;
	CHECK(count == PATTERN_EXPRESSIONS_MAX + 1);
	CHECK(topics_has(STR("\na\nb\n"), STR("B"))
	      && !topics_has(STR("\nab\n"), STR("a"))
	      && !topics_has(STR("\n\n"), STR("")));
}

/* ---- with books */

static err choose(struct books_test *t, const char *who, const char *topics,
		  const char *others, const char *delivery)
{
	struct member_row m;
	BOOKS_MUST(t, member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
				  str_from(who), &m));
	TRY(member_option(t->a, &m, STR("topics"), str_from(topics), STR("user")));
	TRY(member_option(t->a, &m, STR("other_topics"), str_from(others), STR("user")));
	TRY(member_option(t->a, &m, STR("delivery"), str_from(delivery), STR("user")));
	TRY(topics_check_choice(t->books.lists, t->a, &m));
	return member_change(t->books.lists, &m);
}

static void test_choice(struct books_test *t)
{
	struct member_row m;
	err e = choose(t, "anna@uni.example", "release, paint", "no", "regular");
	CHECK(e.kind == ERR_SYNTAX && strstr(e.msg, "paint")
	      && strstr(e.msg, "release, hardware, slow"));
	CHECK(ok(choose(t, "anna@uni.example", "release", "no", "regular")));
	CHECK(ok(choose(t, "bob@lab.example", "hardware", "yes", "regular")));
	BOOKS_MUST(t, member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
				  STR("bob@lab.example"), &m));
	CHECK(str_eq(m.topics, STR("\nhardware\n")) && m.other_topics);
	BOOKS_MUST(t, member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
				  STR("carl@lab.example"), &m));
	CHECK(!m.topics.n && !m.other_topics);
}

static void post(struct books_test *t, const char *id, const char *subject)
{
	str text = arena_cat(t->a,
			     STR("From: carl@lab.example\r\nTo: " DEV
				 "\r\nX-Topics: foreign\r\nSubject: "),
			     str_from(subject), STR("\r\nMessage-ID: <"), str_from(id),
			     STR(">\r\n\r\nhello\r\n"));
	BOOKS_MUST(t, books_arrives(t, "carl@lab.example", DEV, text));
}

/* Who has a copy of a post of that subject. */
static void had(struct books_test *t, const char *id, const char *subject,
		const char *owed, const char *field)
{
	struct outbound_message m;
	post(t, id, subject);
	str got = books_owed(t);
	if (!str_eq(got, str_from(owed)))
		fprintf(stderr, "  %s: %.*s\n", subject, STR_F(got));
	CHECK(str_eq(got, str_from(owed)));
	str body = books_newest(t, &m);
	CHECK(field ? holds(body, field) : !holds(body, "X-Topics: "));
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
}

static void test_fanout(struct books_test *t)
{
	had(t, "1@x", "rc7", "anna@uni.example carl@lab.example",
	    "\r\nX-Topics: release\r\n");
	had(t, "2@x", "solder", "bob@lab.example carl@lab.example",
	    "\r\nX-Topics: hardware\r\n");
	had(t, "3@x", "rc8: solder", "anna@uni.example bob@lab.example carl@lab.example",
	    "\r\nX-Topics: release, hardware\r\n");
	had(t, "4@x", "lunch", "bob@lab.example carl@lab.example", NULL);
	books_set(t, DEV, "topics_enabled", "no");
	had(t, "5@x", "lunch", "anna@uni.example bob@lab.example carl@lab.example",
	    "\r\nX-Topics: foreign\r\n");
	books_set(t, DEV, "topics_enabled", "yes");
}

/* The text of whose digest that is; "" where there is none. */
static str digest_to(struct books_test *t, const char *who)
{
	int64_t after = 0;
	struct delivery *d;
	size_t n;
	str body = STR("");
	BOOKS_MUST(t, delivery_claim(t->books.outbound, t->a, &after, 1000, &d, &n));
	for (size_t i = 0; i < n; i++) {
		struct outbound_message m;
		BOOKS_MUST(t, outbound_get(t->books.outbound, t->a, d[i].message, &m));
		if (str_eq(m.kind, STR("digest"))
		    && str_eq(d[i].recipient, str_from(who)))
			BOOKS_MUST(t, outbound_body_read(t->books.outbound, t->a, m.id, 0,
							 m.size, &body));
	}
	return body;
}

/* Readers with the same choice have the same digest, of the posts that they want. */
static void test_digests(struct books_test *t)
{
	int64_t issues;
	str body;
	CHECK(ok(choose(t, "anna@uni.example", "release", "no", "summary")));
	CHECK(ok(choose(t, "bob@lab.example", "release", "yes", "summary")));
	CHECK(ok(choose(t, "carl@lab.example", "slow", "no", "mime")));
	books_member(t, books_entry(t, DEV), "dora@lab.example");
	CHECK(ok(choose(t, "dora@lab.example", "", "no", "summary")));
	post(t, "6@x", "rc9");
	post(t, "7@x", "solder");
	post(t, "8@x", "lunch");
	BOOKS_MUST(t, digest_send(&t->books, t->a, books_entry(t, DEV)->id, clock_now(),
				  &issues));
	CHECK(issues == 1 && books_count(t, "digest_issue", "1") == 0);
	body = digest_to(t, "anna@uni.example");
	CHECK(holds(body, "rc9") && !holds(body, "solder") && !holds(body, "lunch"));
	body = digest_to(t, "bob@lab.example");
	CHECK(holds(body, "rc9") && !holds(body, "solder") && holds(body, "lunch"));
	body = digest_to(t, "dora@lab.example");
	CHECK(holds(body, "rc9") && holds(body, "solder") && holds(body, "lunch"));
	CHECK(!digest_to(t, "carl@lab.example").n);
}

int main(void)
{
	ARENA(a);
	test_setting(a);
	test_fits(a);
	test_want(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_member(&t, dev, "anna@uni.example");
	books_member(&t, dev, "bob@lab.example");
	books_member(&t, dev, "carl@lab.example");
	books_set(&t, DEV, "topics", SETTING);
	books_set(&t, DEV, "topics_enabled", "yes");
	test_choice(&t);
	test_fanout(&t);
	test_digests(&t);
	books_end(&t);
	return check_done();
}

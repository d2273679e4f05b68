/* The index: scripts without blanks, the order of what is found, what is counted, and an
 * index that is made anew. */
#include "archive_posts.h"

#include "archive/purge.h"
#include "archive/refill.h"
#include "archive/search.h"
#include "archive/spell.h"
#include "archive/verify.h"
#include "base/buf.h"
#include "store/archive/words.h"

static const struct search_list lists[] = {
	{ .id = DEV, .name = STR("dev@lists.example") },
	{ .id = SECRET, .name = STR("secret@lists.example") }
};

static void find(struct arena *a, struct book *b, struct search s, struct search_found *f)
{
	s.lists = lists;
	s.list_count = s.list_count ? s.list_count : 2;
	s.limit = s.limit ? s.limit : 20;
	CHECK(ok(search_run(b, a, &s, f)));
}

/* The numbers of the posts on dev, in order; S for one on secret. */
static str found(struct arena *a, struct book *b, struct search s)
{
	struct search_found f = { 0 };
	BUF(out);
	find(a, b, s, &f);
	for (size_t i = 0; i < f.count; i++)
		buf_addf(&out, f.hits[i].post.list == DEV ? "%lld" : "S",
			 (long long)f.hits[i].post.number);
	return arena_copy(a, buf_str(&out));
}

static int64_t say(struct arena *a, struct book *b, int64_t list, int day,
		   const char *from, const char *subject, const char *text)
{
	static int n;
	str message = arena_printf(
		a,
		"From: %s\r\nSubject: %s\r\nMessage-ID: <s%d@x>\r\n"
		"Date: %d Nov %d 10:00:00 +0000\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		from, subject, ++n, day % 28 + 1, 2000 + day / 28, text);
	return put(a, b, list, arena_z(a, arena_printf(a, "s%d", n)),
		   arena_z(a, message));
}

static void test_east(struct arena *a, struct book *b)
{
	static const struct {
		const char *text, *found;
	} cases[] = {
		{ "東京", "12" },        { "東京都", "1" },
		{ "京都", "1" },         { "都", "1" },
		{ "京", "12" }, /* also where it is the last */
		{ "晶体结构", "3" },     { "结构", "3" },
		{ "体构", "" }, /* not side by side */
		{ "\"晶体 结构\"", "" }, { "晶体 结构", "3" },
		{ "構造解析", "4" }, /* broken over two lines */
		{ "解析の結果", "4" },   { "결정", "5" },
		{ "정 ", "5" },          { "データ", "6" },
		{ "x線", "6" }, /* letters and characters without a blank between */
		{ "線データ", "6" },     { "subject:東京", "2" },
		{ "-東京 結果", "4" },   { "東大", "" },
	};
	say(a, b, DEV, 1, "a@x.example", "one", "彼は東京都に住む。");
	say(a, b, DEV, 2, "a@x.example", "=?utf-8?b?5p2x5Lqs?=", "here");
	say(a, b, DEV, 3, "a@x.example", "three", "晶体结构精修的问题");
	say(a, b, DEV, 4, "a@x.example", "four", "構造\r\n解析の結果");
	say(a, b, DEV, 5, "a@x.example", "five", "결정 구조에 대한 질문");
	say(a, b, DEV, 6, "a@x.example", "six", "X線データ");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str got = found(a, b, (struct search){ .text = str_from(cases[i].text) });
		BUF(turned); /* newest first; the table is easier to read the other way */
		for (size_t k = got.n; k > 0; k--)
			buf_add_char(&turned, got.p[k - 1]);
		CHECK(str_eq(buf_str(&turned), str_from(cases[i].found)));
		if (!str_eq(buf_str(&turned), str_from(cases[i].found)))
			fprintf(stderr, "  %s -> %.*s\n", cases[i].text, STR_F(got));
	}
}

static void test_marks(struct arena *a, struct book *b)
{
	struct search_found f;
	find(a, b, (struct search){ .text = STR("東京") }, &f);
	CHECK(f.count == 2
	      && str_find(f.hits[1].snippet.s, STR("彼は<mark>東京</mark>都に住む")).n);
	CHECK(str_eq(f.hits[0].subject.s, STR("<mark>東京</mark>")));
	find(a, b, (struct search){ .text = STR("x線") }, &f);
	CHECK(f.count == 1
	      && str_find(f.hits[0].snippet.s, STR("<mark>X線</mark>データ")).n);
	find(a, b, (struct search){ .text = STR("都") }, &f);
	CHECK(f.count == 1 && str_find(f.hits[0].snippet.s, STR("<mark>都</mark>")).n);
}

/* Posts 7 to 12 of dev, 1 of secret. */
static void test_order(struct arena *a, struct book *b)
{
	say(a, b, DEV, 40, "Anna <anna@x.example>", "Solvent", "nothing");
	say(a, b, DEV, 41, "Bob <bob@x.example>", "Re: Solvent", "nothing");
	say(a, b, DEV, 70, "Bob <BOB@x.example>", "Other", "solvent flattening");
	say(a, b, DEV, 71, "Anna <anna@x.example>", "Plain",
	    "solvent flipping flattening");
	say(a, b, DEV, 72, "Anna <anna@x.example>", "Plain", "solvent");
	say(a, b, SECRET, 73, "Carl <carl@x.example>", "Plain", "solvent");
	struct search best = { .text = STR("solvent"), .order = ARCHIVE_BEST };
	CHECK(str_eq(found(a, b, best), STR("78S11109")));
	best.text = STR("flipping OR solvent"); /* the rarer word counts for more */
	CHECK(str_eq(found(a, b, best), STR("7810S119")));
	struct search newest = { .text = STR("solvent"), .order = ARCHIVE_NEWEST };
	CHECK(str_eq(found(a, b, newest), STR("S1110987")));
	best.text = STR("solvent");
	best.limit = newest.limit = 2;
	best.skip = 2;
	CHECK(str_eq(found(a, b, best), STR("S11")));
}

static void test_threads(struct arena *a, struct book *b)
{
	struct search_found f;
	struct search s = { .text = STR("solvent"),
			    .order = ARCHIVE_BEST,
			    .by_thread = true };
	find(a, b, s, &f);
	CHECK(f.total == 6 && f.groups == 5 && f.count == 5);
	CHECK(f.hits[0].post.number == 7 && f.hits[0].more == 1);
	CHECK(f.hits[1].more == 0);
}

static void test_facets(struct arena *a, struct book *b)
{
	struct search_found f;
	struct archive_post p;
	bool there;
	find(a, b, (struct search){ .text = STR("solvent"), .facets = true }, &f);
	const struct archive_facets *x = &f.facets;
	CHECK(x->year_count == 2 && x->years[0].key == 2002 && x->years[0].posts == 4);
	CHECK(x->years[1].key == 2001 && x->years[1].posts == 2);
	CHECK(x->list_count == 2 && x->lists[0].key == DEV && x->lists[0].posts == 5);
	CHECK(x->author_count == 3 && x->authors[0].posts == 3);
	CHECK(x->authors[1].posts == 2); /* Bob, in whatever case his address stands */
	CHECK(ok(archive_post_by_id(b, a, x->authors[0].key, &p, &there)) && there);
	CHECK(str_eq(p.from_address, STR("anna@x.example")) && p.number == 11);
	find(a, b,
	     (struct search){ .text = STR("solvent"), .list_count = 1, .facets = true },
	     &f);
	CHECK(f.facets.author_count == 2
	      && f.facets.list_count == 1); /* no word of Carl */
	find(a, b, (struct search){ .text = STR("before:2001"), .facets = true }, &f);
	CHECK(f.facets.year_count == 1 && f.facets.years[0].key == 2000);
}

static str spelled(struct arena *a, struct book *b, const char *text, size_t readable)
{
	struct search_found f;
	struct search s = { .text = str_from(text), .list_count = readable };
	str other;
	find(a, b, s, &f);
	s.lists = lists;
	s.limit = 20;
	CHECK(ok(search_spell(b, a, &s, &f, &other)));
	return f.count ? STR("(found)") : other;
}

/* What the word should be, if it is found where one may read. */
static void test_spelling(struct arena *a, struct book *b)
{
	say(a, b, SECRET, 90, "a@x.example", "Manuscript", "only here: crystallisation");
	CHECK(str_eq(spelled(a, b, "solvant", 1), STR("solvent")));
	CHECK(str_eq(spelled(a, b, "Solevnt flipping", 1), STR("solvent flipping")));
	CHECK(str_eq(spelled(a, b, "flating from:anna", 2), STR("")));
	CHECK(str_eq(spelled(a, b, "flattning from:anna", 2),
		     STR("flattening from:anna")));
	CHECK(str_eq(spelled(a, b, "crystalisation", 2), STR("crystallisation")));
	CHECK(str_eq(spelled(a, b, "crystalisation", 1), STR(""))); /* no word of it */
	CHECK(str_eq(spelled(a, b, "solvent", 1), STR("(found)")));
	CHECK(str_eq(spelled(a, b, "zzzzzz", 2), STR("")));
	CHECK(str_eq(spelled(a, b, "subject:solvant", 2), STR("subject:solvent")));
	CHECK(str_eq(spelled(a, b, "solvant fliping", 2), STR("solvent flipping")));
	CHECK(str_eq(spelled(a, b, "solvant flipping zzzzzz", 2), STR("")));
	/* not for ever */
	CHECK(str_eq(spelled(a, b, "zza OR zzzb OR zzzc OR zzzd OR solvant", 2),
		     STR("zza OR zzzb OR zzzc OR zzzd OR solvent")));
	CHECK(str_eq(spelled(a, b, "zzza OR zzzb OR zzzc OR zzzd OR solvant", 2),
		     STR("")));
}

static str found_hiding(struct arena *a, struct book *b, const char *text, bool dev,
			bool secret)
{
	struct search_found f;
	struct search_list both[2] = { lists[0], lists[1] };
	struct search s = { .text = str_from(text),
			    .lists = both,
			    .list_count = 2,
			    .order = ARCHIVE_BEST,
			    .limit = 20 };
	BUF(out);
	both[0].hides_addresses = dev;
	both[1].hides_addresses = secret;
	CHECK(ok(search_run(b, a, &s, &f)));
	CHECK(f.names_only == (dev || (secret && !f.query.list_count)));
	for (size_t i = 0; i < f.count; i++)
		buf_addf(&out, "%s%lld", i ? " " : "", (long long)f.hits[i].post.number);
	return arena_copy(a, buf_str(&out));
}

static const char TO_OTHERS[] =
	"From: Zoe Quill <secretbox1@hidden.example>\r\n"
	"To: Yann Pike <boxtwo@veiled.example>, zulu-dev@lists.example\r\n"
	"Subject: zebra\r\nMessage-ID: <hid@x>\r\n"
	"Date: Sun, 1 Nov 2009 10:00:00 +0000\r\n\r\nquagga\r\n";

/* Addresses that are hidden are not found, in whatever way one asks; names are. */
static void test_hidden(struct arena *a, struct book *b)
{
	static const struct {
		const char *text, *shown, *hidden;
	} cases[] = {
		{ "from:zoe", "12", "12" },
		{ "to:pike", "12", "12" },
		{ "to:zulu", "12", "12" }, /* who has no name */
		{ "zoe yann", "12", "12" },
		{ "from:sec*", "12", "" },
		{ "from:secretbox1", "12", "" },
		{ "from:\"secretbox1 hidden example\"", "12", "" },
		{ "from:secretbox1@hidden.example", "12", "" },
		{ "from:(zoe hidden)", "12", "" },
		{ "secretbox1", "12", "" },
		{ "secretb*", "12", "" },
		{ "to:boxtwo", "12", "" },
		{ "to:veiled*", "12", "" },
		{ "a:boxtwo", "12", "" },
		{ "boxtwo NEAR/5 veiled", "12", "" },
		{ "nobody OR boxtwo", "12", "" },
		{ "q:nothing OR boxtwo", "12", "" },
		{ "quoted:yes boxtwo", "12", "" },
		{ "zoe -secretbox1", "", "12" },
		{ "after:2009-11-01 before:2009-11-02 -from:secretb*", "", "12" },
		{ "from:quotidian", "13", "13" }, /* a name that is an address */
		{ "from:masked", "13", "" },
	};
	CHECK(put(a, b, DEV, "hid", TO_OTHERS) == 12);
	say(a, b, DEV, 92, "\"quotidian@masked.example\" <q@masked.example>", "x", "y");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str shown = found_hiding(a, b, cases[i].text, false, false),
		    hidden = found_hiding(a, b, cases[i].text, true, false);
		CHECK(str_eq(shown, str_from(cases[i].shown)));
		CHECK(str_eq(hidden, str_from(cases[i].hidden)));
		if (!str_eq(shown, str_from(cases[i].shown))
		    || !str_eq(hidden, str_from(cases[i].hidden)))
			fprintf(stderr, "  %s: %.*s | %.*s\n", cases[i].text,
				STR_F(shown), STR_F(hidden));
	}
	/* one list that hides is enough, unless it is not asked */
	CHECK(str_eq(found_hiding(a, b, "boxtwo", false, true), STR("")));
	CHECK(str_eq(found_hiding(a, b, "boxtwo list:dev", false, true), STR("12")));
	/* nor does the order tell, or the help with spelling */
	say(a, b, DEV, 93, "Q <q@x.example>", "hidden", "quagga");
	say(a, b, DEV, 94, "Q <okapi@x.example>", "gnu", "okapi");
	say(a, b, DEV, 95, "Q <q@x.example>", "gnu", "okapi");
	CHECK(str_eq(found_hiding(a, b, "okapi", false, false), STR("15 16")));
	CHECK(str_eq(found_hiding(a, b, "okapi", true, false), STR("16 15")));
}

static str spelled_hiding(struct arena *a, struct book *b, const char *text, bool hide)
{
	struct search_found f;
	struct search_list dev = { DEV, STR("dev@lists.example"), 0, hide };
	struct search s = {
		.text = str_from(text), .lists = &dev, .list_count = 1, .limit = 20
	};
	str other;
	CHECK(ok(search_run(b, a, &s, &f)) && !f.total);
	CHECK(ok(search_spell(b, a, &s, &f, &other)));
	return other;
}

static void test_hidden_spelling(struct arena *a, struct book *b)
{
	CHECK(str_eq(spelled_hiding(a, b, "veild", false), STR("veiled")));
	CHECK(str_eq(spelled_hiding(a, b, "veild", true), STR("")));
	CHECK(str_eq(spelled_hiding(a, b, "yamn", true), STR("yann")));
}

/* As after an update that cuts texts in another way; a post that comes meanwhile is found
 * at once, one that goes takes no words with it that are not there. */
static void test_refill(struct arena *a, struct book *b)
{
	struct search_found f;
	struct verify_result r;
	bool more = true;
	CHECK(ok(archive_words_forget(b)));
	CHECK(ok(
		book_run(b, "INSERT INTO refill (before) SELECT max(id) + 1 FROM post")));
	say(a, b, DEV, 80, "a@x.example", "late", "solvent");
	find(a, b, (struct search){ .text = STR("solvent") }, &f);
	CHECK(f.count == 1 && f.filling);
	CHECK(ok(archive_purge(b, a, SECRET, 10, &more)) && !more);
	for (more = true; more;)
		CHECK(ok(archive_refill(b, &more)));
	find(a, b, (struct search){ .text = STR("solvent") }, &f);
	CHECK(f.count == 6 && !f.filling);
	CHECK(ok(archive_verify(b, 0, NULL, NULL, &r)) && !r.changed && !r.unreadable);
	CHECK(str_eq(found(a, b, (struct search){ .text = STR("東京都") }), STR("1")));
}

int main(void)
{
	ARENA(a);
	str folder = folder_make(a);
	struct book *b = fresh_book(a, folder, BOOK_ARCHIVE);
	test_east(a, b);
	test_marks(a, b);
	test_order(a, b);
	test_threads(a, b);
	test_facets(a, b);
	test_spelling(a, b);
	test_hidden(a, b);
	test_hidden_spelling(a, b);
	test_refill(a, b);
	book_close(b);
	folder_remove(a, folder);
	return check_done();
}

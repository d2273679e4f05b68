#include "books.h"

#include "store/lists/answered.h"

#define DEV  "dev@lists.example"
#define ANNA "anna@uni.example"

static int64_t answers(struct books_test *t)
{
	return books_count(t, "message", "source LIKE '%/autoresponse'");
}

static int64_t discarded(struct books_test *t)
{
	return books_count(t, "event", "what = 'discarded' AND detail LIKE 'answered%'");
}

static void mail(struct books_test *t, const char *to, const char *id, const char *trust)
{
	CHECK(ok(books_arrives_as(t, ANNA, to, books_mail(t->a, ANNA, to, id, "x"),
				  trust)));
}

/* Each address by its own setting and text; without one of them nothing happens. */
static void test_kinds(struct books_test *t)
{
	static const struct {
		const char *to, *how, *text;
	} cases[] = {
		{ DEV, "autorespond_postings", "autoresponse_postings_text" },
		{ "dev-owner@lists.example", "autorespond_owner",
		  "autoresponse_owner_text" },
		{ "dev-request@lists.example", "autorespond_requests",
		  "autoresponse_request_text" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct outbound_message m;
		int64_t before = answers(t), gone = discarded(t);
		char id[40];
		snprintf(id, sizeof id, "kind%zu@uni.example", i);
		books_set(t, DEV, cases[i].how, "respond_and_discard");
		mail(t, cases[i].to, id, ALIGNED);
		CHECK(answers(t) == before); /* no text, no answer */
		CHECK(discarded(t) == gone);
		books_set(t, DEV, cases[i].text, "We have {moved}.");
		id[0] = 'n';
		mail(t, cases[i].to, id, ALIGNED);
		CHECK(answers(t) == before + 1);
		str letter = books_newest(t, &m);
		CHECK(holds(letter, "We have {moved}.") && holds(letter, cases[i].to)
		      && holds(letter, "Auto-Submitted: auto-replied")
		      && holds(letter, "In-Reply-To: <nind") && !m.reverse_path.n);
		CHECK(discarded(t) == gone + 1);
		books_set(t, DEV, cases[i].how, "none");
	}
}

static void test_grace(struct books_test *t)
{
	int64_t before = answers(t), posts = books_count(t, "message", "kind = 'post'");
	bool rests;
	books_set(t, DEV, "autorespond_postings", "respond_and_continue");
	mail(t, DEV, "grace1@uni.example", ALIGNED); /* the one of before still counts */
	CHECK(answers(t) == before);
	CHECK(books_count(t, "message", "kind = 'post'") == posts + 1); /* it goes on */
	CHECK(ok(answered_beyond(t->books.lists, STR(DEV " " ANNA),
				 clock_now() / 86400 + 88, &rests))
	      && rests);
	CHECK(ok(answered_beyond(t->books.lists, STR(DEV " " ANNA),
				 clock_now() / 86400 + 90, &rests))
	      && !rests);
	CHECK(ok(answered_expire(t->books.lists, clock_now() / 86400 + 91,
				 &(int64_t){ 0 })));
	books_set(t, DEV, "autoresponse_grace_period", "0");
	mail(t, DEV, "grace2@uni.example", ALIGNED);
	mail(t, DEV, "grace3@uni.example", ALIGNED);
	CHECK(answers(t) == before + 2);
}

/* Whom nothing proves, and programs, hear nothing; the setting holds even so. */
static void test_nobody(struct books_test *t)
{
	int64_t before = answers(t), gone = discarded(t);
	books_set(t, DEV, "autorespond_postings", "respond_and_discard");
	mail(t, DEV, "forged@uni.example", "{\"aligned\":false,\"spf\":\"none\"}");
	CHECK(answers(t) == before);
	CHECK(discarded(t) == gone + 1);
	CHECK(ok(books_arrives(
		t, ANNA, DEV,
		arena_cat(t->a, STR("Precedence: bulk\r\n"),
			  books_mail(t->a, ANNA, DEV, "bulk@uni.example", "x")))));
	CHECK(answers(t) == before);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_member(&t, dev, ANNA);
	books_role(&t, dev, "olga@uni.example", "owner");
	BOOKS_MUST(&t, books_refresh(&t.books));
	test_kinds(&t);
	test_grace(&t);
	test_nobody(&t);
	books_end(&t);
	return check_done();
}

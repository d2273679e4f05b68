/* What rules say of a message, whoever wrote it: its form, its recipients, its size, and that it came before. */
#include "rules_asked.h"

#include "store/lists/seen.h"

static void test_message(struct books_test *t)
{
	static const struct ask cases[] = {
		{ "our own List-Id",
		  HEAD("anna@uni.example") "List-Id: \"The devs\" "
					   "<dev.lists.example>\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_DISCARD, "loop" },
		{ "the same in capitals, folded",
		  HEAD("anna@uni.example") "LIST-ID: x\r\n "
					   "<DEV.Lists.Example>\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_DISCARD, "loop" },
		{ "our own as the second one",
		  HEAD("anna@uni.example") "List-Id: <x.other.example>\r\nList-Id: "
					   "<dev.lists.example>\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_DISCARD, "loop" },
		{ "another list's",
		  HEAD("anna@uni.example") "List-Id: <dev.other.example>\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "a list whose name ends in ours",
		  HEAD("anna@uni.example") "List-Id: <webdev.lists.example>\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "a bounce", HEAD("anna@uni.example") "\r\nx\r\n", "", PROOF, 0,
		  VERDICT_DISCARD, "automatic" },
		{ "a vacation note",
		  HEAD("anna@uni.example") "Auto-Submitted: auto-replied "
					   "(vacation)\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_DISCARD, "automatic" },
		{ "a build robot's report",
		  HEAD("anna@uni.example") "Auto-Submitted: auto-generated\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "Auto-Submitted: no",
		  HEAD("anna@uni.example") "Auto-Submitted: no\r\n\r\nx\r\n", ANNA, PROOF,
		  0, VERDICT_ACCEPT, "default" },
		{ "the list in Bcc only",
		  "From: anna@uni.example\r\nTo: x@y.example\r\n\r\nx\r\n", ANNA, PROOF,
		  0, VERDICT_HOLD, "destination" },
		{ "the list in Cc",
		  "From: anna@uni.example\r\nTo: x@y.example\r\nCc: Dev "
		  "<DEV@lists.example>\r\nSubject: s\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "sent again to the list",
		  "From: anna@uni.example\r\nTo: x@y.example\r\nResent-To: " DEV
		  "\r\nSubject: s\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "the list's name only in a comment",
		  "From: anna@uni.example\r\nTo: x@y.example (" DEV ")\r\n\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_HOLD, "destination" },
	};
	RUN(t, cases);
}

static void test_recipients(struct books_test *t)
{
	char to[2000] = "";
	struct ask x = {
		"21 recipients", NULL, ANNA, PROOF, 0, VERDICT_HOLD, "recipients"
	};
	for (int i = 0; i < 20; i++)
		sprintf(to + strlen(to), ", x%d@y.example", i);
	x.message = arena_z(t->a, arena_printf(t->a,
					       "From: %s\r\nTo: " DEV
					       "%s\r\nSubject: s\r\n\r\nx\r\n",
					       ANNA, to));
	run(t, &x, 1);
	books_set(t, DEV, "max_num_recipients", "21");
	run(t, &x, 1);
	books_set(t, DEV, "max_num_recipients", "22");
	x.what = "21 where 22 are too many", x.verdict = VERDICT_ACCEPT,
	x.rule = "default";
	run(t, &x, 1);
	books_set(t, DEV, "max_num_recipients", "0");
	run(t, &x, 1);
	books_set(t, DEV, "max_num_recipients", "20");
}

static void test_size(struct books_test *t)
{
	struct judgement j;
	str big = arena_cat(t->a, STR(HEAD("anna@uni.example") "\r\n"),
			    (str){ memset(arena_alloc(t->a, 2048), 'x', 2048), 2048 });
	struct ask x = {
		"2 KB and some", arena_z(t->a, big), ANNA, PROOF, 0, VERDICT_REJECT,
		"size"
	};
	books_set(t, DEV, "max_message_size", "2");
	run(t, &x, 1);
	CHECK(judge(t, &x, &j) && holds(j.reason, "at most 2 KB"));
	x.message = arena_z(t->a, str_first(big, 2048));
	x.verdict = VERDICT_ACCEPT, x.rule = "default";
	run(t, &x, 1);
	books_set(t, DEV, "max_message_size", "10000");
}

static void test_duplicates(struct books_test *t)
{
	static const char mail[] = HEAD(
		"anna@uni.example") "Message-ID: <one@uni.example>\r\n\r\nx\r\n";
	struct post p;
	struct address path = books_box(t, ANNA).address;
	struct ask x = { "a new one", mail, ANNA, PROOF, 0, VERDICT_ACCEPT, "default" };
	run(t, &x, 1);
	CHECK(ok(post_read(t->books.lists, t->a, books_entry(t, DEV),
			   &(struct mail_in){ .source = STR("8/" DEV),
					      .text = str_from(mail),
					      .reverse_path = &path,
					      .trust = str_from(PROOF) },
			   &p)));
	struct seen_row s = { .list = p.list->id,
			      .message_id = p.message_id,
			      .author = p.author_key,
			      .body_hash = p.body_hash,
			      .source = p.source,
			      .at = 1 };
	CHECK(ok(seen_add(t->books.lists, &s)));
	x.what = "the very same", x.verdict = VERDICT_DISCARD, x.rule = "duplicate";
	run(t, &x, 1);
	x.message = HEAD(
		"anna@uni.example") "Message-ID: <one@uni.example>\r\n\r\nother\r\n";
	x.what = "another under its Message-ID", x.verdict = VERDICT_HOLD;
	run(t, &x, 1);
	x.message = HEAD("bob@lab.example") "Message-ID: <one@uni.example>\r\n\r\nx\r\n";
	x.what = "the same by somebody else";
	run(t, &x, 1);
	/* The arrival that was first, after a crash: no duplicate of itself. */
	struct judgement j;
	CHECK(ok(rules_judge(t->books.lists, t->a, &p, &j))
	      && j.verdict == VERDICT_ACCEPT);
}

int main(void)
{
	ARENA(a);
	struct books_test t = rules_make(a);
	test_message(&t);
	test_recipients(&t);
	test_size(&t);
	test_duplicates(&t);
	books_end(&t);
	return check_done();
}

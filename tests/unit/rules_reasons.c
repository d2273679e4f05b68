/* What rules say of a post beside the verdict: all that is against it, and in whose words. */
#include "rules_asked.h"

/* A post that waits tells all that is against it, and which verdict stays. */
static void test_reasons(struct books_test *t)
{
#define BARE "From: eve@evil.example\r\nTo: x@y.example\r\n\r\n"
	static const struct {
		const char *settings[3][2];
		const char *message, *from;
		enum verdict verdict;
		const char *rule;
		const char *reasons[4];
	} cases[] = {
		{ { { 0 } },
		  BARE "unsubscribe\r\n",
		  PROOF,
		  VERDICT_HOLD,
		  "nonmember",
		  { "the author is not a member", "a line is a mail command: unsubscribe",
		    "the list stands neither in To nor in Cc",
		    "the post has no subject" } },
		/* everything is held: spam, too, and it is said what else is against it */
		{ { { "emergency", "yes" }, { "default_nonmember_action", "discard" } },
		  BARE "x\r\n",
		  PROOF,
		  VERDICT_HOLD,
		  "emergency",
		  { "the list is set to hold every post",
		    "the author is not a member" } },
		{ { { "emergency", "yes" }, { "default_nonmember_action", "reject" } },
		  BARE "x\r\n",
		  PROOF,
		  VERDICT_HOLD,
		  "emergency",
		  { "the list is set to hold every post",
		    "the author is not a member" } },
		/* what is refused in any case does not wait for being large */
		{ { { "max_message_size", "1" }, { "max_size_action", "hold" } },
		  NULL,
		  PROOF,
		  VERDICT_HOLD,
		  "size",
		  { "3 KB; the list takes at most 1 KB", "the author is not a member" } },
		{ { { "max_message_size", "1" },
		    { "max_size_action", "hold" },
		    { "default_nonmember_action", "discard" } },
		  NULL,
		  PROOF,
		  VERDICT_DISCARD,
		  "nonmember",
		  { "the author is not a member" } },
		{ { { "max_message_size", "1" },
		    { "max_size_action", "hold" },
		    { "default_nonmember_action", "reject" } },
		  NULL,
		  PROOF,
		  VERDICT_REJECT,
		  "nonmember",
		  { "the author is not a member" } },
		/* a forged member is no stranger, whom the list would not take */
		{ { { "default_nonmember_action", "discard" } },
		  "From: anna@uni.example\r\nTo: x@y.example\r\nSubject: s\r\n\r\nx\r\n",
		  NONE,
		  VERDICT_HOLD,
		  "proof",
		  { "neither DKIM, SPF nor a sign-in proves that the author wrote it",
		    "the list stands neither in To nor in Cc" } },
		/* an owner passes the rules behind the one that lets owners pass */
		{ { { "max_message_size", "1" }, { "max_size_action", "hold" } },
		  "olga",
		  PROOF,
		  VERDICT_HOLD,
		  "size",
		  { "3 KB; the list takes at most 1 KB" } },
	};
	char *big = arena_zero(t->a, 2049);
	memset(big, 'x', 2048);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct judgement j = { 0 };
		struct ask x = { .reverse_path = "eve@evil.example",
				 .message = cases[i].message,
				 .trust = cases[i].from };
		str all = STR("");
		bool olga = x.message && !strcmp(x.message, "olga");
		if (!x.message || olga)
			x.message = arena_z(
				t->a, arena_printf(t->a,
						   "From: %s\r\nTo: %s\r\nSubject: s\r\n"
						   "\r\n%s\r\n",
						   olga ? "olga@uni.example"
							: "eve@evil.example",
						   olga ? "x@y.example" : DEV, big));
		for (size_t k = 0; k < 3 && cases[i].settings[k][0]; k++)
			books_set(t, DEV, cases[i].settings[k][0],
				  cases[i].settings[k][1]);
		for (size_t k = 0; k < 4 && cases[i].reasons[k]; k++)
			all = arena_cat(t->a, all, k ? STR("\n") : STR(""),
					str_from(cases[i].reasons[k]));
		bool fits = judge(t, &x, &j) && j.verdict == cases[i].verdict
			    && !strcmp(j.rule, cases[i].rule) && str_eq(j.reason, all);
		if (!fits)
			fprintf(stderr, "  case %zu: %s by %s: %.*s\n", i,
				verdict_word(j.verdict), j.rule, STR_F(j.reason));
		CHECK(fits);
		for (size_t k = 0; k < 3 && cases[i].settings[k][0]; k++)
			books_set(t, DEV, cases[i].settings[k][0],
				  setting_find(str_from(cases[i].settings[k][0]))
					  ->standard);
	}
}

/* What authors hear in the list's own words, and whose discards go to the owners. */
static void test_notices(struct books_test *t)
{
	static const char unsigned_[] = "{\"aligned\":true,\"dmarc\":{\"unsigned\":true,"
					"\"published\":\"quarantine\"}}";
	static const struct {
		const char *notice, *action, *word, *from, *trust;
	} cases[] = {
		{ "nonmember_rejection_notice", "default_nonmember_action", "reject",
		  HEAD("eve@evil.example") "\r\nx\r\n", PROOF },
		{ "nonmember_rejection_notice", "reject_these_nonmembers", "^eve",
		  HEAD("eve@evil.example") "\r\nx\r\n", PROOF },
		/* a forged member hears what a stranger hears */
		{ "nonmember_rejection_notice", "default_nonmember_action", "reject",
		  HEAD("anna@uni.example") "\r\nx\r\n", NONE },
		{ "member_moderation_notice", "default_member_action", "reject",
		  HEAD("anna@uni.example") "\r\nx\r\n", PROOF },
		{ "dmarc_moderation_notice", "dmarc_mitigate_action", "reject",
		  HEAD("anna@uni.example") "\r\nx\r\n", unsigned_ },
	};
	static const struct {
		const char *notice, *heard, *utf8;
	} words[] = {
		{ " Ask \r\nfirst\n", "Ask\nfirst", "Ask\nfirst" },
		{ "Bitte für alle", "Bitte f?r alle", "Bitte für alle" },
		{ "請先加入", NULL, "請先加入" },
	};
	struct judgement j;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ask x = { "", cases[i].from, ANNA, cases[i].trust, 0, 0, "" };
		books_set(t, DEV, cases[i].action, cases[i].word);
		CHECK(judge(t, &x, &j) && j.verdict == VERDICT_REJECT);
		CHECK(str_eq(judgement_answer(t->a, &j, false), j.reason));
		for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
			books_set(t, DEV, cases[i].notice, words[k].notice);
			CHECK(judge(t, &x, &j) && j.verdict == VERDICT_REJECT);
			CHECK(str_eq(judgement_answer(t->a, &j, true),
				     str_from(words[k].utf8)));
			CHECK(str_eq(judgement_answer(t->a, &j, false),
				     words[k].heard ? str_from(words[k].heard)
						    : j.reason));
		}
		books_set(t, DEV, cases[i].notice, "");
		books_set(t, DEV, cases[i].action,
			  setting_find(str_from(cases[i].action))->standard);
	}
	struct ask x = {
		"", HEAD("eve@evil.example") "\r\nx\r\n", ANNA, PROOF, 0, 0, ""
	};
	books_set(t, DEV, "discard_these_nonmembers", "^eve");
	CHECK(judge(t, &x, &j) && j.verdict == VERDICT_DISCARD && !j.to_owners);
	books_set(t, DEV, "forward_auto_discards", "yes");
	CHECK(judge(t, &x, &j) && j.verdict == VERDICT_DISCARD && j.to_owners);
	books_set(t, DEV, "discard_these_nonmembers", "");
	/* in silence since nothing proves who it is: the owners asked for a refusal */
	books_set(t, DEV, "authenticate", "challenge");
	books_set(t, DEV, "default_nonmember_action", "reject");
	x.trust = NONE;
	CHECK(judge(t, &x, &j) && j.verdict == VERDICT_DISCARD && !j.to_owners);
	books_set(t, DEV, "authenticate", "aligned");
	books_set(t, DEV, "default_nonmember_action", "hold");
	books_set(t, DEV, "forward_auto_discards", "no");
}

static void test_dmarc(struct books_test *t)
{
	static const char lax[] = "{\"aligned\":true,\"dmarc\":{\"unsigned\":true,"
				  "\"published\":\"quarantine\"}}";
	static const char strict[] = "{\"aligned\":true,\"dmarc\":{\"unsigned\":true,"
				     "\"published\":\"reject\"}}";
	static const struct {
		const char *action, *quarantine, *addresses, *trust;
		enum verdict verdict;
	} cases[] = {
		{ "discard", "yes", "", strict, VERDICT_DISCARD },
		{ "discard", "yes", "", lax, VERDICT_DISCARD },
		{ "discard", "no", "", lax, VERDICT_ACCEPT },
		{ "discard", "no", "", strict, VERDICT_DISCARD },
		{ "reject", "no", "", lax, VERDICT_ACCEPT },
		{ "reject", "no", "", strict, VERDICT_REJECT },
		{ "reject", "yes", "", PROOF, VERDICT_ACCEPT },
		{ "reject", "yes", "anna@uni.example", PROOF, VERDICT_REJECT },
		{ "discard", "yes", "@uni.example", PROOF, VERDICT_DISCARD },
		{ "munge_from", "yes", "@uni.example", strict, VERDICT_ACCEPT },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ask x = { "",
				 HEAD("anna@uni.example") "\r\nx\r\n",
				 ANNA,
				 cases[i].trust,
				 0,
				 cases[i].verdict,
				 cases[i].verdict == VERDICT_ACCEPT ? "default"
								    : "unsigned" };
		books_set(t, DEV, "dmarc_mitigate_action", cases[i].action);
		books_set(t, DEV, "dmarc_quarantine_moderation_action",
			  cases[i].quarantine);
		books_set(t, DEV, "dmarc_addresses", cases[i].addresses);
		run(t, &x, 1);
	}
	books_set(t, DEV, "dmarc_mitigate_action", "munge_from");
	books_set(t, DEV, "dmarc_quarantine_moderation_action", "yes");
	books_set(t, DEV, "dmarc_addresses", "");
}

static void test_digests(struct books_test *t)
{
#define SUBJECT(s) "From: anna@uni.example\r\nTo: " DEV "\r\nSubject: " s "\r\n"
#define HYPHENS    "------------------------------"
	static const struct ask cases[] = {
		{ "an answer to a digest",
		  SUBJECT("Re: dev Digest, Vol 3, Issue 12") "\r\nx\r\n", ANNA, PROOF, 0,
		  VERDICT_HOLD, "digests" },
		{ "in German, of another list",
		  SUBJECT("AW: [x] Other digest, vol 3, issue 12") "\r\nx\r\n", ANNA,
		  PROOF, 0, VERDICT_HOLD, "digests" },
		{ "as our own digests say it in other languages",
		  SUBJECT("Re: dev Sammelmail, Band 3, Ausgabe 12") "\r\nx\r\n", ANNA,
		  PROOF, 0, VERDICT_HOLD, "digests" },
		{ "encoded, in French",
		  SUBJECT("Re: "
			  "=?utf-8?q?R=C3=A9sum=C3=A9_de_dev,_vol._3,_num=C3="
			  "A9ro_12?=") "\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_HOLD, "digests" },
		{ "passed on", SUBJECT("Fwd: Other Digest, Vol 3, Issue 12") "\r\nx\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "posted", SUBJECT("Other Digest, Vol 3, Issue 12") "\r\nx\r\n", ANNA,
		  PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "about digests", SUBJECT("Re: Digest, Vol of what?") "\r\nx\r\n", ANNA,
		  PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "quoted whole, as plain text",
		  SUBJECT("Re: mine") "\r\nMe, too.\r\n> Dev Digest, Vol 3, "
				      "Issue "
				      "12\r\n>\r\n"
				      "> " HYPHENS "\r\n> x\r\n> " HYPHENS "\r\n",
		  ANNA, PROOF, 0, VERDICT_HOLD, "digests" },
		{ "by its contents",
		  SUBJECT("Re: mine") "\r\nMe, too.\r\n>> Dev Digest, Vol 3, "
				      "Issue "
				      "12\r\n>> In "
				      "this issue:\r\n>>   1. a (Nina)\r\n>>   "
				      "2. b "
				      "(Zoe)\r\n",
		  ANNA, PROOF, 0, VERDICT_HOLD, "digests" },
		{ "one of its posts",
		  SUBJECT("Re: mine") "\r\n> Dev Digest, Vol 3, Issue 12 "
				      "had:\r\n> " HYPHENS "\r\n> x\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "of one's own",
		  SUBJECT("our digest") "\r\nDev Digest, Vol 3, Issue "
					"12\r\n" HYPHENS "\r\nx\r\n" HYPHENS "\r\n",
		  ANNA, PROOF, 0, VERDICT_ACCEPT, "default" },
		{ "an owner may",
		  "From: olga@uni.example\r\nTo: " DEV
		  "\r\nSubject: Re: dev Digest, Vol 3, Issue 12\r\n\r\nx\r\n",
		  "olga@uni.example", PROOF, 0, VERDICT_ACCEPT, "member" },
	};
	RUN(t, cases);
}

int main(void)
{
	ARENA(a);
	struct books_test t = rules_make(a);
	test_reasons(&t);
	test_notices(&t);
	test_dmarc(&t);
	test_digests(&t);
	books_end(&t);
	return check_done();
}

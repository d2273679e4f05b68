/* What proof a post of the archive had, by our own fields in front of it. */
#include "tests/check.h"
#include "trust/recorded.h"
#include "trust/trust.h"

#define OURS       "Authentication-Results: mx.home.example;\r\n\tiprev=pass;\r\n\t"
#define OURS_ALONE "Authentication-Results: mx.home.example;\r\n\t"
#define FROM       " header.from=uni.example"

static const struct {
	const char *what, *head;
	bool aligned, local, reject, unsigned_strict;
} cases[] = {
	{ "dmarc holds",
	  OURS "spf=pass smtp.mailfrom=a@uni.example;\r\n\tdmarc=pass" FROM
	       " policy.dmarc=reject\r\n",
	  true, false, false, true },
	{ "and its signature, too",
	  OURS "dkim=pass header.d=cs.uni.example;\r\n\tdmarc=pass" FROM
	       " policy.dmarc=reject\r\n",
	  true, false, false, false },
	{ "no policy, but an aligned path",
	  OURS "spf=pass smtp.mailfrom=a@mail.uni.example;\r\n\tdmarc=none" FROM "\r\n",
	  true, false, false, false },
	{ "no policy, another's path",
	  OURS "spf=pass smtp.mailfrom=a@else.example;\r\n\tdmarc=none" FROM "\r\n",
	  false, false, false, false },
	{ "a policy, and dmarc does not hold",
	  OURS "dkim=pass header.d=else.example;\r\n\tdmarc=fail" FROM
	       " policy.dmarc=reject\r\n",
	  false, false, true, true },
	{ "a policy that asks for nothing",
	  OURS "spf=pass smtp.mailfrom=a@uni.example;\r\n\tdmarc=fail" FROM
	       " policy.dmarc=none\r\n",
	  false, false, false, false },
	{ "a gateway's word", OURS "dmarc=none" FROM ";\r\n\tx-upstream=pass\r\n", true,
	  false, false, false },
	{ "another server's results",
	  "Authentication-Results: mx.evil.example; dmarc=pass" FROM "\r\n", false, false,
	  false, false },
	{ "ours, but not in front",
	  "X-Any: 1\r\n" OURS "dmarc=pass" FROM " policy.dmarc=reject\r\n", false, false,
	  false, false },
	{ "who signed in", "Received: by mx.home.example with ESMTPSA; today\r\n", true,
	  false, false, false },
	{ "who signed in on the web",
	  "Received: from local\r\n\tby mx.home.example with ESMTPA; today\r\n", true,
	  false, false, false },
	{ "who signed in, by our results", OURS_ALONE "auth=pass\r\n", true, false, false,
	  false },
	{ "who did not", OURS_ALONE "auth=fail\r\n", false, false, false, false },
	{ "the administrator",
	  "Received: from local\r\n\tby mx.home.example with ESMTP; today\r\n", false,
	  true, false, false },
	{ "a stranger",
	  "Received: from a.example (1.2.3.4)\r\n\tby mx.home.example with ESMTP; "
	  "today\r\n",
	  false, false, false, false },
	{ "nothing at all", "Subject: x\r\n", false, false, false, false },
};

static void test_cases(void)
{
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct header h;
		str text = arena_cat(a, str_from(cases[i].head), STR("\r\nx\r\n"));
		CHECK(!header_scan(a, text, &h).kind);
		struct trust_said s = trust_said(
			trust_recorded(a, &h, STR("mx.home.example")));
		bool same = s.aligned == cases[i].aligned && s.local == cases[i].local
			    && s.dmarc_reject == cases[i].reject
			    && s.unsigned_strict == cases[i].unsigned_strict;
		if (!same)
			fprintf(stderr, "%s\n", cases[i].what);
		CHECK(same);
	}
}

int main(void)
{
	test_cases();
	return check_done();
}

/* What the steps make of a post: its octets, the list's fields, its number. */
#include "steps.h"

static void test_bytes(struct books_test *t)
{
	struct run x;
	begin(t, str_from(POST), &x);
	static const char *const kept[] = {
		"Received: from x by y; Tue, 24 Nov 2026 04:00:00 "
		"+0000\r\nDKIM-Signature: v=1; "
		"a=rsa-sha256; d=uni.example;\r\n\tb=abc\r\n\t def\r\n"
		"From:   Anna\t<anna@uni.example>\r\nTo: dev@lists.example,\r\n  \"B, "
		"ob\" "
		"<bob@lab.example>\r\nCC: Carl <Carl@LAB.example>\r\nsubject: Re:  the   "
		"plan\r\n"
		"Message-Id: <1@uni.example>\r\nX-Odd:\r\nReply-To: "
		"elsewhere@uni.example\r\n",
		"\r\n\r\n  body\t \r\n.\r\n..dots\r\nFrom here\r\n\x80\xff no charset  "
		"\r\n",
	};
	static const char *const gone[] = { "Return-Path",      "Delivered-To",
					    "Disposition-",     "Receipt-To",
					    "<other.list",      "evil.example",
					    "Precedence: bulk", "secret" };
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		CHECK(holds(x.leaves, kept[i]));
	CHECK(str_starts(x.leaves, str_from(kept[0])));
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
		CHECK(!holds(x.header, gone[i]));
	end(&x);
}

static void test_list_fields(struct books_test *t)
{
	struct run x;
	struct header h;
	begin(t, str_from(POST), &x);
	static const struct {
		const char *name, *value;
	} fields[] = {
		{ "List-Id", "<dev.lists.example>" },
		{ "List-Help", "<https://lists.example/lists/dev/>, "
			       "<mailto:dev-request@lists.example>" },
		{ "List-Post", "<mailto:dev@lists.example>" },
		{ "List-Subscribe", "<https://lists.example/lists/dev/join>, "
				    "<mailto:dev-join@lists.example>" },
		{ "List-Owner", "<mailto:dev-owner@lists.example>" },
		{ "List-Archive", "<https://lists.example/lists/dev/>" },
		{ "Archived-At", "<https://lists.example/lists/dev/17>" },
		{ "Precedence", "list" },
	};
	CHECK(ok(header_scan(t->a, x.leaves, &h)));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		CHECK(header_count(&h, str_from(fields[i].name)) == 1);
		str value = header_value(t->a, header_find(&h, str_from(fields[i].name)));
		if (!str_eq(value, str_from(fields[i].value)))
			fprintf(stderr, "  %s: %.*s\n", fields[i].name, STR_F(value));
		CHECK(str_eq(value, str_from(fields[i].value)));
	}
	CHECK(!header_find(&h, STR("List-Unsubscribe"))); /* that is each copy's own */
	CHECK(str_eq(x.out.personal,
		     STR("List-Unsubscribe: "
			 "<https://lists.example/lists/dev/leave?m={leave}>,\r\n "
			 "<mailto:dev-leave@lists.example>\r\n"
			 "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")));
	end(&x);
	books_set(t, DEV, "allow_list_posts", "no");
	books_set(t, DEV, "description",
		  "The \"devs\" \\ gr\xC3\xBC\xC3\x9F"
		  "en");
	begin(t, str_from(POST), &x);
	CHECK(holds(x.header, "List-Post: NO\r\n"));
	CHECK(ok(header_scan(t->a, x.leaves, &h)));
	/* No encoded word stands in quotes (RFC 2047 section 5). */
	CHECK(str_eq(header_text(t->a, header_find(&h, STR("List-Id"))),
		     STR("The \"devs\" \\ gr\xC3\xBC\xC3\x9F"
			 "en <dev.lists.example>")));
	CHECK(!holds(header_value(t->a, header_find(&h, STR("List-Id"))), "\""));
	/* What is encoded can still be found: the id itself stays in clear. */
	CHECK(holds(header_value(t->a, header_find(&h, STR("List-Id"))),
		    "<dev.lists.example>"));
	end(&x);
	books_set(t, DEV, "description", "The \"devs\", all");
	begin(t, str_from(POST), &x);
	CHECK(holds(x.header,
		    "List-Id: \"The \\\"devs\\\", all\" <dev.lists.example>\r\n"));
	end(&x);
	books_set(t, DEV, "allow_list_posts", "yes");
	books_set(t, DEV, "description", "");
}

static void test_prefix(struct books_test *t)
{
	static const struct {
		const char *prefix, *subject,
			*want; /* raw lines; want: decoded, NULL: untouched */
	} cases[] = {
		{ "", "subject: Re:  the   plan\r\n", NULL },
		{ "[dev]", "Subject: hello\r\n", "[dev] hello" },
		{ "[dev] ", "Subject: hello\r\n", "[dev] hello" },
		{ "[dev]", "Subject: Re: hello\r\n", "[dev] Re: hello" },
		{ "[dev]", "Subject: Re: [dev] hello\r\n", NULL },
		{ "[dev]", "Subject: AW: [DEV] hello\r\n", NULL },
		{ "[dev]", "Subject: =?utf-8?q?=5Bdev=5D_gr=C3=BCn?=\r\n", NULL },
		{ "[dev]", "Subject: =?utf-8?q?gr=C3=BCn?=\r\n", "[dev] gr\xC3\xBCn" },
		{ "[dev]", "Subject: =?iso-8859-1?q?gr=FCn?=\r\n", "[dev] gr\xC3\xBCn" },
		{ "[dev]", "Subject: a\r\n\tb\r\n", "[dev] a b" },
		{ "[dev]", "Subject:\r\n", "[dev]" },
		{ "[dev]", "", "[dev]" },
		{ "[gr\xC3\xBCn]", "Subject: x\r\n", "[gr\xC3\xBCn] x" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct run x;
		struct header h;
		books_set(t, DEV, "subject_prefix", cases[i].prefix);
		str mail = arena_cat(t->a, STR("From: anna@uni.example\r\n"),
				     str_from(cases[i].subject),
				     STR("To: " DEV "\r\n\r\nx\r\n"));
		begin(t, mail, &x);
		CHECK(ok(header_scan(t->a, x.leaves, &h)));
		CHECK(header_count(&h, STR("Subject"))
		      == (*cases[i].subject || *cases[i].prefix));
		str got = header_text(t->a, header_find(&h, STR("Subject")));
		bool fits = cases[i].want ? str_eq(got, str_from(cases[i].want))
					  : holds(x.header, cases[i].subject);
		if (!fits)
			fprintf(stderr, "  %s %s: %.*s\n", cases[i].prefix,
				cases[i].subject, STR_F(got));
		CHECK(fits);
		end(&x);
	}
	books_set(t, DEV, "subject_prefix", "");
}

static void test_number(struct books_test *t)
{
	static const struct {
		const char *prefix, *subject, *want;
	} cases[] = {
		{ "[dev %05d]", "hello", "[dev 00017] hello" },
		{ "[dev %d]", "Re: [dev 3] hello", "[dev 17] Re: hello" },
		{ "[dev %05d] ", "Re: [DEV 00003] hello", "[dev 00017] Re: hello" },
		{ "[dev %d]", "AW: [dev 3] Re: [dev 2] hello", "[dev 17] AW: Re: hello" },
		{ "[dev %3d]", "hello", "[dev  17] hello" },
		{ "[dev %d]", "[dev x] hello", "[dev 17] [dev x] hello" },
		{ "%d:", "hello", "17: hello" },
		{ "[100%]", "hello", "[100%] hello" },
		{ "[%99d]", "hello", "[%99d] hello" },
		{ "[%s%d]", "hello", "[%s17] hello" },
		{ "[%", "hello", "[% hello" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct run x;
		struct header h;
		books_set(t, DEV, "subject_prefix", cases[i].prefix);
		begin(t,
		      arena_cat(t->a,
				STR("From: anna@uni.example\r\nTo: " DEV "\r\nSubject: "),
				str_from(cases[i].subject), STR("\r\n\r\nx\r\n")),
		      &x);
		CHECK(ok(header_scan(t->a, x.leaves, &h)));
		str got = header_text(t->a, header_find(&h, STR("Subject")));
		if (!str_eq(got, str_from(cases[i].want)))
			fprintf(stderr, "  %s: %.*s\n", cases[i].prefix, STR_F(got));
		CHECK(str_eq(got, str_from(cases[i].want)));
		end(&x);
	}
	struct run x;
	number = 0; /* there is no archive */
	books_set(t, DEV, "subject_prefix", "[dev %d]");
	begin(t, str_from(POST), &x);
	CHECK(holds(x.header, "Subject: [dev] Re:"));
	end(&x);
	number = 17;
	books_set(t, DEV, "subject_prefix", "");
}

static void test_no_help(struct books_test *t)
{
	struct run x;
	books_set(t, DEV, "include_rfc2369_headers", "no");
	begin(t, str_from(POST), &x);
	CHECK(holds(x.header, "List-Id: <dev.lists.example>\r\n")
	      && holds(x.header, "Archived-At: ") && !x.out.personal.n);
	static const char *const gone[] = { "List-Help",      "List-Post",
					    "List-Subscribe", "List-Unsubscribe",
					    "List-Owner",     "List-Archive" };
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
		CHECK(!holds(x.header, gone[i]));
	end(&x);
	books_set(t, DEV, "include_rfc2369_headers", "yes");
}

/* What differs from reader to reader stands in the text as a mark, once for all copies. */
static void test_marks(struct books_test *t)
{
	static const char *const footers[] = { "For $user_name <%(user_email)s>",
					       "For all" };
	for (size_t i = 0; i < 4; i++) {
		struct run x;
		bool personal = i < 2;
		books_set(t, DEV, "msg_footer", footers[i % 2]);
		books_set(t, DEV, "personalize", personal ? "individual" : "none");
		begin(t, STR("From: anna@uni.example\r\nSubject: s\r\n\r\nx\r\n"), &x);
		str body = x.out.post->message;
		CHECK((x.out.marks.n > 0) == (i == 0));
		CHECK(i != 0 || holds(body, "quoted-printable"));
		CHECK(i != 2 || holds(body, "For $user_name <%(user_email)s>"));
		CHECK(i % 2 == 0 || holds(body, "x\r\nFor all\r\n"));
		end(&x);
	}
	books_set(t, DEV, "msg_footer", "");
	books_set(t, DEV, "personalize", "none");
}

static void test_audience(struct books_test *t)
{
	struct run x;
	struct member_row m;
	begin(t, str_from(POST), &x);
	CHECK(map_get(&x.has_copy, STR("bob@lab.example")));
	CHECK(map_get(&x.has_copy, STR("carl@lab.example")));
	CHECK(!map_get(&x.has_copy, STR("anna@uni.example")) && x.out.audience.own == 0);
	end(&x);
	CHECK(ok(member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
			     STR("anna@uni.example"), &m)));
	m.own_posts = false;
	CHECK(ok(member_change(t->books.lists, &m)));
	begin(t, str_from(POST), &x);
	CHECK(x.out.audience.own == m.id);
	end(&x);
}

static void test_docs(void)
{
	size_t n;
	const struct step_doc *d = step_docs(&n);
	CHECK(n >= 5);
	for (size_t i = 0; i < n; i++)
		CHECK(*d[i].name && *d[i].text);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_member(&t, books_list(&t, DEV), "anna@uni.example");
	test_bytes(&t);
	test_list_fields(&t);
	test_prefix(&t);
	test_number(&t);
	test_no_help(&t);
	test_marks(&t);
	test_audience(&t);
	test_docs();
	books_end(&t);
	return check_done();
}

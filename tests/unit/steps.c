#include "books.h"

#include "base/map.h"
#include "lists/steps.h"
#include "mail/reader.h"

#define DEV "dev@lists.example"

/* Fields and a body that a program which parses and writes anew would spoil. */
static const char POST[] =
	"Received: from x by y; Tue, 24 Nov 2026 04:00:00 +0000\r\n"
	"Return-Path: <anna@uni.example>\r\n"
	"DKIM-Signature: v=1; a=rsa-sha256; d=uni.example;\r\n\tb=abc\r\n\t def\r\n"
	"From:   Anna\t<anna@uni.example>\r\n"
	"To: dev@lists.example,\r\n  \"B, ob\" <bob@lab.example>\r\n"
	"CC: Carl <Carl@LAB.example>\r\n"
	"subject: Re:  the   plan\r\n"
	"Message-Id: <1@uni.example>\r\n"
	"Delivered-To: x@uni.example\r\n"
	"Disposition-Notification-To: anna@uni.example\r\n"
	"Return-Receipt-To: anna@uni.example\r\n"
	"List-Id: <other.list.example>\r\n"
	"List-Unsubscribe: <mailto:evil@evil.example>\r\n"
	"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
	"LIST-POST: <mailto:evil@evil.example>\r\n"
	"Archived-At: <https://evil.example/1>\r\n"
	"Precedence: bulk\r\n"
	"Approved: secret\r\n"
	"Urgent: secret\r\n"
	"X-Odd:\r\n"
	"Reply-To: elsewhere@uni.example\r\n"
	"\r\n"
	"  body\t \r\n.\r\n..dots\r\nFrom here\r\n\x80\xff no charset  \r\n";

static int64_t number = 17; /* of the post in the archive */

struct run {
	struct post post;
	struct outgoing out;
	struct map has_copy;
	str header, leaves; /* the header as it leaves; and with the body */
};

static void begin(struct books_test *t, str message, struct run *x)
{
	struct address path = books_box(t, "anna@uni.example").address;
	memset(x, 0, sizeof *x);
	CHECK(ok(post_read(t->books.lists, t->a, books_entry(t, DEV),
			   &(struct mail_in){ .source = STR("1/" DEV),
					      .text = message,
					      .reverse_path = &path,
					      .trust = str_from(ALIGNED) },
			   &x->post)));
	x->out = (struct outgoing){ .post = &x->post,
				    .number = number,
				    .audience.has_copy = &x->has_copy };
	CHECK(ok(steps_run(&t->books, t->a, &x->out)));
	x->header = steps_header(t->a, &x->out);
	x->leaves = arena_cat(t->a, x->header, STR("\r\n"), x->post.header.body);
}

static void end(struct run *x)
{
	map_free(&x->has_copy);
	buf_free(&x->out.prepend);
	buf_free(&x->out.append);
}

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

static void test_reply_to(struct books_test *t)
{
	static const struct {
		const char *policy, *address, *want;
	} cases[] = {
		{ "no_munging", "", "elsewhere@uni.example" },
		{ "point_to_list", "", "elsewhere@uni.example, <dev@lists.example>" },
		{ "explicit_header", "team@uni.example",
		  "team@uni.example, elsewhere@uni.example" },
		{ "explicit_header", "Elsewhere@uni.example", "Elsewhere@uni.example" },
		{ "explicit_header_only", "The team <team@uni.example>",
		  "The team <team@uni.example>" },
		{ "explicit_header_only", "", "elsewhere@uni.example" },
		{ "explicit_header", "", "elsewhere@uni.example" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct run x;
		struct header h;
		books_set(t, DEV, "reply_goes_to_list", cases[i].policy);
		books_set(t, DEV, "reply_to_address", cases[i].address);
		begin(t, str_from(POST), &x);
		CHECK(ok(header_scan(t->a, x.leaves, &h))
		      && header_count(&h, STR("Reply-To")) == 1);
		str got = header_value(t->a, header_find(&h, STR("Reply-To")));
		if (!str_eq(got, str_from(cases[i].want)))
			fprintf(stderr, "  %s: %.*s\n", cases[i].policy, STR_F(got));
		CHECK(str_eq(got, str_from(cases[i].want)));
		end(&x);
	}
	books_set(t, DEV, "reply_goes_to_list", "no_munging");
}

/* The author's own goes first where the list says so. */
static void test_strip_reply_to(struct books_test *t)
{
	static const struct {
		const char *policy, *want;
	} cases[] = { { "no_munging", "" },
		      { "point_to_list", "Reply-To: <dev@lists.example>\r\n" } };
	books_set(t, DEV, "first_strip_reply_to", "yes");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct run x;
		books_set(t, DEV, "reply_goes_to_list", cases[i].policy);
		begin(t, str_from(POST), &x);
		CHECK(!holds(x.header, "elsewhere@uni.example"));
		CHECK(holds(x.header, "Reply-To") == (*cases[i].want != 0)
		      && (!*cases[i].want || holds(x.header, cases[i].want)));
		end(&x);
	}
	books_set(t, DEV, "reply_goes_to_list", "no_munging");
	books_set(t, DEV, "first_strip_reply_to", "no");
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

/* Nothing that a program or a server has put there names the author. */
static void test_anonymous(struct books_test *t)
{
	struct run x;
	str kept;
	BUF(many);
	buf_cat(&many, str_from(POST));
	str mail = arena_copy(t->a, buf_str(&many)),
	    body = str_find(mail, STR("\r\n\r\n"));
	str head = str_first(mail, (size_t)(body.p - mail.p) + 2);
	buf_clear(&many);
	for (int i = 0; i < 200; i++)
		buf_addf(&many, "X-Anna-%d: anna@uni.example\r\n", i);
	mail = arena_cat(t->a, head, buf_str(&many),
			 STR("Sender: anna@uni.example\r\nX-Originating-IP: "
			     "192.0.2.1\r\nUser-Agent: Anna's\r\nContent-Language: "
			     "en\r\nIn-Reply-To: <0@lab.example>\r\n"),
			 str_skip(body, 2));
	books_set(t, DEV, "anonymous_list", "yes");
	books_set(t, DEV, "dmarc_mitigate_unconditionally", "yes");
	begin(t, mail, &x);
	CHECK(ok(steps_anonymous(&t->books, t->a, &x.post, &kept)));
	const str both[] = { x.leaves, kept };
	for (size_t i = 0; i < 2; i++) {
		CHECK(!holds(both[i], "nna") && !holds(both[i], "elsewhere")
		      && !holds(both[i], "192.0.2.1") && !holds(both[i], "DKIM"));
		CHECK(holds(both[i], "From: dev <" DEV ">\r\n")
		      && holds(both[i], "subject: Re:  the   plan\r\n")
		      && holds(both[i], "Content-Language: en\r\n")
		      && holds(both[i], "In-Reply-To: <0@lab.example>\r\n")
		      && holds(both[i], "\x80\xff no charset  \r\n"));
	}
	CHECK(holds(x.header, "\r\nReply-To: <" DEV ">\r\n"));
	end(&x);
	books_set(t, DEV, "display_name", "The devs");
	books_set(t, DEV, "reply_goes_to_list", "explicit_header");
	books_set(t, DEV, "reply_to_address", "team@uni.example");
	begin(t, mail, &x);
	CHECK(holds(x.header, "From: The devs <" DEV ">\r\n")
	      && holds(x.header, "Reply-To: team@uni.example\r\n"));
	end(&x);
	books_set(t, DEV, "anonymous_list", "no");
	begin(t, mail, &x);
	CHECK(holds(x.header, "From: Anna via The devs <" DEV ">\r\n"));
	end(&x);
	books_set(t, DEV, "dmarc_mitigate_unconditionally", "no");
	books_set(t, DEV, "reply_goes_to_list", "no_munging");
	books_set(t, DEV, "display_name", "");
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

static void set_copies(struct books_test *t, const char *member, bool copies)
{
	struct member_row m;
	CHECK(ok(member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
			     str_from(member), &m)));
	m.copies = copies;
	CHECK(ok(member_change(t->books.lists, &m)));
}

static void test_drop_cc(struct books_test *t)
{
	static const struct {
		const char *cc, *want;
		bool unconditionally;
	} cases[] = {
		{ "Cc: eve@evil.example, Cora <cora@uni.example>\r\n",
		  "Cc: eve@evil.example\r\n", false },
		{ "Cc: cora@uni.example\r\n", "", false },
		{ "Cc:  eve@evil.example\r\n", "Cc:  eve@evil.example\r\n", false },
		{ "", "", false },
		{ "Cc: eve@evil.example, cora@uni.example\r\n",
		  "Cc: eve@evil.example, anna@uni.example\r\n", true },
	};
	books_member(t, books_entry(t, DEV), "cora@uni.example");
	set_copies(t, "cora@uni.example", false);
	books_set(t, DEV, "drop_cc", "yes");
	books_set(t, DEV, "reply_goes_to_list", "point_to_list");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct run x;
		struct header h;
		books_set(t, DEV, "dmarc_mitigate_unconditionally",
			  cases[i].unconditionally ? "yes" : "no");
		begin(t,
		      arena_cat(t->a,
				STR("From: anna@uni.example\r\nTo: " DEV
				    "\r\nSubject: s\r\n"),
				str_from(cases[i].cc), STR("\r\nx\r\n")),
		      &x);
		CHECK(ok(header_scan(t->a, x.leaves, &h)));
		CHECK(header_count(&h, STR("Cc")) == (*cases[i].want != 0)
		      && (!*cases[i].want || holds(x.header, cases[i].want)));
		CHECK(map_get(x.out.audience.has_copy, STR("cora@uni.example"))
		      == (strstr(cases[i].cc, "cora") ? (void *)&x.out : NULL));
		end(&x);
	}
	books_set(t, DEV, "dmarc_mitigate_unconditionally", "no");
	books_set(t, DEV, "reply_goes_to_list", "no_munging");
	books_set(t, DEV, "drop_cc", "no");
}

/* To is each reader's; whom the author wrote to is still answered. */
static void test_reader(struct books_test *t)
{
	static const struct {
		const char *to, *cc, *replies;
	} cases[] = {
		{ "To: " DEV
		  ", \"B, ob\" <bob@lab.example>\r\nCc: Carl <c@lab.example>\r\n",
		  "Cc: " DEV ", \"B, ob\" <bob@lab.example>, Carl <c@lab.example>\r\n",
		  "no_munging" },
		{ "To: bob@lab.example, BOB@lab.example\r\n",
		  "Cc: bob@lab.example, " DEV "\r\n", "no_munging" },
		{ "", "Cc: " DEV "\r\n", "no_munging" },
		{ "To: undisclosed-recipients:;\r\n", "Cc: " DEV "\r\n", "no_munging" },
		{ "To: " DEV "\r\nCc: bob@lab.example\r\n", "Cc: bob@lab.example\r\n",
		  "point_to_list" },
	};
	books_set(t, DEV, "personalize", "full");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct run x;
		struct header h;
		books_set(t, DEV, "reply_goes_to_list", cases[i].replies);
		begin(t,
		      arena_cat(t->a, STR("From: anna@uni.example\r\nSubject: s\r\n"),
				str_from(cases[i].to), STR("\r\nx\r\n")),
		      &x);
		CHECK(ok(header_scan(t->a, x.leaves, &h)));
		CHECK(!header_count(&h, STR("To")) && header_count(&h, STR("Cc")) == 1
		      && holds(x.header, cases[i].cc));
		CHECK(str_ends(x.out.personal, STR(READER_TO))
		      && holds(x.out.personal, "List-Unsubscribe: "));
		end(&x);
	}
	books_set(t, DEV, "personalize", "none");
	books_set(t, DEV, "reply_goes_to_list", "no_munging");
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
	test_reply_to(&t);
	test_strip_reply_to(&t);
	test_number(&t);
	test_anonymous(&t);
	test_no_help(&t);
	test_reader(&t);
	test_marks(&t);
	test_drop_cc(&t);
	test_audience(&t);
	test_docs();
	books_end(&t);
	return check_done();
}

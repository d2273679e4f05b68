/* Whom a copy names: author, To, Cc, Reply-To, and the reader of it. */
#include "steps.h"

#include "mail/reader.h"

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

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_member(&t, books_list(&t, DEV), "anna@uni.example");
	test_reply_to(&t);
	test_strip_reply_to(&t);
	test_anonymous(&t);
	test_reader(&t);
	test_drop_cc(&t);
	books_end(&t);
	return check_done();
}

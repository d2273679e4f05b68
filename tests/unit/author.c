/* The step that decides whether From stays the author's. */
#include "books.h"

#include "base/clock.h"
#include "base/map.h"
#include "dns_table.h"
#include "lists/steps.h"
#include "mail/mime.h"
#include "trust/trust.h"

#define DEV "dev@lists.example"

enum signs { UNSIGNED, SIGNED, NO_LIST_ID }; /* the last says that List-Id is absent */
enum came {
	BY_MX,
	BY_ACCOUNT,
	UNKNOWN,
	FORGED,
	MODERATED, /* the same, and a moderator has accepted it */
	NO_POLICY_ANSWER,
	NO_KEY_ANSWER
};

struct author_case {
	const char *from, *more; /* the From field's value; further fields */
	enum signs signature;
	const char *policy_at, *policy; /* a TXT row; "" for none */
	enum came came;
	const char *settings[4][2];
	bool rewritten;
	const char *why; /* a part of what the ledger says */
};

static const struct author_case cases[] = {
#define CASE(from, signature, policy_at, policy, came, setting, value, rewritten, why) \
	{ from,      "", signature, policy_at, policy, came, { { setting, value } },   \
	  rewritten, why },
#include "author.def"
#undef CASE
};
enum { CASES = sizeof cases / sizeof *cases };

static void set_all(struct books_test *t, const struct author_case *c, bool back)
{
	for (size_t i = 0; c->settings[i][0] && *c->settings[i][0]; i++) {
		const char *was = setting_find(str_from(c->settings[i][0]))->standard;
		books_set(t, DEV, c->settings[i][0], back ? was : c->settings[i][1]);
	}
}

static str sign(struct arena *a, struct dns_table *dns, str message, const char *absent)
{
	struct header h;
	struct canon_body body;
	struct sign_key *key = NULL;
	str pem = STR("");
	CHECK(ok(sign_key_make(a, SIGN_ED25519, &pem))
	      && ok(sign_key_load(a, pem, &key)));
	table_txt(dns, "s._domainkey.uni.example", sign_key_record(a, key));
	CHECK(ok(header_scan(a, message, &h)));
	canon_body(h.body, CANON_RELAXED, CANON_ALL, &body);
	struct signing by = { key, STR("uni.example"), STR("s"), clock_now() };
	struct dkim_plan *plan = dkim_plan(a, &by, &h, &body, str_from(absent));
	str signed_message = arena_cat(a, dkim_sign(a, plan, NULL, 0, NULL), message);
	sign_key_free(key);
	return signed_message;
}

static str judge(struct arena *a, struct dns_table *dns, str message, enum came came)
{
	struct header h;
	struct net_addr client;
	struct trust_result t;
	CHECK(ok(header_scan(a, message, &h)));
	CHECK(ok(net_parse_ip(came == FORGED || came == MODERATED ? STR("198.51.100.1")
								  : STR("192.0.2.9"),
			      &client)));
	struct trust_ask ask = { .resolver = &dns->resolver,
				 .client = &client,
				 .helo = STR("mail.uni.example"),
				 .sender = STR("anna@uni.example"),
				 .receiver = STR("mx.lists.example"),
				 .header = &h,
				 .body = h.body,
				 .now = clock_now() };
	if (came == NO_POLICY_ANSWER)
		table_fail(dns, "_dmarc.uni.example");
	if (came == NO_KEY_ANSWER) {
		for (size_t i = 0; i < dns->count; i++)
			if (str_starts(dns->rows[i].name, STR("s.")))
				dns->rows[i].name = STR("gone.example");
		table_fail(dns, "s._domainkey.uni.example");
	}
	if (came == UNKNOWN)
		return STR("{\"account\":true}");
	if (came == BY_ACCOUNT || came == NO_POLICY_ANSWER) {
		trust_policy(a, &dns->resolver, 0, &h, &t);
		return trust_json_own(a, "account", &t);
	}
	trust_judge(a, &ask, &t);
	return trust_json(a, &t);
}

struct run {
	struct post post;
	struct outgoing out;
	struct map has_copy;
	struct header h; /* of the copy */
};

static void begin(struct books_test *t, const struct author_case *c, struct run *x)
{
	struct arena *a = t->a;
	struct dns_table *dns = arena_alloc(a, sizeof *dns);
	*dns = DNS_TABLE(a);
	table_txt(dns, "uni.example", STR("v=spf1 ip4:192.0.2.0/24 -all"));
	if (*c->policy)
		table_txt(dns, c->policy_at, str_from(c->policy));
	str message = arena_cat(a, STR("From: "), str_from(c->from),
				STR("\r\nTo: " DEV "\r\nSubject: The plan\r\n"),
				str_from(c->more), STR("\r\nHello\r\n"));
	if (c->signature)
		message = sign(a, dns, message,
			       c->signature == NO_LIST_ID ? "list-id" : "");
	struct address path = books_box(t, "anna@uni.example").address;
	memset(x, 0, sizeof *x);
	CHECK(ok(post_read(t->books.lists, a, books_entry(t, DEV),
			   &(struct mail_in){ .source = STR("1/" DEV),
					      .text = message,
					      .reverse_path = &path,
					      .account = c->came == BY_ACCOUNT
							 || c->came == UNKNOWN
							 || c->came == NO_POLICY_ANSWER,
					      .trust = judge(a, dns, message, c->came) },
			   &x->post)));
	x->post.vouched |= c->came == MODERATED;
	x->out = (struct outgoing){ .post = &x->post, .audience.has_copy = &x->has_copy };
	CHECK(ok(steps_run(&t->books, a, &x->out)));
	str head = arena_cat(a, steps_header(a, &x->out), x->out.personal, STR("\r\n"));
	CHECK(ok(header_scan(a, head, &x->h)) && !x->h.flags);
}

static void end(struct run *x)
{
	map_free(&x->has_copy);
	buf_free(&x->out.prepend);
	buf_free(&x->out.append);
}

static str value(struct books_test *t, const struct run *x, const char *name)
{
	CHECK(header_count(&x->h, str_from(name)) <= 1);
	return header_value(t->a, header_find(&x->h, str_from(name)));
}

static void test_cases(struct books_test *t)
{
	for (size_t i = 0; i < CASES; i++) {
		const struct author_case *c = &cases[i];
		struct run x;
		set_all(t, c, false);
		begin(t, c, &x);
		bool rewritten = header_find(&x.h, STR("X-Original-From"));
		if (rewritten != c->rewritten
		    || !str_find(x.out.author, str_from(c->why)).n)
			fprintf(stderr, "  %zu: %.*s\n", i, STR_F(x.out.author));
		CHECK(rewritten == c->rewritten);
		CHECK(str_find(x.out.author, str_from(c->why)).n);
		CHECK(!header_find(&x.h, STR("DKIM-Signature"))
		      == (rewritten || !c->signature));
		CHECK(rewritten || str_eq(value(t, &x, "From"), str_from(c->from)));
		bool rests = !rewritten && c->signature && strstr(c->policy, "p=reject");
		CHECK(x.out.author_signed == rests);
		end(&x);
		set_all(t, c, true);
	}
}

/* What a rewritten copy says. */
static void test_fields(struct books_test *t)
{
	static const struct {
		struct author_case c;
		const char *from, *reply_to, *cc;
	} rows[] = {
		{ { "Anna Meyer <anna@uni.example>", "", .settings = { { 0 } } },
		  "Anna Meyer via dev <" DEV ">",
		  "Anna Meyer <anna@uni.example>",
		  "" },
		{ { "anna@uni.example", "", .settings = { { 0 } } },
		  "anna via dev <" DEV ">",
		  "anna@uni.example",
		  "" },
		{ { "\"ceo@bank.example\" <anna@uni.example>", "",
		    .settings = { { 0 } } },
		  "anna via dev <" DEV ">",
		  "anna@uni.example",
		  "" },
		{ { "=?utf-8?q?J=C3=B6rg?= <anna@uni.example>", "",
		    .settings = { { 0 } } },
		  "=?utf-8?q?J=C3=B6rg_via_dev?= <" DEV ">",
		  "=?utf-8?b?SsO2cmc=?= <anna@uni.example>",
		  "" },
		{ { "Anna <anna@uni.example>", "Reply-To: team@uni.example\r\n",
		    .settings = { { 0 } } },
		  "Anna via dev <" DEV ">",
		  "team@uni.example",
		  "" },
		{ { "Anna <anna@uni.example>", "Cc: bob@lab.example\r\n",
		    .settings = { { "reply_goes_to_list", "point_to_list" } } },
		  "Anna via dev <" DEV ">",
		  "<" DEV ">",
		  "bob@lab.example, Anna <anna@uni.example>" },
		{ { "Anna <anna@uni.example>", "Cc: ANNA@uni.example\r\n",
		    .settings = { { "reply_goes_to_list", "point_to_list" } } },
		  "Anna via dev <" DEV ">",
		  "<" DEV ">",
		  "ANNA@uni.example" },
		/* no Reply-To that anybody could use */
		{ { "Anna <anna@uni.example>", "Reply-To: <>\r\n",
		    .settings = { { 0 } } },
		  "Anna via dev <" DEV ">",
		  "Anna <anna@uni.example>",
		  "" },
		{ { "Anna <anna@uni.example>",
		    "Reply-To: a@x.example\r\nReply-To: b@x.example\r\n",
		    .settings = { { 0 } } },
		  "Anna via dev <" DEV ">",
		  "Anna <anna@uni.example>",
		  "" },
		/* a setting that takes nothing leaves the author there */
		{ { "Anna <anna@uni.example>", "",
		    .settings = { { "reply_goes_to_list", "explicit_header" } } },
		  "Anna via dev <" DEV ">",
		  "Anna <anna@uni.example>",
		  "" },
		/* all that stood in Cc still stands there */
		{ { "Anna <anna@uni.example>",
		    "Cc: Bob <bob@lab.example>\r\nCc: carl@lab.example\r\n",
		    .settings = { { "reply_goes_to_list", "point_to_list" } } },
		  "Anna via dev <" DEV ">",
		  "<" DEV ">",
		  "Bob <bob@lab.example>, carl@lab.example, Anna <anna@uni.example>" },
		{ { "Anna <anna@uni.example>", "Cc: undisclosed-recipients:;\r\n",
		    .settings = { { "reply_goes_to_list", "point_to_list" } } },
		  "Anna via dev <" DEV ">",
		  "<" DEV ">",
		  "Anna <anna@uni.example>" },
		/* names that look like addresses */
		{ { "\"ceo@bank.example\"@uni.example", "", .settings = { { 0 } } },
		  "Somebody via dev <" DEV ">",
		  "\"ceo@bank.example\"@uni.example",
		  "" },
		{ { "=?utf-8?q?ceo=EF=BC=A0bank.example?= <anna@uni.example>", "",
		    .settings = { { 0 } } },
		  "anna via dev <" DEV ">",
		  "anna@uni.example",
		  "" },
		{ { "Anna <anna@uni.example>", "X-Original-From: evil@evil.example\r\n",
		    .settings = { { "reply_goes_to_list", "point_to_list" } } },
		  "Anna via dev <" DEV ">",
		  "<" DEV ">",
		  "Anna <anna@uni.example>" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct author_case c = rows[i].c;
		struct run x;
		c.policy_at = "_dmarc.uni.example";
		c.policy = "v=DMARC1; p=reject";
		set_all(t, &c, false);
		begin(t, &c, &x);
		str got[] = { value(t, &x, "From"), value(t, &x, "Reply-To"),
			      value(t, &x, "Cc"), value(t, &x, "X-Original-From") };
		const char *want[] = { rows[i].from, rows[i].reply_to, rows[i].cc,
				       c.from };
		for (size_t k = 0; k < 4; k++) {
			if (!str_eq(got[k], str_from(want[k])))
				fprintf(stderr, "  %zu: %.*s, not %s\n", i, STR_F(got[k]),
					want[k]);
			CHECK(str_eq(got[k], str_from(want[k])));
		}
		end(&x);
		set_all(t, &c, true);
	}
}

/* Inside stands the post with its proof; outside nothing of its MIME fields. */
static void test_wrapped(struct books_test *t)
{
	struct author_case c = { .from = "Anna <anna@uni.example>",
				 .more = "MIME-Version: 1.0\r\nContent-Type: text/plain; "
					 "charset=utf-8\r\n"
					 "Content-Transfer-Encoding: 8bit\r\n"
					 "Delivered-To: dev\r\n",
				 .signature = NO_LIST_ID,
				 .policy_at = "_dmarc.uni.example",
				 .policy = "v=DMARC1; p=reject",
				 .settings = {
					 { "dmarc_mitigate_action", "wrap_message" } } };
	struct run x;
	struct header inner;
	struct trust_result again;
	set_all(t, &c, false);
	begin(t, &c, &x);
	CHECK(str_eq(value(t, &x, "From"), STR("Anna via dev <" DEV ">")));
	CHECK(str_eq(value(t, &x, "Content-Type"), STR("message/rfc822")));
	CHECK(str_eq(value(t, &x, "MIME-Version"), STR("1.0")));
	CHECK(!header_find(&x.h, STR("Content-Transfer-Encoding")));
	CHECK(str_find(x.out.author, STR("the post inside")).n);
	CHECK(ok(header_scan(t->a, x.out.body, &inner)));
	CHECK(!header_find(&inner, STR("Delivered-To"))
	      && str_eq(inner.body, x.post.header.body));
	CHECK(ok(trust_again(t->a, x.post.trust, &inner, inner.body, clock_now(), &again))
	      && again.dmarc.dkim_aligned);
	end(&x);
	set_all(t, &c, true);
}

/* The list's own words stand before it, and the proof still holds. */
static void test_wrapped_words(struct books_test *t)
{
	struct author_case c = { .from = "Anna <anna@uni.example>",
				 .more = "",
				 .signature = NO_LIST_ID,
				 .policy_at = "_dmarc.uni.example",
				 .policy = "v=DMARC1; p=reject",
				 .settings = {
					 { "dmarc_mitigate_action", "wrap_message" },
					 { "dmarc_wrapped_message_text",
					   "Grüße: der Brief liegt bei." } } };
	struct run x;
	struct mime m;
	struct header inner;
	struct trust_result again;
	str used;
	set_all(t, &c, false);
	begin(t, &c, &x);
	CHECK(str_starts(value(t, &x, "Content-Type"),
			 STR("multipart/mixed; boundary=")));
	str copy = arena_cat(t->a, STR("MIME-Version: 1.0\r\nContent-Type: "),
			     value(t, &x, "Content-Type"), STR("\r\n\r\n"), x.out.body);
	CHECK(ok(mime_parse(t->a, copy, &m)) && m.count >= 3);
	CHECK(str_eq(str_trim(mime_text(t->a, &m.parts[1], &used)),
		     STR("Grüße: der Brief liegt bei.")));
	CHECK(str_eq(m.parts[2].type, STR("message/rfc822")));
	CHECK(ok(header_scan(t->a, mime_bytes(t->a, &m.parts[2]), &inner)));
	CHECK(ok(trust_again(t->a, x.post.trust, &inner, inner.body, clock_now(), &again))
	      && again.dmarc.dkim_aligned);
	end(&x);
	set_all(t, &c, true);
}

/* Refused is only what strict domains have not signed, and nobody who signed in. */
static void test_refused(struct books_test *t)
{
	static const struct {
		enum signs signature;
		const char *policy;
		enum came came;
		int64_t account;
		bool refused;
	} rows[] = {
		{ UNSIGNED, "v=DMARC1; p=reject", BY_MX, 0, true },
		{ UNSIGNED, "v=DMARC1; p=quarantine", BY_MX, 0, true },
		{ SIGNED, "v=DMARC1; p=reject", BY_MX, 0, false },
		{ UNSIGNED, "v=DMARC1; p=none", BY_MX, 0, false },
		{ UNSIGNED, "", BY_MX, 0, false },
		{ UNSIGNED, "v=DMARC1; p=reject", BY_ACCOUNT, 1, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct author_case c = { .from = "Anna <anna@uni.example>",
					 .more = "",
					 .signature = rows[i].signature,
					 .policy_at = "_dmarc.uni.example",
					 .policy = rows[i].policy,
					 .came = rows[i].came,
					 .settings = { { "dmarc_mitigate_action",
							 "reject" } } };
		struct run x;
		struct judgement j;
		set_all(t, &c, false);
		begin(t, &c, &x);
		x.post.account = rows[i].account;
		x.post.authentic = true;
		CHECK(ok(rules_judge(t->books.lists, t->a, &x.post, &j)));
		bool refused = j.verdict == VERDICT_REJECT && !strcmp(j.rule, "unsigned");
		CHECK(refused == rows[i].refused);
		end(&x);
		set_all(t, &c, true);
	}
}

/* A stranger whose domain asks to refuse what it has not proven waits for a moderator even
 * where strangers may post, unless the list believes any From. */
static void test_forged_stranger(struct books_test *t)
{
	struct author_case c = { .from = "Boss <boss@uni.example>",
				 .more = "",
				 .policy_at = "_dmarc.uni.example",
				 .policy = "v=DMARC1; p=reject",
				 .came = FORGED,
				 .settings = { { 0 } } };
	struct run x;
	struct judgement j;
	books_set(t, DEV, "default_nonmember_action", "accept");
	begin(t, &c, &x);
	CHECK(ok(rules_judge(t->books.lists, t->a, &x.post, &j)));
	CHECK(j.verdict == VERDICT_HOLD && !strcmp(j.rule, "proof"));
	end(&x);
	c.policy = "v=DMARC1; p=none";
	begin(t, &c, &x);
	CHECK(ok(rules_judge(t->books.lists, t->a, &x.post, &j)));
	CHECK(j.verdict == VERDICT_ACCEPT);
	end(&x);
	c.policy = "v=DMARC1; p=reject";
	books_set(t, DEV, "authenticate", "any");
	begin(t, &c, &x);
	CHECK(ok(rules_judge(t->books.lists, t->a, &x.post, &j)));
	CHECK(j.verdict == VERDICT_ACCEPT);
	end(&x);
	books_set(t, DEV, "authenticate", "aligned");
	books_set(t, DEV, "default_nonmember_action", "hold");
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_member(&t, books_list(&t, DEV), "anna@uni.example");
	test_cases(&t);
	test_fields(&t);
	test_wrapped(&t);
	test_wrapped_words(&t);
	test_refused(&t);
	test_forged_stranger(&t);
	books_end(&t);
	return check_done();
}

#include "dkim_signed.h"
#include "base/enc.h"

#include <time.h>

static void test_round_trip(enum sign_alg alg)
{
	static const struct {
		const char *old, *new;
		enum dkim_verdict verdict;
	} changes[] = {
		{ "A  test\r\n of folding", "A test of  folding  ", DKIM_PASS },
		{ "Subject:", "SUBJECT :", DKIM_PASS },
		{ "Hello \t world ", "Hello world", DKIM_PASS },
		{ "Bye\r\n\r\n", "Bye", DKIM_PASS },
		{ "Bye", "bye", DKIM_FAIL },
		{ "A  test", "Another test", DKIM_FAIL },
		{ "From: Anna", "From: Berta", DKIM_FAIL },
		{ "From: Anna", "From: <evil@x.example>\r\nFrom: Anna", DKIM_FAIL },
		{ "To:", "Cc: x@x.example\r\nTo:", DKIM_FAIL },
		{ "To:", "List-Id: <dev.lists.example>\r\nReply-To: x@x.example\r\nTo:",
		  DKIM_PASS },
		{ "t=1800000000", "t=1800000001", DKIM_FAIL },
		{ "b=", "b=A", DKIM_PERMERROR },
	};
	ARENA(a);
	struct dns_table t = DNS_TABLE(a);
	struct sign_key *key = make_key(a, alg, &t);
	str text = sign(a, key, MESSAGE, STR_NONE);
	struct dkim_result r = verify(a, &t, text);
	CHECK(r.verdict == DKIM_PASS && !r.why && str_eq(r.domain, STR("uni.example")));
	CHECK(str_eq(r.selector, STR("s")) && str_eq(r.identity, STR("@uni.example")));
	CHECK(r.bits == (alg == SIGN_RSA ? 2048 : 256) && r.b.n == 8);
	CHECK(str_eq(str_from(r.algorithm), str_from(sign_alg_text(alg))));
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		r = verify(a, &t, replaced(a, text, changes[i].old, changes[i].new));
		CHECK(r.verdict == changes[i].verdict
		      && !r.why == (r.verdict == DKIM_PASS));
	}
	for (str rest = text, line; str_line(&rest, &line) && line.n;)
		CHECK(line.n <= 80);
	sign_key_free(key);
}

/* Copies that differ in their personal fields share one plan. */
static void test_copies(void)
{
	static const char *const personal[] = {
		"To: berta@uni.example\r\nList-Unsubscribe: <https://x.example/1>\r\n",
		"List-Unsubscribe: <https://x.example/22>\r\nTo: carl@uni.example\r\n",
		"To: dora@uni.example\r\n",
	};
	ARENA(a);
	struct dns_table t = DNS_TABLE(a);
	struct sign_key *key = make_key(a, SIGN_RSA, &t);
	struct signing by = { key, STR("uni.example"), STR("s"), NOW };
	str shared = STR("From: anna@uni.example\r\nSubject: x\r\n");
	struct header h;
	struct canon_body body;
	CHECK(!header_scan(a, arena_cat(a, shared, STR("\r\nBody\r\n")), &h).kind);
	canon_body(h.body, CANON_RELAXED, CANON_ALL, &body);
	struct dkim_plan *plan = dkim_plan(a, &by, &h, &body, STR("to:list-unsubscribe"));
	for (size_t i = 0; i < 3; i++) {
		struct header p;
		str block = str_from(personal[i]);
		CHECK(!header_scan(a, arena_cat(a, block, STR("\r\n")), &p).kind);
		str field = dkim_sign(a, plan, p.fields, p.count, NULL);
		str copy = arena_cat(a, field, block, shared, STR("\r\nBody\r\n"));
		CHECK(verify(a, &t, copy).verdict == DKIM_PASS);
		CHECK(verify(a, &t, replaced(a, copy, "To: ", "To: x")).verdict
		      == DKIM_FAIL);
	}
	sign_key_free(key);
}

/* What the key record or DNS may do to a good signature. */
static void test_records(void)
{
	static const struct {
		const char *before, *after; /* around the record's p= */
		enum dkim_verdict verdict;
	} cases[] = {
		{ "v=DKIM1; k=rsa; ", "", DKIM_PASS },
		{ "", "", DKIM_PASS },
		{ "h=sha1:sha256; s=*; n=note; ", ";", DKIM_PASS },
		{ "t=y:s; ", "", DKIM_PASS },
		{ "k=rsa; v=DKIM1; ", "", DKIM_PERMERROR },
		{ "v=DKIM2; ", "", DKIM_PERMERROR },
		{ "k=ed25519; ", "", DKIM_PERMERROR },
		{ "k=dsa; ", "", DKIM_PERMERROR },
		{ "h=sha1; ", "", DKIM_PERMERROR },
		{ "s=tlsrpt; ", "", DKIM_PERMERROR },
		{ "p=; x", "", DKIM_PERMERROR },
		{ "nonsense ", "", DKIM_PERMERROR },
	};
	ARENA(a);
	struct dns_table made = DNS_TABLE(a);
	struct sign_key *key = make_key(a, SIGN_RSA, &made);
	str text = sign(a, key, MESSAGE, STR_NONE);
	str p = str_find(sign_key_record(a, key), STR("p="));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dns_table t = DNS_TABLE(a);
		table_txt(&t, "s._domainkey.uni.example",
			  arena_cat(a, str_from(cases[i].before), p,
				    str_from(cases[i].after)));
		CHECK(verify(a, &t, text).verdict == cases[i].verdict);
	}
	struct dns_table empty = DNS_TABLE(a), slow = DNS_TABLE(a), two = DNS_TABLE(a);
	table_fail(&slow, "s._domainkey.uni.example");
	table_txt(&two, "s._domainkey.uni.example", STR("v=spf1 -all"));
	table_txt(&two, "s._domainkey.uni.example", p);
	CHECK(verify(a, &empty, text).verdict == DKIM_PERMERROR);
	CHECK(verify(a, &slow, text).verdict == DKIM_TEMPERROR);
	CHECK(verify(a, &two, text).verdict == DKIM_PASS);

	struct sign_key *other = make_key(a, SIGN_RSA, &empty);
	CHECK(verify(a, &empty, text).verdict == DKIM_FAIL);
	sign_key_free(other);
	sign_key_free(key);
}

/* Signatures that are wrong before any key is asked for. */
static void test_syntax(void)
{
	static const struct {
		const char *old, *new;
		enum dkim_verdict verdict;
	} cases[] = {
		{ "v=1", "v=2", DKIM_PERMERROR },
		{ "v=1; ", "", DKIM_PERMERROR },
		{ "a=rsa-sha256", "a=rsa-sha1", DKIM_PERMERROR },
		{ "a=rsa-sha256; ", "", DKIM_PERMERROR },
		{ "d=uni.example", "d=uni..example", DKIM_PERMERROR },
		{ "d=uni.example;", "", DKIM_PERMERROR },
		{ "s=s;", "s=;", DKIM_PERMERROR },
		{ "c=relaxed/relaxed", "c=relaxed/nofws", DKIM_PERMERROR },
		{ "h=from:", "h=", DKIM_PERMERROR },
		{ "v=1", "v=1; q=dns/srv", DKIM_PERMERROR },
		{ "v=1", "v=1; i=@else.example", DKIM_PERMERROR },
		{ "v=1", "v=1; i=anna", DKIM_PERMERROR },
		{ "v=1", "v=1; x=1799999999", DKIM_PERMERROR },
		{ "v=1", "v=1; l=abc", DKIM_PERMERROR },
		{ "v=1", "v=1; v=1", DKIM_PERMERROR },
		{ "v=1", "v=1; i=x@sub.uni.example", DKIM_FAIL },
		{ "v=1", "v=1; q=dns/txt", DKIM_FAIL },
	};
	ARENA(a);
	struct dns_table t = DNS_TABLE(a);
	struct sign_key *key = make_key(a, SIGN_RSA, &t);
	/* A message without a second From, so that "h=from:" can lose one and hold. */
	str text = sign(a, key, MESSAGE, STR_NONE);
	text = replaced(a, text, "h=from:from:", "h=from:");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dkim_result r = verify(
			a, &t, replaced(a, text, cases[i].old, cases[i].new));
		CHECK(r.verdict == cases[i].verdict && r.why);
		if (r.verdict != cases[i].verdict)
			fprintf(stderr, "  %s -> %s: %s (%s)\n", cases[i].old,
				cases[i].new, dkim_word(r.verdict), r.why ? r.why : "");
	}
	sign_key_free(key);
}

/* l= and x= are told to the signer by hand: it writes neither. */
static str sign_with(struct arena *a, const struct sign_key *key, str tags,
		     uint64_t limit)
{
	struct header h;
	struct canon_body body;
	unsigned char sum[HASH_SIZE];
	BUF(text);
	CHECK(!header_scan(a, MESSAGE, &h).kind);
	canon_body(h.body, CANON_SIMPLE, limit, &body);
	str before = arena_cat(
		a, STR("DKIM-Signature: v=1; a=rsa-sha256; d=uni.example; s=s; "),
		STR("h=From; bh="), enc_base64(a, hash_str(body.sum)), STR("; "), tags,
		STR("; b="));
	buf_cat(&text, STR("From: Anna <anna@uni.example>\r\n"), before);
	struct hash *hash = hash_open();
	hash_add(hash, buf_str(&text));
	hash_close(hash, sum);
	return arena_cat(a, before, enc_base64(a, sign_sum(a, key, sum)), STR("\r\n"),
			 MESSAGE);
}

static void test_policy(void)
{
	ARENA(a);
	struct dns_table t = DNS_TABLE(a);
	struct sign_key *key = make_key(a, SIGN_RSA, &t);
	uint64_t size = strlen("Hello \t world \r\n\r\nBye\r\n");
	struct dkim_result *r;
	CHECK(verify(a, &t, sign_with(a, key, STR("l=5"), 5)).verdict == DKIM_POLICY);
	CHECK(verify(a, &t, sign_with(a, key, STR("l=0"), 0)).verdict == DKIM_POLICY);
	str whole = sign_with(a, key, arena_printf(a, "l=%d", (int)size), size);
	CHECK(verify(a, &t, whole).verdict == DKIM_PASS);
	CHECK(verify(a, &t, arena_cat(a, whole, STR("added\r\n"))).verdict != DKIM_PASS);
	str dated = sign_with(a, key, STR("t=1700000000; x=1800000000"), CANON_ALL);
	CHECK(verify_at(a, &t, dated, NOW, &r) == 1 && r[0].verdict == DKIM_PASS);
	CHECK(verify_at(a, &t, dated, NOW + 1, &r) == 1 && r[0].verdict == DKIM_POLICY);

	t.count = 0;
	str record = sign_key_record(a, key);
	table_txt(&t, "s._domainkey.uni.example", arena_cat(a, record, STR("; t=s:y")));
	CHECK(verify(a, &t, sign_with(a, key, STR("i=x@uni.example"), CANON_ALL)).verdict
	      == DKIM_PASS);
	struct dkim_result strict = verify(
		a, &t, sign_with(a, key, STR("i=@a.uni.example"), CANON_ALL));
	CHECK(strict.verdict == DKIM_PERMERROR && strict.testing);
	sign_key_free(key);
}

static void test_many(void)
{
	ARENA(a);
	struct dns_table t = DNS_TABLE(a);
	struct sign_key *key = make_key(a, SIGN_ED25519, &t);
	str text = MESSAGE;
	struct dkim_result *r;
	for (int i = 0; i < 12; i++)
		text = sign(a, key, text, STR_NONE);
	CHECK(verify_at(a, &t, text, NOW, &r) == DKIM_MAX);
	for (size_t i = 0; i < DKIM_MAX; i++)
		CHECK(r[i].verdict == DKIM_PASS);
	CHECK(verify_at(a, &t, MESSAGE, NOW, &r) == 0);
	sign_key_free(key);
}

/* Prints what a signature costs; a rate is no check, so none is made. */
static void measure(void)
{
	ARENA(a);
	struct dns_table t = DNS_TABLE(a);
	struct sign_key *key = make_key(a, SIGN_RSA, &t);
	struct header h;
	struct canon_body body;
	struct signing by = { key, STR("uni.example"), STR("s"), NOW };
	CHECK(!header_scan(a, MESSAGE, &h).kind);
	canon_body(h.body, CANON_RELAXED, CANON_ALL, &body);
	struct dkim_plan *plan = dkim_plan(a, &by, &h, &body, STR("to"));
	enum { ROUNDS = 200 };
	clock_t start = clock();
	for (int i = 0; i < ROUNDS; i++)
		CHECK(dkim_sign(a, plan, h.fields, h.count, NULL).n);
	double signing = (double)(clock() - start) / CLOCKS_PER_SEC / ROUNDS;
	str text = sign(a, key, MESSAGE, STR_NONE);
	start = clock();
	for (int i = 0; i < ROUNDS; i++)
		CHECK(verify(a, &t, text).verdict == DKIM_PASS);
	double verifying = (double)(clock() - start) / CLOCKS_PER_SEC / ROUNDS;
	printf("RSA-2048: %.0f signatures/s, %.0f verifications/s\n", 1 / signing,
	       1 / verifying);
	sign_key_free(key);
}

int main(void)
{
	test_round_trip(SIGN_RSA);
	test_round_trip(SIGN_ED25519);
	test_copies();
	test_records();
	test_syntax();
	test_policy();
	test_many();
	measure();
	return check_done();
}

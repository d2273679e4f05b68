#include "tests/check.h"
#include "tests/unit/dns_table.h"
#include "tests/unit/yaml_doc.h"
#include "base/buf.h"
#include "base/enc.h"
#include "trust/der.h"
#include "trust/dkim.h"

#include <time.h>

#define MESSAGE                                         \
	STR("From: Anna <anna@uni.example>\r\n"         \
	    "To: dev@lists.example\r\n"                 \
	    "Subject: A  test\r\n"                      \
	    " of folding\r\n"                           \
	    "Date: Tue, 24 Nov 2026 04:12:09 +0000\r\n" \
	    "Message-ID: <1@uni.example>\r\n"           \
	    "\r\n"                                      \
	    "Hello \t world \r\n\r\nBye\r\n\r\n")

enum { NOW = 1800000000 };

static size_t verify_at(struct arena *a, struct dns_table *t, str text, int64_t now,
			struct dkim_result **r)
{
	struct header h;
	size_t count;
	CHECK(!header_scan(a, text, &h).kind);
	struct canon_cache body = { .body = h.body };
	struct verify v = { &h, &body, &t->resolver, 0, now };
	dkim_verify(a, &v, r, &count);
	return count;
}

static struct dkim_result verify(struct arena *a, struct dns_table *t, str text)
{
	struct dkim_result *r;
	size_t n = verify_at(a, t, text, NOW, &r);
	return n ? r[0] : (struct dkim_result){ .verdict = DKIM_NONE };
}

/* A key pair that is published as s._domainkey.uni.example. */
static struct sign_key *make_key(struct arena *a, enum sign_alg alg, struct dns_table *t)
{
	struct sign_key *key = NULL;
	str pem;
	CHECK(!sign_key_make(a, alg, &pem).kind);
	CHECK(!sign_key_load(a, pem, &key).kind && sign_key_alg(key) == alg);
	table_txt(t, "s._domainkey.uni.example", sign_key_record(a, key));
	return key;
}

static str sign(struct arena *a, const struct sign_key *key, str text, str personal)
{
	struct header h;
	struct canon_body body;
	struct signing by = { key, STR("uni.example"), STR("s"), NOW };
	CHECK(!header_scan(a, text, &h).kind);
	canon_body(h.body, CANON_RELAXED, CANON_ALL, &body);
	struct dkim_plan *plan = dkim_plan(a, &by, &h, &body, personal);
	return arena_cat(a, dkim_sign(a, plan, h.fields, h.count), text);
}

static str replaced(struct arena *a, str text, const char *old, const char *new)
{
	str at = str_find(text, str_from(old));
	CHECK(at.n);
	return arena_cat(a, str_first(text, text.n - at.n), str_from(new),
			 str_skip(at, strlen(old)));
}

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
		str field = dkim_sign(a, plan, p.fields, p.count);
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

static void test_keys(void)
{
	ARENA(a);
	struct sign_key *key = NULL;
	CHECK(sign_key_load(a, STR("no key"), &key).kind == ERR_SYNTAX && !key);
	CHECK(sign_key_load(a, STR_NONE, &key).kind == ERR_SYNTAX && !key);
	str line = key_zone_line(a, STR("s1._domainkey.uni.example"),
				 arena_cat(a, STR("v=DKIM1; k=rsa; p="),
					   enc_hex(a, str_first(MESSAGE, 180))));
	CHECK(str_starts(
		line, STR("s1._domainkey.uni.example. IN TXT ( \"v=DKIM1; k=rsa; p=")));
	CHECK(str_ends(line, STR("\" )")) && str_find(line, STR("\" \"")).n);
	const char *dir = data_folder();
	str pem;
	if (!dir)
		return;
	static const struct {
		const char *file;
		enum err_kind kind;
	} files[] = { { "rsa", ERR_NONE },
		      { "ed25519", ERR_NONE },
		      { "small", ERR_DENIED } };
	for (size_t i = 0; i < 3; i++) {
		key = NULL;
		const char *path = arena_printf(a, "%s/dkim/mailauth/private-%s.pem", dir,
						files[i].file)
					   .p;
		CHECK(!file_read(a, path, 10000, &pem).kind);
		CHECK(sign_key_load(a, pem, &key).kind == files[i].kind);
		sign_key_free(key);
	}
}

/* DER that is not as it must be is no key; a NUL byte ends nothing here. */
static void test_der(void)
{
#define PKCS1 "\x30\x0b\x02\x04\x00\xc1\x02\x03\x02\x03\x01\x00\x01"
#define D(lit)                       \
	{                            \
		lit, sizeof(lit) - 1 \
	}
#define SPKI "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x0e\x00"
	static const struct {
		str der;
		bool ok;
	} cases[] = {
		{ D(PKCS1), true },
		{ D("\x30\x1f" SPKI PKCS1), true },
		{ D(PKCS1 "\x00"), false },
		{ D("\x30\x81\x0b"
		    "\x02\x04\x00\xc1\x02\x03\x02\x03\x01\x00\x01"),
		  false },
		{ D("\x30\x0b\x02\x04\x80\xc1\x02\x03\x02\x03\x01\x00\x01"), false },
		{ D("\x30\x0b\x02\x04\x00\xc1\x02\x03\x02\x04\x01\x00\x01"), false },
		{ D("\x30\x06\x02\x01\x00\x02\x01\x03"), false },
		{ D("\x30\x06\x02\x01\x05\x02\x01\x00"), false },
		{ D("\x30\x80"), false },
		{ D("\x30\x84\xff\xff\xff\xff"), false },
		{ D("\x30"), false },
		{ D(""), false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str n, e;
		bool ok = der_rsa_key(cases[i].der, &n, &e);
		CHECK(ok == cases[i].ok);
		CHECK(!ok
		      || (str_eq(n, STR("\xc1\x02\x03"))
			  && str_eq(e, STR("\x01\x00\x01"))));
	}
}

/* "name record" lines, an empty line, the message; all its signatures pass. */
static void play(struct arena *a, const char *path, int64_t now, unsigned *passed,
		 unsigned *count)
{
	struct dns_table t = DNS_TABLE(a);
	struct dkim_result *r;
	str text, line, name, record;
	CHECK(!file_read(a, path, 1 << 20, &text).kind);
	while (str_line(&text, &line) && str_cut(line, ' ', &name, &record))
		table_txt(&t, arena_z(a, name), record);
	size_t n = verify_at(a, &t, text, now, &r);
	CHECK(n > 0);
	for (size_t i = 0; i < n; i++) {
		CHECK(r[i].verdict == DKIM_PASS);
		if (r[i].verdict != DKIM_PASS)
			fprintf(stderr, "  %s: %zu %s (%s)\n", path, i,
				dkim_word(r[i].verdict), r[i].why);
		*passed += r[i].verdict == DKIM_PASS;
	}
	*count += (unsigned)n;
}

static void test_messages(void)
{
	ARENA(a);
	const char *dir = data_folder();
	unsigned passed = 0, count = 0;
	if (!dir)
		return;
	for (int i = 1; i <= 6; i++)
		play(a, arena_printf(a, "%s/dkim/stalwart/%03d.txt", dir, i).p,
		     1667860000, &passed, &count);
	printf("suite: DKIM messages: %u of %u signatures\n", passed, count);
	CHECK(count == 8);
}

static str with_crlf(struct arena *a, str text)
{
	BUF(out);
	for (str line; str_line(&text, &line);)
		buf_cat(&out, line, STR("\r\n"));
	return arena_copy(a, buf_str(&out));
}

static bool signs_with(struct arena *a, const char *dir, const char *name, str text)
{
	struct dns_table t = DNS_TABLE(a);
	struct sign_key *key = NULL;
	str pem;
	const char *path =
		arena_printf(a, "%s/dkim/mailauth/private-%s.pem", dir, name).p;
	CHECK(!file_read(a, path, 10000, &pem).kind);
	CHECK(!sign_key_load(a, pem, &key).kind);
	table_txt(&t, "s._domainkey.uni.example", sign_key_record(a, key));
	bool pass = verify(a, &t, sign(a, key, text, STR_NONE)).verdict == DKIM_PASS;
	CHECK(pass);
	sign_key_free(key);
	return pass;
}

/* Do the body hashes of those who signed it agree with ours? */
static void count_hashes(struct arena *a, const struct header *h, unsigned *right,
			 unsigned *count)
{
	for (const struct field *f = header_find(h, STR("DKIM-Signature")); f;
	     f = header_next(h, f), ++*count) {
		struct tag_list tags;
		struct signature s;
		struct canon_body body;
		CHECK(!tag_parse(a, f->value, &tags).kind);
		CHECK(!signature_parse(a, f->raw, &tags, CANON_SIMPLE, &s).kind);
		canon_body(h->body, s.body, s.length, &body);
		bool same = str_eq(hash_str(body.sum), s.bh);
		CHECK(same);
		*right += same;
	}
}

/* The keys of those messages were in the DNS of 2020: of their signatures only the body
 * hashes can be checked. Keys are given beside them: each message is signed with both. */
static void test_mailauth(void)
{
	static const char *const files[] = { "authtest", "message1", "message2",
					     "message3", "message4", "zproov" };
	static const char *const keys[] = { "rsa", "ed25519" };
	ARENA(a);
	const char *dir = data_folder();
	unsigned right = 0, count = 0, verified = 0;
	if (!dir)
		return;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		str text;
		struct header h;
		CHECK(!file_read(a,
				 arena_printf(a, "%s/dkim/mailauth/%s.eml", dir, files[i])
					 .p,
				 1 << 20, &text)
			       .kind);
		text = with_crlf(a, text);
		CHECK(!header_scan(a, text, &h).kind);
		count_hashes(a, &h, &right, &count);
		for (size_t k = 0; k < 2; k++)
			verified += signs_with(a, dir, keys[k], text);
	}
	printf("suite: DKIM mailauth: %u of %u body hashes, %u of 12 signed and "
	       "verified\n",
	       right, count, verified);
	puts("skipped: b= of mailauth's messages: the keys were in the DNS of 2020 and "
	     "nobody kept them");
	CHECK(count == 6 && verified == 12);
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
		CHECK(dkim_sign(a, plan, h.fields, h.count).n);
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
	test_keys();
	test_der();
	test_messages();
	test_mailauth();
	measure();
	return check_done();
}

/* Messages that other programs signed, from collections of theirs. */
#include "dkim_signed.h"
#include "base/enc.h"
#include "tests/unit/yaml_doc.h"

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

int main(void)
{
	test_messages();
	test_mailauth();
	return check_done();
}

#include "tests/check.h"
#include "trust/canon.h"

#include "base/enc.h"
#include "trust/tag.h"

static str body_sum(struct arena *a, const char *body, enum canon how, uint64_t limit,
		    uint64_t *size)
{
	struct canon_body out;
	canon_body(str_from(body), how, limit, &out);
	*size = out.size;
	return enc_base64(a, hash_str(out.sum));
}

static str sum_of(struct arena *a, const char *text)
{
	unsigned char sum[HASH_SIZE];
	struct hash *h = hash_open();
	hash_add(h, str_from(text));
	hash_close(h, sum);
	return enc_base64(a, hash_str(sum));
}

/* Each body hashes as its canonical text does. */
static void test_body(void)
{
	static const struct {
		const char *body, *simple, *relaxed;
	} cases[] = {
		{ "", "\r\n", "" },
		{ "\r\n\r\n", "\r\n", "" },
		{ " \t\r\n", " \t\r\n", "" },
		{ "a", "a\r\n", "a\r\n" },
		{ "a\n\nb\n\n\n", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n" },
		/* RFC 6376 section 3.4.5 */
		{ " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n" },
		{ "a\r\n \r\n\t\r\nb \r\n \r\n", "a\r\n \r\n\t\r\nb \r\n \r\n",
		  "a\r\n\r\n\r\nb\r\n" },
	};
	ARENA(a);
	uint64_t size;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CHECK(str_eq(body_sum(a, cases[i].body, CANON_SIMPLE, CANON_ALL, &size),
			     sum_of(a, cases[i].simple)));
		CHECK(size == strlen(cases[i].simple));
		CHECK(str_eq(body_sum(a, cases[i].body, CANON_RELAXED, CANON_ALL, &size),
			     sum_of(a, cases[i].relaxed)));
		CHECK(size == strlen(cases[i].relaxed));
	}
	/* The sums that RFC 6376 section 3.4.3 and 3.4.4 give for no body at all. */
	CHECK(str_eq(body_sum(a, "", CANON_SIMPLE, CANON_ALL, &size),
		     STR("frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=")));
	CHECK(str_eq(body_sum(a, "", CANON_RELAXED, CANON_ALL, &size),
		     STR("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")));
}

static void test_limit(void)
{
	ARENA(a);
	uint64_t size;
	CHECK(str_eq(body_sum(a, "abc  d\r\nefg", CANON_RELAXED, 4, &size),
		     sum_of(a, "abc ")));
	CHECK(size == 12);
	CHECK(str_eq(body_sum(a, "abc", CANON_RELAXED, 0, &size), sum_of(a, "")));
	CHECK(str_eq(body_sum(a, "abc", CANON_SIMPLE, 500, &size), sum_of(a, "abc\r\n")));

	/* A line longer than the chunk, cut inside and behind it. */
	char *line = arena_alloc(a, 10001);
	memset(line, 'x', 10000);
	line[10000] = '\0';
	for (uint64_t cut = 4090; cut < 4105; cut++) {
		str want = sum_of(a, arena_z(a, (str){ line, (size_t)cut }));
		CHECK(str_eq(body_sum(a, line, CANON_SIMPLE, cut, &size), want));
		CHECK(str_eq(body_sum(a, line, CANON_RELAXED, cut, &size), want));
		CHECK(size == 10002);
	}
}

static void test_field(void)
{
	static const struct {
		const char *raw, *simple, *relaxed;
	} cases[] = {
		{ "A: X\r\n", "A: X\r\n", "a:X\r\n" },
		{ "B : Y\t\r\n\tZ  \r\n", "B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n" },
		{ "SUBJect:\n\n", "SUBJect:\r\n\r\n", "subject:\r\n" },
		{ "x:  a \r b\r\n", "x:  a \r b\r\n", "x:a \r b\r\n" },
		{ "No-End: z", "No-End: z\r\n", "no-end:z\r\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		BUF(simple);
		BUF(relaxed);
		canon_field(&simple, CANON_SIMPLE, str_from(cases[i].raw));
		canon_field(&relaxed, CANON_RELAXED, str_from(cases[i].raw));
		CHECK(str_eq(buf_str(&simple), str_from(cases[i].simple)));
		CHECK(str_eq(buf_str(&relaxed), str_from(cases[i].relaxed)));
	}
}

static void test_names(void)
{
	enum canon h, b;
	CHECK(canon_parse(STR("relaxed"), &h, &b) && h == CANON_RELAXED
	      && b == CANON_SIMPLE);
	CHECK(canon_parse(STR("simple/relaxed"), &h, &b) && h == CANON_SIMPLE
	      && b == CANON_RELAXED);
	CHECK(!canon_parse(STR(""), &h, &b) && !canon_parse(STR("simple/"), &h, &b)
	      && !canon_parse(STR("Relaxed"), &h, &b));
}

static void test_tags(void)
{
	static const struct {
		const char *text;
		int count; /* -1: no tag list */
	} cases[] = {
		{ "", 0 },           { "a=1", 1 },        { " a = 1 ;\r\n\tb=2; ", 2 },
		{ "a=;b=x y=z", 2 }, { "a=1;;b=2", -1 },  { ";a=1", -1 },
		{ "a", -1 },         { "1a=1", -1 },      { "a-b=1", -1 },
		{ "a_b2=1", 1 },     { "a=1;a=2", -1 },   { "a=1;A=2", 2 },
		{ "a=\x01", -1 },    { "a=\xc3\xa4", 1 },
	};
	ARENA(a);
	struct tag_list list;
	str v;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool ok = !tag_parse(a, str_from(cases[i].text), &list).kind;
		CHECK(ok == (cases[i].count >= 0)
		      && (!ok || (int)list.count == cases[i].count));
	}
	CHECK(!tag_parse(a, STR("a=x; b= p q\r\n\tr ;c=z"), &list).kind);
	CHECK(tag_get(&list, "b", &v) && str_eq(v, STR("p q\r\n\tr")));
	CHECK(str_eq(tag_squeeze(a, v), STR("pqr")) && !tag_get(&list, "B", &v));
	str words = STR("from : To::x"), word;
	CHECK(tag_next(&words, &word) && str_eq(word, STR("from")));
	CHECK(tag_next(&words, &word) && str_eq(word, STR("To")));
	CHECK(tag_next(&words, &word) && !word.n);
	CHECK(tag_next(&words, &word) && str_eq(word, STR("x"))
	      && !tag_next(&words, &word));
}

int main(void)
{
	test_body();
	test_limit();
	test_field();
	test_names();
	test_tags();
	return check_done();
}

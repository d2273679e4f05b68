#include "tests/check.h"
#include "tests/unit/yaml_doc.h"
#include "trust/suffix.h"

#include "mail/address.h"

static void one(struct arena *a, const struct suffix_list *list, str name, str want,
		unsigned *passed, unsigned *count)
{
	want = str_eq(want, STR("null")) ? STR_NONE : domain_ascii(a, want);
	str got = suffix_org(a, list, str_eq(name, STR("null")) ? STR_NONE : name);
	bool ok = str_eq(got, want);
	CHECK(ok);
	if (!ok)
		fprintf(stderr, "  %.*s: %.*s\n", STR_F(name), STR_F(got));
	*passed += ok;
	++*count;
}

/* "checkPublicSuffix('a.b', null);" and "a.b null" say the same. */
static str bare(struct arena *a, str line)
{
	str call = STR("checkPublicSuffix(");
	if (!str_starts(line, call))
		return line;
	line = str_skip(line, call.n);
	BUF(out);
	for (size_t i = 0; i < line.n && line.p[i] != ')'; i++)
		if (line.p[i] != '\'' && line.p[i] != ',')
			buf_add_char(&out, line.p[i]);
	return arena_copy(a, buf_str(&out));
}

static void test_vectors(void)
{
	static const char *const files[] = { "tests.txt", "test_psl.txt" };
	ARENA(a);
	struct suffix_list *list = NULL;
	const char *dir = data_folder();
	unsigned passed = 0, count = 0;
	if (!dir)
		return;
	CHECK(!suffix_load(a, arena_printf(a, "%s/psl/public_suffix_list.dat", dir).p,
			   &list)
		       .kind);
	for (size_t i = 0; i < 2; i++) {
		str text, line, name, want;
		CHECK(!file_read(a, arena_printf(a, "%s/psl/%s", dir, files[i]).p,
				 1 << 20, &text)
			       .kind);
		while (str_line(&text, &line)) {
			line = bare(a, line);
			if (!str_starts(line, STR("//")) && str_word(&line, &name)
			    && str_word(&line, &want))
				one(a, list, name, want, &passed, &count);
		}
	}
	printf("suite: public suffixes: %u of %u cases\n", passed, count);
	CHECK(count == 156);
	suffix_free(list);
}

static const struct {
	const char *one, *other;
	bool same;
} pairs[] = {
	{ "Mail.Example.ORG", "example.org", true },
	{ "a.example.org", "b.example.org", true },
	{ "b\303\274cher.example", "xn--bcher-kva.example", true },
	{ "example.org", "example.net", false },
	{ "example.org", "badexample.org", false },
	{ "example.co.uk", "other.co.uk", false },
	{ "co.uk", "co.uk", true }, /* nobody's but its own */
	{ "co.uk", "example.co.uk", false },
	{ "", "example.org", false },
	{ "", "", false },
};

static void test_known(void)
{
	ARENA(a);
	const struct suffix_list *list = suffix_known();
	CHECK(str_eq(suffix_org(a, list, STR("A.b.Example.ORG")), STR("example.org")));
	CHECK(str_eq(suffix_org(a, list, STR("x.example.co.uk")), STR("example.co.uk")));
	CHECK(!suffix_org(a, list, STR("co.uk")).n && !suffix_org(a, list, STR("")).n);
	CHECK(!suffix_org(a, NULL, STR("example.org")).n);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		str one = str_from(pairs[i].one), other = str_from(pairs[i].other);
		CHECK(suffix_same_registrant(a, one, other) == pairs[i].same);
		CHECK(suffix_same_registrant(a, other, one) == pairs[i].same);
	}
	struct suffix_list *none = NULL;
	CHECK(suffix_load(a, "/nonexistent", &none).kind == ERR_IO && !none);
}

int main(void)
{
	test_vectors();
	test_known();
	return check_done();
}

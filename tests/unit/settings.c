#include "books.h"

#include "lists/speaks.h"
#include "store/lists/setting.h"

static const struct setting_def *row(const char *key)
{
	const struct setting_def *d = setting_find(str_from(key));
	if (!d) {
		fprintf(stderr, "no setting %s\n", key);
		exit(1);
	}
	return d;
}

static void test_table(struct arena *a)
{
	size_t n;
	const struct setting_def *d = setting_defs(&n);
	CHECK(n > 20);
	for (size_t i = 0; i < n; i++) {
		str clean = STR_NONE, standard = str_from(d[i].standard);
		CHECK(ok(setting_check(a, &d[i], standard, &clean))
		      && str_eq(clean, standard));
		CHECK(*d[i].label && *d[i].group
		      && *setting_group_title(str_from(d[i].group)));
		CHECK((d[i].type == SETTING_IS_CHOICE) == (d[i].choices != NULL));
		CHECK(setting_find(str_from(d[i].key)) == &d[i]);
		CHECK(!*d[i].mailman3 || !strcmp(d[i].mailman3, d[i].key));
		for (size_t k = 0; k < i; k++)
			CHECK(strcmp(d[i].key, d[k].key));
	}
	CHECK(!setting_find(STR("no_such")) && !setting_find(STR("")));
	CHECK(!*setting_group_title(STR("no_such")));
}

static void test_check(struct arena *a)
{
	static const struct {
		const char *key, *value, *clean; /* clean: NULL: refused */
	} cases[] = {
		{ "advertised", "yes", "yes" },
		{ "advertised", "On", "yes" },
		{ "advertised", "TRUE", "yes" },
		{ "advertised", "1", "yes" },
		{ "advertised", "off", "no" },
		{ "advertised", "false", "no" },
		{ "advertised", "0", "no" },
		{ "advertised", "maybe", NULL },
		{ "advertised", "", NULL },
		{ "advertised", "yes ", NULL },
		{ "max_message_size", "0", "0" },
		{ "max_message_size", "2147483647", "2147483647" },
		{ "max_message_size", "2147483648", NULL },
		{ "max_message_size", "-1", NULL },
		{ "max_message_size", "1.5", NULL },
		{ "max_message_size", "9k", NULL },
		{ "max_message_size", "", NULL },
		{ "max_message_size", "99999999999999999999", NULL },
		{ "subscription_policy", "closed", "closed" },
		{ "subscription_policy", "Closed", NULL },
		{ "subscription_policy", "", NULL },
		{ "subject_prefix", "[dev] ", "[dev] " },
		{ "subject_prefix", "", "" },
		{ "subject_prefix", "a\r\nBcc: x@y.example", NULL },
		{ "subject_prefix", "a\nb", NULL },
		{ "subject_prefix", "\x7f", NULL },
		{ "subject_prefix", "\t", NULL },
		{ "info", "a\r\nb\tc\n", "a\r\nb\tc\n" },
		{ "info", "bell \a", NULL },
		{ "reply_to_address", "", "" },
		{ "reply_to_address", "team@uni.example", "team@uni.example" },
		{ "reply_to_address", "The team <Team@Uni.example>",
		  "The team <Team@uni.example>" },
		{ "reply_to_address", "nonsense", NULL },
		{ "reply_to_address", "a@uni.example, b@uni.example", NULL },
		{ "reply_to_address", "a@uni.example\r\nBcc: x@y.example", NULL },
		{ "acceptable_aliases", " a@uni.example\r\n\r\n^dev-.*@ \n@ops.example",
		  "a@uni.example\n^dev-.*@\n@ops.example" },
		{ "acceptable_aliases", "@ops", NULL },
		{ "acceptable_aliases", "@ops@lists.example", NULL },
		{ "dmarc_addresses", "@ops", NULL },
		{ "dmarc_addresses", "@ops.example\n^bob[.]", "@ops.example\n^bob[.]" },
		{ "hold_these_nonmembers", "@ops", "@ops" },
		{ "acceptable_aliases", "nonsense", NULL },
		{ "acceptable_aliases", "a@uni.example\n^(", NULL },
		{ "acceptable_aliases", "a@uni.example\tb@uni.example\x01", NULL },
		{ "acceptable_aliases", "", "" },
		{ "description",
		  "Gr\xC3\xBC\xC3\x9F"
		  "e",
		  "Gr\xC3\xBC\xC3\x9F"
		  "e" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str clean = STR_NONE;
		err e = setting_check(a, row(cases[i].key), str_from(cases[i].value),
				      &clean);
		bool fits = cases[i].clean
				    ? !e.kind && str_eq(clean, str_from(cases[i].clean))
				    : e.kind == ERR_SYNTAX && has_word(e, cases[i].key);
		if (!fits)
			fprintf(stderr, "  %s = %s: %s\n", cases[i].key, cases[i].value,
				e.msg);
		CHECK(fits);
	}
	str big = { arena_zero(a, 70000), 70000 }, clean;
	memset((char *)(uintptr_t)big.p, 'x', big.n);
	CHECK(setting_check(a, row("info"), big, &clean).kind == ERR_SYNTAX);
	str many = STR("");
	for (int i = 0; i < 50; i++)
		many = arena_cat(a, many, STR("^x@\n"));
	CHECK(!setting_check(a, row("hold_these_nonmembers"), many, &clean).kind);
	many = arena_cat(a, many, STR("^y@"));
	CHECK(setting_check(a, row("hold_these_nonmembers"), many, &clean).kind
	      == ERR_SYNTAX);
}

static void test_languages(struct arena *a)
{
	static const struct {
		const char *offers, *own, *site;
		enum language wanted;
		bool speaks;
	} cases[] = {
		{ "", "site", "en", LANGUAGE_ja, true },
		{ "de, fr", "site", "de", LANGUAGE_fr, true },
		{ "de, fr", "site", "de", LANGUAGE_es, false },
		{ "fr", "site", "de", LANGUAGE_de, true }, /* its own */
		{ "fr", "zh_CN", "de", LANGUAGE_zh_CN, true },
		{ "fr", "zh_CN", "de", LANGUAGE_de, false },
	};
	str clean = STR("");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct settings s = { .available_languages = str_from(cases[i].offers),
				      .preferred_language = str_from(cases[i].own) };
		CHECK(speaks(&s, str_from(cases[i].site), cases[i].wanted)
		      == cases[i].speaks);
	}
	CHECK(ok(speaks_check(a, STR(" fr  de,fr ,zh_CN"), &clean))
	      && str_eq(clean, STR("fr, de, zh_CN")));
	CHECK(speaks_check(a, STR("de, tlh"), &clean).kind == ERR_SYNTAX);
}

static void test_choices(struct arena *a)
{
	size_t n;
	str clean;
	const struct setting_def *d = setting_defs(&n);
	for (size_t i = 0; i < n; i++) {
		if (!d[i].choices)
			continue;
		err e = setting_check(a, &d[i], STR("no such word"), &clean);
		CHECK(e.kind == ERR_SYNTAX);
		for (size_t k = 0; d[i].choices[k]; k += 2) {
			CHECK(has_word(e, d[i].choices[k]));
			CHECK(d[i].choices[k + 1] && *d[i].choices[k + 1]);
			CHECK(ok(setting_check(a, &d[i], str_from(d[i].choices[k]),
					       &clean)));
		}
	}
}

static void test_store(struct books_test *t)
{
	struct settings s;
	struct setting_row *stored;
	size_t n;
	struct arena *a = t->a;
	struct book *b = t->books.lists;
	int64_t dev = books_list(t, "dev@lists.example")->id;
	CHECK(ok(settings_load(b, a, dev, &s)));
	const struct setting_def *d = setting_defs(&n);
	for (size_t i = 0; i < n; i++)
		CHECK(str_eq(setting_text(a, &s, &d[i]), str_from(d[i].standard)));
	CHECK(ok(setting_put(b, a, dev, STR("subject_prefix"), STR("[x] "))));
	CHECK(ok(setting_put(b, a, dev, STR("emergency"), STR("on"))));
	CHECK(ok(setting_put(b, a, dev, STR("max_message_size"), STR("77"))));
	CHECK(ok(setting_put(b, a, dev, STR("archive_policy"), STR("private"))));
	CHECK(ok(settings_load(b, a, dev, &s)));
	CHECK(s.emergency && s.max_message_size == 77);
	CHECK(setting_is(s.archive_policy, "private")
	      && str_eq(s.subject_prefix, STR("[x] ")));
	/* Back at the default: no row. */
	CHECK(ok(setting_put(b, a, dev, STR("emergency"), STR("off"))));
	CHECK(ok(setting_put(b, a, dev, STR("max_message_size"), STR("10000"))));
	CHECK(ok(setting_all(b, a, dev, &stored, &n)) && n == 2);
	/* A wrong value changes nothing. */
	CHECK(setting_put(b, a, dev, STR("archive_policy"), STR("open")).kind
	      == ERR_SYNTAX);
	CHECK(setting_put(b, a, dev, STR("nonsense"), STR("1")).kind == ERR_NOTFOUND);
	CHECK(ok(settings_load(b, a, dev, &s))
	      && setting_is(s.archive_policy, "private"));
	/* A row of an older or newer program is no reason to stop. */
	CHECK(ok(setting_set(b, dev, STR("of_the_future"), STR("1"))));
	CHECK(ok(settings_load(b, a, dev, &s)) && !s.emergency);
}

static void test_rights(struct books_test *t)
{
	static const struct {
		const char *key, *value;
		enum who see, read, roster;
	} cases[] = {
		{ "advertised", "no", WHO_MEMBER, WHO_GUEST, WHO_MODERATOR },
		{ "archive_policy", "private", WHO_GUEST, WHO_MEMBER, WHO_MODERATOR },
		{ "archive_policy", "never", WHO_GUEST, WHO_NOBODY, WHO_MODERATOR },
		{ "member_roster_visibility", "members", WHO_GUEST, WHO_GUEST,
		  WHO_MEMBER },
		{ "member_roster_visibility", "public", WHO_GUEST, WHO_GUEST, WHO_GUEST },
		{ "emergency", "yes", WHO_GUEST, WHO_GUEST, WHO_MODERATOR },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct settings s;
		str name = arena_printf(t->a, "r%zu@lists.example", i);
		int64_t id = books_list(t, arena_z(t->a, name))->id;
		CHECK(ok(setting_put(t->books.lists, t->a, id, str_from(cases[i].key),
				     str_from(cases[i].value))));
		CHECK(ok(settings_load(t->books.lists, t->a, id, &s)));
		struct right_list r = settings_rights(&s);
		CHECK(r.see == cases[i].see && r.read == cases[i].read
		      && r.roster == cases[i].roster);
	}
}

int main(void)
{
	ARENA(a);
	test_table(a);
	test_check(a);
	test_languages(a);
	test_choices(a);
	struct books_test t = books_make(a);
	test_store(&t);
	test_rights(&t);
	books_end(&t);
	return check_done();
}

/* What a report says of a list beyond its attributes: where the same value acts otherwise,
 * and what is new. */
#include "lists/import/otherwise.h"

#include "lists/import/attributes.h"
#include "lists/settings.h"
#include "tests/check.h"

#include <string.h>

/* What acts otherwise is an attribute that is carried. */
static void test_otherwise(void)
{
	size_t n;
	const struct otherwise_row *rows = otherwise_rows(&n);
	for (size_t i = 0; i < n; i++) {
		str name = str_from(rows[i].attribute);
		const struct attribute *x = !strcmp(rows[i].manager, "mailman2")
						    ? attribute_of_mailman2(name)
						    : attribute_of_mailman3(name);
		bool carried = x && (x->fate == FATE_SETTING || x->fate == FATE_WITH);
		if (!carried)
			fprintf(stderr, "otherwise.def: %s is not carried\n",
				rows[i].attribute);
		CHECK(carried && rows[i].words[0]);
	}
	const struct pickle off = { .type = PICKLE_BOOL },
			    accept = { .type = PICKLE_INT, .number = 3 },
			    defer = { .type = PICKLE_INT, .number = 4 };
	CHECK(!otherwise("mailman2", "anonymous_list", &off).n);
	/* what is off acts otherwise where the table has a row of it */
	CHECK(otherwise("mailman2", "include_rfc2369_headers", &off).n > 0);
	CHECK(otherwise("mailman3", "digest_size_threshold", &off).n > 0);
	CHECK(!otherwise("mailman3", "include_rfc2369_headers", &accept).n);
	/* DMARC: each action says how it acts here */
	static const char *const dmarc[][2] = {
		{ "mailman2", "dmarc_moderation_action" },
		{ "mailman3", "dmarc_mitigate_action" },
	};
	for (int64_t action = 0; action < 10; action++) {
		const struct pickle x = { .type = PICKLE_INT, .number = action / 2 };
		str words = otherwise(dmarc[action % 2][0], dmarc[action % 2][1], &x);
		CHECK(words.n > 0);
		CHECK((str_find(words, STR("refused while")).n > 0) == (action / 2 == 3));
	}
	CHECK(otherwise("mailman3", "default_member_action", &accept).n > 0);
	CHECK(!otherwise("mailman3", "default_member_action", &defer).n);
	CHECK(!otherwise("mailman2", "default_member_action", &accept).n);
}

static bool is_off(const char *value)
{
	return !*value || !strcmp(value, "no") || !strcmp(value, "0");
}

/* A setting that no Mailman has and that does something by itself stands in the report. */
static void test_news(void)
{
	ARENA(a);
	size_t n, settings;
	const struct new_here *news = new_here(&n);
	const struct setting_def *defs = setting_defs(&settings);
	for (size_t i = 0; i < n; i++) {
		const struct setting_def *def = setting_find(str_from(news[i].setting));
		str clean;
		CHECK(def != NULL);
		CHECK(!news[i].off || news[i].words[0]);
		CHECK(!news[i].off
		      || (!setting_check(a, def, str_from(news[i].off), &clean).kind
			  && !str_eq(clean, str_from(def->standard))));
	}
	for (size_t i = 0; i < settings; i++) {
		bool known = is_off(defs[i].standard)
			     || attribute_of_mailman2(str_from(defs[i].mailman2))
			     || attribute_of_mailman3(str_from(defs[i].mailman3));
		for (size_t k = 0; k < n; k++)
			known = known || !strcmp(news[k].setting, defs[i].key);
		if (!known)
			fprintf(stderr, "%s is new here: otherwise.def says so\n",
				defs[i].key);
		CHECK(known);
	}
}

int main(void)
{
	test_otherwise();
	test_news();
	return check_done();
}

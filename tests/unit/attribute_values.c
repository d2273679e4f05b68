/* A value of each kind of Mailman 2 and 3, as it becomes a setting's. */
#include "lists/import/attributes.h"

#include "tests/check.h"

#include <string.h>

/* One value of each kind, as it becomes a setting's. */
#define B(s)                                                       \
	{                                                          \
		.type = PICKLE_BYTES, .text = { s, sizeof(s) - 1 } \
	}
#define I(n)                                    \
	{                                       \
		.type = PICKLE_INT, .number = n \
	}
#define R(x)                                   \
	{                                      \
		.type = PICKLE_REAL, .real = x \
	}
static const struct {
	const char *name;
	struct pickle value;
	const char *text;
} cases[] = {
	{ "real_name", B("Caf\xe9"), "Café" },
	{ "real_name", B("Caf\xc3\xa9"), "Café" },
	{ "info", B("a\r\nb\r\n"), "a\nb" },
	{ "description", B("a\nb "), "a b" },
	{ "subject_prefix", B("[Dev] "), "[Dev] " },
	{ "advertised", I(1), "yes" },
	{ "emergency", I(0), "no" },
	{ "max_message_size", I(40), "40" },
	{ "bounce_score_threshold", R(4.5), "5" },
	{ "bounce_score_threshold", R(5.0), "5" },
	{ "bounce_info_stale_after", R(604800.0), "7" },
	{ "bounce_info_stale_after", I(86401), "2" },
	{ "private_roster", I(1), "members" },
	{ "subscribe_policy", I(2), "moderate" },
	{ "reply_goes_to_list", I(1), "point_to_list" },
	{ "generic_nonmember_action", I(3), "discard" },
	{ "archive", I(0), "never" },
	{ "archive", I(1), "public" },
	{ "default_member_moderation", I(0), "accept" },
	{ "default_member_moderation", I(1), "hold" },
	{ "dmarc_moderation_action", I(4), "discard" },
	{ "dmarc_none_moderation_action", I(1), "yes" },
	{ "dmarc_moderation_addresses", B("a@b.example\n^.*@c[.]example"),
	  "a@b.example\n^.*@c[.]example" },
	{ "forward_auto_discards", I(1), "yes" },
	{ "from_is_list", I(1), "yes" },
	{ "acceptable_aliases", B("dev@old.example\n\n.*@x\n^y"),
	  "dev@old.example\n^.*@x\n^y" },
	{ "msg_footer", B("%(real_name)s, see %(x)s or %(y"),
	  "%(real_name)s, see %(x)s or %(y" },
};

/* The same of Mailman 3, whose numbers and moments mean other things. */
static const struct {
	const char *name;
	struct pickle value;
	const char *text;
} cases3[] = {
	{ "display_name",
	  B("Gr\xc3\xbc\xc3\x9f"
	    "e"),
	  "Grüße" },
	{ "archive_policy", I(1), "private" },
	{ "archive_policy", I(0), "never" },
	{ "default_member_action", I(4), "accept" },
	{ "default_nonmember_action", I(2), "discard" },
	{ "subscription_policy", I(2), "moderate" },
	{ "unsubscription_policy", I(0), "open" },
	{ "dmarc_mitigate_action", I(2), "wrap_message" },
	{ "dmarc_mitigate_unconditionally", I(1), "yes" },
	{ "dmarc_mitigate_action", I(4), "discard" },
	{ "reply_goes_to_list", I(3), "explicit_header_only" },
	{ "filter_action", I(5), "forward" },
	{ "digest_size_threshold", R(45.5), "46" },
	{ "autoresponse_grace_period", I(90 * 86400), "90" },
	{ "bounce_info_stale_after", I(7 * 86400), "7" },
	{ "forward_unrecognized_bounces_to", I(2), "site_owner" },
};

static void test_values(void)
{
	ARENA(a);
	const struct pickle none = { .type = PICKLE_DICT };
	struct mailman2_config c = { .a = a,
				     .dict = &none,
				     .charset = STR("iso-8859-1") };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct attribute *row = attribute_of_mailman2(
			str_from(cases[i].name));
		CHECK(row != NULL);
		struct made m = row->make(&c, row, &cases[i].value);
		bool same = str_eq(m.text, str_from(cases[i].text));
		CHECK(same);
		if (!same)
			fprintf(stderr, "%s: %.*s\n", cases[i].name, STR_F(m.text));
	}
	CHECK(str_eq(mailman2_charset(STR("ja")), STR("euc-jp")));
	/* Another measure, and what goes with it. */
	const struct attribute *size = attribute_of_mailman2(STR("max_message_size"));
	CHECK(size->make(&c, size, &(struct pickle)I(40)).differs
	      && !size->make(&c, size, &(struct pickle)I(0)).differs);
	const struct attribute_also *also = attribute_also(STR("max_message_size"));
	CHECK(also && !strcmp(also->setting, "max_size_action")
	      && !strcmp(also->value, "hold") && !attribute_also(STR("info")));
}

static void test_values3(void)
{
	ARENA(a);
	const struct pickle none = { .type = PICKLE_DICT };
	struct mailman2_config c = { .a = a, .dict = &none, .charset = STR("utf-8") };
	for (size_t i = 0; i < sizeof cases3 / sizeof *cases3; i++) {
		const struct attribute *row = attribute_of_mailman3(
			str_from(cases3[i].name));
		CHECK(row != NULL);
		struct made m = attribute_maker3(row)(&c, row, &cases3[i].value);
		bool same = str_eq(m.text, str_from(cases3[i].text));
		CHECK(same);
		if (!same)
			fprintf(stderr, "%s: %.*s\n", cases3[i].name, STR_F(m.text));
	}
}

/* What stood there is told where the value here is another one. */
static void test_there(void)
{
	static const struct {
		const char *name;
		struct pickle value;
		const char *there;
	} changed[] = {
		{ "bounce_score_threshold", R(4.5), "4.5" },
		{ "bounce_score_threshold", R(5.0), "" },
		{ "bounce_info_stale_after", I(86401), "86401 seconds" },
		{ "bounce_info_stale_after", R(604800.0), "" },
		{ "topics_bodylines_limit", I(-1), "-1" },
		{ "max_num_recipients", I(-3), "-3" },
		{ "scrub_nondigest", I(1), "all files" },
		{ "scrub_nondigest", I(0), "" },
	};
	ARENA(a);
	const struct pickle none = { .type = PICKLE_DICT };
	struct mailman2_config c = { .a = a, .dict = &none, .charset = STR("utf-8") };
	for (size_t i = 0; i < sizeof changed / sizeof *changed; i++) {
		const struct attribute *row = attribute_of_mailman2(
			str_from(changed[i].name));
		struct made m = row->make(&c, row, &changed[i].value);
		CHECK(str_eq(m.there, str_from(changed[i].there)));
	}
}

/* Whether a report says "changed" of a value, beside another attribute of the list. */
static void test_differs(void)
{
	static const struct {
		bool third; /* of Mailman 3 */
		const char *name;
		struct pickle value;
		const char *other;
		int64_t number;
		const char *text, *there;
		bool differs;
	} said[] = {
		{ 0, "dmarc_moderation_action", I(3), "", 0, "reject", "", 0 },
		{ 0, "dmarc_moderation_action", I(0), "from_is_list", 1, "munge_from", "",
		  0 },
		{ 0, "dmarc_moderation_action", I(1), "from_is_list", 2, "wrap_message",
		  "munge_from", 0 },
		{ 0, "dmarc_moderation_action", I(7), "", 0, "no_mitigation", "7", 0 },
		{ 0, "from_is_list", I(1), "dmarc_moderation_action", 1, "yes", "", 0 },
		{ 0, "from_is_list", I(1), "dmarc_moderation_action", 3, "no", "", 1 },
		{ 0, "from_is_list", I(0), "dmarc_moderation_action", 3, "no", "", 0 },
		{ 0, "dmarc_none_moderation_action", I(1), "dmarc_moderation_action", 1,
		  "yes", "", 0 },
		{ 0, "dmarc_none_moderation_action", I(1), "dmarc_moderation_action", 4,
		  "yes", "", 1 },
		{ 1, "dmarc_mitigate_unconditionally", I(1), "dmarc_mitigate_action", 2,
		  "yes", "", 0 },
		{ 1, "dmarc_mitigate_unconditionally", I(1), "dmarc_mitigate_action", 3,
		  "no", "yes", 0 },
		{ 0, "subject_prefix", B("[dev] "), "", 0, "[dev] ", "", 0 },
		{ 1, "subject_prefix", B("[dev %d] "), "", 0, "[dev %d] ", "", 1 },
		{ 0, "autoresponse_admin_text", B("Later, by %(listname)s"), "", 0,
		  "Later, by %(listname)s", "", 1 },
		{ 1, "autoresponse_owner_text", B("It costs $5 or 5$"), "", 0,
		  "It costs $5 or 5$", "", 0 },
		{ 1, "autoresponse_owner_text", B("By ${listname}"), "", 0,
		  "By ${listname}", "", 1 },
		{ 1, "posting_chain", B("default-posting-chain"), "", 0,
		  "default-posting-chain", "", 0 },
		{ 1, "posting_chain", B("hold"), "", 0, "hold", "", 1 },
		{ 1, "posting_pipeline", B("virgin"), "", 0, "virgin", "", 0 },
		{ 1, "owner_chain", B("hold"), "", 0, "hold", "", 1 },
		{ 0, "nonmember_rejection_notice", B("Ask %(listowner)s"), "", 0,
		  "Ask %(listowner)s", "", 1 },
	};
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		ARENA(a);
		struct pickle key = { .type = PICKLE_TEXT,
				      .text = str_from(said[i].other) },
			      number = I(said[i].number);
		struct pickle *items[] = { &key, &number };
		struct pickle dict = { .type = PICKLE_DICT, .count = 2, .items = items };
		struct mailman2_config c = { .a = a,
					     .dict = &dict,
					     .charset = STR("utf-8") };
		str name = str_from(said[i].name);
		const struct attribute *row = said[i].third ? attribute_of_mailman3(name)
							    : attribute_of_mailman2(name);
		struct made m = (said[i].third ? attribute_maker3(row)
					       : row->make)(&c, row, &said[i].value);
		bool right = str_eq(m.text, str_from(said[i].text))
			     && str_eq(m.there, str_from(said[i].there))
			     && m.differs == said[i].differs;
		CHECK(right && (!m.differs || row->words[0]));
		if (!right)
			fprintf(stderr, "%s: %.*s (%.*s there) %d\n", said[i].name,
				STR_F(m.text), STR_F(m.there), m.differs);
	}
}

int main(void)
{
	test_values();
	test_values3();
	test_there();
	test_differs();
	return check_done();
}

/* Every attribute of Mailman 2 and 3 has its row, and the two tables agree. */
#include "lists/import/attributes.h"

#include "base/file.h"
#include "lists/notice.h"
#include "lists/settings.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

/* Those of Mailman 2.1.39. */
static const char *const mailman2[] = {
	"accept_these_nonmembers",
	"acceptable_aliases",
	"admin_immed_notify",
	"admin_member_chunksize",
	"admin_notify_mchanges",
	"admin_responses",
	"administrivia",
	"advertised",
	"anonymous_list",
	"archive",
	"archive_private",
	"archive_volume_frequency",
	"autorespond_admin",
	"autorespond_postings",
	"autorespond_requests",
	"autoresponse_admin_text",
	"autoresponse_graceperiod",
	"autoresponse_postings_text",
	"autoresponse_request_text",
	"available_languages",
	"ban_list",
	"bounce_info",
	"bounce_info_stale_after",
	"bounce_matching_headers",
	"bounce_notify_owner_on_bounce_increment",
	"bounce_notify_owner_on_disable",
	"bounce_notify_owner_on_removal",
	"bounce_processing",
	"bounce_score_threshold",
	"bounce_unrecognized_goes_to_list_owner",
	"bounce_you_are_disabled_warnings",
	"bounce_you_are_disabled_warnings_interval",
	"collapse_alternatives",
	"convert_html_to_plaintext",
	"created_at",
	"data_version",
	"default_member_moderation",
	"delivery_status",
	"description",
	"digest_footer",
	"digest_header",
	"digest_is_default",
	"digest_last_sent_at",
	"digest_members",
	"digest_send_periodic",
	"digest_size_threshhold",
	"digest_volume_frequency",
	"digestable",
	"discard_these_nonmembers",
	"dmarc_moderation_action",
	"dmarc_moderation_addresses",
	"dmarc_moderation_notice",
	"dmarc_none_moderation_action",
	"dmarc_quarantine_moderation_action",
	"dmarc_wrapped_message_text",
	"drop_cc",
	"emergency",
	"encode_ascii_prefixes",
	"equivalent_domains",
	"filter_action",
	"filter_content",
	"filter_filename_extensions",
	"filter_mime_types",
	"first_strip_reply_to",
	"forward_auto_discards",
	"from_is_list",
	"gateway_to_mail",
	"gateway_to_news",
	"generic_nonmember_action",
	"goodbye_msg",
	"header_filter_rules",
	"hold_and_cmd_autoresponses",
	"hold_these_nonmembers",
	"host_name",
	"include_list_post_header",
	"include_rfc2369_headers",
	"include_sender_header",
	"info",
	"language",
	"last_post_time",
	"linked_newsgroup",
	"max_days_to_hold",
	"max_message_size",
	"max_num_recipients",
	"member_moderation_action",
	"member_moderation_notice",
	"member_verbosity_interval",
	"member_verbosity_threshold",
	"members",
	"mime_is_default_digest",
	"mod_password",
	"moderator",
	"msg_footer",
	"msg_header",
	"new_member_options",
	"news_moderation",
	"news_prefix_subject_too",
	"next_digest_number",
	"next_post_number",
	"next_request_id",
	"nntp_host",
	"nondigestable",
	"nonmember_rejection_notice",
	"obscure_addresses",
	"one_last_digest",
	"owner",
	"pass_filename_extensions",
	"pass_mime_types",
	"password",
	"passwords",
	"personalize",
	"post_id",
	"post_password",
	"postings_responses",
	"preferred_language",
	"private_roster",
	"real_name",
	"regular_exclude_ignore",
	"regular_exclude_lists",
	"regular_include_lists",
	"reject_these_nonmembers",
	"reply_goes_to_list",
	"reply_to_address",
	"request_responses",
	"require_explicit_destination",
	"respond_to_post_requests",
	"scrub_nondigest",
	"send_goodbye_msg",
	"send_reminders",
	"send_welcome_msg",
	"subject_prefix",
	"subscribe_auto_approval",
	"subscribe_policy",
	"topics",
	"topics_bodylines_limit",
	"topics_enabled",
	"topics_userinterest",
	"umbrella_list",
	"umbrella_member_suffix",
	"unsubscribe_policy",
	"user_options",
	"usernames",
	"volume",
	"web_page_url",
	"welcome_msg",
};

/* The list resource of Mailman 3, its configuration and the columns of its table. */
static const char *const mailman3[] = {
	"topics_enabled",
	"topics_bodylines_limit",
	"topics",
	"scrub_nondigest",
	"posting_chain",
	"owner_pipeline",
	"owner_chain",
	"nonmember_rejection_notice",
	"next_request_id",
	"member_moderation_notice",
	"forward_auto_discards",
	"encode_ascii_prefixes",
	"digest_is_default",
	"bounce_matching_headers",
	"accept_these_nonmembers",
	"acceptable_aliases",
	"admin_immed_notify",
	"admin_notify_mchanges",
	"administrivia",
	"advertised",
	"allow_list_posts",
	"anonymous_list",
	"archive_policy",
	"archive_rendering_mode",
	"autorespond_owner",
	"autorespond_postings",
	"autorespond_requests",
	"autoresponse_grace_period",
	"autoresponse_owner_text",
	"autoresponse_postings_text",
	"autoresponse_request_text",
	"bounce_info_stale_after",
	"bounce_notify_owner_on_bounce_increment",
	"bounce_notify_owner_on_disable",
	"bounce_notify_owner_on_removal",
	"bounce_score_threshold",
	"bounce_you_are_disabled_warnings",
	"bounce_you_are_disabled_warnings_interval",
	"bounces_address",
	"collapse_alternatives",
	"convert_html_to_plaintext",
	"created_at",
	"default_member_action",
	"default_nonmember_action",
	"description",
	"digest_last_sent_at",
	"digest_send_periodic",
	"digest_size_threshold",
	"digest_volume_frequency",
	"digests_enabled",
	"discard_these_nonmembers",
	"display_name",
	"dmarc_addresses",
	"dmarc_mitigate_action",
	"dmarc_mitigate_unconditionally",
	"dmarc_moderation_notice",
	"dmarc_wrapped_message_text",
	"emergency",
	"filter_action",
	"filter_content",
	"filter_extensions",
	"filter_types",
	"first_strip_reply_to",
	"forward_unrecognized_bounces_to",
	"fqdn_listname",
	"gateway_to_mail",
	"gateway_to_news",
	"hold_these_nonmembers",
	"http_etag",
	"include_rfc2369_headers",
	"info",
	"join_address",
	"last_post_at",
	"leave_address",
	"linked_newsgroup",
	"list_id",
	"list_name",
	"mail_host",
	"max_days_to_hold",
	"max_message_size",
	"max_num_recipients",
	"member_roster_visibility",
	"moderator_password",
	"newsgroup_moderation",
	"next_digest_number",
	"nntp_prefix_subject_too",
	"no_reply_address",
	"obscure_addresses",
	"owner_address",
	"pass_extensions",
	"pass_types",
	"personalize",
	"post_id",
	"posting_address",
	"posting_pipeline",
	"preferred_language",
	"process_bounces",
	"reject_these_nonmembers",
	"reply_goes_to_list",
	"reply_to_address",
	"request_address",
	"require_explicit_destination",
	"respond_to_post_requests",
	"send_goodbye_message",
	"send_welcome_message",
	"subject_prefix",
	"subscription_policy",
	"unsubscription_policy",
	"usenet_watermark",
	"volume",
};

static bool known(bool found, const char *name)
{
	if (!found)
		fprintf(stderr, "%s has no row in attributes.def\n", name);
	return found;
}

static void test_complete(void)
{
	CHECK(sizeof mailman2 / sizeof *mailman2
	      == 145); /* with include_rfc2369_headers */
	for (size_t i = 0; i < sizeof mailman2 / sizeof *mailman2; i++)
		CHECK(known(attribute_of_mailman2(str_from(mailman2[i])), mailman2[i]));
	for (size_t i = 0; i < sizeof mailman3 / sizeof *mailman3; i++)
		CHECK(known(attribute_of_mailman3(str_from(mailman3[i])), mailman3[i]));
	CHECK(!attribute_of_mailman2(STR("")) && !attribute_of_mailman3(STR("")));
	CHECK(!attribute_of_mailman2(STR("extend_me")));
}

/* Each name once; what is not carried says why; what two tables say agrees. */
static void test_rows(void)
{
	size_t n, settings;
	const struct attribute *rows = attribute_rows(&n);
	const struct setting_def *defs = setting_defs(&settings);
	for (size_t i = 0; i < n; i++) {
		CHECK(rows[i].mailman2[0] || rows[i].mailman3[0]);
		CHECK(!rows[i].mailman2[0]
		      || attribute_of_mailman2(str_from(rows[i].mailman2)) == &rows[i]);
		CHECK(!rows[i].mailman3[0]
		      || attribute_of_mailman3(str_from(rows[i].mailman3)) == &rows[i]);
		bool keyed = rows[i].fate == FATE_SETTING || rows[i].fate == FATE_TEMPLATE
			     || rows[i].fate == FATE_WITH;
		CHECK(keyed ? rows[i].key[0] : rows[i].words[0]);
	}
	for (size_t i = 0; i < settings; i++) {
		const struct attribute *two = attribute_of_mailman2(
			str_from(defs[i].mailman2));
		const struct attribute *three = attribute_of_mailman3(
			str_from(defs[i].mailman3));
		bool agree = (!defs[i].mailman2[0]
			      || (two && !strcmp(two->key, defs[i].key)))
			     && (!defs[i].mailman3[0] || !three
				 || !strcmp(three->key, defs[i].key));
		if (!agree)
			fprintf(stderr, "%s: settings.def and attributes.def differ\n",
				defs[i].key);
		CHECK(agree);
	}
}

/* What is promised to be a setting or a notice is one. */
static void check_place(const char *name, const char *key, bool notice)
{
	bool found = notice ? notice_row_find(str_from(key)) != NULL
			    : setting_find(str_from(key)) != NULL;
	if (!found)
		fprintf(stderr, "%s: there is no %s\n", name, key);
	CHECK(found);
}

static void test_places(void)
{
	static const struct {
		const char *name, *how, *key;
	} plain[] = {
#define PLAIN(manager, name, how, key, value, words) { name, #how, key },
#include "lists/import/plain.def"
#undef PLAIN
	};
	size_t n;
	const struct attribute *rows = attribute_rows(&n);
	for (size_t i = 0; i < n; i++)
		if (rows[i].fate == FATE_SETTING || rows[i].fate == FATE_TEMPLATE)
			check_place(rows[i].mailman2[0] ? rows[i].mailman2
							: rows[i].mailman3,
				    rows[i].key, rows[i].fate == FATE_TEMPLATE);
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (plain[i].key[0])
			check_place(plain[i].name, plain[i].key, false);
}

/* The real ones lose nothing in silence. */
static void test_samples(void)
{
	static const char *const files[] = { "config.pck", "config-with-instances.pck" };
	const char *data = getenv("POSTERN_DATA_SHARED");
	size_t seen = 0;
	for (size_t i = 0; data && i < 2; i++) {
		ARENA(a);
		str bytes;
		const struct pickle *config;
		str path = arena_printf(a, "%s/migration/%s", data, files[i]);
		if (file_read(a, arena_z(a, path), 1 << 20, &bytes).kind)
			continue;
		CHECK(!pickle_read(a, &bytes, &config).kind && !bytes.n);
		CHECK(config->type == PICKLE_DICT && config->count == 2 * 129);
		for (uint32_t k = 0; k < config->count; k += 2) {
			str name = pickle_str(config->items[k]);
			CHECK(known(attribute_of_mailman2(name), arena_z(a, name)));
			seen++;
		}
	}
	printf("suite: mailman2 attributes %zu of %zu seen in real lists have a row\n",
	       seen, seen);
	if (!seen)
		puts("skipped: no shared data");
}

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
	test_there();
	test_differs();
	test_values3();
	test_complete();
	test_rows();
	test_places();
	test_samples();
	test_values();
	return check_done();
}

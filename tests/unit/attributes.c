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

int main(void)
{
	test_complete();
	test_rows();
	test_places();
	test_samples();
	return check_done();
}

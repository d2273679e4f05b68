/* Digests: what one says, and when it is due. */
#include "books.h"

#include "base/buf.h"
#include "lists/digest.h"
#include "lists/digest_write.h"
#include "lists/expire.h"
#include "mail/mime.h"
#include "store/lists/digest.h"
#include "zones.h"

#define DEV "dev@lists.example"

/* ---- what it says */

static str written(struct arena *a, const char *form, const char *const *messages,
		   size_t n, const char *url)
{
	struct digest_entry e[8] = { 0 };
	for (size_t i = 0; i < n; i++) {
		e[i].message = str_from(messages[i]);
		e[i].url = str_from(url);
	}
	return digest_write(a, &(struct digest_text){ .form = str_from(form),
						      .title = STR("dev Digest, Vol 1, "
								   "Issue 2"),
						      .masthead = STR("The masthead.\n"),
						      .end = STR("The end.\n"),
						      .address = STR(DEV),
						      .entries = e,
						      .count = n });
}

/* The decoded text of a digest that is one text. */
static str text_of(struct arena *a, str part)
{
	struct mime m;
	str used;
	if (mime_parse(a, part, &m).kind)
		return STR("");
	return mime_text(a, &m.parts[0], &used);
}

#define HEAD(from, subject, id)                                                          \
	"Received: from x\r\nFrom: " from "\r\nSubject: " subject "\r\nMessage-ID: <" id \
	">\r\nDate: Tue, 24 Nov 2026 04:00:00 +0000\r\nX-Odd: y\r\n"

static const char latin[] = HEAD("=?iso-8859-1?q?J=FCrgen?= <j@x.example>",
				 "=?iso-8859-1?q?Gr=FC=DFe?=",
				 "1@x") "Content-Type: text/plain; charset=iso-8859-1\r\n"
					"Content-Transfer-Encoding: 8bit\r\n\r\n\xfc"
					"ber\r\n";
static const char dashes[] = HEAD(
	"b@x.example", "Re: rule",
	"2@x") "\r\nbefore\r\n------------------------------\r\nafter\r\n";
static const char with_file[] = HEAD(
	"Carl <c@x.example>", "file",
	"3@x") "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	       "--b\r\nContent-Type: text/html\r\n\r\n<p>See <b>this</b>.</p>\r\n"
	       "--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment;\r\n"
	       " filename=\"a b.png\"\r\nContent-Transfer-Encoding: "
	       "base64\r\n\r\nAAAA\r\n--b--\r\n";
static const char raw_name[] = HEAD("d\xc3\xbc@x.example", "utf", "4@x") "\r\nx\r\n";

static void test_mime(struct arena *a)
{
	const char *const posts[] = { latin, dashes, with_file, raw_name };
	struct mime m;
	size_t found = 0;
	str part = written(a, "mime", posts, 4, "https://l.example/17");
	CHECK(ok(mime_parse(a, part, &m)) && !m.flags);
	CHECK(str_eq(m.parts[0].type, STR("multipart/mixed")));
	for (size_t i = 0; i < m.count && found < 4; i++) {
		bool global = str_eq(m.parts[i].type, STR("message/global"));
		if (!global && !str_eq(m.parts[i].type, STR("message/rfc822")))
			continue;
		CHECK(str_eq(m.parts[m.parts[i].parent].type, STR("multipart/digest")));
		CHECK(global == (posts[found] == raw_name));
		/* Behind the post's last line end stands the delimiter's own. */
		CHECK(str_eq(m.parts[i].raw, str_from(posts[found])));
		found++;
	}
	CHECK(found == 4);
	str used, contents = mime_text(a, &m.parts[1], &used);
	CHECK(holds(contents, "dev Digest, Vol 1, Issue 2\n\nThe masthead.\n"));
	CHECK(holds(contents, "   1. Gr\xc3\xbc\xc3\x9f"
			      "e (J\xc3\xbcrgen)\n"));
	CHECK(holds(contents, "<mailto:dev%40lists.example?Subject=Re%3A%20rule")
	      || holds(contents, "<mailto:dev@lists.example?Subject=Re%3A%20rule&"
				 "In-Reply-To=%3C2%40x%3E>"));
	CHECK(holds(mime_text(a, &m.parts[m.count - 1], &used), "The end.\n"));
}

static void test_plain(struct arena *a)
{
	const char *const posts[] = { latin, dashes, with_file };
	str text = text_of(a, written(a, "plain", posts, 3, "https://l.example/17"));
	CHECK(holds(text, "From: J\xc3\xbcrgen <j@x.example>\nSubject: "
			  "Gr\xc3\xbc\xc3\x9f"
			  "e\nMessage-ID: <1@x>\n\n\xc3\xbc"
			  "ber\n"));
	CHECK(!holds(text, "X-Odd") && !holds(text, "Received"));
	CHECK(holds(text, "\nbefore\n ------------------------------\nafter\n"));
	CHECK(holds(text, "See this.\n") || holds(text, "See *this*.\n"));
	CHECK(holds(text, "[Attached: a b.png, image/png, 3 octets: "
			  "<https://l.example/17/a/1/a%20b.png>]\n"));
	CHECK(holds(text, "\n\n------------------------------------------------------"
			  "----------------\n\nDate: "));
	CHECK(str_ends(text, STR("\n\n------------------------------\n\n"
				 "End of dev Digest, Vol 1, Issue 2\n"
				 "*********************************\n")));
	text = text_of(a, written(a, "plain", posts + 2, 1, ""));
	CHECK(holds(text, "3 octets; it is kept nowhere]\n")
	      && !holds(text, "In the archive"));
}

static void test_summary(struct arena *a)
{
	const char *const posts[] = { latin, dashes };
	str text = text_of(a, written(a, "summary", posts, 2, "https://l.example/17"));
	CHECK(holds(text, "   1. Gr\xc3\xbc\xc3\x9f"
			  "e (J\xc3\xbcrgen): "
			  "https://l.example/17\n   2. Re: rule (b@x.example): "
			  "https://l.example/17\n"));
	text = text_of(a, written(a, "summary", posts, 1, ""));
	CHECK(holds(text, "(J\xc3\xbcrgen); in no archive\n"));
}

/* ---- when */

static void test_due(void)
{
	enum { NOON = 1795953600, HOUR = 3600, DAY = 24 * HOUR }; /* a Sunday */
	static const struct {
		bool enabled, periodic;
		const char *day;
		int64_t threshold, posts, octets, oldest, now;
		bool due;
	} cases[] = {
		{ true, true, "every_day", 30, 1, 1, NOON - 1, NOON, true },
		{ true, true, "every_day", 30, 1, 1, NOON, NOON, false },
		{ true, true, "every_day", 30, 1, 1, NOON, NOON + DAY - 1, false },
		{ true, true, "every_day", 30, 1, 1, NOON, NOON + DAY, true },
		{ true, false, "every_day", 30, 1, 1, NOON - DAY, NOON + DAY, false },
		{ true, false, "every_day", 30, 1, 30 * 1024, NOON, NOON, true },
		{ true, false, "every_day", 30, 1, 30 * 1024 - 1, NOON, NOON, false },
		{ true, false, "every_day", 0, 1, 1 << 30, NOON, NOON, false },
		{ true, true, "every_day", 30, 0, 0, 0, NOON, false },
		{ false, false, "every_day", 0, 1, 1, NOON, NOON, true },
		{ true, true, "sunday", 30, 1, 1, NOON - 1, NOON, true },
		{ true, true, "sunday", 30, 1, 1, NOON + 1, NOON + 7 * DAY - 1, false },
		{ true, true, "sunday", 30, 1, 1, NOON + 1, NOON + 7 * DAY, true },
		{ true, true, "monday", 30, 1, 1, NOON + 1, NOON + DAY - 1, false },
		{ true, true, "monday", 30, 1, 1, NOON + 1, NOON + DAY, true },
		{ true, true, "saturday", 30, 1, 1, NOON - 2 * DAY, NOON, true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct settings s = { .digests_enabled = cases[i].enabled,
				      .digest_send_periodic = cases[i].periodic,
				      .digest_send_day = str_from(cases[i].day),
				      .digest_send_hour = 12,
				      .digest_size_threshold = cases[i].threshold };
		struct digest_waiting w = { cases[i].posts, cases[i].octets,
					    cases[i].oldest };
		CHECK(digest_is_due(&s, &w, cases[i].now) == cases[i].due);
	}
}

/* Summer time begins on 29 March 2026 in Berlin, where it is never half past two then, and
 * ends on 25 October, when it is twice. */
static void test_due_there(struct arena *a)
{
	enum { MARCH_29 = 1774742400, OCTOBER_25 = 1792886400 }; /* 0:00 UTC */
	enum { MINUTE = 60, HOUR = 3600, DAY = 24 * HOUR };
	static const struct {
		const char *zone, *day;
		int hour;
		int64_t due, next; /* when it leaves, and then the next one */
	} cases[] = {
		{ NULL, "every_day", 2, MARCH_29 + 2 * HOUR, MARCH_29 + 26 * HOUR },
		{ "berlin", "every_day", 12, MARCH_29 + 10 * HOUR, MARCH_29 + 34 * HOUR },
		{ "berlin", "every_day", 12, MARCH_29 - 13 * HOUR, MARCH_29 + 10 * HOUR },
		{ "berlin", "every_day", 2, MARCH_29 + HOUR, MARCH_29 + 24 * HOUR },
		{ "berlin", "every_day", 2, OCTOBER_25, OCTOBER_25 + 25 * HOUR },
		{ "berlin", "every_day", 0, OCTOBER_25 - 2 * HOUR,
		  OCTOBER_25 + 23 * HOUR },
		{ "berlin", "sunday", 0, MARCH_29 - HOUR, MARCH_29 - 2 * HOUR + 7 * DAY },
		{ "los_angeles", "saturday", 20, MARCH_29 + 3 * HOUR,
		  MARCH_29 + 3 * HOUR + 7 * DAY },
		{ "kolkata", "every_day", 23, MARCH_29 + 17 * HOUR + 30 * MINUTE,
		  MARCH_29 + 41 * HOUR + 30 * MINUTE },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct settings s = { .digests_enabled = true,
				      .digest_send_periodic = true,
				      .digest_send_day = str_from(cases[i].day),
				      .digest_send_hour = cases[i].hour };
		struct digest_waiting before = { 1, 1, cases[i].due - 1 },
				      after = { 1, 1, cases[i].due };
		zone_begin(a, cases[i].zone);
		if (!digest_is_due(&s, &before, cases[i].due))
			fprintf(stderr, "  %s %s\n", cases[i].zone, cases[i].day);
		CHECK(!digest_is_due(&s, &before, cases[i].due - 1));
		CHECK(digest_is_due(&s, &before, cases[i].due));
		for (int64_t t = cases[i].due; t < cases[i].next; t += 10 * MINUTE)
			CHECK(!digest_is_due(&s, &after, t));
		CHECK(digest_is_due(&s, &after, cases[i].next));
	}
	/* a month begins by the same clock */
	struct settings monthly = { .digest_volume_frequency = STR("monthly") };
	struct digest_state at = { .volume = 3, .issue = 9, .sent_at = 1775000000 };
	zone_begin(a, "los_angeles"); /* 1 April is there seven hours later */
	CHECK(digest_number(&monthly, at, 1775001600 + 7 * HOUR - 1).volume == 3);
	CHECK(digest_number(&monthly, at, 1775001600 + 7 * HOUR).volume == 4);
	zone_begin(a, NULL);
	CHECK(digest_number(&monthly, at, 1775001600).volume == 4);
}

static void test_number(void)
{
	static const struct {
		const char *frequency;
		int64_t before, now; /* days since 1970 */
		bool fresh;
	} cases[] = {
		{ "daily", 20784, 20785, true },     { "daily", 20784, 20784, false },
		{ "weekly", 20786, 20787, true },  /* Sunday, Monday */
		{ "weekly", 20787, 20793, false }, /* Monday, Sunday */
		{ "monthly", 20787, 20788, true }, /* 30 November, 1 December */
		{ "monthly", 20788, 20818, false },  { "quarterly", 20788, 20818, false },
		{ "quarterly", 20818, 20819, true }, { "yearly", 20818, 20819, true },
		{ "yearly", 20819, 21183, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct settings s = { .digest_volume_frequency = str_from(
					      cases[i].frequency) };
		struct digest_state at = { .volume = 3,
					   .issue = 9,
					   .sent_at = cases[i].before * 86400 + 7 };
		struct digest_state n = digest_number(&s, at, cases[i].now * 86400 + 9);
		CHECK(n.volume == (cases[i].fresh ? 4 : 3)
		      && n.issue == (cases[i].fresh ? 1 : 9));
	}
	struct digest_state none = digest_number(
		&(struct settings){ .digest_volume_frequency = STR("daily") },
		(struct digest_state){ .volume = 1, .issue = 1 }, 9);
	CHECK(none.volume == 1 && none.issue == 1);
}

int main(void)
{
	ARENA(a);
	test_mime(a);
	test_plain(a);
	test_summary(a);
	test_due();
	test_due_there(a);
	test_number();
	return check_done();
}

/* roles/smtpd_dmarc.c: what is told of a message, what is not, and how it is counted. */
#include "roles/smtpd_dmarc.h"

#include "net/addr.h"
#include "store_folder.h"

#include <pthread.h>

#define RUA "; rua=mailto:r@uni.example"

static const struct row {
	const char *record;
	enum dmarc_verdict verdict;
	enum dmarc_policy published, policy;
	enum dmarc_outcome outcome;
	const char *sender, *subject;
	bool vouched;
	const char *wanted; /* NULL: nothing is told */
} rows[] = {
	{ "v=DMARC1; p=none" RUA, DMARC_PASS, DMARC_POLICY_NONE, DMARC_POLICY_NONE,
	  DMARC_TAKEN, "a@uni.example", "x", false, "pass//uni.example" },
	{ "v=DMARC1; p=reject" RUA, DMARC_PASS, DMARC_POLICY_REJECT, DMARC_POLICY_REJECT,
	  DMARC_TAKEN, "", "x", false, "pass//" },
	{ "v=DMARC1; p=none" RUA, DMARC_FAIL, DMARC_POLICY_NONE, DMARC_POLICY_NONE,
	  DMARC_TAKEN, "a@b@Lab.example", "x", false, "none//lab.example" },
	{ "v=DMARC1; p=reject" RUA, DMARC_FAIL, DMARC_POLICY_REJECT, DMARC_POLICY_REJECT,
	  DMARC_REFUSED, "a@lab.example", "x", false, "reject//lab.example" },
	{ "v=DMARC1; p=reject" RUA, DMARC_FAIL, DMARC_POLICY_REJECT, DMARC_POLICY_REJECT,
	  DMARC_HELD, "a@lab.example", "x", false,
	  "quarantine/local_policy/lab.example" },
	{ "v=DMARC1; p=quarantine" RUA, DMARC_FAIL, DMARC_POLICY_QUARANTINE,
	  DMARC_POLICY_QUARANTINE, DMARC_TAKEN, "a@lab.example", "x", false,
	  "none/local_policy/lab.example" },
	{ "v=DMARC1; p=quarantine; t=y" RUA, DMARC_FAIL, DMARC_POLICY_QUARANTINE,
	  DMARC_POLICY_NONE, DMARC_TAKEN, "a@lab.example", "x", false,
	  "none/policy_test_mode/lab.example" },
	{ "v=DMARC1; p=reject; t=y" RUA, DMARC_FAIL, DMARC_POLICY_REJECT,
	  DMARC_POLICY_QUARANTINE, DMARC_TAKEN, "a@lab.example", "x", false,
	  "none/local_policy/lab.example" },
	{ "v=DMARC1; p=reject" RUA, DMARC_FAIL, DMARC_POLICY_REJECT, DMARC_POLICY_REJECT,
	  DMARC_TAKEN, "a@lab.example", "x", true, "none/trusted_forwarder/lab.example" },
	{ "v=DMARC1; p=none" RUA, DMARC_FAIL, DMARC_POLICY_NONE, DMARC_POLICY_NONE,
	  DMARC_HELD, "a@lab.example", "x", false, "none//lab.example" },
	{ "v=DMARC1; p=quarantine" RUA, DMARC_FAIL, DMARC_POLICY_QUARANTINE,
	  DMARC_POLICY_QUARANTINE, DMARC_HELD, "a@lab.example", "x", false,
	  "none/local_policy/lab.example" },
	{ "v=DMARC1; p=reject; t=y" RUA, DMARC_FAIL, DMARC_POLICY_REJECT,
	  DMARC_POLICY_QUARANTINE, DMARC_HELD, "a@lab.example", "x", false,
	  "none/local_policy/lab.example" },
	/* DNS gave no answer: that nothing was applied has its reason */
	{ "v=DMARC1; p=none" RUA, DMARC_TEMPERROR, DMARC_POLICY_NONE, DMARC_POLICY_NONE,
	  DMARC_TAKEN, "a@lab.example", "x", false, "none//lab.example" },
	{ "v=DMARC1; p=reject" RUA, DMARC_TEMPERROR, DMARC_POLICY_REJECT,
	  DMARC_POLICY_REJECT, DMARC_TAKEN, "a@lab.example", "x", false,
	  "none/other/lab.example" },
	{ "v=DMARC1; p=reject" RUA, DMARC_TEMPERROR, DMARC_POLICY_REJECT,
	  DMARC_POLICY_REJECT, DMARC_HELD, "a@lab.example", "x", false,
	  "quarantine/local_policy/lab.example" },
	/* not told */
	{ "v=DMARC1; p=none", DMARC_PASS, DMARC_POLICY_NONE, DMARC_POLICY_NONE,
	  DMARC_TAKEN, "", "x", false, NULL },
	{ "v=DMARC1; p=none; rua=https://uni.example/r", DMARC_PASS, DMARC_POLICY_NONE,
	  DMARC_POLICY_NONE, DMARC_TAKEN, "", "x", false, NULL },
	{ "v=DMARC1; p=none; rua=mailto:r@uni.example!x", DMARC_PASS, DMARC_POLICY_NONE,
	  DMARC_POLICY_NONE, DMARC_TAKEN, "", "x", false, NULL },
	{ "", DMARC_NONE, DMARC_POLICY_NONE, DMARC_POLICY_NONE, DMARC_TAKEN, "", "x",
	  false, NULL },
	{ "", DMARC_TEMPERROR, DMARC_POLICY_NONE, DMARC_POLICY_NONE, DMARC_TAKEN, "", "x",
	  false, NULL },
	{ "v=DMARC1; p=none" RUA, DMARC_PERMERROR, DMARC_POLICY_NONE, DMARC_POLICY_NONE,
	  DMARC_TAKEN, "", "x", false, NULL },
	/* a report is not told of, unless it is forged */
	{ "v=DMARC1; p=none" RUA, DMARC_PASS, DMARC_POLICY_NONE, DMARC_POLICY_NONE,
	  DMARC_TAKEN, "", "Report Domain: lists.example Submitter: uni.example", false,
	  NULL },
	{ "v=DMARC1; p=none" RUA, DMARC_FAIL, DMARC_POLICY_NONE, DMARC_POLICY_NONE,
	  DMARC_TAKEN, "", "Report Domain: lists.example", false, "none//" },
	{ "v=DMARC1; p=none" RUA, DMARC_PASS, DMARC_POLICY_NONE, DMARC_POLICY_NONE,
	  DMARC_TAKEN, "a@uni.example", "Report Domain: x", false, "pass//uni.example" },
};

static struct dkim_result signatures[] = {
	{ .verdict = DKIM_FAIL, .domain = STR("x.example"), .selector = STR("s1") },
	{ .verdict = DKIM_PASS, .domain = STR("list.example"), .selector = STR("s2") },
	{ .verdict = DKIM_PASS, .domain = STR("Uni.example"), .selector = STR("S3.a") },
	{ .verdict = DKIM_PASS, .domain = STR("a\nb"), .selector = STR("s4") },
	{ .verdict = DKIM_PERMERROR, .domain = STR(""), .selector = STR("") },
};

static bool note(struct arena *a, const struct row *r, struct dmarc_seen *x)
{
	struct header h;
	str text = arena_cat(a, STR("Subject: "), str_from(r->subject),
			     STR("\r\nFrom: a@uni.example\r\n\r\n"));
	struct trust_result t = { .vouched_aligned = r->vouched,
				  .spf = { .verdict = SPF_SOFTFAIL,
					   .domain = STR("lab.example") },
				  .dkim = signatures,
				  .dkim_count = sizeof signatures / sizeof *signatures,
				  .dmarc = { .verdict = r->verdict,
					     .published = r->published,
					     .policy = r->policy,
					     .domain = STR("cs.uni.example"),
					     .record_domain = STR("uni.example"),
					     .record = str_from(r->record),
					     .dkim_aligned = r->verdict == DMARC_PASS } };
	CHECK(ok(net_parse(a, STR("192.0.2.7:25"), &t.via.client)));
	CHECK(ok(header_scan(a, text, &h)));
	struct trust_ask ask = { .sender = str_from(r->sender), .header = &h };
	return dmarc_note(a, &(struct dmarc_case){ &ask, &t, r->outcome }, x);
}

static void test_rows(struct arena *a)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct dmarc_seen x;
		bool told = note(a, r, &x);
		CHECK(told == (r->wanted != NULL));
		if (!told)
			continue;
		str got = arena_cat(a, x.disposition, STR("/"), x.reason, STR("/"),
				    x.envelope_from);
		if (!str_eq(got, str_from(r->wanted)))
			fprintf(stderr, "  row %zu: %.*s\n", i, STR_F(got));
		CHECK(str_eq(got, str_from(r->wanted)));
		CHECK(str_eq(x.dkim, r->verdict == DMARC_PASS ? STR("pass") : STR("fail"))
		      && str_eq(x.spf, STR("fail")));
		CHECK(str_eq(x.domain, STR("uni.example"))
		      && str_eq(x.header_from, STR("cs.uni.example"))
		      && str_eq(x.registrant, STR("uni.example"))
		      && str_eq(x.source_ip, STR("192.0.2.7")) && x.messages == 1);
		CHECK(str_eq(x.spf_result, STR("softfail"))
		      && str_eq(x.spf_domain, STR("lab.example")));
		CHECK(str_eq(x.signatures,
			     STR("pass list.example s2\npass uni.example s3.a\n"
				 "fail x.example s1\n")));
	}
}

#define RUF "; ruf=mailto:f@uni.example"

static const struct failing {
	const char *what, *record, *sender, *fields;
	enum dmarc_verdict verdict;
	bool vouched, told;
	const char *message_id;
} failing[] = {
	{ "it fails, and its domain asks", "v=DMARC1; p=none" RUF, "a@lab.example",
	  "Message-ID: <1@mail.uni.example>\r\n", DMARC_FAIL, false, true,
	  "1@mail.uni.example" },
	{ "another's Message-ID", "v=DMARC1; p=none; fo=1:d:s" RUF, "a@lab.example",
	  "Message-ID: <1@lab.example>\r\n", DMARC_FAIL, false, true, "" },
	{ "one that is no text", "v=DMARC1; p=none; fo=d:0" RUF, "a@lab.example",
	  "Message-ID: <1\x01@uni.example>\r\nAuto-Submitted: no\r\n", DMARC_FAIL, false,
	  true, "" },
	{ "it passes", "v=DMARC1; p=none; fo=1" RUF, "a@lab.example", "", DMARC_PASS,
	  false, false, "" },
	{ "DNS gave no answer", "v=DMARC1; p=none" RUF, "a@lab.example", "",
	  DMARC_TEMPERROR, false, false, "" },
	{ "nobody asks", "v=DMARC1; p=none" RUA, "a@lab.example", "", DMARC_FAIL, false,
	  false, "" },
	{ "not by mail", "v=DMARC1; p=none; ruf=https://x.example/", "a@lab.example", "",
	  DMARC_FAIL, false, false, "" },
	{ "reports of another kind", "v=DMARC1; p=none; fo=d:s" RUF, "a@lab.example", "",
	  DMARC_FAIL, false, false, "" },
	{ "a registry's record", "v=DMARC1; p=none; psd=y" RUF, "a@lab.example", "",
	  DMARC_FAIL, false, false, "" },
	{ "a gateway saw it pass", "v=DMARC1; p=none" RUF, "a@lab.example", "",
	  DMARC_FAIL, true, false, "" },
	{ "from nobody", "v=DMARC1; p=none" RUF, "", "", DMARC_FAIL, false, false, "" },
	{ "a report", "v=DMARC1; p=none" RUF, "a@lab.example",
	  "Content-Type: multipart/report; report-type=feedback-report\r\n", DMARC_FAIL,
	  false, false, "" },
	{ "a program's", "v=DMARC1; p=none" RUF, "a@lab.example",
	  "Auto-Submitted: auto-replied\r\n", DMARC_FAIL, false, false, "" },
};

static void test_failing(struct arena *a)
{
	for (size_t i = 0; i < sizeof failing / sizeof *failing; i++) {
		const struct failing *f = &failing[i];
		struct header h;
		struct dmarc_seen x = { .message_id = STR("") };
		str text = arena_cat(a, str_from(f->fields),
				     STR("From: a@uni.example\r\n\r\n"));
		struct trust_result t = { .vouched_aligned = f->vouched,
					  .dmarc = { .verdict = f->verdict,
						     .domain = STR("uni.example"),
						     .record_domain = STR("uni.example"),
						     .record = str_from(f->record) } };
		CHECK(ok(net_parse(a, STR("192.0.2.7:25"), &t.via.client)));
		CHECK(ok(header_scan(a, text, &h)));
		struct trust_ask ask = { .sender = str_from(f->sender), .header = &h };
		bool told = dmarc_note_failure(
			a, &(struct dmarc_case){ &ask, &t, DMARC_TAKEN }, &x);
		if (told != f->told)
			fprintf(stderr, "  %s\n", f->what);
		CHECK(told == f->told && str_eq(x.message_id, str_from(f->message_id)));
		CHECK(!told || x.failed_at > 0);
	}
}

/* Names are a stranger's, ten signatures a message: they have so much room together. */
static void test_long(struct arena *a)
{
	struct header h;
	struct dmarc_seen x;
	struct dkim_result many[DKIM_MAX];
	char *name = arena_alloc(a, 240);
	memset(name, 'x', 240);
	for (size_t i = 0; i < DKIM_MAX; i++)
		many[i] = (struct dkim_result){ .verdict = DKIM_PASS,
						.domain = (str){ name, 240 - i },
						.selector = (str){ name, 200 } };
	many[DKIM_MAX - 1].domain = STR("uni.example");
	struct trust_result t = { .dkim = many,
				  .dkim_count = DKIM_MAX,
				  .dmarc = { .verdict = DMARC_PASS,
					     .domain = STR("uni.example"),
					     .record_domain = STR("uni.example"),
					     .record = STR("v=DMARC1; p=none" RUA) } };
	CHECK(ok(net_parse(a, STR("192.0.2.7:25"), &t.via.client)));
	CHECK(ok(header_scan(a, STR("From: a@uni.example\r\n\r\n"), &h)));
	struct trust_ask ask = { .sender = STR("a@uni.example"), .header = &h };
	CHECK(dmarc_note(a, &(struct dmarc_case){ &ask, &t, DMARC_TAKEN }, &x));
	CHECK(x.signatures.n > 600 && x.signatures.n <= 1000
	      && str_starts(x.signatures, STR("pass uni.example "))
	      && str_ends(x.signatures, STR("\n")));
}

static struct dmarc_counts *counts;

static void *add_many(void *arg)
{
	for (int i = 0; i < 500; i++)
		dmarc_counts_add(counts, arg);
	return NULL;
}

static int64_t sum(struct arena *a, struct book *b, size_t *kinds)
{
	struct dmarc_seen *x;
	int64_t n = 0;
	CHECK(ok(dmarc_seen_next(b, a, 0, 100000, &x, kinds)));
	for (size_t i = 0; i < *kinds; i++)
		n += x[i].messages;
	return n;
}

static void test_counts(struct arena *a, str data)
{
	struct book *b = fresh_book(a, data, BOOK_INBOUND);
	pthread_t threads[4];
	struct dmarc_seen x;
	size_t kinds;
	counts = dmarc_counts_new();
	CHECK(note(a, &rows[0], &x));
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_create(&threads[i], NULL, add_many, &x));
	CHECK(ok(dmarc_counts_write(counts, b)));
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	CHECK(ok(dmarc_counts_write(counts, b)) && ok(dmarc_counts_write(counts, b)));
	CHECK(sum(a, b, &kinds) == 2000 && kinds >= 1 && kinds <= 3);
	CHECK(ok(dmarc_seen_done(b, INT64_MAX)));
	for (int i = 0; i < 3000; i++) {
		x.header_from = arena_printf(a, "h%d.uni.example", i);
		dmarc_counts_add(counts, &x);
	}
	dmarc_counts_add(counts, &x); /* beyond the last kind that is counted */
	x.header_from = STR("h1.uni.example");
	dmarc_counts_add(counts, &x);
	/* What cannot be written is counted again. */
	CHECK(ok(book_begin(b))
	      && ok(book_run_values(b,
				    "ALTER TABLE dmarc_seen RENAME "
				    "TO away",
				    NULL, 0))
	      && ok(book_commit(b)));
	CHECK(dmarc_counts_write(counts, b).kind != ERR_NONE);
	CHECK(ok(book_run_values(b, "ALTER TABLE away RENAME TO dmarc_seen", NULL, 0)));
	CHECK(ok(dmarc_counts_write(counts, b)));
	dmarc_counts_free(counts);
	CHECK(sum(a, b, &kinds) == 2001 && kinds == 2000);
	book_close(b);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	test_rows(a);
	test_failing(a);
	test_long(a);
	test_counts(a, data);
	folder_remove(a, data);
	return check_done();
}

/* Who may be written to about a domain (RFC 9990 section 4): its own people, and
 * others only where their DNS says so. */
#include "dns_table.h"
#include "send/dmarc_report.h"
#include "tests/check.h"

#define ZONE                                                        \
	"_dmarc.uni.example v=DMARC1; p=none|"                      \
	"uni.example._report._dmarc.yes.example v=DMARC1|"          \
	"uni.example._report._dmarc.semi.example v=DMARC1;|"        \
	"uni.example._report._dmarc.spf.example v=spf1 -all|"       \
	"uni.example._report._dmarc.late.example p=none; v=DMARC1|" \
	"uni.example._report._dmarc.two.example v=spf1 -all|"       \
	"uni.example._report._dmarc.two.example v=DMARC1|"          \
	"uni.example._report._dmarc.other.example v=DMARC1; "       \
	"rua=mailto:new@other.example!2m|"                          \
	"uni.example._report._dmarc.away.example v=DMARC1; "        \
	"rua=mailto:victim@yes.example|"                            \
	"uni.example._report._dmarc.down.example !|"                \
	"_dmarc.dead.example !|"                                    \
	"_dmarc.own.uni.example v=DMARC1; p=none; psd=n|"           \
	"_dmarc.co.uk v=DMARC1; p=none; psd=n|"                     \
	"lab.example._report._dmarc.yes.example v=DMARC1"

static const struct row {
	const char *rua, *to; /* NULL: DNS does not say */
} rows[] = {
	{ "", "" },
	{ "mailto:a@uni.example", "a@uni.example" },
	{ "mailto:a@UNI.example", "a@uni.example" },
	{ "mailto:a@deep.mail.uni.example", "a@deep.mail.uni.example" },
	{ "mailto:a@own.uni.example", "" }, /* psd=n: another organization */
	{ "mailto:a@yes.example", "a@yes.example" },
	{ "mailto:a@semi.example", "a@semi.example" },
	{ "mailto:a@no.example", "" },
	{ "mailto:a@sub.yes.example", "" },
	{ "mailto:a@spf.example", "" },
	{ "mailto:a@late.example", "" },
	{ "mailto:a@two.example", "a@two.example" },
	{ "mailto:a@other.example!10m", "new@other.example/2097152" },
	{ "mailto:a@away.example", "" },
	{ "mailto:a@down.example", NULL },
	{ "mailto:a@dead.example", NULL },
	{ "mailto:a@[192.0.2.1]", "" },
	{ "https://uni.example/r, mailto:b@uni.example", "b@uni.example" },
	{ "mailto:b@uni.example,mailto:B@uni.example , mailto:a@no.example,"
	  "mailto:a@yes.example",
	  "b@uni.example a@yes.example" },
	{ "mailto:1@uni.example,mailto:2@uni.example,mailto:3@uni.example,"
	  "mailto:4@uni.example,mailto:5@uni.example",
	  "1@uni.example 2@uni.example 3@uni.example 4@uni.example" },
};

static void load(struct dns_table *t, str zone)
{
	while (zone.n) {
		str entry = zone, rest = STR_NONE, name = STR_NONE, text = STR_NONE;
		str_cut(zone, '|', &entry, &rest);
		zone = rest;
		CHECK(str_cut(entry, ' ', &name, &text));
		table_add(t, name,
			  str_eq(text, STR("!")) ? (unsigned)TABLE_FAIL
						 : (unsigned)DNS_TXT,
			  (struct dns_record){ .data = text });
	}
}

static str told(struct arena *a, const struct dmarc_report_to *to, size_t n)
{
	str all = STR("");
	for (size_t i = 0; i < n; i++)
		all = arena_cat(
			a, all, i ? STR(" ") : STR(""), address_text(a, &to[i].address),
			to[i].most ? arena_printf(a, "/%lld", (long long)to[i].most)
				   : STR(""));
	return all;
}

static atomic_bool going; /* false: nobody asks to stop */

static void test_rows(struct arena *a, struct dns_table *t)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dmarc_report_to to[DMARC_REPORT_URIS];
		size_t n = 77;
		struct dmarc_asking by = { &t->resolver, INT64_MAX, &going, false };
		err e = dmarc_report_agreed(a, &by, STR("uni.example"),
					    str_from(rows[i].rua), to, &n);
		str all = e.kind ? STR("") : told(a, to, n);
		bool right = rows[i].to ? !e.kind && str_eq(all, str_from(rows[i].to))
					: e.kind == ERR_TEMP && n == 77;
		if (!right)
			fprintf(stderr, "  %s: %.*s\n", rows[i].rua, STR_F(all));
		CHECK(right);
	}
}

/* A name that DNS cannot hold agrees to nothing. */
static void test_long(struct arena *a, struct dns_table *t)
{
	struct dmarc_report_to to[DMARC_REPORT_URIS];
	size_t n = 77;
	str label = STR("a23456789b23456789c23456789d23456789e23456789f23456789"),
	    dot = STR(".");
	str domain = arena_cat(a, label, dot, label, dot, label, dot, label,
			       STR(".lab.example"));
	struct dmarc_asking by = { &t->resolver, INT64_MAX, &going, false };
	CHECK(!dmarc_report_agreed(a, &by, domain, STR("mailto:a@yes.example"), to, &n)
		       .kind
	      && n == 0);
	CHECK(!dmarc_report_agreed(a, &by, STR("lab.example"),
				   STR("mailto:a@yes.example"), to, &n)
		       .kind
	      && n == 1);
}

/* Where the name above the registered ones says that all of it is one organization, its
 * registrants are strangers still. */
static void test_registrants(struct arena *a, struct dns_table *t)
{
	struct dmarc_report_to to[DMARC_REPORT_URIS];
	struct dmarc_asking by = { &t->resolver, INT64_MAX, &going, false };
	size_t n = 77;
	CHECK(!dmarc_report_agreed(a, &by, STR("uni.co.uk"), STR("mailto:a@victim.co.uk"),
				   to, &n)
		       .kind
	      && n == 0);
	CHECK(!dmarc_report_agreed(a, &by, STR("uni.co.uk"),
				   STR("mailto:a@deep.uni.co.uk"), to, &n)
		       .kind
	      && n == 1);
}

/* Of a resolver that is slow: when its askers would have had enough. */
struct slow {
	struct resolver resolver;
	int asked;
	int64_t first, last;
	bool stops; /* the program, at the first question */
	atomic_bool stopping;
};

static void ask_slow(struct resolver *r, struct arena *a, str name, enum dns_type type,
		     int64_t deadline, struct dns_answer *answer)
{
	struct slow *s = (struct slow *)r;
	(void)a, (void)name, (void)type;
	s->first = s->asked++ ? s->first : deadline;
	s->last = deadline;
	if (s->stops)
		atomic_store(&s->stopping, true);
	*answer = (struct dns_answer){ .status = DNS_NXDOMAIN };
}

/* All that is asked of a domain has one deadline; and where the program is to stop no
 * further address is asked about. */
static void test_slow(struct arena *a)
{
	static const char rua[] = "mailto:a@a.example,mailto:b@b.example,"
				  "mailto:c@c.example,mailto:d@d.example";
	struct dmarc_report_to to[DMARC_REPORT_URIS];
	size_t n = 77;
	struct slow s = { .resolver.ask = ask_slow };
	struct dmarc_asking by = { &s.resolver, 12345, &s.stopping, false };
	CHECK(!dmarc_report_agreed(a, &by, STR("uni.example"), str_from(rua), to, &n)
		       .kind);
	CHECK(n == 0 && s.asked > 5 && s.first == 12345 && s.last == 12345);
	int of_one = s.asked;
	s = (struct slow){ .resolver.ask = ask_slow, .stops = true };
	n = 77;
	CHECK(dmarc_report_agreed(a, &by, STR("uni.example"), str_from(rua), to, &n).kind
		      == ERR_TEMP
	      && n == 77 && s.asked * 3 < of_one);
}

int main(void)
{
	ARENA(a);
	struct dns_table *t = arena_alloc(a, sizeof *t);
	*t = DNS_TABLE(a);
	load(t, STR(ZONE));
	test_rows(a, t);
	test_long(a, t);
	test_registrants(a, t);
	test_slow(a);
	return check_done();
}

#include "tests/check.h"
#include "tests/unit/dns_table.h"
#include "trust/dmarc.h"

#include <stdlib.h>

/* A case: what stands in DNS, one "name record" after the other between bars
 * ("!" fails, "A" exists), who wrote, what SPF and DKIM proved, what comes of it. */
struct row {
	const char *zone;
	const char *author;
	const char *spf, *dkim; /* domains of a pass, DKIM's separated by spaces */
	const char *verdict;    /* "pass", and what is to be done where it is not */
	const char *policy;
	const char *org; /* NULL: not asked */
};

#define EX   "_dmarc.uni.example v=DMARC1; p=reject"
#define DEEP "a.b.c.d.e.f.g.h.i.j.k.uni.example"
#define NP   "_dmarc.uni.example v=DMARC1; p=reject; sp=none; np=quarantine"
#define BANK "_dmarc.bank.example v=DMARC1; p=reject; sp=quarantine; psd=y"

static const struct row rows[] = {
	/* section 4.4: alignment */
	{ EX, "uni.example", "uni.example", "", "pass", "reject", "uni.example" },
	{ EX, "uni.example", "", "uni.example", "pass", "reject", "uni.example" },
	{ EX, "UNI.example", "", "Uni.Example", "pass", "reject", "uni.example" },
	{ EX, "uni.example", "", "", "fail", "reject", "uni.example" },
	{ EX, "uni.example", "mail.uni.example", "", "pass", "reject", NULL },
	{ EX, "mail.uni.example", "", "uni.example", "pass", "reject", "uni.example" },
	{ EX, "cs.uni.example", "", "math.uni.example", "pass", "reject", "uni.example" },
	{ EX, "uni.example", "other.example", "else.example", "fail", "reject", NULL },
	{ EX, "uni.example", "", "else.example uni.example", "pass", "reject", NULL },
	{ EX, "uni.example", "notuni.example", "xuni.example", "fail", "reject", NULL },
	{ EX, "uni.example", "example", "", "fail", "reject", NULL },
	{ EX "; adkim=s", "uni.example", "", "mail.uni.example", "fail", "reject", NULL },
	{ EX "; adkim=s", "uni.example", "", "uni.example", "pass", "reject", NULL },
	{ EX "; adkim=s", "mail.uni.example", "", "uni.example", "fail", "reject", NULL },
	{ EX "; adkim=s", "uni.example", "mail.uni.example", "", "pass", "reject", NULL },
	{ EX "; aspf=s", "uni.example", "mail.uni.example", "", "fail", "reject", NULL },
	{ EX "; aspf=s", "uni.example", "uni.example", "", "pass", "reject", NULL },
	{ EX "; aspf=S", "uni.example", "mail.uni.example", "", "fail", "reject", NULL },
	{ EX "; aspf=x", "uni.example", "mail.uni.example", "", "pass", "reject", NULL },

	/* section 4.10.1: where the policy comes from */
	{ "", "uni.example", "uni.example", "uni.example", "none", "none", NULL },
	{ EX "; sp=quarantine", "cs.uni.example", "", "", "fail", "quarantine", NULL },
	{ EX "; sp=quarantine", "uni.example", "", "", "fail", "reject", NULL },
	{ EX "|_dmarc.cs.uni.example v=DMARC1; p=none", "cs.uni.example", "", "", "fail",
	  "none", "uni.example" },
	{ EX "|_dmarc.cs.uni.example v=DMARC1; p=none", "cs.uni.example", "",
	  "uni.example", "pass", "none", "uni.example" },
	{ EX "|_dmarc.cs.uni.example v=DMARC1; p=none; sp=none", "x.cs.uni.example", "",
	  "", "fail", "reject", "uni.example" },
	{ "_dmarc.cs.uni.example v=DMARC1; p=reject", "cs.uni.example", "", "uni.example",
	  "fail", "reject", "cs.uni.example" },
	{ "_dmarc.example v=DMARC1; p=quarantine", "uni.example", "", "else.example",
	  "pass", "quarantine", "example" },

	/* section 4.10: several records, foreign records, versions */
	{ EX "|_dmarc.uni.example v=DMARC1; p=none", "uni.example", "", "", "none",
	  "none", NULL },
	{ EX "|_dmarc.uni.example v=spf1 -all|_dmarc.uni.example x", "uni.example", "",
	  "", "fail", "reject", NULL },
	{ EX "|_dmarc.cs.uni.example v=DMARC1; p=none|_dmarc.cs.uni.example v=DMARC1; "
	     "p=none",
	  "cs.uni.example", "", "", "fail", "reject", "uni.example" },
	{ "_dmarc.uni.example v=dmarc1; p=reject", "uni.example", "", "", "none", "none",
	  NULL },
	{ "_dmarc.uni.example v=DMARC1x; p=reject", "uni.example", "", "", "none", "none",
	  NULL },
	{ "_dmarc.uni.example p=reject; v=DMARC1", "uni.example", "", "", "none", "none",
	  NULL },
	{ "_dmarc.uni.example v = DMARC1 ; p = reject", "uni.example", "", "", "fail",
	  "reject", NULL },
	{ "_dmarc.uni.example v=DMARC1;p=reject;", "uni.example", "", "", "fail",
	  "reject", NULL },
	{ "uni.example v=DMARC1; p=reject", "uni.example", "", "", "none", "none", NULL },

	/* deep names: the first, then the last seven labels */
	{ EX, DEEP, "", "", "fail", "reject", "uni.example" },
	{ "_dmarc.h.i.j.k.uni.example v=DMARC1; p=none; psd=n|" EX, DEEP, "", "", "fail",
	  "none", "h.i.j.k.uni.example" },
	{ "_dmarc.f.g.h.i.j.k.uni.example v=DMARC1; p=none|" EX, DEEP, "", "", "fail",
	  "reject", "uni.example" }, /* eight labels: skipped */
	{ "_dmarc." DEEP " v=DMARC1; p=none|" EX, DEEP, "", "uni.example", "pass", "none",
	  "uni.example" },

	/* psd=n: the organization ends here */
	{ EX "|_dmarc.cs.uni.example v=DMARC1; p=quarantine; psd=n", "x.cs.uni.example",
	  "", "", "fail", "quarantine", "cs.uni.example" },
	{ EX "|_dmarc.cs.uni.example v=DMARC1; p=quarantine; psd=n", "cs.uni.example", "",
	  "uni.example", "fail", "quarantine", "cs.uni.example" },
	{ EX "|_dmarc.cs.uni.example v=DMARC1; p=reject; psd=n", "uni.example", "",
	  "cs.uni.example", "fail", "reject", "uni.example" },
	{ EX "; psd=u", "cs.uni.example", "", "uni.example", "pass", "reject",
	  "uni.example" },
	{ EX "; psd=nonsense", "cs.uni.example", "", "uni.example", "pass", "reject",
	  NULL },

	/* psd=y: the organization is one label below (appendix B.4.3) */
	{ BANK, "giant.bank.example", "mail.giant.bank.example", "", "pass", "quarantine",
	  "giant.bank.example" },
	{ BANK, "mail.giant.bank.example", "", "giant.bank.example", "pass", "quarantine",
	  "giant.bank.example" },
	{ BANK, "giant.bank.example", "", "mega.bank.example", "fail", "quarantine",
	  "giant.bank.example" },
	{ BANK, "giant.bank.example", "bank.example", "", "fail", "quarantine", NULL },
	{ BANK "|_dmarc.giant.bank.example v=DMARC1; p=none", "giant.bank.example", "",
	  "mail.mega.bank.example", "fail", "none", "giant.bank.example" },
	{ BANK "|_dmarc.giant.bank.example v=DMARC1; p=none", "x.giant.bank.example", "",
	  "", "fail", "none", "giant.bank.example" },
	{ BANK, "bank.example", "bank.example", "", "pass", "reject", "bank.example" },
	{ BANK, "bank.example", "mail.bank.example", "", "fail", "reject",
	  "bank.example" },
	{ "_dmarc.gov v=DMARC1; p=reject; np=reject; sp=none; psd=y", "fake.gov", "", "",
	  "fail", "reject", "fake.gov" },
	{ "_dmarc.gov v=DMARC1; p=reject; np=reject; sp=none; psd=y|real.gov A",
	  "real.gov", "", "", "fail", "none", "real.gov" },

	/* np: names that are not */
	{ NP, "ghost.uni.example", "", "", "fail", "quarantine", "uni.example" },
	{ NP "|cs.uni.example A", "cs.uni.example", "", "", "fail", "none",
	  "uni.example" },
	{ NP "|cs.uni.example some text", "cs.uni.example", "", "", "fail", "none",
	  NULL },
	{ NP, "uni.example", "", "", "fail", "reject", NULL },
	{ "_dmarc.uni.example v=DMARC1; p=reject; np=none", "ghost.uni.example", "", "",
	  "fail", "none", NULL },
	{ "_dmarc.uni.example v=DMARC1; p=reject; np=none|cs.uni.example A",
	  "cs.uni.example", "", "", "fail", "reject", NULL },
	{ "_dmarc.uni.example v=DMARC1; p=none; sp=reject", "ghost.uni.example", "", "",
	  "fail", "reject", NULL },
	{ NP "|_dmarc.ghost.uni.example v=DMARC1; p=none", "ghost.uni.example", "", "",
	  "fail", "none", NULL },

	/* t, and the tags that are history */
	{ EX "; t=y", "uni.example", "", "", "fail", "quarantine", NULL },
	{ EX "; t=Y; sp=quarantine", "cs.uni.example", "", "", "fail", "none", NULL },
	{ "_dmarc.uni.example v=DMARC1; p=none; t=y", "uni.example", "", "", "fail",
	  "none", NULL },
	{ EX "; t=n", "uni.example", "", "", "fail", "reject", NULL },
	{ EX "; t=yes", "uni.example", "", "", "fail", "reject", NULL },
	{ EX "; t=y", "uni.example", "", "uni.example", "pass", "quarantine", NULL },
	{ EX "; pct=0; rf=afrf; ri=1", "uni.example", "", "", "fail", "reject", NULL },
	{ EX "; pct=nonsense", "uni.example", "", "", "fail", "reject", NULL },
	{ EX "; unknown=1; x", "uni.example", "", "", "fail", "reject", NULL },
	{ EX "; p=none", "uni.example", "", "", "fail", "reject", NULL },

	/* a policy that is missing or wrong */
	{ "_dmarc.uni.example v=DMARC1", "uni.example", "", "", "fail", "none", NULL },
	{ "_dmarc.uni.example v=DMARC1; rua=mailto:a@b.example", "uni.example", "",
	  "uni.example", "pass", "none", NULL },
	{ "_dmarc.uni.example v=DMARC1; p=block", "uni.example", "", "", "none", "none",
	  NULL },
	{ "_dmarc.uni.example v=DMARC1; p=block; rua=mailto:a@b.example", "uni.example",
	  "", "", "fail", "none", NULL },
	{ EX "; sp=block; rua=mailto:a@b.example!10m", "cs.uni.example", "", "", "fail",
	  "none", NULL },
	{ EX "; np=; rua=ftp:x, mailto:a@b.example", "uni.example", "", "", "fail",
	  "none", NULL },
	{ EX "; sp=block; rua=a@b.example", "uni.example", "", "", "none", "none", NULL },
	{ EX "; sp=block; rua=mailto:", "uni.example", "", "", "none", "none", NULL },
	{ EX "|_dmarc.cs.uni.example v=DMARC1; p=block", "cs.uni.example", "", "", "none",
	  "none", NULL },
	{ "_dmarc.uni.example v=DMARC1; p=Reject", "uni.example", "", "", "fail",
	  "reject", NULL },
	{ "_dmarc.uni.example v=DMARC1; P=reject", "uni.example", "", "", "fail", "none",
	  NULL },

	/* DNS without an answer is never a pass and never a fail */
	{ "_dmarc.uni.example !", "uni.example", "uni.example", "uni.example",
	  "temperror", "none", NULL },
	{ "_dmarc.uni.example !", "cs.uni.example", "", "cs.uni.example", "temperror",
	  "none", NULL },
	{ EX "|_dmarc.example !", "uni.example", "", "uni.example", "pass", "reject",
	  NULL },
	{ EX "|_dmarc.example !", "uni.example", "", "mail.uni.example", "temperror",
	  "reject", NULL },
	{ EX "|_dmarc.mail.uni.example !", "uni.example", "", "mail.uni.example",
	  "temperror", "reject", NULL },
	{ EX "|_dmarc.mail.uni.example !", "uni.example", "www.uni.example",
	  "mail.uni.example", "pass", "reject", NULL },
	{ EX "; adkim=s|_dmarc.mail.uni.example !", "uni.example", "", "mail.uni.example",
	  "fail", "reject", NULL },
	{ NP "|ghost.uni.example !", "ghost.uni.example", "", "", "temperror", "reject",
	  NULL },
	{ EX, "uni.example", "!uni.example", "", "temperror", "reject", NULL },
	{ EX, "uni.example", "!else.example", "", "fail", "reject", NULL },
	{ EX, "uni.example", "", "!mail.uni.example", "temperror", "reject", NULL },
	{ EX, "uni.example", "", "!else.example uni.example", "pass", "reject", NULL },
};

static void load(struct dns_table *t, str zone)
{
	while (zone.n) {
		str entry = zone, rest = STR_NONE, name = STR_NONE, text = STR_NONE;
		str_cut(zone, '|', &entry, &rest);
		zone = rest;
		CHECK(str_cut(entry, ' ', &name, &text));
		if (str_eq(text, STR("!")))
			table_add(t, name, TABLE_FAIL, (struct dns_record){ 0 });
		else if (str_eq(text, STR("A")))
			table_ip(t, name, STR("192.0.2.1"));
		else
			table_add(t, name, DNS_TXT, (struct dns_record){ .data = text });
	}
}

/* "!" before a domain: no answer from DNS for it. */
static bool take_mark(str *domain)
{
	bool marked = str_starts(*domain, STR("!"));
	if (marked)
		*domain = str_skip(*domain, 1);
	return marked;
}

static void check(struct dns_table *t, const char *author, const char *spf,
		  const char *dkim, struct dmarc_result *out)
{
	struct spf_result s = { .verdict = *spf ? SPF_PASS : SPF_NONE,
				.domain = str_from(spf) };
	struct dkim_result d[8] = { 0 };
	size_t n = 0;
	str list = str_from(dkim), word;
	if (take_mark(&s.domain))
		s.verdict = SPF_TEMPERROR;
	while (str_word(&list, &word)) {
		bool failed = take_mark(&word);
		d[n].domain = word;
		d[n++].verdict = failed ? DKIM_TEMPERROR : DKIM_PASS;
	}
	struct dmarc_ask ask = { .resolver = &t->resolver,
				 .domain = str_from(author),
				 .spf = &s,
				 .dkim = d,
				 .dkim_count = n };
	dmarc_check(t->a, &ask, out);
}

static void test_rows(void)
{
	ARENA(a);
	struct dns_table *t = arena_alloc(a, sizeof *t);
	unsigned passed = 0, count = sizeof rows / sizeof *rows;
	for (unsigned i = 0; i < count; i++) {
		const struct row *r = &rows[i];
		struct dmarc_result out;
		*t = DNS_TABLE(a);
		load(t, str_from(r->zone));
		check(t, r->author, r->spf, r->dkim, &out);
		bool ok = str_eq(str_from(r->verdict), str_from(dmarc_word(out.verdict)))
			  && str_eq(str_from(r->policy),
				    str_from(dmarc_policy_word(out.policy)))
			  && (!r->org || str_eq(str_from(r->org), out.org));
		CHECK(ok);
		if (!ok)
			fprintf(stderr, "  %s, %s, spf %s, dkim %s: %s %s, org %.*s\n",
				r->zone, r->author, r->spf, r->dkim,
				dmarc_word(out.verdict), dmarc_policy_word(out.policy),
				STR_F(out.org));
		CHECK(!out.why == (out.verdict != DMARC_TEMPERROR));
		CHECK((out.verdict == DMARC_PASS) <= (out.aligned.n > 0));
		passed += ok;
	}
	printf("suite: DMARC, RFC 9989: %u of %u cases\n", passed, count);
}

/* Section 4.10: the very questions, in order; never more than eight. */
static void test_questions(void)
{
	static const struct {
		const char *zone, *author, *spf, *questions;
	} cases[] = {
		{ "", DEEP, "",
		  "_dmarc.a.b.c.d.e.f.g.h.i.j.k.uni.example _dmarc.g.h.i.j.k.uni.example "
		  "_dmarc.h.i.j.k.uni.example _dmarc.i.j.k.uni.example "
		  "_dmarc.j.k.uni.example "
		  "_dmarc.k.uni.example _dmarc.uni.example _dmarc.example" },
		{ "", "a.b.c.d.e.f.uni.example", "",
		  "_dmarc.a.b.c.d.e.f.uni.example _dmarc.b.c.d.e.f.uni.example "
		  "_dmarc.c.d.e.f.uni.example _dmarc.d.e.f.uni.example "
		  "_dmarc.e.f.uni.example "
		  "_dmarc.f.uni.example _dmarc.uni.example _dmarc.example" },
		{ EX, "uni.example", "", "_dmarc.uni.example _dmarc.example" },
		{ EX, "uni.example", "uni.example", "_dmarc.uni.example _dmarc.example" },
		{ EX, "uni.example", "else.example",
		  "_dmarc.uni.example _dmarc.example" },
		{ EX, "uni.example", "m.uni.example",
		  "_dmarc.uni.example _dmarc.example _dmarc.m.uni.example "
		  "_dmarc.uni.example "
		  "_dmarc.example" },
		{ EX "; psd=n", "uni.example", "", "_dmarc.uni.example" },
		{ NP, "x.uni.example", "",
		  "_dmarc.x.uni.example _dmarc.uni.example _dmarc.example "
		  "x.uni.example" },
		{ EX, "x.uni.example", "",
		  "_dmarc.x.uni.example _dmarc.uni.example _dmarc.example" },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dns_table *t = arena_alloc(a, sizeof *t);
		struct dmarc_result out;
		*t = DNS_TABLE(a);
		load(t, str_from(cases[i].zone));
		check(t, cases[i].author, cases[i].spf, "", &out);
		str want = str_from(cases[i].questions), word;
		unsigned n = 0;
		while (str_word(&want, &word) && n < 16)
			CHECK(str_eq(word, t->last[n++]));
		CHECK(n == t->asked);
	}
}

/* Twenty signatures cost at most ten walks; without a record the public
 * suffix list tells who belongs to whom. */
static void test_limits(void)
{
	ARENA(a);
	struct dns_table *t = arena_alloc(a, sizeof *t);
	struct dmarc_result out;
	struct spf_result spf = { 0 };
	struct dkim_result d[20];
	*t = DNS_TABLE(a);
	table_txt(t, "_dmarc.uni.example", STR("v=DMARC1; p=reject; psd=n"));
	for (int i = 0; i < 20; i++) {
		str domain = arena_printf(a, "s%d.uni.example", i);
		d[i] = (struct dkim_result){ .verdict = DKIM_PASS, .domain = domain };
		table_add(t, arena_cat(a, STR("_dmarc."), domain), DNS_TXT,
			  (struct dns_record){ .data = STR("v=DMARC1; psd=n") });
	}
	struct dmarc_ask ask = { &t->resolver, 0, STR("uni.example"), &spf, d, 20 };
	dmarc_check(a, &ask, &out);
	CHECK(out.verdict == DMARC_FAIL && t->asked == 1 + 10);

	*t = DNS_TABLE(a);
	check(t, "cs.uni-example.org", "", "uni-example.org", &out);
	CHECK(out.verdict == DMARC_NONE && out.dkim_aligned && !out.spf_aligned);
	CHECK(str_eq(out.org, STR("uni-example.org"))
	      && str_eq(out.aligned, STR("uni-example.org")));
	check(t, "a.co.uk", "b.co.uk", "", &out);
	CHECK(out.verdict == DMARC_NONE && !out.spf_aligned && !out.aligned.n);
}

static void test_record(void)
{
	struct dmarc_record r;
	CHECK(!dmarc_record_parse(
		       STR("v=DMARC1; p=reject; rua=mailto:A@b.example; ruf=mailto:c@d;"
			   " fo=1:d; adkim=s"),
		       &r)
		       .kind);
	CHECK(str_eq(r.rua, STR("mailto:A@b.example")) && str_eq(r.fo, STR("1:d")));
	CHECK(r.dkim_strict && !r.spf_strict && r.sp == DMARC_POLICY_REJECT
	      && r.np == DMARC_POLICY_REJECT && !r.has_np);
	CHECK(dmarc_record_parse(STR("v=DMARC2; p=reject"), &r).kind == ERR_SYNTAX);
	CHECK(dmarc_record_parse(STR(""), &r).kind == ERR_SYNTAX);
	CHECK(dmarc_record_parse(STR("v=DMARC1p=reject"), &r).kind == ERR_SYNTAX);
}

int main(void)
{
	test_rows();
	test_questions();
	test_limits();
	test_record();
	return check_done();
}

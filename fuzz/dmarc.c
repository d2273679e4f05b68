/* Each line of the input is a TXT record on the way up; the first is the author's
 * domain. The walk asks at most eight times, the organization is the domain or
 * above it, and a pass always names who earned it. */
#include "fuzz.h"

#include "trust/dmarc.h"
#include "trust/name.h"

struct echo {
	struct resolver resolver;
	str rest;
	unsigned asked;
};

static void echo_ask(struct resolver *r, struct arena *a, str name, enum dns_type type,
		     int64_t deadline, struct dns_answer *out)
{
	struct echo *e = (struct echo *)r;
	str line = STR_NONE;
	(void)deadline;
	must(name_fits(name));
	e->asked++;
	*out = (struct dns_answer){ .status = DNS_NXDOMAIN };
	if (type != DNS_TXT || !str_line(&e->rest, &line))
		return;
	out->status = DNS_FOUND;
	out->count = 1;
	out->records = arena_zero(a, sizeof *out->records);
	out->records->data = line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str text = { (const char *)data, n }, domain;
	struct echo e = { { echo_ask }, text, 0 };
	struct dmarc_walk w;
	struct dmarc_result out;
	if (!str_line(&e.rest, &domain) || !domain.n)
		return 0;
	dmarc_walk(a, &e.resolver, 0, domain, &w);
	must(e.asked <= DMARC_QUERIES_MAX && w.count <= DMARC_QUERIES_MAX);
	must(str_ends(domain, w.org));
	str_line(&text, &domain);
	e.rest = text;
	struct spf_result spf = { .verdict = SPF_PASS,
				  .domain = STR("mail.uni.example") };
	struct dkim_result dkim = { .verdict = DKIM_PASS, .domain = domain };
	struct dmarc_ask ask = { &e.resolver, 0, domain, &spf, &dkim, 1 };
	dmarc_check(a, &ask, &out);
	must((out.verdict == DMARC_PASS) <= (out.aligned.n > 0));
	must(out.policy <= out.published && out.verdict != DMARC_TEMPERROR);
	return 0;
}

/* Each line of the input is a TXT record: the first question gets the first
 * line, and so on, round and round; other types find something every other time.
 * Whatever a policy says, evaluation ends, asks within its limits, and its
 * explanation fits an SMTP reply. */
#include "fuzz.h"

#include "trust/spf_inside.h"

struct echo {
	struct resolver resolver;
	str all, rest;
	unsigned asked;
};

static void echo_ask(struct resolver *r, struct arena *a, str name, enum dns_type type,
		     int64_t deadline, struct dns_answer *out)
{
	struct echo *e = (struct echo *)r;
	str line = STR_NONE;
	(void)deadline;
	must(name.n && name.n <= 253 && !str_has(name, '\0'));
	e->asked++;
	if (!str_line(&e->rest, &line)) {
		e->rest = e->all;
		str_line(&e->rest, &line);
	}
	*out = (struct dns_answer){ .status = e->asked % 7 ? DNS_FOUND : DNS_NODATA };
	if (out->status != DNS_FOUND)
		return;
	out->count = type == DNS_MX ? 3 : 1;
	out->records = arena_zero(a, 3 * sizeof *out->records);
	for (size_t i = 0; i < out->count; i++) {
		out->records[i].name = STR("host.uni.example");
		out->records[i].data = type == DNS_TXT ? line
				       : type == DNS_A ? (str){ "\xc0\0\2\1", 4 }
						       : (str){ "0123456789abcdef", 16 };
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str text = { (const char *)data, n };
	struct spf_record record;
	(void)!spf_record_parse(a, text, &record).kind;
	for (int v6 = 0; v6 < 2; v6++) {
		struct net_addr client;
		struct spf_result out;
		struct echo e = { { echo_ask }, text, text, 0 };
		must(!net_parse_ip(v6 ? STR("2001:db8::1") : STR("192.0.2.9"), &client)
			      .kind);
		struct spf_ask ask = { .resolver = &e.resolver,
				       .client = &client,
				       .helo = STR("mail.uni.example"),
				       .sender = STR("a+b.c@uni.example") };
		spf_check(a, &ask, &out);
		/* A term may ask for ten MX hosts or PTR names; a macro p likewise. */
		must(out.lookups <= 11 && e.asked < 3000);
		for (size_t i = 0; i < out.explanation.n; i++)
			must(out.explanation.p[i] >= ' ' && out.explanation.p[i] <= '~');
	}
	return 0;
}

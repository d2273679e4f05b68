#include "send/sts_rule.h"

#include "base/buf.h"
#include "base/enc.h"

#include <unistd.h>

/* In testing a server that the policy does not name is told of and used. */
static void tell_unnamed(struct sts_finder *f, const struct tls_question *q, str why)
{
	struct tally *t = sts_finder_tally(f);
	if (t)
		tally_add(t, &(struct tls_tally_row){
				     .domain = q->destination,
				     .type = STR("sts"),
				     .result = tls_result_word(TLS_RESULT_FAILED),
				     .mx = q->hop->name,
				     .reason = why,
				     .sessions = 1 });
}

bool sts_rule(void *finder, struct arena *a, const struct tls_question *q,
	      struct tls_policy *p)
{
	struct sts_policy found;
	if (!sts_find(finder, a, q->destination, q->deadline, &found, &p->unsure))
		return false;
	bool enforce = found.mode == STS_ENFORCE;
	*p = (struct tls_policy){
		.kind = enforce ? TLS_POLICY_STS_ENFORCE : TLS_POLICY_STS_TESTING,
		.must = enforce,
		.peer = { .check = enforce ? TLS_NAMED : TLS_ANYONE,
			  .name = q->hop->name },
		.why = arena_cat(a, STR("MTA-STS of "), q->destination,
				 enforce ? STR("") : STR(" (testing)"))
	};
	if (sts_names(&found, q->hop->name))
		return true;
	str why = arena_cat(a, p->why, STR(": the policy does not name the server "),
			    q->hop->name);
	if (enforce) {
		p->status = "4.7.5";
		p->refused = TLS_RESULT_FAILED;
		p->why = why;
		return true;
	}
	tell_unnamed(finder, q, why);
	/* Who forges an MX record has a good certificate, too. */
	if (q->want == TLS_WANT_REQUIRED && !q->hop->proven) {
		p->status = "5.7.30";
		p->why = why;
	}
	return true;
}

/* The address that the system would send from; a UDP socket asks without a packet. */
static str source_of(struct arena *a, const struct net_addr *to)
{
	struct net_addr from = { .len = sizeof from.ss };
	int fd = socket(to->ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return STR("");
	bool found = !connect(fd, (const struct sockaddr *)&to->ss, to->len)
		     && !getsockname(fd, (struct sockaddr *)&from.ss, &from.len);
	close(fd);
	return found ? net_ip_text(a, &from) : STR("");
}

/* The records as presented: "3 1 1 HEX", a line each (RFC 8460 section 4.4). */
static str records_of(struct arena *a, const struct tls_peer *peer)
{
	BUF(out);
	for (size_t i = 0; i < peer->tlsa_count; i++) {
		const struct tlsa *x = &peer->tlsa[i];
		buf_addf(&out, "%s%u %u %u ", i ? "\n" : "", x->usage, x->selector,
			 x->matching);
		buf_add(&out, enc_hex(a, x->data));
	}
	return arena_copy(a, buf_str(&out));
}

void tally_told(void *tally, const struct tls_attempt *t)
{
	ARENA(a);
	const struct tls_policy *p = t->policy;
	bool sts = p->kind == TLS_POLICY_STS_TESTING || p->kind == TLS_POLICY_STS_ENFORCE;
	bool dane = p->kind == TLS_POLICY_DANE;
	bool failed = t->result != TLS_RESULT_SUCCESS;
	struct tls_tally_row row = { .domain = t->destination,
				     .type = dane  ? STR("tlsa")
					     : sts ? STR("sts")
						   : STR("no-policy-found"),
				     .result = tls_result_word(t->result),
				     .sessions = 1 };
	if (!t->by_mx || p->kind == TLS_POLICY_NONE)
		return;
	if (dane)
		row.policy = records_of(a, &p->peer);
	if (failed) {
		row.mx = t->mx;
		row.from = source_of(a, t->addr);
		row.to = net_ip_text(a, t->addr);
		row.reason = t->reason;
	}
	tally_add(tally, &row);
}

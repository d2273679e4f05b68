/* What there is to tell the domain that From names of one message. */
#include "roles/smtpd_dmarc.h"

#include "base/buf.h"
#include "base/clock.h"
#include "mail/report_dmarc.h"
#include "trust/suffix.h"

enum {
	DAY = 86400,
	RECORD_MOST = 1000,
	NAME_MOST = 253,
	SIGNATURES_MOST = 1000,
};

/* Of a name in DNS. What is none is not told on. */
static str plain_name(struct arena *a, str name)
{
	str x = domain_ascii(a, name);
	if (x.n > NAME_MOST)
		return STR("");
	for (size_t i = 0; i < x.n; i++)
		if (!chr_is_alpha(x.p[i]) && !chr_is_digit(x.p[i])
		    && !memchr("-_.", x.p[i], 3))
			return STR("");
	return x;
}

static bool wants_reports(struct arena *a, str text)
{
	struct dmarc_record record;
	struct dmarc_report_to to[DMARC_REPORT_URIS];
	return text.n <= RECORD_MOST && !dmarc_record_parse(text, &record).kind
	       && dmarc_report_uris(a, record.rua, to);
}

/* Two servers that do nothing else would report on each other's reports for ever. One
 * that is forged is told on like anything else. */
static bool is_report(struct arena *a, const struct dmarc_case *c)
{
	const struct field *f = header_find(c->ask->header, STR("Subject"));
	return !c->ask->sender.n && c->trust->dmarc.verdict == DMARC_PASS && f
	       && str_istarts(str_trim(header_text(a, f)), STR("Report Domain:"));
}

/* Where the domain asks for no refusal only what bears a member's address waits for its
 * proof (rule_proof): its report must not tell who is one. */
static enum dmarc_outcome told(const struct dmarc_case *c)
{
	bool all_wait = c->trust->dmarc.policy == DMARC_POLICY_REJECT;
	return c->outcome == DMARC_HELD && !all_wait ? DMARC_TAKEN : c->outcome;
}

/* Section 3.1.1.6: a reason stands where a policy was not applied. */
static void fill_outcome(const struct dmarc_case *c, struct dmarc_seen *x)
{
	static const struct {
		enum dmarc_policy done;
		str comment;
	} outcomes[] = {
		[DMARC_TAKEN] = { DMARC_POLICY_NONE,
				  STR("nothing is refused here for DMARC alone") },
		[DMARC_HELD] = { DMARC_POLICY_QUARANTINE,
				 STR("it waits for a moderator") },
		[DMARC_REFUSED] = { DMARC_POLICY_REJECT,
				    STR("it is not taken without proof of its author") },
	};
	const struct dmarc_result *d = &c->trust->dmarc;
	enum dmarc_outcome outcome = told(c);
	enum dmarc_policy done = outcomes[outcome].done;
	x->reason = x->comment = STR("");
	if (d->verdict == DMARC_PASS) {
		x->disposition = STR("pass");
		return;
	}
	x->disposition = str_from(dmarc_policy_word(done));
	if (done == d->published)
		return;
	if (d->verdict == DMARC_TEMPERROR && outcome == DMARC_TAKEN) {
		x->reason = STR("other");
		x->comment = STR("DNS gave no answer: no verdict");
		return;
	}
	if (c->trust->vouched_aligned) {
		x->reason = STR("trusted_forwarder");
		x->comment = STR("our gateway saw it pass");
	} else if (done == d->policy) {
		x->reason = STR("policy_test_mode");
	} else {
		x->reason = STR("local_policy");
		x->comment = outcomes[outcome].comment;
	}
}

/* Section 3.1.3: those of the author that pass, others that pass, the rest; whose names
 * would take more room than all of them have is left out. */
static unsigned rank(const struct dkim_result *d, str author)
{
	if (d->verdict != DKIM_PASS)
		return 2;
	return str_ieq(d->domain, author) ? 0 : 1;
}

static str signatures(struct arena *a, const struct dmarc_case *c)
{
	BUF(b);
	for (unsigned at = 0; at < 3; at++)
		for (size_t i = 0; i < c->trust->dkim_count; i++) {
			const struct dkim_result *d = &c->trust->dkim[i];
			str domain = plain_name(a, d->domain);
			str selector = plain_name(a, d->selector);
			str line = arena_cat(a, str_from(dkim_word(d->verdict)), STR(" "),
					     domain, STR(" "), selector, STR("\n"));
			if (rank(d, c->trust->dmarc.domain) == at && domain.n
			    && selector.n && b.n + line.n <= SIGNATURES_MOST)
				buf_add(&b, line);
		}
	return arena_copy(a, buf_str(&b));
}

/* A message that DNS left open is told of where the record is known, when it is dealt
 * with (one that is put off comes again): neither identifier aligned, and the mechanism's own
 * result says which got no answer (RFC 9990 section 3.1.1, "temperror"). */
static bool has_verdict(const struct dmarc_result *d)
{
	return d->verdict == DMARC_PASS || d->verdict == DMARC_FAIL
	       || d->verdict == DMARC_TEMPERROR;
}

/* All that is told of a message whichever way; false: there is nobody to tell it. */
static bool describe(struct arena *a, const struct dmarc_case *c, struct dmarc_seen *row)
{
	const struct dmarc_result *d = &c->trust->dmarc;
	str local, host = STR("");
	str_cut_last(c->ask->sender, '@', &local, &host);
	struct dmarc_seen x = { .day = clock_now() / DAY,
				.domain = plain_name(a, d->record_domain),
				.record = d->record,
				.source_ip = net_ip_text(a, &c->trust->via.client),
				.dkim = d->dkim_aligned ? STR("pass") : STR("fail"),
				.spf = d->spf_aligned ? STR("pass") : STR("fail"),
				.header_from = plain_name(a, d->domain),
				.envelope_from = plain_name(a, host),
				.spf_domain = plain_name(a, c->trust->spf.domain),
				.spf_result = str_from(spf_word(c->trust->spf.verdict)),
				.signatures = signatures(a, c),
				.message_id = STR(""),
				.messages = 1 };
	x.registrant = suffix_registrant(a, x.domain);
	fill_outcome(c, &x);
	*row = x;
	return x.domain.n && x.header_from.n;
}

bool dmarc_note(struct arena *a, const struct dmarc_case *c, struct dmarc_seen *row)
{
	const struct dmarc_result *d = &c->trust->dmarc;
	struct dmarc_seen x;
	if (!has_verdict(d) || !wants_reports(a, d->record) || is_report(a, c)
	    || !describe(a, c, &x))
		return false;
	*row = x;
	return true;
}

/* --- one message that failed (RFC 9991) */

/* fo= (RFC 9989 section 4.7): 0, the default, and 1 ask for a report on what fails, as
 * everything that comes here does; d and s alone for reports of another kind. */
static bool asks_for_failures(str fo)
{
	str word, rest = fo;
	bool yes = !fo.n;
	while (rest.n) {
		if (!str_cut(rest, ':', &word, &rest)) {
			word = rest;
			rest = STR_NONE;
		}
		word = str_trim(word);
		yes = yes || str_eq(word, STR("0")) || str_eq(word, STR("1"));
	}
	return yes;
}

/* Section 2: a registry's record (psd=y) speaks for domains of others. */
static bool wants_failures(struct arena *a, str text)
{
	struct dmarc_record record;
	struct dmarc_report_to to[DMARC_REPORT_URIS];
	return text.n <= RECORD_MOST && !dmarc_record_parse(text, &record).kind
	       && record.psd != DMARC_PSD_YES && asks_for_failures(record.fo)
	       && dmarc_report_uris(a, record.ruf, to);
}

/* Reports and answers of programs, whether they are forged or not: two servers must not
 * go on for ever about each other's. */
static bool is_by_program(struct arena *a, const struct dmarc_case *c)
{
	const struct header *h = c->ask->header;
	str kind = header_token(a, header_find(h, STR("Auto-Submitted")));
	str type = header_token(a, header_find(h, STR("Content-Type")));
	return !c->ask->sender.n || (kind.n && !str_eq(kind, STR("no")))
	       || str_eq(type, STR("multipart/report"));
}

/* Only where the name behind it is the author's organization: then it is that one's own
 * number, by which it finds the message, and nobody else's. */
static str own_message_id(struct arena *a, const struct dmarc_case *c)
{
	str *ids, local, host;
	const struct field *f = header_find(c->ask->header, STR("Message-ID"));
	if (!f || !header_ids(a, f, &ids) || ids[0].n > NAME_MOST
	    || !str_cut_last(ids[0], '@', &local, &host))
		return STR("");
	for (size_t i = 0; i < ids[0].n; i++)
		if (ids[0].p[i] <= ' ' || ids[0].p[i] > '~')
			return STR("");
	return suffix_same_registrant(a, plain_name(a, host), c->trust->dmarc.domain)
		       ? ids[0]
		       : STR("");
}

bool dmarc_note_failure(struct arena *a, const struct dmarc_case *c,
			struct dmarc_seen *row)
{
	const struct dmarc_result *d = &c->trust->dmarc;
	struct dmarc_seen x;
	if (d->verdict != DMARC_FAIL || c->trust->vouched_aligned
	    || !wants_failures(a, d->record) || is_by_program(a, c)
	    || !describe(a, c, &x))
		return false;
	x.failed_at = clock_now();
	x.message_id = own_message_id(a, c);
	*row = x;
	return true;
}

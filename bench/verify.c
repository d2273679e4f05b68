/* bench/verify.c: how many arrivals a core can judge: SPF, DKIM (RSA-2048), ARC and DMARC of
 * a mail of 5 KB, as smtpd does it, with the answers of DNS in memory.
 *
 *     bench_verify [MAILS]     -> "mails=20000 rate=4321", by the processor's time */
#include "net/addr.h"
#include "trust/trust.h"

#include "base/buf.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MAILS = 20000, BODY = 3500 };

struct zone {
	struct resolver resolver;
	str key; /* the record of s._domainkey.uni.example */
};

static void must(err e)
{
	if (e.kind) {
		fprintf(stderr, "%s\n", e.msg);
		exit(1);
	}
}

static void ask(struct resolver *r, struct arena *a, str name, enum dns_type type,
		int64_t deadline, struct dns_answer *answer)
{
	const struct zone *z = (const struct zone *)r;
	const struct {
		str name;
		enum dns_type type;
		struct dns_record record;
	} rows[] = {
		{ STR("uni.example"),
		  DNS_TXT,
		  { .data = STR("v=spf1 ip4:198.51.100.0/24 a:mx.uni.example -all") } },
		{ STR("mx.uni.example"), DNS_A, { .data = STR("\xc0\x00\x02\x19") } },
		{ STR("_dmarc.uni.example"),
		  DNS_TXT,
		  { .data = STR("v=DMARC1; p=reject; adkim=s") } },
		{ STR("s._domainkey.uni.example"), DNS_TXT, { .data = z->key } },
		{ STR("25.2.0.192.in-addr.arpa"),
		  DNS_PTR,
		  { .name = STR("mx.uni.example") } },
	};
	(void)deadline;
	*answer = (struct dns_answer){ .status = DNS_NXDOMAIN };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].type == type && str_ieq(rows[i].name, name)) {
			answer->status = DNS_FOUND;
			answer->records = arena_zero(a, sizeof rows->record);
			answer->records[0] = rows[i].record;
			answer->count = 1;
		}
}

static str compose(struct arena *a)
{
	BUF(out);
	for (int i = 0; i < 3; i++)
		buf_addf(&out,
			 "Received: from host%d.uni.example (host%d.uni.example "
			 "[192.0.2.%d])\r\n\tby mx.uni.example with ESMTPS id "
			 "4ABCDEF%d\r\n"
			 "\tfor <dev@lists.example>; Tue, 24 Nov 2026 04:12:09 +0000\r\n",
			 i, i, i, i);
	buf_add(&out,
		STR("From: Anna Berg <anna@uni.example>\r\n"
		    "To: dev@lists.example\r\nSubject: The beam time of next week\r\n"
		    "Date: Tue, 24 Nov 2026 04:12:09 +0000\r\n"
		    "Message-ID: <1.2.3.4@uni.example>\r\nMIME-Version: 1.0\r\n"
		    "Content-Type: text/plain; charset=utf-8\r\n"
		    "Content-Transfer-Encoding: 7bit\r\n\r\n"));
	for (size_t end = out.n + BODY; out.n < end;)
		buf_add(&out, STR("A line of text such as people write to each other, "
				  "or nearly so.\r\n"));
	return arena_copy(a, buf_str(&out));
}

static str sign(struct arena *a, struct zone *z, str text)
{
	struct sign_key *key;
	struct header h;
	struct canon_body body;
	str pem;
	must(sign_key_make(a, SIGN_RSA, &pem));
	must(sign_key_load(a, pem, &key));
	must(header_scan(a, text, &h));
	z->key = sign_key_record(a, key);
	struct signing by = { key, STR("uni.example"), STR("s"), clock_now() };
	canon_body(h.body, CANON_RELAXED, CANON_ALL, &body);
	struct dkim_plan *plan = dkim_plan(a, &by, &h, &body, STR(""));
	str whole = arena_cat(a, dkim_sign(a, plan, NULL, 0, NULL), text);
	sign_key_free(key);
	return whole;
}

static void judge(struct zone *z, const struct net_addr *client, str text)
{
	ARENA(a);
	struct header h;
	struct trust_result t;
	must(header_scan(a, text, &h));
	struct trust_ask question = { .resolver = &z->resolver,
				      .deadline = clock_mono_ms() + 30000,
				      .client = client,
				      .helo = STR("mx.uni.example"),
				      .sender = STR("anna@uni.example"),
				      .receiver = STR("mail.lists.example"),
				      .header = &h,
				      .body = h.body,
				      .now = clock_now() };
	trust_judge(a, &question, &t);
	str said = trust_authres(a, &question, &t), row = trust_json(a, &t);
	if (!t.aligned || t.spf.verdict != SPF_PASS || t.dkim_count != 1
	    || t.dkim[0].verdict != DKIM_PASS || t.dmarc.verdict != DMARC_PASS || !said.n
	    || !row.n) {
		fprintf(stderr, "it does not pass: %.*s\n", STR_F(row));
		exit(1);
	}
}

int main(int argc, char **argv)
{
	ARENA(a);
	struct zone z = { .resolver = { ask } };
	struct net_addr client;
	struct timespec used;
	int mails = argc > 1 ? atoi(argv[1]) : MAILS;
	must(net_parse_ip(STR("192.0.2.25"), &client));
	str text = sign(a, &z, compose(a));
	for (int i = 0; i < mails; i++)
		judge(&z, &client, text);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	printf("mails=%d octets=%zu rate=%.0f\n", mails, text.n,
	       mails / ((double)used.tv_sec + (double)used.tv_nsec / 1e9));
	return 0;
}

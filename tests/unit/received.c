/* What each program writes of its client, and what a client may put there. */
#include "mail/received.h"

#include "tests/check.h"

static const struct {
	const char *what, *value;
	enum received_kind kind;
	const char *client, *helo, *by;
} cases[] = {
	{ "Postfix",
	  " from north.example (mail.north.example [192.0.2.1])\r\n"
	  "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n"
	  "\t key-exchange X25519 server-signature RSA-PSS (2048 bits))\r\n"
	  "\t(Client CN \"203.0.113.9\", Issuer \"x\" (not verified))\r\n"
	  "\tby gw.uni.example (Postfix) with ESMTPS id 4XyZ\r\n"
	  "\tfor <dev@lists.example>; Tue, 24 Nov 2026 04:12:09 +0000 (UTC)",
	  RECEIVED_FROM, "192.0.2.1", "north.example", "gw.uni.example" },
	{ "Postfix, IPv6 and no name",
	  " from north.example (unknown [IPv6:2001:db8::5])\r\n\tby gw.uni.example "
	  "(Postfix) with ESMTP id 1; Tue, 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_FROM, "2001:db8::5", "north.example", "gw.uni.example" },
	{ "Postfix, HELO with another's address",
	  "from [203.0.113.9] (unknown [192.0.2.1]) by gw.uni.example (Postfix) with "
	  "SMTP id 1; Tue, 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_FROM, "192.0.2.1", "[203.0.113.9]", "gw.uni.example" },
	{ "Postfix, from its own user",
	  "by gw.uni.example (Postfix, from userid 1000)\r\n\tid 1; Tue, 24 Nov 2026 "
	  "04:12:09 +0000",
	  RECEIVED_HERE, "", "", "gw.uni.example" },
	{ "amavisd",
	  "from gw.uni.example ([127.0.0.1])\r\n\tby localhost (gw.uni.example "
	  "[127.0.0.1]) (amavisd-new, port 10024)\r\n\twith ESMTP id 1; Tue, 24 Nov 2026 "
	  "04:12:09 +0000",
	  RECEIVED_FROM, "127.0.0.1", "gw.uni.example", "localhost" },
	{ "Exim",
	  "from mail.north.example ([192.0.2.1])\r\n\tby gw.uni.example with esmtps  "
	  "(TLS1.3) tls TLS_AES_256_GCM_SHA384\r\n\t(Exim 4.96)\r\n\t(envelope-from "
	  "<anna@north.example>)\r\n\tid 1tFabc\r\n\tfor dev@lists.example; Tue, 24 Nov "
	  "2026 04:12:09 +0000",
	  RECEIVED_FROM, "192.0.2.1", "mail.north.example", "gw.uni.example" },
	{ "Exim, HELO is another name",
	  "from mail.north.example ([192.0.2.1]:41234 helo=[203.0.113.9])\r\n\tby "
	  "gw.uni.example with esmtp (Exim 4.96) id 1; Tue, 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_FROM, "192.0.2.1", "[203.0.113.9]", "gw.uni.example" },
	{ "Exim, no name in DNS",
	  "from [192.0.2.1] (port=4711 helo=north.example ident=[203.0.113.9])\r\n\tby "
	  "gw.uni.example with esmtp (Exim 4.96) id 1; Tue, 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_FROM, "192.0.2.1", "north.example", "gw.uni.example" },
	{ "Exim, IPv6 and no name",
	  "from [2001:db8::5] (helo=north.example) by gw.uni.example with smtp id 1; "
	  "Tue, "
	  "24 Nov 2026 04:12:09 +0000",
	  RECEIVED_FROM, "2001:db8::5", "north.example", "gw.uni.example" },
	{ "Exim, no HELO",
	  "from [192.0.2.1] by gw.uni.example with smtp (Exim 4.96) id 1; Tue, 24 Nov "
	  "2026 04:12:09 +0000",
	  RECEIVED_FROM, "192.0.2.1", "[192.0.2.1]", "gw.uni.example" },
	{ "Exim, its own user",
	  "from root by gw.uni.example with local (Exim 4.96) id 1; Tue, 24 Nov 2026 "
	  "04:12:09 +0000",
	  RECEIVED_HERE, "", "root", "gw.uni.example" },
	{ "Sendmail",
	  "from north.example (mail.north.example [192.0.2.1] (may be forged))\r\n\tby "
	  "gw.uni.example (8.17.1/8.17.1) with ESMTPS id 1\r\n\t(version=TLSv1.3 "
	  "cipher=X bits=256 verify=NO)\r\n\tfor <dev@lists.example>; Tue, 24 Nov 2026 "
	  "04:12:09 GMT",
	  RECEIVED_FROM, "192.0.2.1", "north.example", "gw.uni.example" },
	{ "Sendmail, what ident said",
	  "from north.example ([203.0.113.9]@mail.north.example [192.0.2.1])\r\n\tby "
	  "gw.uni.example (8.17.1/8.17.1) with ESMTP id 1; Tue, 24 Nov 2026 04:12:09 GMT",
	  RECEIVED_FROM, "192.0.2.1", "north.example", "gw.uni.example" },
	{ "Sendmail, IPv6 written out",
	  "from north.example ([IPv6:2001:db8:0:0:0:0:0:5])\r\n\tby gw.uni.example "
	  "(8.17.1/8.17.1) with ESMTP id 1; Tue, 24 Nov 2026 04:12:09 GMT",
	  RECEIVED_FROM, "2001:db8::5", "north.example", "gw.uni.example" },
	{ "Exchange",
	  "from mail.north.example (192.0.2.1) by EX1.uni.example\r\n (198.51.100.7) "
	  "with "
	  "Microsoft SMTP Server (version=TLS1_2,\r\n cipher=X) id 15.1.2507.39; Tue, 24 "
	  "Nov 2026 04:12:09 +0000",
	  RECEIVED_FROM, "192.0.2.1", "mail.north.example", "EX1.uni.example" },
	{ "Exchange, IPv6 on an interface",
	  "from EX2.uni.example (fe80::1:2%7) by EX1.uni.example (fe80::1:3%7) with "
	  "Microsoft SMTP Server id 15.1.2507.39; Tue, 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_FROM, "fe80::1:2", "EX2.uni.example", "EX1.uni.example" },
	{ "qmail",
	  "from unknown (HELO north.example) (192.0.2.1)\n  by gw.uni.example with SMTP; "
	  "24 Nov 2026 04:12:09 -0000",
	  RECEIVED_FROM, "192.0.2.1", "north.example", "gw.uni.example" },
	{ "qmail, what ident said",
	  "from mail.north.example (HELO 203.0.113.9) (root@192.0.2.1)\n  by "
	  "gw.uni.example with SMTP; 24 Nov 2026 04:12:09 -0000",
	  RECEIVED_FROM, "192.0.2.1", "203.0.113.9", "gw.uni.example" },
	{ "qmail, HELO is its name",
	  "from mail.north.example (192.0.2.1)\n  by gw.uni.example with SMTP; 24 Nov "
	  "2026 04:12:09 -0000",
	  RECEIVED_FROM, "192.0.2.1", "mail.north.example", "gw.uni.example" },
	{ "qmail, the second field of one hop",
	  "(qmail 4711 invoked from network); 24 Nov 2026 04:12:09 -0000", RECEIVED_NOTE,
	  "", "", "" },
	{ "qmail, its own user",
	  "(qmail 4711 invoked by uid 1000); 24 Nov 2026 04:12:09 -0000", RECEIVED_HERE,
	  "", "", "" },
	{ "OpenSMTPD",
	  "from north.example (mail.north.example [192.0.2.1])\n\tby gw.uni.example "
	  "(OpenSMTPD) with ESMTPS id 1 (TLSv1.3:X:256:NO)\n\tfor <dev@lists.example>;\n"
	  "\tTue, 24 Nov 2026 04:12:09 +0000 (UTC)",
	  RECEIVED_FROM, "192.0.2.1", "north.example", "gw.uni.example" },
	{ "OpenSMTPD of old",
	  "from north.example (mail.north.example [192.0.2.1]);\n\tby gw.uni.example "
	  "(OpenSMTPD) with ESMTP id 1;\n\tTue, 24 Nov 2026 04:12:09 +0000 (UTC)",
	  RECEIVED_FROM, "192.0.2.1", "north.example", "gw.uni.example" },
	{ "OpenSMTPD, its own user",
	  "from [203.0.113.9] (gw.uni.example [local])\n\tby gw.uni.example (OpenSMTPD) "
	  "with ESMTPA id 1;\n\tTue, 24 Nov 2026 04:12:09 +0000 (UTC)",
	  RECEIVED_HERE, "", "[203.0.113.9]", "gw.uni.example" },
	{ "Postern",
	  "from north.example ([192.0.2.1])\r\n\tby mail.lists.example with ESMTPS\r\n"
	  "\tfor <dev@lists.example>;\r\n\tTue, 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_FROM, "192.0.2.1", "north.example", "mail.lists.example" },
	{ "Postern, IPv6",
	  "from north.example ([IPv6:2001:db8::5])\r\n\tby mail.lists.example with "
	  "ESMTP;\r\n\tTue, 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_FROM, "2001:db8::5", "north.example", "mail.lists.example" },
	{ "Postern, who signed in",
	  "by mail.lists.example with ESMTPSA;\r\n\tTue, 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_HERE, "", "", "mail.lists.example" },
	{ "IronPort",
	  "from unknown (HELO north.example) ([192.0.2.1])\r\n  by gw.uni.example with "
	  "ESMTP/TLS/AES256-SHA; 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_FROM, "192.0.2.1", "north.example", "gw.uni.example" },
	{ "Google",
	  "from north.example (mail.north.example. [192.0.2.1])\r\n        by "
	  "mx.google.com with ESMTPS id 1;\r\n        Mon, 23 Nov 2026 20:12:09 -0800 "
	  "(PST)",
	  RECEIVED_FROM, "192.0.2.1", "north.example", "mx.google.com" },
	{ "Courier, IPv4 as IPv6",
	  "from north.example (mail.north.example [::ffff:192.0.2.1])\n  by "
	  "gw.uni.example with ESMTPS id 1; Tue, 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_FROM, "192.0.2.1", "north.example", "gw.uni.example" },
	{ "no address at all", "from a by b with SMTP; Tue, 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_HERE, "", "a", "b" },
	{ "no address, but numbers",
	  "from a (b [999.0.0.1]) by c with SMTP; Tue, 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_HERE, "", "a", "c" },
	{ "brackets without an end", "from a (b [192.0.2.1", RECEIVED_HERE, "", "a", "" },
	{ "an address behind by",
	  "from a (b) by c (d [192.0.2.1]) with SMTP; Tue, 24 Nov 2026 04:12:09 +0000",
	  RECEIVED_HERE, "", "a", "c" },
	{ "nothing behind from", "from", RECEIVED_HERE, "", "", "" },
	{ "a comment behind from", "from (x [192.0.2.1]) by c; now", RECEIVED_HERE, "",
	  "", "" },
	{ "a date alone", "; Tue, 24 Nov 2026 04:12:09 +0000", RECEIVED_HERE, "", "",
	  "" },
	{ "nothing", "", RECEIVED_HERE, "", "", "" },
};

int main(void)
{
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct received r;
		received_read(str_from(cases[i].value), &r);
		str client = r.kind == RECEIVED_FROM ? net_ip_text(a, &r.client)
						     : STR("");
		bool right = r.kind == cases[i].kind
			     && str_eq(client, str_from(cases[i].client))
			     && str_eq(r.helo, str_from(cases[i].helo))
			     && str_eq(r.by, str_from(cases[i].by));
		if (!right)
			fprintf(stderr,
				"%s: kind %d, client \"%.*s\", helo \"%.*s\", by "
				"\"%.*s\"\n",
				cases[i].what, r.kind, STR_F(client), STR_F(r.helo),
				STR_F(r.by));
		CHECK(right);
	}
	char *longer = arena_zero(a, 5000);
	memset(longer, 'x', 4999);
	memcpy(longer, "from a (b [192.0.2.1]) by ", 26);
	struct received r;
	received_read((str){ longer, 4999 }, &r);
	CHECK(r.kind == RECEIVED_HERE);
	return check_done();
}

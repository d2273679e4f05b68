/* Lists of addresses in DNS: what is asked, and which answers count. */
#include "net/dnslist.h"

#include "tests/check.h"
#include "tests/unit/dns_table.h"

static const struct {
	const char *word, *client;
	enum dnslist_answer answer;
	const char *why;
} cases[] = {
	{ "bl.example", "192.0.2.9", DNSLIST_HAS, "see https://bl.example/?192.0.2.9" },
	{ "bl.example", "::ffff:192.0.2.9", DNSLIST_HAS,
	  "see https://bl.example/?192.0.2.9" },
	{ "bl.example", "192.0.2.10", DNSLIST_HAS_NOT, "" },
	{ "bl.example=127.0.0.4", "192.0.2.9", DNSLIST_HAS,
	  "see https://bl.example/?192.0.2.9" },
	{ "bl.example=127.0.0.3", "192.0.2.9", DNSLIST_HAS_NOT, "" },
	{ "bl.example", "2001:db8::1", DNSLIST_HAS, "" },
	{ "bl.example", "2001:db8::2", DNSLIST_HAS_NOT, "" },
	/* no entry says why; its text is not to end our line */
	{ "odd.example", "192.0.2.9", DNSLIST_HAS, "a?b" },
	{ "silent.example", "192.0.2.9", DNSLIST_SILENT, "" },
	/* "ask no more", and a zone that answers to every name */
	{ "closed.example", "192.0.2.9", DNSLIST_SILENT, "" },
	{ "sold.example", "192.0.2.9", DNSLIST_SILENT, "" },
};

int main(void)
{
	ARENA(a);
	struct dns_table *dns = arena_alloc(a, sizeof *dns);
	*dns = DNS_TABLE(a);
	table_ip(dns, STR("9.2.0.192.bl.example"), STR("127.0.0.2"));
	table_ip(dns, STR("9.2.0.192.bl.example"), STR("127.0.0.4"));
	table_txt(dns, "9.2.0.192.bl.example", STR("see https://bl.example/?192.0.2.9"));
	table_ip(dns,
		 STR("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
		     "bl.example"),
		 STR("127.0.0.2"));
	table_ip(dns, STR("9.2.0.192.odd.example"), STR("127.0.0.2"));
	table_txt(dns, "9.2.0.192.odd.example", STR("a\nb"));
	table_fail(dns, "9.2.0.192.silent.example");
	table_ip(dns, STR("9.2.0.192.closed.example"), STR("127.255.255.254"));
	table_ip(dns, STR("9.2.0.192.sold.example"), STR("203.0.113.80"));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dnslist list;
		struct net_addr client;
		str why = STR("");
		dnslist_read(str_from(cases[i].word), &list);
		CHECK(!net_parse_ip(str_from(cases[i].client), &client).kind);
		enum dnslist_answer x = dnslist_ask(&dns->resolver, a, &list, &client, 0,
						    &why);
		if (x != cases[i].answer || !str_eq(why, str_from(cases[i].why)))
			fprintf(stderr, "%s %s: %d \"%.*s\"\n", cases[i].word,
				cases[i].client, x, STR_F(why));
		CHECK(x == cases[i].answer && str_eq(why, str_from(cases[i].why)));
	}
	struct net_addr local = { .ss.ss_family = AF_UNIX, .len = sizeof(sa_family_t) };
	struct dnslist list;
	str why = STR("");
	dnslist_read(STR("bl.example"), &list);
	unsigned asked = dns->asked;
	CHECK(dnslist_ask(&dns->resolver, a, &list, &local, 0, &why) == DNSLIST_HAS_NOT
	      && dns->asked == asked);
	return check_done();
}

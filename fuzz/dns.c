/* Record data from the wire (type, then octets): names come out as printable
 * lower case without a dot at the end; a name that can be asked ends in one. The same
 * octets as a whole answer, each record behind its length: it is sorted, or says what
 * is wrong. And as an address, whose name for PTR can always be asked. */
#include "fuzz.h"

#include "net/resolver_inside.h"

#include <netinet/in.h>

static void check_name(str name)
{
	for (size_t i = 0; i < name.n; i++)
		must(name.p[i] > ' ' && name.p[i] < 0x7f
		     && name.p[i] == chr_lower(name.p[i]));
	must(!str_ends(name, STR(".")) && !str_starts(name, STR(".")));
}

/* What libunbound would say, by the bits of how. */
static struct ub_result result_of(unsigned how, char **data, int *len)
{
	static char why[] = "signature expired";
	return (struct ub_result){ .data = data,
				   .len = len,
				   .havedata = how % 4 == 0,
				   .nxdomain = how % 4 == 1,
				   .rcode = how % 4 == 2 ? 1 + (int)(how >> 4) : 0,
				   .secure = how & 4,
				   .bogus = how % 16 >= 12,
				   .why_bogus = how & 16 ? why : NULL };
}

static void check_answer(struct arena *a, unsigned how, enum dns_type type, str rest)
{
	enum { RECORDS = 50 };
	char *data[RECORDS + 1] = { NULL };
	int len[RECORDS];
	size_t n = 0;
	for (; rest.n && n < RECORDS; n++) {
		str record = str_first(str_skip(rest, 1), (unsigned char)rest.p[0]);
		data[n] = (char *)(uintptr_t)record.p;
		len[n] = (int)record.n;
		rest = str_skip(rest, 1 + record.n);
	}
	struct ub_result result = result_of(how, data, len);
	struct dns_answer answer;
	dns_answer(a, type, &result, &answer);
	bool found = answer.status == DNS_FOUND;
	must(found == (answer.count > 0) && answer.count <= n);
	must((answer.status == DNS_FAILED) == (answer.why != NULL));
	must(!found || (result.havedata && !result.bogus));
	for (size_t i = 0; i < answer.count; i++) {
		check_name(answer.records[i].name);
		must(!i
		     || answer.records[i - 1].preference <= answer.records[i].preference);
	}
}

static void check_reverse(struct arena *a, str octets)
{
	struct net_addr addr = { .len = sizeof addr.ss };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	if (octets.n >= 16) {
		memcpy(&v6.sin6_addr, octets.p, 16);
		memcpy(&addr.ss, &v6, sizeof v6);
	} else if (octets.n >= 4) {
		memcpy(&v4.sin_addr, octets.p, 4);
		memcpy(&addr.ss, &v4, sizeof v4);
	}
	str name = resolver_reverse_name(a, &addr);
	must((name.n > 0) == (octets.n >= 4));
	must(!name.n || (str_ends(name, STR(".arpa")) && dns_question(a, name)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const enum dns_type types[] = { DNS_A,   DNS_CNAME, DNS_PTR, DNS_MX,
					       DNS_TXT, DNS_AAAA,  DNS_TLSA };
	struct dns_record record;
	ARENA(a);
	if (n == 0)
		return 0;
	str rest = str_skip((str){ (const char *)data, n }, 1);
	if (dns_record(a, types[data[0] % 7], rest, &record)) {
		check_name(record.name);
		must(record.data.n <= rest.n && record.name.n <= 4 * rest.n);
	}
	const char *question = dns_question(a, rest);
	if (question) {
		str text = str_from(question);
		must(str_ends(text, STR(".")));
		must(rest.n <= DNS_NAME_MAX + 1 && text.n <= 4 * (rest.n + 1));
		for (size_t i = 0; i < text.n; i++)
			must(text.p[i] > ' ' && text.p[i] < 0x7f);
	}
	check_answer(a, data[0] / 7, types[data[0] % 7], rest);
	check_reverse(a, rest);
	return 0;
}

/* Record data from the wire (type, then octets): names come out as printable
 * lower case without a dot at the end; a name that can be asked ends in one. */
#include "fuzz.h"

#include "net/resolver_inside.h"

static void check_name(str name)
{
	for (size_t i = 0; i < name.n; i++)
		must(name.p[i] > ' ' && name.p[i] < 0x7f
		     && name.p[i] == chr_lower(name.p[i]));
	must(!str_ends(name, STR(".")) && !str_starts(name, STR(".")));
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
	return 0;
}

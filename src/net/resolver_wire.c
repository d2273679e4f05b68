/* net/resolver_wire.c: names and records between their text and the wire. */
#include "net/resolver_inside.h"

#include "base/buf.h"

enum { LABEL_MAX = 63, RCODE_SERVFAIL = 2 };

static void add_octet(struct buf *b, unsigned char c)
{
	static const char needs_escape[] = "\\.\"();@$";
	if (c <= ' ' || c >= 0x7f || strchr(needs_escape, c))
		buf_addf(b, "\\%03d", c);
	else
		buf_add_char(b, chr_lower((char)c));
}

char *dns_question(struct arena *a, str name)
{
	BUF(b);
	str label;
	if (str_ends(name, STR(".")))
		name.n--;
	if (name.n == 0 || name.n > DNS_NAME_MAX)
		return NULL;
	for (bool more = true; more;) {
		more = str_cut(name, '.', &label, &name);
		if (!more)
			label = name;
		if (label.n == 0 || label.n > LABEL_MAX)
			return NULL;
		for (size_t i = 0; i < label.n; i++)
			add_octet(&b, (unsigned char)label.p[i]);
		buf_add_char(&b, '.');
	}
	return arena_z(a, buf_str(&b));
}

bool dns_name(struct arena *a, str wire, str *name)
{
	BUF(b);
	for (size_t at = 0; at < wire.n;) {
		size_t n = (unsigned char)wire.p[at++];
		if (n == 0) {
			*name = arena_copy(a, buf_str(&b));
			return true;
		}
		if (n > LABEL_MAX || n > wire.n - at || b.n > 4 * DNS_NAME_MAX)
			return false;
		if (b.n)
			buf_add_char(&b, '.');
		for (size_t i = 0; i < n; i++)
			add_octet(&b, (unsigned char)wire.p[at + i]);
		at += n;
	}
	return false;
}

/* RFC 7208 section 3.3: the strings of one TXT record, joined without spaces. */
static bool join_strings(struct arena *a, str data, str *text)
{
	BUF(b);
	while (data.n) {
		size_t n = (unsigned char)data.p[0];
		if (n > data.n - 1)
			return false;
		buf_add(&b, (str){ data.p + 1, n });
		data = str_skip(data, n + 1);
	}
	*text = arena_copy(a, buf_str(&b));
	return true;
}

bool dns_record(struct arena *a, enum dns_type type, str data, struct dns_record *record)
{
	*record = (struct dns_record){ 0 };
	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		record->data = arena_copy(a, data);
		return data.n == (type == DNS_A ? 4 : 16);
	case DNS_MX:
		if (data.n < 3)
			return false;
		record->preference = (unsigned)((unsigned char)data.p[0] << 8
						| (unsigned char)data.p[1]);
		return dns_name(a, str_skip(data, 2), &record->name);
	case DNS_CNAME:
	case DNS_PTR:
		return dns_name(a, data, &record->name);
	case DNS_TXT:
		return join_strings(a, data, &record->data);
	case DNS_TLSA:
		record->data = arena_copy(a, data);
		return true;
	}
	return false;
}

/* In order of preference; equal ones as they came. */
static void add_sorted(struct dns_answer *answer, struct dns_record record)
{
	size_t at = answer->count++;
	for (; at && answer->records[at - 1].preference > record.preference; at--)
		answer->records[at] = answer->records[at - 1];
	answer->records[at] = record;
}

static void add_records(struct arena *a, enum dns_type type,
			const struct ub_result *result, struct dns_answer *answer)
{
	struct dns_record record;
	size_t n = 0;
	while (result->data[n])
		n++;
	answer->records = arena_zero(a, (n + 1) * sizeof *answer->records);
	for (size_t i = 0; i < n; i++)
		if (dns_record(a, type, (str){ result->data[i], (size_t)result->len[i] },
			       &record))
			add_sorted(answer, record);
	answer->status = DNS_FOUND;
	if (answer->count == 0) {
		answer->status = DNS_FAILED;
		answer->why = "every record of the answer is malformed";
	}
}

/* libunbound names the last name in any case, with a dot at its end. */
static str alias_end(struct arena *a, const char *asked, const char *canonical)
{
	str from = str_from(asked), to = str_from(canonical);
	if (str_ends(from, STR(".")))
		from.n--;
	if (str_ends(to, STR(".")))
		to.n--;
	return str_ieq(from, to) ? STR_NONE : arena_lower(a, to);
}

void dns_answer(struct arena *a, enum dns_type type, const struct ub_result *result,
		struct dns_answer *answer)
{
	*answer = (struct dns_answer){ .secure = result->secure };
	if (result->canonname && result->havedata)
		answer->canonical = alias_end(a, result->qname, result->canonname);
	if (result->bogus) {
		answer->status = DNS_FAILED;
		answer->why = arena_printf(a, "DNSSEC does not hold: %s",
					   result->why_bogus ? result->why_bogus
							     : "no reason given")
				      .p;
	} else if (result->havedata) {
		add_records(a, type, result, answer);
	} else if (result->nxdomain) {
		answer->status = DNS_NXDOMAIN;
	} else if (result->rcode == 0) {
		answer->status = DNS_NODATA;
	} else {
		answer->status = DNS_FAILED;
		answer->why =
			result->rcode == RCODE_SERVFAIL
				? "the name servers failed or did not answer (SERVFAIL)"
				: arena_printf(a, "the name server answered with code %d",
					       result->rcode)
					  .p;
	}
}

str resolver_reverse_name(struct arena *a, const struct net_addr *addr)
{
	unsigned char octets[16];
	size_t n = net_octets(addr, octets);
	BUF(b);
	for (size_t i = n; i-- > 0;) {
		if (n == 4)
			buf_addf(&b, "%d.", octets[i]);
		else
			buf_addf(&b, "%x.%x.", octets[i] & 15, octets[i] >> 4);
	}
	buf_add(&b, n == 4 ? STR("in-addr.arpa") : STR("ip6.arpa"));
	return n ? arena_copy(a, buf_str(&b)) : STR("");
}

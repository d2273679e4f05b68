#include "trust/der.h"

enum { INTEGER = 0x02, BIT_STRING = 0x03, SEQUENCE = 0x30 };

/* Takes one element of that tag off *in. Lengths are definite and, as DER has
 * it, as short as they can be. */
static bool take(str *in, unsigned char tag, str *content)
{
	const unsigned char *p = (const unsigned char *)in->p;
	if (in->n < 2 || p[0] != tag)
		return false;
	size_t length = p[1], at = 2;
	if (length & 0x80) {
		size_t octets = length & 0x7f;
		if (!octets || octets > 3 || in->n < 2 + octets || !p[2])
			return false;
		for (length = 0; at < 2 + octets; at++)
			length = length << 8 | p[at];
		if (length < 0x80)
			return false;
	}
	if (length > in->n - at)
		return false;
	*content = (str){ in->p + at, length };
	*in = (str){ in->p + at + length, in->n - at - length };
	return true;
}

static bool take_number(str *in, str *number)
{
	str digits;
	if (!take(in, INTEGER, &digits) || !digits.n || (unsigned char)digits.p[0] & 0x80)
		return false;
	while (digits.n && !digits.p[0])
		digits = str_skip(digits, 1);
	*number = digits;
	return digits.n;
}

static bool take_key(str der, str *n, str *e)
{
	str inside;
	return take(&der, SEQUENCE, &inside) && !der.n && take_number(&inside, n)
	       && take_number(&inside, e) && !inside.n;
}

bool der_rsa_key(str der, str *n, str *e)
{
	/* AlgorithmIdentifier rsaEncryption, with its NULL */
	static const char rsa[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
	str outer = der, inside, algorithm, bits;
	if (take_key(der, n, e))
		return true;
	if (!take(&outer, SEQUENCE, &inside) || outer.n
	    || !take(&inside, SEQUENCE, &algorithm)
	    || !str_eq(algorithm, (str){ rsa, sizeof rsa - 1 })
	    || !take(&inside, BIT_STRING, &bits) || inside.n || !bits.n || bits.p[0])
		return false;
	return take_key(str_skip(bits, 1), n, e);
}

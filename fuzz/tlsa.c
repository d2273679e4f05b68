/* A TLSA record from the wire: it is one or not; a usable one is of a usage that mail
 * knows and has data of the length that its matching type has. */
#include "fuzz.h"

#include "net/tlsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tlsa t;
	if (!tlsa_read((str){ (const char *)data, n }, &t)) {
		must(n < 4);
		return 0;
	}
	must(t.data.n == n - 3);
	if (!tlsa_usable(&t))
		return 0;
	must(t.usage == TLSA_ANCHOR || t.usage == TLSA_SERVER);
	must(t.selector < 2 && t.matching < 3);
	must(t.matching == 0 || t.data.n == (t.matching == 1 ? 32 : 64));
	return 0;
}

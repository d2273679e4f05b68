/* An archive of a stranger: its names within bounds, whatever it is. */
#include "fuzz.h"

#include "mail/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct listing l;
	if (!listing_read(a, (str){ (const char *)data, n }, &l))
		return 0;
	must(l.count <= LISTING_NAMES_MAX);
	for (size_t i = 0; i < l.count; i++)
		must(l.names[i].n <= LISTING_NAME_OCTETS_MAX);
	return 0;
}

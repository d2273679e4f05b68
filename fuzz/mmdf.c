/* Every file ends, and each message of it is one with CRLF line ends that has something in
 * it. */
#include "fuzz.h"

#include "mail/mmdf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str rest = { (const char *)data, n }, message;
	size_t octets = 0, lines = 0;
	for (size_t i = 0; i < n; i++)
		lines += data[i] == '\n';
	(void)mmdf_is(rest);
	while (mmdf_next(&rest, a, &message)) {
		must(message.n && str_ends(message, STR("\r\n")));
		octets += message.n;
	}
	must(octets <= n + lines + 2 && !rest.n);
	return 0;
}

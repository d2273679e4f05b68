/* Apache's files: whatever they hold, what is read of them are views into them. */
#include "web/site/htaccess.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct htaccess h;
	struct htpasswd_user user;
	str input = { (const char *)data, n }, rest = input;
	if (n > 1 << 16)
		return 0;
	htaccess_read(a, input, &h);
	if (h.user_count > HTACCESS_NAMES || h.group_count > HTACCESS_NAMES
	    || h.other_count > HTACCESS_NAMES)
		abort();
	while (htpasswd_next(&rest, &user))
		if (!user.name.n || str_has(user.name, ':') || str_has(user.name, '\n'))
			abort();
	for (size_t i = 0; i < h.group_count; i++)
		(void)htgroup_find(input, h.groups[i]);
	return 0;
}

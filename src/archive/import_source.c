/* What sources share. */
#include "archive/import_inside.h"

str import_lines(struct arena *a, str text)
{
	size_t lines = 1, n = 0;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	char *out = arena_alloc(a, text.n + 2 * lines);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' && (!i || text.p[i - 1] != '\r'))
			out[n++] = '\r';
		out[n++] = text.p[i];
	}
	if (n && out[n - 1] != '\n') {
		out[n++] = '\r';
		out[n++] = '\n';
	}
	return (str){ out, n };
}

/* A catalog of strangers: what opens can be walked and searched to its end, and every text
 * that is found stands in the file with a NUL behind it. The octets behind the catalog's
 * own are a plural rule, too. */
#include "fuzz.h"

#include "base/catalog.h"

static void inside(str file, str text)
{
	if (!text.n)
		return;
	must(text.p >= file.p && text.n < file.n
	     && (size_t)(text.p - file.p) < file.n - text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	str file = { (const char *)data, n };
	struct catalog c;
	uint64_t form;
	if (!plural_form(file, 5, &form).kind)
		must(!plural_form(file, 5, &form).kind);
	if (catalog_open(file, &c).kind)
		return 0;
	for (uint32_t i = 0; i < c.count && i < 200; i++) {
		str id, text;
		catalog_at(&c, i, &id, &text);
		must(!text.p[text.n]);
		inside(file, id);
		inside(file, text);
		inside(file, catalog_find(&c, id));
		inside(file, catalog_plural(&c, id, i));
	}
	inside(file, catalog_find(&c, STR("Sign in")));
	return 0;
}

#include "web/site/mime.h"

str mime_type(str name)
{
	static const struct {
		const char *ending, *type;
	} rows[] = {
#define MIME(ending, type) { #ending, type },
#include "web/site/mime.def"
#undef MIME
	};
	str stem, ending;
	if (str_cut_last(name, '.', &stem, &ending))
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
			if (str_ieq(ending, str_from(rows[i].ending)))
				return str_from(rows[i].type);
	return STR("application/octet-stream");
}

bool mime_is_active(str type)
{
	static const char *const active[] = { "text/html",        "application/xhtml",
					      "image/svg",        "application/xml",
					      "application/atom", "application/rss" };
	for (size_t i = 0; i < sizeof active / sizeof *active; i++)
		if (str_starts(type, str_from(active[i])))
			return true;
	return false;
}

#include "account/device.h"

#include "base/language.h"
#include "base/said.h"

enum { UNKNOWN_SHOWN = 40 };

struct device {
	const char *word, *name;
};

static const struct device browsers[] = {
#define BROWSER(word, name) { word, name },
#define SYSTEM(word, name)
#include "account/devices.def"
#undef BROWSER
#undef SYSTEM
	{ 0 },
};

static const struct device systems[] = {
#define BROWSER(word, name)
#define SYSTEM(word, name) { word, name },
#include "account/devices.def"
#undef BROWSER
#undef SYSTEM
	{ 0 },
};

static str name_in(const struct device *rows, str agent)
{
	for (; rows->word; rows++)
		if (str_find(agent, str_from(rows->word)).n)
			return str_from(rows->name);
	return STR_NONE;
}

str device_words(struct arena *a, str agent)
{
	const str values[] = { name_in(browsers, agent), name_in(systems, agent) };
	if (!values[0].n)
		return agent.n ? str_first(agent, UNKNOWN_SHOWN)
			       : S_("a program without a name");
	return values[1].n ? said_fill(a, S_("{1} on {2}"), values, 2) : values[0];
}

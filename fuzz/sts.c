/* MTA-STS of any domain: texts lie inside what was read, a policy has what its mode
 * needs, and no server beside those it names is one of them. */
#include "fuzz.h"

#include "send/sts.h"

static void check_record(str text)
{
	str id;
	if (!sts_record(text, &id))
		return;
	must(str_starts(text, STR("v=STSv1;")) && id.n && id.n <= STS_ID_MOST);
	must(id.p >= text.p && id.p + id.n <= text.p + text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str text = { (const char *)data, n };
	struct sts_policy p;
	check_record(text);
	if (sts_parse(a, text, &p).kind)
		return 0;
	must(p.mode == STS_NONE || p.mx_count);
	must(p.mx_count <= STS_MX_MOST && p.max_age >= 0 && p.max_age <= STS_AGE_MOST);
	for (size_t i = 0; i < p.mx_count; i++) {
		bool star = str_starts(p.mx[i], STR("*."));
		must(p.mx[i].p >= text.p && p.mx[i].p + p.mx[i].n <= text.p + text.n);
		must(sts_names(&p, p.mx[i]) || star);
		must(!star
		     || sts_names(&p, arena_cat(a, STR("a"), str_skip(p.mx[i], 1))));
	}
	must(!sts_names(&p, STR("")) && !sts_names(&p, STR("no_host.of.theirs")));
	return 0;
}

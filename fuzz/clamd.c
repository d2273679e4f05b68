/* What a virus engine answers, and the verdict as it travels: whatever a line holds, what
 * is told of it is short and printable, nothing but OK is clean, and a verdict that was
 * written is read as it was. */
#include "fuzz.h"

#include "wall/clamd_reply.h"

static void is_plain(str s)
{
	must(s.n <= WALL_TEXT_MAX);
	for (size_t i = 0; i < s.n; i++)
		must(s.p[i] >= ' ' && s.p[i] <= '~');
}

static void travel(struct arena *a, const struct clamd_reply *r, str version)
{
	struct wall_verdict x,
		v = { .result = r->kind == CLAMD_FOUND ? clamd_result_of(r->text)
						       : WALL_UNSCANNED,
		      .signature = r->text,
		      .version = version,
		      .at = r->id,
		      .passing = r->kind == CLAMD_ERROR };
	must(v.result != WALL_CLEAN);
	must(wall_from_json(a, wall_json(a, &v), &x));
	must(x.result == v.result && str_eq(x.signature, v.signature)
	     && x.passing == v.passing && x.at == v.at);
	must(wall_get(a, wall_put(a, STR("{\"aligned\":true}"), &v), &x));
	must(x.result == v.result);
	must(wall_text(a, &x).n > 0);
}

static void line_of(struct arena *a, str line)
{
	struct clamd_reply r;
	clamd_reply_read(line, &r);
	is_plain(r.text);
	must(r.id >= 0);
	must(r.kind != CLAMD_FOUND || r.text.n);
	must(r.kind != CLAMD_CLEAN || str_ends(str_trim(line), STR("stream: OK")));
	travel(a, &r, r.text);
	must(wall_database_at(r.text) > -4000000000000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str in = { (const char *)data, n }, rest = in, line;
	struct wall_verdict v = { .at = 7777 };
	while (str_line(&rest, &line))
		line_of(a, line);
	if (!wall_from_json(a, in, &v))
		must(v.at == 7777);
	else
		must(v.result < WALL_RESULTS && v.why.n <= WALL_TEXT_MAX);
	if (wall_get(a, wall_put(a, in, &v), &v))
		must(v.result < WALL_RESULTS);
	return 0;
}

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

/* One more finding and field, as engines may have them. */
static void add(struct arena *a, struct wall_verdict *all, str line,
		const struct clamd_reply *r)
{
	static const enum wall_result results[] = {
		[CLAMD_CLEAN] = WALL_CLEAN,          [CLAMD_FOUND] = WALL_INFECTED,
		[CLAMD_TOO_LARGE] = WALL_SUSPICIOUS, [CLAMD_TEXT] = WALL_REFUSED,
		[CLAMD_ERROR] = WALL_UNSCANNED,      [CLAMD_GARBAGE] = WALL_UNSCANNED
	};
	str name = line, value = STR("");
	size_t edits = all->edit_count;
	wall_add(a, all,
		 &(struct wall_finding){ .result = results[r->kind],
					 .passing = r->kind == CLAMD_ERROR,
					 .by = line,
					 .signature = r->text,
					 .part = line,
					 .why = r->text });
	must(all->count > 0 && all->count <= WALL_FINDINGS_MAX);
	must(all->result == all->all[0].result && str_eq(all->engine, all->all[0].by));
	must(all->engine.n <= WALL_TEXT_MAX);
	(void)str_cut(line, ':', &name, &value);
	bool taken = wall_edit_add(
		a, all,
		&(struct wall_edit){ .insert = r->id > 0, .name = name, .value = value });
	must(all->edit_count == edits + taken && all->edit_count <= WALL_EDITS_MAX);
}

/* All of it travels. */
static void travel_all(struct arena *a, const struct wall_verdict *v)
{
	struct wall_verdict x;
	if (!v->count)
		return;
	must(wall_from_json(a, wall_json(a, v), &x));
	must(x.result == v->result && x.count == v->count
	     && x.edit_count == v->edit_count);
	must(wall_text(a, v).n > 0);
}

static void line_of(struct arena *a, struct wall_verdict *all, str line)
{
	struct clamd_reply r;
	clamd_reply_read(line, &r);
	is_plain(r.text);
	must(r.id >= 0);
	must(r.kind != CLAMD_FOUND || r.text.n);
	must(r.kind != CLAMD_CLEAN || str_ends(str_trim(line), STR("stream: OK")));
	travel(a, &r, r.text);
	add(a, all, line, &r);
	must(wall_database_at(r.text) > -4000000000000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	str in = { (const char *)data, n }, rest = in, line;
	struct wall_verdict v = { .at = 7777 }, all = { 0 };
	while (str_line(&rest, &line))
		line_of(a, &all, line);
	travel_all(a, &all);
	if (!wall_from_json(a, in, &v))
		must(v.at == 7777);
	else
		must(v.result < WALL_RESULTS && v.why.n <= WALL_TEXT_MAX);
	if (wall_get(a, wall_put(a, in, &v), &v))
		must(v.result < WALL_RESULTS);
	return 0;
}

#include "wall/verdict.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <time.h>

static const char *const words[] = { "clean", "infected", "suspicious", "not scanned",
				     "refused" };

const char *wall_word(enum wall_result r)
{
	return words[r];
}

bool wall_result_find(str word, enum wall_result *r)
{
	for (unsigned i = 0; i < WALL_RESULTS; i++)
		if (str_eq(word, str_from(words[i]))) {
			*r = (enum wall_result)i;
			return true;
		}
	return false;
}

/* ---- several */

static int rank_of(const struct wall_finding *f)
{
	static const int ranks[WALL_RESULTS] = { [WALL_CLEAN] = 0,
						 [WALL_UNSCANNED] = 1,
						 [WALL_SUSPICIOUS] = 2,
						 [WALL_REFUSED] = 4,
						 [WALL_INFECTED] = 5 };
	return f->result == WALL_UNSCANNED && f->passing ? 3 : ranks[f->result];
}

static str plain(struct arena *a, str text)
{
	str scrubbed = utf8_scrub(a, utf8_first(text, WALL_TEXT_MAX));
	char *out = arena_alloc(a, scrubbed.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < scrubbed.n; i++)
		out[n++] = (unsigned char)scrubbed.p[i] < ' ' || scrubbed.p[i] == 127
				   ? ' '
				   : scrubbed.p[i];
	return utf8_first((str){ out, n }, WALL_TEXT_MAX);
}

static struct wall_finding copy_of(struct arena *a, const struct wall_finding *f)
{
	struct wall_finding x = *f;
	str *texts[] = { &x.by, &x.version, &x.signature, &x.part, &x.why };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = plain(a, *texts[i]);
	return x;
}

void wall_add(struct arena *a, struct wall_verdict *v, const struct wall_finding *f)
{
	bool counts = !v->count || rank_of(f) > rank_of(&v->all[0]);
	size_t old = v->count, kept = old < WALL_FINDINGS_MAX ? old : old - 1;
	if (kept < old && !counts)
		return;
	struct wall_finding *all = arena_zero(a, (kept + 1) * sizeof *all);
	if (kept)
		memcpy(all + counts, v->all, kept * sizeof *all);
	struct wall_finding *at = counts ? all : all + kept;
	*at = copy_of(a, f);
	v->all = all;
	v->count = kept + 1;
	v->result = all->result;
	v->passing = all->passing;
	v->engine = all->by;
	v->version = all->version;
	v->signature = all->signature;
	v->part = all->part;
	v->why = all->why;
}

static bool is_name(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == ':')
			return false;
	return s.n > 0 && s.n <= 76;
}

static bool is_value(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 127)
			return false;
	return utf8_valid(s);
}

bool wall_edit_add(struct arena *a, struct wall_verdict *v, const struct wall_edit *edit)
{
	size_t octets = edit->name.n + edit->value.n, old = v->edit_count;
	for (size_t i = 0; i < old; i++)
		octets += v->edits[i].name.n + v->edits[i].value.n;
	if (old == WALL_EDITS_MAX || octets > WALL_EDIT_OCTETS || edit->index < 0
	    || !is_name(edit->name) || !is_value(edit->value))
		return false;
	struct wall_edit *all = arena_zero(a, (old + 1) * sizeof *all);
	if (old)
		memcpy(all, v->edits, old * sizeof *all);
	all[old] = (struct wall_edit){ edit->insert, edit->index,
				       arena_copy(a, edit->name),
				       arena_copy(a, edit->value) };
	v->edits = all;
	v->edit_count = old + 1;
	return true;
}

/* ---- in words */

static void add_words(struct buf *b, const struct wall_finding *f)
{
	buf_add(b, str_from(words[f->result]));
	if (f->signature.n)
		buf_cat(b, STR(": "), f->signature);
	if (f->why.n)
		buf_cat(b, STR(": "), f->why);
	if (f->part.n)
		buf_cat(b, STR(" in "), f->part);
	if (f->by.n)
		buf_cat(b, STR(", says "), f->by);
	if (f->version.n)
		buf_cat(b, STR(", "), f->version);
}

str wall_text(struct arena *a, const struct wall_verdict *v)
{
	BUF(b);
	add_words(&b, &(struct wall_finding){ .result = v->result,
					      .by = v->engine,
					      .version = v->version,
					      .signature = v->signature,
					      .part = v->part,
					      .why = v->why });
	for (size_t i = 1; i < v->count; i++) {
		buf_add(&b, STR("; "));
		add_words(&b, &v->all[i]);
	}
	return arena_copy(a, buf_str(&b));
}

/* "ClamAV 1.4.6/27743/Sun Aug 24 08:29:49 2025": ctime of the engine's own machine. A
 * few hours of its time zone mean nothing to an age in days. */
int64_t wall_database_at(str version)
{
	str program, rest, number, when;
	struct tm tm = { 0 };
	char z[64];
	if (!str_cut(version, '/', &program, &rest) || !str_cut(rest, '/', &number, &when)
	    || when.n >= sizeof z)
		return 0;
	memcpy(z, when.p, when.n);
	z[when.n] = 0;
	const char *end = strptime(z, "%a %b %d %H:%M:%S %Y", &tm);
	return end && !*end ? (int64_t)timegm(&tm) : 0;
}

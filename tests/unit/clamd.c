/* clamd's client: what its answers mean, and what becomes of a clamd that is away,
 * silent, broken or something else: never a clean verdict, never longer than the time. */
#include "tests/check.h"

#include "fake_clamd.h"
#include "wall/clamd_reply.h"
#include "wall/clamd.h"
#include "wall/engines.h"

/* ---- answers */

static const struct {
	const char *line;
	int64_t id;
	enum clamd_kind kind;
	const char *text;
} replies[] = {
	{ "2: stream: OK", 2, CLAMD_CLEAN, "" },
	{ "stream: OK", 0, CLAMD_CLEAN, "" },
	{ "2: stream: OK ", 2, CLAMD_CLEAN, "" },
	{ "12: stream: Eicar-Test-Signature.UNOFFICIAL FOUND", 12, CLAMD_FOUND,
	  "Eicar-Test-Signature.UNOFFICIAL" },
	{ "3: stream: Win.Test(44d88612fea8a8f36de82e1278abb02f:68) FOUND", 3,
	  CLAMD_FOUND, "Win.Test" },
	{ "1: INSTREAM size limit exceeded. ERROR", 1, CLAMD_TOO_LARGE,
	  "INSTREAM size limit exceeded." },
	{ "4: Command invalid inside IDSESSION. ERROR", 4, CLAMD_ERROR,
	  "Command invalid inside IDSESSION." },
	{ "1: ClamAV 1.4.6/27743/Sun Aug 24 08:29:49 2025", 1, CLAMD_TEXT,
	  "ClamAV 1.4.6/27743/Sun Aug 24 08:29:49 2025" },
	{ "UNKNOWN COMMAND", 0, CLAMD_TEXT, "UNKNOWN COMMAND" },
	/* nothing but a whole word of clamd's is clean or found */
	{ "2: OK", 2, CLAMD_TEXT, "OK" },
	{ "2: stream: OKAY", 2, CLAMD_GARBAGE, "" },
	{ "2: stream: ok", 2, CLAMD_GARBAGE, "" },
	{ "2: stream: two words FOUND", 2, CLAMD_GARBAGE, "" },
	{ "2: stream:  FOUND", 2, CLAMD_GARBAGE, "" },
	{ "2: Eicar FOUND", 2, CLAMD_GARBAGE, "" },
	{ "0: stream: OK", 0, CLAMD_TEXT, "0: stream: OK" },
	{ "", 0, CLAMD_GARBAGE, "" },
	{ "2:", 2, CLAMD_GARBAGE, "" },
	{ "2: stream: Ei\x01"
	  "car FOUND",
	  0, CLAMD_GARBAGE, "" },
	{ "2: stream: Ei\xc3\xa4 FOUND", 0, CLAMD_GARBAGE, "" },
};

static void check_replies(void)
{
	char big[WALL_TEXT_MAX + 100];
	struct clamd_reply r;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		clamd_reply_read(str_from(replies[i].line), &r);
		bool right = r.id == replies[i].id && r.kind == replies[i].kind
			     && str_eq(r.text, str_from(replies[i].text));
		if (!right)
			fprintf(stderr, "%s: id %lld, kind %d, text %.*s\n",
				replies[i].line, (long long)r.id, (int)r.kind,
				STR_F(r.text));
		CHECK(right);
	}
	memset(big, 'A', sizeof big);
	clamd_reply_read((str){ big, sizeof big }, &r);
	CHECK(r.kind == CLAMD_GARBAGE && !r.text.n);
}

static void check_signatures(void)
{
	CHECK(clamd_result_of(STR("Eicar-Test-Signature")) == WALL_INFECTED);
	CHECK(clamd_result_of(STR("Heuristics.Encrypted.Zip")) == WALL_SUSPICIOUS);
	CHECK(clamd_result_of(STR("Heuristics.Limits.Exceeded.MaxFileSize"))
	      == WALL_SUSPICIOUS);
	CHECK(clamd_result_of(STR("PUA.Win.Tool.X")) == WALL_SUSPICIOUS);
	CHECK(str_eq(clamd_suspicion(STR("PUA.Win.Tool.X")),
		     STR("a program that some want and others do not")));
	CHECK(clamd_result_of(STR("Heuristics.Trojan.Swizzor.Gen")) == WALL_INFECTED);
	CHECK(clamd_result_of(STR("heuristics.encrypted.zip")) == WALL_INFECTED);
}

static void check_age(void)
{
	CHECK(wall_database_at(STR("ClamAV 1.4.6/27743/Sun Aug 24 08:29:49 2025"))
	      == 1756024189);
	CHECK(wall_database_at(STR("ClamAV 1.4.6/27743/Sun Aug  3 08:29:49 2025"))
	      == 1754209789);
	CHECK(wall_database_at(STR("ClamAV 1.4.6")) == 0);
	CHECK(wall_database_at(STR("ClamAV 1.4.6/27743/")) == 0);
	CHECK(wall_database_at(STR("ClamAV 1.4.6/27743/Sun Aug 24 08:29:49 2025 x"))
	      == 0);
	CHECK(wall_database_at(STR("")) == 0);
}

/* ---- verdicts on their way */

static void check_travel(void)
{
	ARENA(a);
	struct wall_verdict x, v = { .result = WALL_SUSPICIOUS,
				     .engine = STR("clamd /run/x"),
				     .version = STR("ClamAV 1"),
				     .signature = STR("PUA.\"x\""),
				     .at = 5,
				     .ms = 7 };
	str json = wall_put(a, STR("{\"aligned\":true,\"spf\":\"pass\"}"), &v);
	CHECK(str_starts(json, STR("{\"aligned\":true,\"spf\":\"pass\",\"wall\":{")));
	CHECK(wall_get(a, json, &x) && x.result == WALL_SUSPICIOUS && x.at == 5
	      && x.ms == 7 && !x.passing && str_eq(x.signature, v.signature)
	      && str_eq(x.engine, v.engine) && str_eq(x.version, v.version));
	v.result = WALL_CLEAN; /* a second word takes the place of the first */
	v.signature = STR("");
	CHECK(wall_get(a, wall_put(a, json, &v), &x) && x.result == WALL_CLEAN
	      && !x.signature.n);
	CHECK(wall_get(a, wall_put(a, STR(""), &v), &x));
	CHECK(!wall_get(a, STR("{}"), &x) && !wall_get(a, STR(""), &x));
	CHECK(!wall_get(a, STR("{\"wall\":{\"verdict\":\"fine\"}}"), &x));
	CHECK(!wall_get(a, STR("{\"wall\":7}"), &x));
}

/* ---- one clamd, in every mood */

static const struct {
	enum fake_mood mood;
	enum err_kind kind;
	enum wall_result result;
	const char *says;
} moods[] = {
	{ FAKE_GOOD, ERR_NONE, WALL_CLEAN, "" },
	{ FAKE_SILENT, ERR_TEMP, WALL_CLEAN, "gives no answer" },
	{ FAKE_STALLS, ERR_TEMP, WALL_CLEAN, "gives no answer" },
	{ FAKE_GARBAGE, ERR_TEMP, WALL_CLEAN, "says: <html>" },
	{ FAKE_CUTS, ERR_TEMP, WALL_CLEAN, "gives no answer" },
	{ FAKE_LIMITS, ERR_NONE, WALL_UNSCANNED, "StreamMaxLength" },
	{ FAKE_HASTY, ERR_TEMP, WALL_CLEAN, "has not read" },
	{ FAKE_OTHER, ERR_TEMP, WALL_CLEAN, "no answer of clamd" },
	{ FAKE_FAILS, ERR_TEMP, WALL_CLEAN, "temporary file" },
	{ FAKE_NO_WORD, ERR_TEMP, WALL_CLEAN, "version" },
	{ FAKE_ONCE, ERR_NONE, WALL_CLEAN, "" },
};

static str large(struct arena *a)
{
	enum { OCTETS = 3000000 };
	char *p = arena_alloc(a, OCTETS);
	memset(p, 'x', OCTETS);
	return (str){ p, OCTETS };
}

static void check_mood(size_t i)
{
	ARENA(a);
	struct fake_clamd *f = fake_start(moods[i].mood);
	struct clamd *c = clamd_new(str_from(f->path));
	FD_AUTO fd = fake_message(a, large(a));
	struct wall_finding v = { .ms = 7777 };
	int64_t began = clock_mono_ms();
	bool waits = moods[i].mood == FAKE_SILENT || moods[i].mood == FAKE_STALLS;
	err e = clamd_scan(c, a, fd, began + (waits ? 500 : 60000), &v);
	str says = e.kind ? str_from(e.msg) : v.why;
	bool right = e.kind == moods[i].kind
		     && (e.kind ? v.ms == 7777 : v.result == moods[i].result)
		     && str_find(says, str_from(moods[i].says)).n
				>= strlen(moods[i].says);
	if (!right)
		fprintf(stderr, "mood %d: %d, %d: %.*s\n", (int)moods[i].mood,
			(int)e.kind, (int)v.result, STR_F(says));
	CHECK(right);
	CHECK(!waits || clock_mono_ms() - began < FAKE_LONG_MS);
	CHECK(e.kind || v.result == WALL_UNSCANNED || f->octets == 3000000);
	clamd_free(c);
	fake_end(f);
}

static enum wall_result scanned(struct clamd *c, str text)
{
	ARENA(a);
	FD_AUTO fd = fake_message(a, text);
	struct wall_finding v = { .result = WALL_RESULTS };
	err e = clamd_scan(c, a, fd, clock_mono_ms() + 60000, &v);
	CHECK(!e.kind);
	CHECK(str_eq(v.version, STR("ClamAV 1.4.6/27743/Sun Aug 24 08:29:49 2025")));
	return v.result;
}

static void check_sessions(void)
{
	struct fake_clamd *f = fake_start(FAKE_GOOD);
	struct clamd *c = clamd_new(str_from(f->path));
	CHECK(scanned(c, STR("hello")) == WALL_CLEAN);
	CHECK(scanned(c, STR("an EICAR file")) == WALL_INFECTED);
	CHECK(scanned(c, STR("a LOCKED file")) == WALL_SUSPICIOUS);
	CHECK(scanned(c, STR("")) == WALL_CLEAN);
	CHECK(f->dials == 1 && f->scans == 4);
	f->mood = FAKE_ONCE; /* whoever hangs up is dialled again, unnoticed */
	for (int i = 0; i < 5; i++)
		CHECK(scanned(c, STR("hello")) == WALL_CLEAN);
	CHECK(f->scans == 9 && f->dials <= 6);
	clamd_free(c);
	fake_end(f);
}

/* A connection that went while it was idle is no failure of clamd. */
static void check_lost_session(void)
{
	struct fake_clamd *f = fake_start(FAKE_GOOD);
	struct clamd *c = clamd_new(str_from(f->path));
	CHECK(scanned(c, STR("hello")) == WALL_CLEAN);
	f->mood = FAKE_ONCE;
	CHECK(scanned(c, STR("hello")) == WALL_CLEAN); /* over the old one, which ends */
	CHECK(scanned(c, STR("hello")) == WALL_CLEAN);
	CHECK(f->dials >= 2 && f->dials <= 3 && f->scans == 3);
	clamd_free(c);
	fake_end(f);
}

/* ---- several */

static struct wall_verdict ask(struct engines *e, struct arena *a, int64_t ms)
{
	FD_AUTO fd = fake_message(a, STR("an EICAR file"));
	struct wall_verdict v = { .result = WALL_RESULTS };
	struct engine_ask q = { .message = fd, .deadline = clock_mono_ms() + ms };
	engines_scan(e, a, &q, &v);
	return v;
}

static struct engines *both(struct arena *a, const char *one, const char *other)
{
	static struct conf conf;
	conf = (struct conf){ .wall_clamd = arena_cat(a, str_from(one), STR(", "),
						      str_from(other)) };
	return engines_new(&conf);
}

static void check_fail_over(enum fake_mood mood)
{
	ARENA(a);
	struct fake_clamd *one = fake_start(mood), *other = fake_start(FAKE_GOOD);
	struct engines *e = both(a, one->path, other->path);
	int64_t began = clock_mono_ms();
	struct wall_verdict v = ask(e, a, 6000);
	CHECK(v.result == WALL_INFECTED && str_eq(v.signature, STR("Eicar-Test")));
	CHECK(str_eq(v.engine, arena_cat(a, STR("clamd "), str_from(other->path))));
	CHECK(clock_mono_ms() - began < 6000 && v.at > 1700000000);
	int dials = one->dials;
	for (int i = 0; i < 3; i++) /* it is passed over for a while */
		CHECK(ask(e, a, 60000).result == WALL_INFECTED);
	CHECK(mood == FAKE_LIMITS || one->dials == dials);
	engines_free(e);
	fake_end(one);
	fake_end(other);
}

static void check_nobody(void)
{
	ARENA(a);
	struct fake_clamd *f = fake_start(FAKE_GOOD);

	struct engines *e = both(a, "/tmp/no-such-clamd", "127.0.0.1:1");
	struct wall_verdict v = ask(e, a, 1000);
	CHECK(v.result == WALL_UNSCANNED && v.passing && v.why.n && !v.engine.n);
	engines_free(e);
	e = both(a, "/tmp/no-such-clamd",
		 f->path); /* one that came back is asked again */
	CHECK(ask(e, a, 60000).result == WALL_INFECTED);
	engines_free(e);
	f->mood =
		FAKE_LIMITS; /* too large for the one that answers: another try is no use */
	e = both(a, "/tmp/no-such-clamd", f->path);
	v = ask(e, a, 60000);
	CHECK(v.result == WALL_UNSCANNED && !v.passing && v.engine.n);
	CHECK(str_find(v.why, STR("StreamMaxLength")).n);
	engines_free(e);
	CHECK(!engines_new(&(struct conf){ .wall_clamd = STR("") }));
	fake_end(f);
}

static void check_look(void)
{
	ARENA(a);
	struct fake_clamd *f = fake_start(FAKE_GOOD);
	struct engine_state s;
	struct engines *e = both(a, f->path, "/tmp/no-such-clamd");
	CHECK(engines_count(e) == 2 && engines_count(NULL) == 0);
	engines_look(e, a, 0, clock_mono_ms() + 60000, &s);
	CHECK(s.sample.result == WALL_INFECTED && str_starts(s.version, STR("ClamAV ")));
	engines_look(e, a, 1, clock_mono_ms() + 60000, &s);
	CHECK(!s.version.n && str_find(s.why, STR("no-such-clamd")).n);
	engines_free(e);
	fake_end(f);
}

int main(void)
{
	check_replies();
	check_signatures();
	check_age();
	check_travel();
	for (size_t i = 0; i < sizeof moods / sizeof *moods; i++)
		check_mood(i);
	check_sessions();
	check_lost_session();
	check_fail_over(FAKE_SILENT);
	check_fail_over(FAKE_GARBAGE);
	check_fail_over(FAKE_CUTS);
	check_fail_over(FAKE_LIMITS);
	check_nobody();
	check_look();
	return check_done();
}

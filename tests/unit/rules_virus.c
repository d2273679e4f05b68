/* What a list makes of the wall's verdict: infected goes nowhere, whoever says so; what is
 * suspected or was not looked through waits, or does as the list says. */
#include "rules_asked.h"

#include "base/said.h"
#include "lists/decide.h"
#include "store/lists/held.h"

#define WALL(verdict, more)                                              \
	"{\"aligned\":true,\"wall\":{\"verdict\":\"" verdict "\"" more   \
	",\"engine\":\"clamd /run/x\",\"version\":\"ClamAV 1.4.6/27743/" \
	"Sun Aug 24 08:29:49 2025\",\"at\":5,\"ms\":6}}"
#define CLEAN     WALL("clean", "")
#define INFECTED  WALL("infected", ",\"signature\":\"Eicar-Test\"")
#define SUSPECTED WALL("suspicious", ",\"signature\":\"Heuristics.Encrypted.Zip\"")
#define UNNAMED   WALL("suspicious", ",\"signature\":\"Another.Engines.Name\"")
#define UNSCANNED                                                      \
	WALL("not scanned", ",\"why\":\"larger than the engine takes " \
			    "(StreamMaxLength)\"")

static const char *const EVE = "eve@evil.example";

static const struct {
	const char *setting, *value;
	const char *from; /* author */
	const char *trust;
	enum verdict verdict;
	const char *rule, *says;
} cases[] = {
	{ NULL, NULL, ANNA, CLEAN, VERDICT_ACCEPT, "default", "" },
	{ NULL, NULL, ANNA, PROOF, VERDICT_ACCEPT, "default", "" },
	{ NULL, NULL, ANNA, INFECTED, VERDICT_REJECT, "virus",
	  "a virus was found in it: Eicar-Test" },
	{ NULL, NULL, ANNA, SUSPECTED, VERDICT_HOLD, "virus",
	  "the virus check suspects it: a locked file: nobody could look into it "
	  "(Heuristics.Encrypted.Zip)" },
	{ NULL, NULL, ANNA, UNNAMED, VERDICT_HOLD, "virus",
	  "the virus check suspects it: Another.Engines.Name" },
	{ NULL, NULL, ANNA,
	  WALL("suspicious", ",\"why\":\"perhaps spam: score 8.0 of 15.0\""),
	  VERDICT_HOLD, "virus",
	  "the virus check suspects it: perhaps spam: score 8.0 of 15.0" },
	{ NULL, NULL, ANNA, WALL("refused", ",\"why\":\"spam\""), VERDICT_REJECT, "virus",
	  "the mail filter refuses it: spam" },
	{ NULL, NULL, ANNA, UNSCANNED, VERDICT_HOLD, "virus",
	  "the virus check did not look through it: larger than the engine takes "
	  "(StreamMaxLength)" },
	/* each by a setting of its own, and by no other's */
	{ "suspicious_action", "accept", ANNA, SUSPECTED, VERDICT_ACCEPT, "default", "" },
	{ "suspicious_action", "reject", ANNA, SUSPECTED, VERDICT_REJECT, "virus", "" },
	{ "suspicious_action", "discard", ANNA, SUSPECTED, VERDICT_DISCARD, "virus", "" },
	{ "suspicious_action", "accept", ANNA, UNSCANNED, VERDICT_HOLD, "virus", "" },
	{ "suspicious_action", "accept", ANNA, INFECTED, VERDICT_REJECT, "virus", "" },
	{ "unscanned_action", "accept", ANNA, UNSCANNED, VERDICT_ACCEPT, "default", "" },
	{ "unscanned_action", "reject", ANNA, UNSCANNED, VERDICT_REJECT, "virus", "" },
	{ "unscanned_action", "accept", ANNA, SUSPECTED, VERDICT_HOLD, "virus", "" },
	/* to let it pass is not to accept it: the other rules have their say */
	{ "suspicious_action", "accept", "eve@evil.example", SUSPECTED, VERDICT_HOLD,
	  "nonmember", "" },
	/* what the list wants to be rid of is not kept for it */
	{ "default_nonmember_action", "reject", "eve@evil.example", SUSPECTED,
	  VERDICT_REJECT, "nonmember", "" },
	{ "default_nonmember_action", "accept", "eve@evil.example", SUSPECTED,
	  VERDICT_HOLD, "virus", "" },
};

static void check_case(size_t i)
{
	ARENA(a);
	struct books_test t = rules_make(a);
	struct judgement j = { 0 };
	if (cases[i].setting)
		books_set(&t, DEV, cases[i].setting, cases[i].value);
	struct ask x = { .message = arena_z(
				 a, books_mail(a, cases[i].from, DEV, "a post", "a@x")),
			 .reverse_path = cases[i].from,
			 .trust = cases[i].trust };
	bool fits = judge(&t, &x, &j) && j.verdict == cases[i].verdict
		    && !strcmp(j.rule, cases[i].rule)
		    && (!*cases[i].says || str_eq(j.reason, str_from(cases[i].says)));
	if (!fits)
		fprintf(stderr, "  case %zu: %s by %s: %.*s\n", i,
			verdict_word(j.verdict), j.rule, STR_F(j.reason));
	CHECK(fits);
	books_end(&t);
}

static bool traces(struct books_test *t, const char *trust, const char *text)
{
	struct judgement j = { 0 };
	struct ask x = { .message = arena_z(t->a,
					    books_mail(t->a, ANNA, DEV, "a", "b@x")),
			 .reverse_path = ANNA,
			 .trust = trust };
	return judge(t, &x, &j) && str_find(judgement_text(t->a, &j), str_from(text)).n;
}

static void check_trace(void)
{
	ARENA(a);
	struct books_test t = rules_make(a);
	CHECK(traces(&t, CLEAN,
		     "virus: miss (clean, says clamd /run/x, ClamAV 1.4.6/27743/Sun Aug "
		     "24 08:29:49 2025); size: miss;"));
	CHECK(traces(&t, PROOF, "virus: miss; size: miss;"));
	books_end(&t);
}

/* However it came to wait with such a verdict, nobody sends it on. */
static void check_moderator(void)
{
	static const char *const sends[] = { "accept", "trust", "forward" };
	ARENA(a);
	struct books_test t = rules_make(a);
	struct actor olga = { .name = STR("olga@uni.example"), .via = STR("page") };
	str body = books_mail(a, EVE, DEV, "a post", "c@x");
	struct held_row h = { .list = books_entry(&t, DEV)->id,
			      .source = STR("9/" DEV),
			      .held_at = 5,
			      .reverse_path = str_from(EVE),
			      .author = str_from(EVE),
			      .subject = STR("a post"),
			      .message_id = STR("c@x"),
			      .rule = STR("nonmember"),
			      .reason = STR("the author is not a member"),
			      .trust = STR(INFECTED),
			      .size = (int64_t)body.n };
	BOOKS_MUST(&t, held_add(t.books.lists, &h, body));
	for (size_t i = 0; i < sizeof sends / sizeof *sends; i++) {
		err e = held_decide(&t.books, a, h.id, str_from(sends[i]),
				    STR("pia@far.example"), &olga);
		CHECK(e.kind == ERR_DENIED
		      && str_find(str_from(e.msg), STR("Eicar-Test")).n);
	}
	CHECK(!held_decide(&t.books, a, h.id, STR("discard"), STR(""), &olga).kind);
	books_end(&t);
}

/* A moderator reads in any language what the engine's name means. */
static void check_said(void)
{
	ARENA(a);
	str kept = STR("the virus check suspects it: a locked file: nobody could look "
		       "into it (Heuristics.Encrypted.Zip)");
	CHECK(str_eq(said_in(a, LANGUAGE_de, kept),
		     STR("die Virenprüfung hat einen Verdacht: eine verschlossene Datei: "
			 "niemand konnte hineinsehen (Heuristics.Encrypted.Zip)")));
	CHECK(str_eq(said_in(a, LANGUAGE_en, kept), kept));
}

int main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_case(i);
	check_trace();
	check_said();
	check_moderator();
	return check_done();
}

/* What became of a copy, in words. */
#include "web/pages/trace_words.h"

#include "net/resolver.h"
#include "tests/check.h"

/* Every word of the ledger is told on the page, of the right thing; every row that
 * explains a reply is reached: none above it takes what is its own. */
static void test_complete(void)
{
	enum { MESSAGE, COPY };
	static const struct {
		const char *what;
		int of;
	} ledger[] = {
#define LEDGER(what, of, text) { what, of },
#include "store/outbound/ledger.def"
#undef LEDGER
	};
	static const struct {
		const char *code, *means;
	} rows[] = {
#define MEANS(code, text) { code, text },
#include "web/pages/means.def"
#undef MEANS
	};
	for (size_t i = 0; i < sizeof ledger / sizeof *ledger; i++) {
		const struct trace_word *w = trace_word(str_from(ledger[i].what));
		CHECK(!strcmp(w->what, ledger[i].what) && *w->word && *w->state);
		CHECK(w->recipient == (ledger[i].of == COPY));
		CHECK((*w->counts != 0) == w->recipient);
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK(!strcmp(trace_means(str_from(rows[i].code)), rows[i].means));
	printf("suite: the ledger's words %zu of %zu told, replies explained by %zu "
	       "codes\n",
	       sizeof ledger / sizeof *ledger, sizeof ledger / sizeof *ledger,
	       sizeof rows / sizeof *rows);
}

int main(void)
{
	static const struct {
		const char *reply, *means; /* means: how it begins; "": nothing */
	} cases[] = {
		{ "550 5.1.1 <x@y.example>: user unknown", "There is no such mailbox" },
		{ "550 5.1.10 null MX", "Their domain says" },
		{ "550 5.1.11 x", "" },
		{ "550 5.1.2 the domain does not exist", "Their domain does not exist" },
		{ "451 4.7.1 greylisted", "Their server makes those wait" },
		{ "450 4.7.25 no PTR", "Their rules put this message off" },
		{ "550 5.7.1 policy 114", "Their rules refuse" },
		{ "550 5.7.26 unauthenticated", "Their rules want a proof" },
		{ "421 4.4.2 timeout", "Their server cannot be reached" },
		{ "452 4.2.2 mailbox full", "Their mailbox is full." },
		{ "552 5.2.2 over quota", "Their mailbox is full." },
		{ "550 no such user", "Their server does not take it" },
		{ "550-5.1.1 no such user", "There is no such mailbox" },
		{ "550-no such user", "Their server does not take it" },
		{ "450 try later", "Their mailbox is not available now" },
		{ "554 5.7.1 no", "Their rules refuse" },
		{ "554 no", "Their server refuses the message as a whole" },
		{ "451 4.4.3 no answer", "DNS gives no answer about their domain" },
		{ "451 4.4.3 the domain cannot be looked up: " DNS_SILENT,
		  "This server itself" },
		{ "550 5.4.1 Recipient address rejected: Access denied",
		  "Their server does not know the recipient" },
		{ "550 5.6.7 needs SMTPUTF8", "Their server takes no address" },
		{ "450 4.1.8 no domain", "Their server cannot look up" },
		{ "552 too big", "Their mailbox is full, or" },
		{ "5500 what", "" },
		{ "55", "" },
		{ "no code at all", "" },
		{ "250 2.0.0 ok: queued", "" },
		{ "see 192.5.7.1 or 5.7", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str got = str_from(trace_means(str_from(cases[i].reply)));
		str want = str_from(cases[i].means);
		CHECK(want.n ? str_starts(got, want) : !got.n);
	}
	ARENA(a);
	static const char *const rules[][2] = {
		{ "loop: miss; member: accept (an owner)",
		  "1 rule had no objection; member: accept (an owner)" },
		{ "a: miss; b: miss; c: hold (why; or not)",
		  "2 rules had no objection; c: hold (why; or not)" },
		{ "a: miss; b: miss", "2 rules had no objection" },
		{ "accepted by mod@uni.example", "accepted by mod@uni.example" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		CHECK(str_eq(trace_rules(a, str_from(rules[i][0])),
			     str_from(rules[i][1])));
	static const char *const authors[][2] = {
		{ "a: miss; member: accept (x); from: kept (its signature holds)",
		  "From in the copies: kept (its signature holds)" },
		{ "a: hold (a line; from: eve); from: the list's (why; and)",
		  "From in the copies: the list's (why; and)" },
		{ "a: miss; b: hold (why)", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof authors / sizeof *authors; i++)
		CHECK(str_eq(trace_author(a, str_from(authors[i][0])),
			     str_from(authors[i][1])));
	static const char *const objections[][2] = {
		{ "a: miss; b: hold (a line; or c: reject (x) of it)",
		  "Why: a line; or c: reject (x) of it" },
		{ "a: miss; proof: reject (no proof, cut o", "Why: no proof, cut o" },
		{ "a: miss; member: accept (an owner)", "" },
		{ "by mod@uni.example", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof objections / sizeof *objections; i++)
		CHECK(str_eq(trace_objection(a, str_from(objections[i][0])),
			     str_from(objections[i][1])));
	CHECK(trace_word(STR("tried"))->recipient);
	CHECK(str_eq(str_from(trace_word(STR("bounced"))->counts), STR("failed")));
	CHECK(!trace_word(STR("held"))->recipient);
	CHECK(str_eq(str_from(trace_word(STR("not-served"))->word),
		     STR("Could not be handled")));
	CHECK(!*trace_word(STR("what nobody knows"))->what);
	test_complete();
	return check_done();
}

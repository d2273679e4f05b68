/* When DNS as a whole counts as silent, and when no longer. */
#include "net/resolver_inside.h"

#include "tests/check.h"

enum { BEGINS = 1, ENDS = 2, SILENT = 4 };

struct step {
	int64_t asked, now;
	const char *name; /* NULL: an answer */
	int said;         /* what changes, and how it is then */
};

static void play(const struct step *steps, size_t count)
{
	struct dns_silence s = { 0 };
	for (size_t i = 0; i < count; i++) {
		const struct step *x = &steps[i];
		bool changed = x->name ? dns_silence_failed(&s, str_from(x->name),
							    x->asked, x->now)
				       : dns_silence_answered(&s, x->now);
		CHECK(changed == ((x->said & (x->name ? BEGINS : ENDS)) != 0));
		CHECK(s.silent == ((x->said & SILENT) != 0));
	}
}

#define PLAY(steps) play(steps, sizeof(steps) / sizeof *(steps))

int main(void)
{
	static const struct step all_dead[] = {
		{ 0, 100, NULL, 0 },
		{ 200, 5000, "uni.example", 0 },
		{ 300, 6000, "lab.other", 0 },
		{ 400, 7000, "third.test", 0 }, /* three, but not for long enough */
		{ 9000, 12000, "uni.example", BEGINS | SILENT },
		{ 20000, 30000, "fourth.test", SILENT }, /* said once */
		{ 30000, 30010, NULL, ENDS },
		{ 25000, 31000, "late.test", 0 }, /* asked before DNS was back */
		{ 31000, 32000, NULL, 0 },
		{ 33000, 50000, "a.example", 0 },
		{ 33000, 50000, "b.example", 0 },
		{ 33000, 50000, "c.example", BEGINS | SILENT }, /* and again */
	};
	static const struct step one_dead_domain[] = {
		{ 0, 20000, "uni.example", 0 },
		{ 0, 40000, "mx1.uni.example", 0 },
		{ 0, 60000, "x._domainkey.uni.example", 0 },
		{ 0, 80000, "1.2.0.192.in-addr.arpa", 0 },
		{ 0, 90000, "2.2.0.192.in-addr.arpa", 0 },
		{ 0, 99000, "test", BEGINS | SILENT }, /* a third that shares nothing */
	};
	static const struct step answers_between[] = {
		{ 0, 20000, "one.example", 0 },      { 0, 20000, "two.example", 0 },
		{ 20000, 20001, NULL, 0 },           { 21000, 40000, "three.example", 0 },
		{ 21000, 40000, "four.example", 0 },
	};
	PLAY(all_dead);
	PLAY(one_dead_domain);
	PLAY(answers_between);
	return check_done();
}

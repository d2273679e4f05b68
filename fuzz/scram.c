/* A client's two SCRAM messages, the second behind an empty line's LF. Only the right
 * proof of "secret" is taken, and a refusal is one of two kinds. */
#include "fuzz.h"

#include "account/scram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct scram_keys keys[2];
	static bool derived;
	if (!derived) { /* few rounds: the client is not there to compute them */
		scram_derive(STR("other"), STR("salt"), 1, &keys[0]);
		scram_derive(STR("secret"), STR("salt"), 1, &keys[1]);
		derived = true;
	}
	struct scram_user who = {
		.salt = STR("salt"), .rounds = 1, .keys = keys, .count = 2
	};
	struct scram x;
	str first, final, last = STR_NONE;
	size_t which = 9;
	ARENA(a);
	if (!str_cut((str){ (const char *)data, n }, '\n', &first, &final))
		return 0;
	err e = scram_first(a, first, &x);
	must(!e.kind || e.kind == ERR_SYNTAX || e.kind == ERR_DENIED);
	if (e.kind)
		return 0;
	must(str_find(first, STR(",r=")).n && x.user.n <= first.n);
	str challenge = scram_challenge(a, &x, &who, STR("nonce"));
	must(str_starts(challenge, STR("r=")) && str_ends(challenge, STR(",i=1")));
	e = scram_final(a, &x, final, &last, &which);
	must(!e.kind || e.kind == ERR_SYNTAX || e.kind == ERR_DENIED);
	must(e.kind ? which == 9 && !last.n : which < 2 && str_starts(last, STR("v=")));
	return 0;
}

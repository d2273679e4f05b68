#include "account/foreign.h"

#include "account/password.h"
#include "tests/check.h"

/* As openssl passwd and htpasswd wrote them. */
static void hashes(void)
{
	static const struct {
		const char *kept, *password;
	} rows[] = {
		{ "$apr1$abcdefgh$sIQmFnT1CuEXAsyjuXjUX/", "correct horse" },
		{ "$apr1$xyz$odYVLrjkS4l6qI0ES65Ug1", "a" },
		{ "$apr1$12345678$ns0A77yI/AHEOHsa/CSOj1",
		  "a password that is longer than sixteen octets ü" },
		{ "$1$abcdefgh$y6iHhJNbuC0xpbk0w9pm80", "correct horse" },
		{ "$5$abcdefgh$ruMep1ijHnJPZbETDNiumskxcX3kN4lzZd5VlsqE7eB",
		  "correct horse" },
		{ "$6$abcdefgh$yIZAF3gQPvtKZO/9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZf/"
		  "GV3A8SkFxEPY0T56CcilGrHKLffBsp6dLMG.",
		  "correct horse" },
		{ "$2y$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu",
		  "correct horse" },
		{ "$y$j9T$abcdefgh$4mqd6JVlUo/.JMgenptcdPqIowfqDPoC9lSyWQhPMf1",
		  "correct horse" },
		{ "abhfCpXqd4GrI", "correct horse" },
		{ "{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=", "correct horse" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		str kept = str_from(rows[i].kept), password = str_from(rows[i].password);
		if (!foreign_known(kept) || !foreign_fits(kept, password))
			fprintf(stderr, "%s\n", rows[i].kept);
		CHECK(foreign_known(kept) && foreign_fits(kept, password));
		CHECK(!foreign_fits(kept, STR("wrong horse")));
		CHECK(!foreign_fits(kept, STR("")));
		CHECK(!password_check(kept, password).kind);
		CHECK(password_check(kept, STR("wrong horse")).kind == ERR_DENIED);
	}
}

static void others(void)
{
	static const char *const unknown[] = {
		"",
		"x",
		"*",
		"!",
		"plain text",
		"$2y$31$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu",
		"$6$rounds=999999999$abcdefgh$x",
		"$y$jZZ$abcdefgh$x",
		"{SHA}short",
		"{SSHA}L55TUjtiq8FBorTWAZ0jy6g129A=",
		"$9$x$y",
		"abhfCpXqd4Gr\n"
	};
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
		CHECK(!foreign_known(str_from(unknown[i])));
		CHECK(!foreign_fits(str_from(unknown[i]), STR("plain text")));
		CHECK(password_check(str_from(unknown[i]), str_from(unknown[i])).kind
		      == ERR_DENIED);
	}
}

int main(void)
{
	hashes();
	others();
	return check_done();
}

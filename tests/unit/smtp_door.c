/* smtp/door.h: how long one waits at the local door. */
#include "smtp/door.h"

#include "base/clock.h"
#include "tests/check.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the door says is there before one comes; NULL: it is silent, "": it has closed.
 * Gives the milliseconds, and in heard what it was told. */
static int64_t waits(const char *says, char *heard, size_t room)
{
	int pair[2];
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair));
	if (says && *says)
		CHECK(write(pair[1], says, strlen(says)) == (ssize_t)strlen(says));
	if (says)
		CHECK(!shutdown(pair[1], SHUT_WR)); /* what comes next it does not say */
	int64_t begun = clock_mono_ms();
	door_wait(pair[0]);
	int64_t took = clock_mono_ms() - begun;
	ssize_t n = read(pair[1], heard, room - 1);
	heard[n > 0 ? n : 0] = 0;
	close(pair[1]);
	return took;
}

int main(void)
{
	static const struct {
		const char *says, *heard;
		bool whole; /* waits as long as smtpd may take to look by itself */
	} cases[] = {
		{ "220 mail.lists.example ESMTP\r\n", "QUIT\r\n", false },
		{ "220 mail.lists.example ESMTP\r\n221 bye\r\n", "QUIT\r\n", false },
		{ "421 4.7.0 too many connections; try again later\r\n", "", true },
		{ NULL, "", true },
		{ "", "", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char heard[64];
		int64_t took = waits(cases[i].says, heard, sizeof heard);
		CHECK(!strcmp(heard, cases[i].heard));
		CHECK((took >= DOOR_LOOK_MS - 10) == cases[i].whole);
		CHECK(took < 10 * DOOR_LOOK_MS);
	}
	return check_done();
}

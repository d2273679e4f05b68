#include "smtp/door.h"

#include "base/clock.h"
#include "base/thread.h"
#include "net/conn.h"

enum { LINE_MAX_OCTETS = 512 }; /* RFC 5321 section 4.5.3.1.5 */

void door_wait(int fd)
{
	int64_t until = clock_mono_ms() + DOOR_LOOK_MS;
	struct conn *c = conn_new(fd);
	str line;
	conn_deadline(c, until);
	err e = conn_line(c, LINE_MAX_OCTETS, &line);
	if (!e.kind && str_starts(line, STR("421")))
		thread_sleep(until - clock_mono_ms());
	else if (!e.kind && !conn_write(c, STR("QUIT\r\n")).kind)
		e = conn_line(c, LINE_MAX_OCTETS, &line);
	conn_free(c);
}

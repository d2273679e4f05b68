#include "roles/sandbox.h"

#include "base/clock.h"

#include <iconv.h>
#include <time.h>

/* Loads what is read once and from anywhere: the clock's offset file, the time
 * zone, the list of character set modules. */
static void preload(void)
{
	clock_now();
	tzset();
	iconv_t cd = iconv_open("UTF-8", "ISO-8859-15");
	if (cd != (iconv_t)-1)
		iconv_close(cd);
}

err sandbox_enter(struct arena *a, enum role_id id, const struct conf *conf)
{
	preload();
	TRY(privileges_drop(a));
	TRY(landlock_enter(a, &rights[id], conf, sandbox_landlock()));
	return seccomp_enter(a, &rights[id], conf);
}

/* The clock of who looks at a page: each thread's own, and the site's where nobody chose one. */
#include "base/zone.h"

#include "tests/check.h"

#include <pthread.h>

static void *other(void *site)
{
	CHECK(zone_viewer() == site); /* what another thread shows by is none of it */
	return NULL;
}

int main(void)
{
	pthread_t t;
	const struct zone *site = zone_site();
	const struct zone *kolkata = zones_find(STR("Asia/Kolkata"));
	CHECK(zone_viewer() == site);
	CHECK(kolkata && zone_at(kolkata, 1795500000)->offset == 19800);
	CHECK(zones_find(STR("Asia/Kolkata")) == kolkata);
	CHECK(!zones_find(STR("Mars/Base")) && !zones_find(STR("../../etc/passwd"))
	      && !zones_find(STR("/etc/localtime")));
	zone_view(kolkata);
	CHECK(zone_viewer() == kolkata && zone_site() == site);
	CHECK(!pthread_create(&t, NULL, other, (void *)(uintptr_t)site)
	      && !pthread_join(t, NULL));
	zone_view(NULL);
	CHECK(zone_viewer() == site);
	return check_done();
}

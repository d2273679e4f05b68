/* The clock of who looks at a page: each thread's own, and the site's where nobody chose one. */
#include "base/zone.h"

#include "tests/check.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

static void *other(void *site)
{
	CHECK(zone_viewer() == site); /* what another thread shows by is none of it */
	return NULL;
}

/* What is no table is read once, however many pages ask for it. */
static void test_wrong(void)
{
	char events[4096];
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	CHECK(inotify_add_watch(watch, "/usr/share/zoneinfo/Europe", IN_OPEN) > 0);
	CHECK(!zones_find(STR("Europe"))); /* a folder */
	CHECK(read(watch, events, sizeof events) > 0);
	for (int i = 0; i < 100; i++)
		CHECK(!zones_find(STR("Europe")));
	CHECK(read(watch, events, sizeof events) < 0 && errno == EAGAIN);
	for (int i = 0; i < 64; i++) { /* and so many others make it forgotten */
		char name[16];
		snprintf(name, sizeof name, "Mars/Base%d", i);
		CHECK(!zones_find(str_from(name)));
	}
	CHECK(!zones_find(STR("Europe")) && read(watch, events, sizeof events) > 0);
	CHECK(zones_find(STR("Europe/Berlin")) != NULL);
	close(watch);
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
	test_wrong();
	return check_done();
}

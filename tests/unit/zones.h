/* The clock of a place, from the fuzz corpus, so that no table of this machine decides. */
#pragma once

#include "base/file.h"
#include "base/zone.h"
#include "tests/check.h"

static inline struct zone zone_table(struct arena *a, const char *name)
{
	str octets;
	struct zone z = { .count = 0 };
	const char *path = arena_z(
		a, arena_cat(a, STR("fuzz/corpus/zone/"), str_from(name)));
	CHECK(!file_read(a, path, 64 * 1024, &octets).kind);
	CHECK(!zone_read(a, octets, &z).kind);
	return z;
}

/* The site's from here on; NULL: UTC. */
static inline void zone_begin(struct arena *a, const char *name)
{
	struct zone *z = arena_alloc(a, sizeof *z);
	if (name)
		*z = zone_table(a, name);
	zone_use(name ? z : &zone_utc);
}

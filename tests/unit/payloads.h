/* tests/unit/payloads.h: the attacks of the shared data, one after the other.
 *
 *     each_payload(attack);
 */
#pragma once

#include "base/file.h"
#include "tests/check.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static inline str shared(struct arena *a, const char *name)
{
	const char *data = getenv("POSTERN_DATA_SHARED");
	return arena_cat(a, str_from(data ? data : "../shared/data"), STR("/"),
			 str_from(name));
}

static inline void each_payload(void (*attack)(struct arena *a, str payload))
{
	ARENA(a);
	str bytes;
	if (file_read(a, arena_z(a, shared(a, "xss/payloads.json")), 1 << 22, &bytes)
		    .kind) {
		printf("skipped: no shared data xss/payloads.json\n");
		return;
	}
	json_t *all = json_loadb(bytes.p, bytes.n, 0, NULL), *one;
	size_t i;
	CHECK(json_array_size(all) == 100);
	json_array_foreach(all, i, one)
	{
		ARENA(mine);
		attack(mine,
		       str_from(json_string_value(json_object_get(one, "payload"))));
	}
	json_decref(all);
}

#include "send/flight.h"

#include "base/mem.h"

#include <stdlib.h>

/* Row numbers come in runs; an odd multiplier spreads them. */
static size_t home(const struct flight *f, int64_t id)
{
	return (size_t)((uint64_t)id * 0x9E3779B97F4A7C15u >> 20) & (f->size - 1);
}

static size_t find(const struct flight *f, int64_t id)
{
	size_t i = home(f, id);
	while (f->slots[i] && f->slots[i] != id)
		i = (i + 1) & (f->size - 1);
	return i;
}

bool flight_has(const struct flight *f, int64_t id)
{
	return f->size && f->slots[find(f, id)] == id;
}

static void grow(struct flight *f)
{
	struct flight old = *f;
	f->size = old.size ? old.size * 2 : 64;
	f->slots = mem_zero(f->size * sizeof *f->slots);
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i])
			f->slots[find(f, old.slots[i])] = old.slots[i];
	free(old.slots);
}

void flight_add(struct flight *f, int64_t id)
{
	if (f->used * 2 >= f->size)
		grow(f);
	size_t i = find(f, id);
	f->used += f->slots[i] != id;
	f->slots[i] = id;
}

/* The run behind the hole moves up, so that no tombstones are needed. */
void flight_remove(struct flight *f, int64_t id)
{
	if (!flight_has(f, id))
		return;
	size_t hole = find(f, id), i = hole;
	f->slots[hole] = 0;
	f->used--;
	for (;;) {
		i = (i + 1) & (f->size - 1);
		if (!f->slots[i])
			return;
		size_t from = home(f, f->slots[i]);
		bool between = hole <= i ? hole < from && from <= i
					 : hole < from || from <= i;
		if (between)
			continue;
		f->slots[hole] = f->slots[i];
		f->slots[i] = 0;
		hole = i;
	}
}

void flight_free(struct flight *f)
{
	free(f->slots);
	*f = (struct flight){ 0 };
}

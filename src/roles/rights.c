#include "roles/rights.h"

#define BOOK(name)  (1u << BOOK_##name)
#define RINGS(role) (1u << ROLE_##role)

const struct rights rights[ROLE_COUNT] = {
#define ROLE(name, ...) [ROLE_##name] = { #name, __VA_ARGS__ },
#include "roles/rights.def"
#undef ROLE
};

enum role_id role_from(const char *name)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (!strcmp(rights[i].name, name))
			return (enum role_id)i;
	return ROLE_COUNT;
}

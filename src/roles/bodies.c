#include "roles/role.h"

role_main *const role_bodies[ROLE_COUNT] = {
#define ROLE_BODY(name) [ROLE_##name] = name##_main,
#include "roles/roles.def"
#undef ROLE_BODY
};

/* cli/cmd_user.h: what the commands about accounts share. */
#pragma once

#include "cli/cli.h"
#include "store/lists/person.h"

/* The account that the first argument names. ERR_NOTFOUND says how to make one. */
MUST_USE err cli_person(struct cli *c, struct books **books, struct person_row *p);

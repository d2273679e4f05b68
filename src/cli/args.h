/* cli/args.h: from argv to a command with its arguments, by the table alone. */
#pragma once

#include "cli/cli.h"

/* Fills c from argv. CLI_OK: c->command is to be run. Otherwise what to exit
 * with; help, or what was not understood, has been printed. */
int args_parse(struct cli *c, int argc, char **argv, bool *run);

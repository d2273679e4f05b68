/* cli/cmd_list_try.h: what a replay says (lists/replay.h), as text or JSON. */
#pragma once

#include "cli/cli.h"
#include "lists/replay.h"

/* named: posts of several lists, which are named. */
int cli_replay(struct cli *c, const struct replay *r, bool named);

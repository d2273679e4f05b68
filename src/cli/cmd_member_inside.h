/* cli/cmd_member_inside.h: what the commands about members share. */
#pragma once

#include "base/buf.h"
#include "cli/cli.h"
#include "store/lists/member.h"

enum { CLI_INPUT_MAX = 64 << 20 };

/* The books, and the list that the first argument names. */
MUST_USE err cli_open_list(struct cli *c, enum books_mode mode, struct books **books,
			   const struct list_entry **list);

/* The addresses of the arguments, a line each; - stands for those on standard input. */
MUST_USE err cli_named(struct cli *c, struct buf *lines);

/* Trims a line; false: it is empty, or a remark behind #. */
bool cli_is_to_read(str *line);

/* Calls one for every member, in order of joining. */
MUST_USE err cli_each_member(struct cli *c, struct books *books, int64_t list,
			     void (*one)(struct cli *c, void *arg,
					 const struct member_row *m),
			     void *arg);

/* cli/cli.h: what a command gets and how it answers. Commands are one table,
 * commands.def; each group of them is a file.
 *
 *     int cli_list_get(struct cli *c)
 *     {
 *             struct books *books;
 *             CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
 *             ...
 *             return CLI_OK;
 *     }
 *
 * Exit codes: 0 done, 1 refused or failed, 2 usage: no such command, option or word of
 * the command's own, one that is missing, or what is not KEY=VALUE where that is asked
 * for. What is wrong with data (an address, a setting's value, a file) is 1. */
#pragma once

#include "base/conf.h"
#include "lists/owner.h"

enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

struct cli {
	struct arena *a;
	const char *program;          /* argv[0] */
	const char *conf_path;        /* of -c, or found */
	const char *const *overrides; /* of --set */
	size_t override_count;
	const struct cli_command *command;
	const char **args; /* positional */
	size_t arg_count;
	const char **options; /* the command's, in the order of its row; NULL: not given,
				 "" for a flag */
	bool json;
	struct conf conf;   /* loaded by cli_conf */
	struct books books; /* opened by cli_books */
	int64_t revision;   /* of the addresses, when they were opened */
	bool conf_loaded, books_open;
};

struct cli_command {
	const char *words;
	int (*run)(struct cli *c);
	const char *arguments, *options, *help;
};
const struct cli_command *cli_commands(size_t *count);

/* The option's value: NULL when it was not given. */
const char *cli_option(const struct cli *c, const char *name);

/* The configuration, read once. */
MUST_USE err cli_conf(struct cli *c, const struct conf **conf);

/* The selector of the keys that sign. */
MUST_USE err cli_selector(struct cli *c, str *selector);

/* What DNS must have for a mail domain that is new here; the exit code. */
int cli_say_records(struct cli *c);

/* The books, opened once; cli_end closes them. */
MUST_USE err cli_books(struct cli *c, enum books_mode mode, struct books **books);

/* Closes them. Where the command changed addresses and a server runs, it comes back when
 * smtpd answers by them (smtp/door.h), or after a second. */
void cli_end(struct cli *c);

/* A list by "name@domain" or, in a site of one domain, by "name".
 * ERR_NOTFOUND: names the lists that come near. */
MUST_USE err cli_list(struct cli *c, const char *name, const struct list_entry **list);

/* KEY=VALUE, the arguments from the given one on. ERR_SYNTAX: one has no =. */
MUST_USE err cli_assignments(struct cli *c, size_t from, struct assignment **set,
			     size_t *n);

/* Who acts, in the audit. */
extern const struct actor cli_actor;

/* Says what failed on standard error and gives CLI_FAILED. */
int cli_fail(struct cli *c, err e);

/* The same, where the command line itself is not as it must be: CLI_USAGE. Most of
 * that args.c finds, by the command's row. */
int cli_usage(const char *why);

#define CLI_TRY(c, call)                                \
	do {                                            \
		err cli_try_ = (call);                  \
		if (cli_try_.kind)                      \
			return cli_fail((c), cli_try_); \
	} while (0)

/* Every command of commands.def. */
#define COMMAND(words, function, arguments, options, help) int function(struct cli *c);
#include "cli/commands.def"
#undef COMMAND

/* A listing: columns once, then rows; printed aligned, or as a JSON array of
 * objects where --json was given. Cells are text; a column whose name ends in
 * '#' is a number in JSON (and its name goes without it). */
struct table;
struct table *table_new(struct cli *c, const char *columns); /* "address name posts#" */
void table_row(struct table *t, const str *cells);
void table_print(struct table *t);

/* A time, in seconds: "2026-11-24 05:12 CET" by the clock of the site's zone, as pages and
 * letters say it; in JSON "2026-11-24T04:12:09Z", ISO 8601 in UTC. */
str cli_time(struct cli *c, int64_t seconds);

/* Standard input, whole, at most limit bytes. */
MUST_USE err cli_stdin(struct cli *c, size_t limit, str *text);

/* Text for a person's terminal: control characters made visible. */
str cli_shown(struct arena *a, str text);

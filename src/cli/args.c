#include "cli/args.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct cli_command commands[] = {
#define COMMAND(words, function, arguments, options, help) \
	{ words, function, arguments, options, help },
#include "cli/commands.def"
#undef COMMAND
};

enum { COMMANDS = sizeof commands / sizeof *commands, SETS_MAX = 256 };

const struct cli_command *cli_commands(size_t *count)
{
	*count = COMMANDS;
	return commands;
}

enum { COLUMN = 27, WIDTH = 79 };

/* In lines of a terminal, each but the first beginning at the column. */
static void print_wrapped(FILE *to, const char *text, size_t column)
{
	size_t at = 0; /* behind the column */
	str rest = str_from(text), word;
	for (; str_word(&rest, &word); at += word.n) {
		if (at && column + at + 1 + word.n > WIDTH) {
			fprintf(to, "\n%*s", (int)column, "");
			at = 0;
		}
		fprintf(to, "%s%.*s", at ? " " : "", STR_F(word));
		at += at > 0;
	}
	fputs("\n", to);
}

static void print_usage(FILE *to, const struct cli_command *command)
{
	fprintf(to, "usage: postern [-c FILE] [--set SECTION.KEY=VALUE] %s",
		command->words);
	str options = str_from(command->options), option;
	while (str_word(&options, &option)) {
		str name = option, what;
		if (str_cut(option, '=', &name, &what))
			fprintf(to, " [--%.*s %.*s]", STR_F(name), STR_F(what));
		else
			fprintf(to, " [--%.*s]", STR_F(name));
	}
	fprintf(to, "%s%s\n", *command->arguments ? " " : "", command->arguments);
	print_wrapped(to, command->help, 0);
}

static void print_all(FILE *to)
{
	fputs("postern: mailing lists, their archive and the watch around them\n\n"
	      "usage: postern [-c FILE] [--set SECTION.KEY=VALUE ...] COMMAND ...\n\n",
	      to);
	for (size_t i = 0; i < COMMANDS; i++) {
		fprintf(to, "  %-*s", COLUMN - 2, commands[i].words);
		print_wrapped(to, commands[i].help, COLUMN);
	}
	fputs("\npostern COMMAND --help shows one command, postern help queue those that "
	      "begin\nso. Settings: postern.conf(5).\n",
	      to);
}

/* Those of a topic, "queue" or "list header-match", with what they do. */
static bool print_topic(FILE *to, int argc, char **argv)
{
	size_t shown = 0;
	for (size_t i = 0; i < COMMANDS; i++) {
		str rest = str_from(commands[i].words), word;
		bool fits = true;
		for (int k = 0; k < argc; k++)
			fits = fits && str_word(&rest, &word)
			       && str_eq(word, str_from(argv[k]));
		if (fits && shown++)
			fputs("\n", to);
		if (fits)
			print_usage(to, &commands[i]);
	}
	return shown > 0;
}

/* How many words of argv a command's name takes; 0 where it is another. */
static int words_taken(const struct cli_command *command, int argc, char **argv)
{
	str rest = str_from(command->words), word;
	int n = 0;
	while (str_word(&rest, &word)) {
		if (n >= argc || !str_eq(word, str_from(argv[n])))
			return 0;
		n++;
	}
	return n;
}

static const struct cli_command *find(int argc, char **argv, int *taken)
{
	const struct cli_command *best = NULL;
	*taken = 0;
	for (size_t i = 0; i < COMMANDS; i++) {
		int n = words_taken(&commands[i], argc, argv);
		if (n > *taken) {
			*taken = n;
			best = &commands[i];
		}
	}
	return best;
}

/* The commands whose words begin like that. */
static size_t print_near(FILE *to, const char *title, const char *word)
{
	size_t near = 0;
	for (size_t i = 0; i < COMMANDS; i++)
		if (str_starts(str_from(commands[i].words), str_from(word)))
			fprintf(to, "%s  postern %s %s\n", near++ ? "" : title,
				commands[i].words, commands[i].arguments);
	return near;
}

/* "user address" is nearer to those that begin with both words than to all of user's. */
static size_t print_nearest(FILE *to, const char *title, int argc, char **argv)
{
	char both[80];
	size_t near = 0;
	if (argc > 1) {
		snprintf(both, sizeof both, "%s %s", argv[0], argv[1]);
		near = print_near(to, title, both);
	}
	return near ? near : print_near(to, title, argv[0]);
}

static int unknown(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[argc - 1], "--help")
	    && print_nearest(stdout, "usage:\n", argc - 1, argv))
		return CLI_OK;
	fprintf(stderr, "postern: no command \"%s%s%s\"\n", argv[0], argc > 1 ? " " : "",
		argc > 1 ? argv[1] : "");
	if (!print_nearest(stderr, "Did you mean\n", argc, argv))
		fputs("postern --help lists all commands\n", stderr);
	return CLI_USAGE;
}

/* The position of an option in its command's row; -1 where there is none. */
static int option_index(const struct cli_command *command, str name, bool *takes_value)
{
	str rest = str_from(command->options), option;
	for (int i = 0; str_word(&rest, &option); i++) {
		str head = option, what;
		*takes_value = str_cut(option, '=', &head, &what);
		if (str_eq(head, name))
			return i;
	}
	return -1;
}

const char *cli_option(const struct cli *c, const char *name)
{
	bool takes_value;
	int i = option_index(c->command, str_from(name), &takes_value);
	return i < 0 ? NULL : c->options[i];
}

static bool take_option(struct cli *c, char **argv, int argc, int *at)
{
	str name = str_skip(str_from(argv[*at]), 2), value = STR_NONE;
	bool inline_value = str_cut(name, '=', &name, &value), takes_value;
	int i = option_index(c->command, name, &takes_value);
	if (i < 0 || (inline_value && !takes_value)
	    || (takes_value && !inline_value && *at + 1 >= argc)) {
		fprintf(stderr, "postern: %s: %s\n", argv[*at],
			i < 0         ? "no such option"
			: takes_value ? "needs a value"
				      : "takes no value");
		return false;
	}
	c->options[i] = !takes_value   ? ""
			: inline_value ? arena_z(c->a, value)
				       : argv[++*at];
	return true;
}

/* Least and most arguments, read off the row: "LIST [FILE]", "LIST ADDRESS...",
 * "USER [KEY=VALUE...]". */
static bool count_fits(const struct cli_command *command, size_t n)
{
	str rest = str_from(command->arguments), word;
	size_t least = 0, most = 0;
	while (str_word(&rest, &word)) {
		least += word.p[0] != '[';
		most = str_find(word, STR("...")).n ? SIZE_MAX : most + 1;
	}
	return n >= least && n <= most;
}

/* The row's word for the argument at a position; the last may stand for many. */
static str argument_word(const struct cli_command *command, size_t at)
{
	str rest = str_from(command->arguments), word = STR("");
	for (size_t i = 0; i <= at && str_word(&rest, &word); i++)
		;
	return word;
}

static bool is_one_of(str words, str given)
{
	str word, rest = words;
	while (str_cut(rest, '|', &word, &rest))
		if (str_eq(word, given))
			return true;
	return str_eq(rest, given);
}

/* Words of the command's own, "owner|moderator", and the form KEY=VALUE. */
static bool words_fit(const struct cli *c)
{
	for (size_t i = 0; i < c->arg_count; i++) {
		str word = argument_word(c->command, i), given = str_from(c->args[i]);
		str first, rest;
		if (str_starts(str_skip(word, word.n && word.p[0] == '['),
			       STR("KEY=VALUE"))
		    && (!str_has(given, '=') || given.p[0] == '=')) {
			fprintf(stderr, "postern: %s: write KEY=VALUE\n", c->args[i]);
			return false;
		}
		if (!str_cut(word, '|', &first, &rest) || is_one_of(word, given))
			continue;
		fprintf(stderr, "postern: %s: must be %.*s or %.*s\n", c->args[i],
			STR_F(first), STR_F(rest));
		return false;
	}
	return true;
}

static bool take_arguments(struct cli *c, int argc, char **argv, bool *help)
{
	bool options_end = false;
	c->options = arena_zero(c->a, 16 * sizeof *c->options);
	c->args = arena_alloc(c->a, ((size_t)argc + 1) * sizeof *c->args);
	for (int i = 0; i < argc; i++) {
		if (!options_end && !strcmp(argv[i], "--help"))
			*help = true;
		else if (!options_end && !strcmp(argv[i], "--"))
			options_end = true;
		else if (!options_end && argv[i][0] == '-' && argv[i][1] == '-') {
			if (!take_option(c, argv, argc, &i))
				return false;
		} else
			c->args[c->arg_count++] = argv[i];
	}
	c->json = cli_option(c, "json");
	if (!*help && !count_fits(c->command, c->arg_count)) {
		fprintf(stderr, "postern %s: wrong number of arguments\n",
			c->command->words);
		return false;
	}
	return *help || words_fit(c);
}

/* -c FILE and --set S.K=V, before the command. */
static int take_globals(struct cli *c, int argc, char **argv)
{
	const char **sets = arena_alloc(c->a, SETS_MAX * sizeof *sets);
	int i = 1;
	for (; i < argc && argv[i][0] == '-'; i++) {
		bool two = i + 1 < argc;
		if (!strcmp(argv[i], "-c") && two)
			c->conf_path = argv[++i];
		else if (!strcmp(argv[i], "--set") && two && c->override_count < SETS_MAX)
			sets[c->override_count++] = argv[++i];
		else
			break;
	}
	c->overrides = sets;
	return i;
}

static bool sets_fit(const struct cli *c)
{
	for (size_t i = 0; i < c->override_count; i++) {
		str name, value, section, key;
		if (str_cut(str_from(c->overrides[i]), '=', &name, &value)
		    && str_cut(name, '.', &section, &key) && section.n && key.n)
			continue;
		fprintf(stderr, "postern: --set %s: write SECTION.KEY=VALUE\n",
			c->overrides[i]);
		return false;
	}
	return true;
}

int args_parse(struct cli *c, int argc, char **argv, bool *run)
{
	int at = take_globals(c, argc, argv), taken;
	bool help = false;
	*run = false;
	if (at < argc && (!strcmp(argv[at], "--help") || !strcmp(argv[at], "help"))) {
		if (at + 1 == argc)
			print_all(stdout);
		else if (!print_topic(stdout, argc - at - 1, argv + at + 1))
			return unknown(argc - at - 1, argv + at + 1);
		return CLI_OK;
	}
	if (at < argc && !strcmp(argv[at], "--version")) {
		puts("postern " POSTERN_VERSION);
		return CLI_OK;
	}
	if (at >= argc) {
		print_all(stderr);
		return CLI_USAGE;
	}
	if (!sets_fit(c))
		return CLI_USAGE;
	c->command = find(argc - at, argv + at, &taken);
	if (!c->command)
		return unknown(argc - at, argv + at);
	if (!take_arguments(c, argc - at - taken, argv + at + taken, &help)) {
		print_usage(stderr, c->command);
		return CLI_USAGE;
	}
	if (help) {
		print_usage(stdout, c->command);
		return CLI_OK;
	}
	*run = true;
	return CLI_OK;
}

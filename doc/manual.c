/* doc/manual.c: prints the reference pages from the very tables that the program
 * runs on, so that they cannot disagree.
 *
 *     manual postern.conf.5 | postern.1 | settings.md | rules.md | personal.md
 */
#include "base/conf.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

struct command {
	const char *words, *arguments, *options, *help;
};

static const struct command commands[] = {
#define COMMAND(words, function, arguments, options, help) \
	{ words, arguments, options, help },
#include "cli/commands.def"
#undef COMMAND
};

/* A line that begins with a dot or quote would be an order to troff. */
static void troff(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++)
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
	putchar('\n');
}

static const char *const types[][2] = {
	{ "TEXT", "text" },
	{ "WORDS", "words separated by commas" },
	{ "NUMBER", "a number" },
	{ "SIZE", "a size: 512k, 50M, 1G" },
	{ "SPAN", "a time: 90s, 5m, 12h, 5d" },
	{ "BOOL", "yes or no" },
	{ "LEVEL", "debug, info, warn or error" },
	{ "FORMAT", "text or json" },
	{ "FAILURE", "tempfail or accept" },
	{ "ISSUER", "an https URL" },
	{ "CREATE", "no, members or yes" },
	{ "ENGINES", "paths and address:port, separated by commas" },
	{ "ADDRESS", "address:port" },
	{ "RELAY", "host:port, or outbox" },
	{ "PROTECT", "words PATH=WHO separated by commas" },
};

static const char *type_words(const char *type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (!strcmp(type, types[i][0]))
			return types[i][1];
	return type;
}

static void print_conf(void)
{
	size_t n;
	const struct conf_doc *d = conf_docs(&n);
	const char *section = "";
	puts(".TH POSTERN.CONF 5 2026 Postern\n.SH NAME\npostern.conf \\- the "
	     "configuration of Postern\n"
	     ".SH DESCRIPTION\nSections in brackets, then lines of the form\n.IR key \" "
	     "= \" value .\n"
	     "A line that begins with ; is a comment. postern \\-\\-set "
	     "SECTION.KEY=VALUE\n"
	     "overrides a key for one call. SIGHUP makes the server read the file "
	     "again.");
	for (size_t i = 0; i < n; i++) {
		if (strcmp(section, d[i].section))
			printf(".SH [%s]\n", section = d[i].section);
		printf(".TP\n.B %s\n", d[i].key);
		troff(d[i].text);
		printf("(%s; ", type_words(d[i].type));
		printf(*d[i].standard ? "default: " : "default: empty");
		fputs(d[i].standard, stdout);
		puts(")");
	}
	puts(".SH [route]\nNext hops for domains that do not go the usual way:\n.IR "
	     "DOMAIN \" = \" HOP .\n"
	     ".B *.SUFFIX\ncovers every name below SUFFIX. A hop is smtp://HOST:PORT, "
	     "lmtp://HOST:PORT\n"
	     "or lmtp:/PATH.\n.SH SEE ALSO\n.BR postern (1)");
}

static void print_commands(void)
{
	puts(".TH POSTERN 1 2026 Postern\n.SH NAME\npostern \\- mailing lists, their "
	     "archive and the watch around them\n"
	     ".SH SYNOPSIS\n.B postern\n.RB [ \\-c\n.IR FILE ]\n.RB [ \\-\\-set\n.IR "
	     "SECTION.KEY=VALUE ]\n.I COMMAND\n"
	     ".SH DESCRIPTION\nFILE is ./postern.conf, then /etc/postern/postern.conf. A "
	     "LIST is NAME@DOMAIN, or\n"
	     "NAME in a site of one domain. Listings take \\-\\-json.\n.SH COMMANDS");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		const struct command *c = &commands[i];
		printf(".TP\n.B %s", c->words);
		str rest = str_from(c->options), option;
		while (str_word(&rest, &option)) {
			str name = option, what = STR_NONE;
			str_cut(option, '=', &name, &what);
			printf(" [\\-\\-%.*s%s%.*s]", STR_F(name), what.n ? " " : "",
			       STR_F(what));
		}
		printf(" %s\n", c->arguments);
		troff(c->help);
	}
	puts(".SH EXIT STATUS\n.TP\n.B 0\nDone.\n.TP\n.B 1\nRefused or failed: what was "
	     "said of "
	     "a list, an\naddress, a setting, a file or the configuration is wrong or "
	     "cannot be "
	     "done now.\n.TP\n.B 2\nUsage: no such command or option, an argument that "
	     "is "
	     "missing or too many, another\nword than the command's own (owner, "
	     "moderator), or no "
	     "= where KEY=VALUE or\nSECTION.KEY=VALUE is asked for. Nothing was read or "
	     "done.\n"
	     ".SH SEE ALSO\n.BR postern.conf (5)");
}

static void print_takes(const char *key, const char *type)
{
	static const struct {
		const char *type, *takes;
	} kinds[] = {
#define TYPE(name, takes) { #name, takes },
#include "lists/settings_types.def"
	};
	static const struct {
		const char *key, *words[20]; /* word, label, word, label, ... */
	} choices[] = {
#define CHOICES(key, ...) { #key, { __VA_ARGS__ } },
#include "lists/settings.def"
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].type, type))
			printf("%s", kinds[i].takes);
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
		for (size_t k = 0; !strcmp(choices[i].key, key) && choices[i].words[k];
		     k += 2)
			printf("%s%s", k ? ", " : "", choices[i].words[k]);
}

static void print_setting(const char *key, const char *type, const char *standard,
			  const char *mm2, const char *mm3, const char *label,
			  const char *help)
{
	printf("| `%s` | %s.%s%s | ", key, label, *help ? " " : "", help);
	print_takes(key, type);
	printf(" | %s | %s | %s |\n", *standard ? standard : "empty", mm2, mm3);
}

static void print_settings(void)
{
	puts("# Settings of a list\n\n`postern list set LIST KEY=VALUE`, or the list's "
	     "settings page. Generated from "
	     "`src/lists/settings.def`.");
#define GROUP(id, title)                                                             \
	puts("\n## " title "\n\n| key | what it does | takes | default | Mailman 2 " \
	     "| Mailman 3 |\n|---|---|---|---|---|---|");
#define SETTING(key, type, standard, mm2, mm3, label, help) \
	print_setting(#key, #type, standard, mm2, mm3, label, help);
#include "lists/settings.def"
}

static void print_rules(void)
{
	puts("# How a post is judged, and what happens to it\n\nGenerated from "
	     "`src/lists/rules.def` and `steps.def`.\n\n"
	     "## Rules, in this order\n\nThe first that accepts, rejects or discards "
	     "decides. After one that holds the others are asked as well, so that a "
	     "moderator hears all there is to say; what yields is held unless a later "
	     "one rejects or discards it.\n\n| rule | a hold | asks |\n|---|---|---|");
#define STANDS                 "stands"
#define YIELDS                 "yields"
#define RULE(name, hold, text) puts("| `" #name "` | " hold " | " text " |");
#include "lists/rules.def"
#undef RULE
	puts("\n## Steps of an accepted post\n\n| step | does |\n|---|---|");
#define STEP(name, text) puts("| `" #name "` | " text " |");
#include "lists/steps.def"
#undef STEP
}

static const char *const fates[][2] = {
	{ "GONE", "goes" },   { "RENAMED", "bears another name" }, { "AGES", "ages" },
	{ "STAYS", "stays" }, { "NOBODY", "names nobody" },
};

static void print_table(const char *book, const char *name, const char *fate,
			const char *given, const char *text)
{
	for (size_t i = 0; i < sizeof fates / sizeof *fates; i++)
		if (!strcmp(fates[i][0], fate))
			fate = fates[i][1];
	printf("| %s | `%s` | %s | %s | %s |\n", book, name, given, fate, text);
}

static void print_personal(void)
{
	puts("# What is kept about people\n\nEach table of each book: what somebody is "
	     "given of it who saves their data on the page of their account or by "
	     "`postern "
	     "user export`, and what becomes of it when they go for good. Generated from "
	     "`src/store/personal.def`.\n\n| book | table | given as | when they go | |"
	     "\n|---|---|---|---|---|");
#define TABLE(book, name, people, other, fate, given, text) \
	print_table(#book, #name, #fate, given, text);
#include "store/personal.def"
#undef TABLE
}

static const struct {
	const char *name;
	void (*print)(void);
} pages[] = { { "postern.conf.5", print_conf },
	      { "postern.1", print_commands },
	      { "settings.md", print_settings },
	      { "rules.md", print_rules },
	      { "personal.md", print_personal } };

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof pages / sizeof *pages; i++)
		if (!strcmp(argv[1], pages[i].name)) {
			pages[i].print();
			return 0;
		}
	fputs("usage: manual postern.conf.5 | postern.1 | settings.md | rules.md | "
	      "personal.md\n",
	      stderr);
	return 2;
}

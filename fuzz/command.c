/* A mail of commands: within bounds, whatever it says, and every word one of the table's. */
#include "fuzz.h"

#include "lists/command_text.h"

static bool within(str part, str whole)
{
	return !part.n || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct command_text t;
	str all = { (const char *)data, n }, subject, text = all;
	if (!str_line(&text, &subject)) /* the first line is the subject */
		subject = STR("");
	command_read(subject, text, &t);
	must(t.count <= COMMAND_LINES_MAX);
	for (size_t i = 0; i < t.count; i++) {
		must(command_word(t.lines[i].word));
		must(within(t.lines[i].argument, all));
		must(!str_has(t.lines[i].argument, '\n'));
	}
	must(within(t.strange, all) && !(t.strange.n && t.more));
	must(!command_word((int)t.count + 1000) && !command_word(-1));
	return 0;
}

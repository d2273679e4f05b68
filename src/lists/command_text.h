/* lists/command_text.h: which commands a mail to LIST-request holds: pure, and bounded.
 *
 *     struct command_text t;
 *     command_read(subject, text, &t);
 *     for (size_t i = 0; i < t.count; i++) ... t.lines[i].word, .argument
 *     if (t.strange.n) ... the line at which reading ended
 */
#pragma once

#include "base/str.h"

enum { COMMAND_LINES_MAX = 25 };

struct command_line {
	int word; /* a row of commands.def */
	str argument;
};

struct command_text {
	struct command_line lines[COMMAND_LINES_MAX];
	size_t count;
	str strange; /* the first line that is no command: nothing behind it is read */
	bool more;   /* there were more lines than are read */
};

/* The subject first, where it is a command (people put the word there), then the text's
 * lines up to "end", "stop", a signature or what is no command. All is borrowed. */
void command_read(str subject, str text, struct command_text *t);

/* The word of a row: "help"; NULL beyond the last. */
const char *command_word(int row);

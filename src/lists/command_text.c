#include "lists/command_text.h"

static const char *const words[] = {
#define WORD(word, function, help) word,
#include "lists/commands.def"
#undef WORD
};

enum { WORDS = sizeof words / sizeof *words };

const char *command_word(int row)
{
	return row >= 0 && row < WORDS ? words[row] : NULL;
}

static bool is_end(str line)
{
	return str_ieq(line, STR("end")) || str_ieq(line, STR("stop"))
	       || str_starts(line, STR("-- ")) || str_eq(line, STR("--"));
}

static bool take(struct command_text *t, str line)
{
	str word;
	if (!str_word(&line, &word))
		return false;
	for (int i = 0; i < WORDS; i++)
		if (str_ieq(word, str_from(words[i]))) {
			t->lines[t->count++] = (struct command_line){ i, str_trim(line) };
			return true;
		}
	return false;
}

void command_read(str subject, str text, struct command_text *t)
{
	str line;
	*t = (struct command_text){ .count = 0 };
	if (str_istarts(subject, STR("Re:")))
		subject = str_skip(subject, 3);
	take(t, str_trim(subject));
	while (str_line(&text, &line)) {
		line = str_trim(line);
		if (is_end(line))
			return;
		if (!line.n || line.p[0] == '>')
			continue;
		t->more = t->count == COMMAND_LINES_MAX;
		if (t->more)
			return;
		if (!take(t, line)) { /* a person's prose: not for us */
			t->strange = line;
			return;
		}
	}
}

/* The rules about what a post says. */
#include "lists/rules_inside.h"

#include "lists/notice.h"

enum { LINES_ASKED = 10 }; /* that are not empty, of a post's text */

/* Words of -request that a person may send to everybody by mistake, how many words may
 * follow, and what the last of these is. Where any would do, "Set up the meeting" and
 * "who knows" were commands. */
enum follow { ANYTHING, A_TOKEN, AN_OPTION };

static const struct {
	const char *word;
	size_t least, most;
	enum follow last;
} commands[] = {
	{ "confirm", 1, 1, A_TOKEN },     { "help", 0, 0, ANYTHING },
	{ "info", 0, 0, ANYTHING },       { "join", 0, 3, AN_OPTION },
	{ "leave", 0, 1, AN_OPTION },     { "lists", 0, 0, ANYTHING },
	{ "options", 0, 0, ANYTHING },    { "remove", 0, 0, ANYTHING },
	{ "set", 2, 3, AN_OPTION },       { "signoff", 0, 0, ANYTHING },
	{ "subscribe", 0, 3, AN_OPTION }, { "unsubscribe", 0, 1, AN_OPTION },
	{ "who", 0, 0, ANYTHING },
};

static bool is_option(str word)
{
	static const char *const known[] = { "on",   "off",    "plain",
					     "mime", "digest", "nodigest" };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_ieq(word, str_from(known[i])))
			return true;
	return str_has(word, '@') || str_has(word, '=');
}

/* Ours have 20 characters, Mailman's 40. */
static bool is_token(str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!chr_is_alpha(word.p[i]) && !chr_is_digit(word.p[i]))
			return false;
	return word.n >= 16;
}

static bool is_command(str line)
{
	str word, last = STR("");
	size_t follow = 0;
	if (!str_word(&line, &word))
		return false;
	while (str_word(&line, &last))
		follow++;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (!str_ieq(word, str_from(commands[i].word)))
			continue;
		if (follow < commands[i].least || follow > commands[i].most)
			return false;
		return !follow || commands[i].last == ANYTHING
		       || (commands[i].last == A_TOKEN ? is_token(last)
						       : is_option(last));
	}
	return false;
}

err rule_administrivia(struct book *lists, struct arena *a, const struct post *p,
		       struct ruling *r)
{
	str text = p->opening, line;
	size_t asked = 0;
	(void)lists;
	if (!p->settings.administrivia)
		return OK;
	if (is_command(p->subject))
		return rule_says(r, VERDICT_HOLD,
				 arena_cat(a, STR("the subject is a mail command: "),
					   str_trim(p->subject)));
	while (asked < LINES_ASKED && str_line(&text, &line)) {
		line = str_trim(line);
		asked += line.n > 0;
		if (is_command(line))
			return rule_says(
				r, VERDICT_HOLD,
				arena_cat(a, STR("a line is a mail command: "), line));
	}
	return OK;
}

static bool skip_number(str *at)
{
	size_t n = 0;
	while (n < at->n && chr_is_digit(at->p[n]))
		n++;
	*at = str_skip(*at, n);
	return n;
}

/* form: "{list} Digest, Vol {volume}, Issue {issue}", as Mailman says it, too. */
static bool is_title_by(str form, str line)
{
	static const str volume = STR("{volume}"), issue = STR("{issue}");
	str before = str_skip(str_find(form, STR("{list}")), 6);
	str at = str_find(before, volume), after = str_skip(at, volume.n);
	str between = str_first(after, after.n - str_find(after, issue).n);
	before = str_first(before, before.n - at.n);
	line = str_ifind(line, before);
	if (!before.n || !between.n || !line.n)
		return false;
	line = str_skip(line, before.n);
	if (!skip_number(&line) || !str_istarts(line, between))
		return false;
	line = str_skip(line, between.n);
	return skip_number(&line);
}

/* "Re: dev Digest, Vol 3, Issue 12", in any of our languages. */
static bool is_digest_title(str line)
{
	const struct notice_row *digest = notice_row_find(STR("digest"));
	for (enum language l = 0; l < LANGUAGES; l++) {
		str subject, text;
		notice_built_in(digest, l, &subject, &text);
		if (is_title_by(subject, line))
			return true;
	}
	return false;
}

/* "Re:", "AW:", and not what passes a digest on. */
static bool is_answer(str subject)
{
	static const char *const on[] = { "Fwd:", "Fw:", "WG:", "TR:" };
	str word;
	if (!str_word(&subject, &word) || !str_ends(word, STR(":")) || word.n > 6)
		return false;
	for (size_t i = 0; i < sizeof on / sizeof *on; i++)
		if (str_ieq(word, str_from(on[i])))
			return false;
	return true;
}

static bool is_rule_of(str line, size_t hyphens)
{
	size_t n = 0;
	while (n < line.n && line.p[n] == '-')
		n++;
	return n == line.n && n == hyphens;
}

/* "   3. Calibration (Nina)" */
static bool is_content_row(str line)
{
	str number, rest;
	int64_t n;
	return str_cut(line, '.', &number, &rest) && str_i64(number, &n)
	       && str_starts(rest, STR(" ")) && str_ends(rest, STR(")"));
}

/* What an answer to one of its posts does not quote: the title, the table of contents,
 * the lines between posts (RFC 1153 section 3). */
static bool quotes_digest(str text)
{
	enum { MANY = 2 };
	size_t titles = 0, rows = 0, between = 0;
	for (str line; str_line(&text, &line);) {
		bool quoted = false;
		for (line = str_trim(line); str_starts(line, STR(">")); quoted = true)
			line = str_trim(str_skip(line, 1));
		if (!quoted)
			continue;
		titles += is_digest_title(line) || is_rule_of(line, 70);
		rows += is_content_row(line);
		between += is_rule_of(line, 30);
	}
	return titles && (rows >= MANY || between >= MANY);
}

/* Threads are lost by it, and all get a day's posts once more. */
err rule_digests(struct book *lists, struct arena *a, const struct post *p,
		 struct ruling *r)
{
	(void)lists;
	if (is_answer(p->subject) && is_digest_title(p->subject))
		return rule_says(r, VERDICT_HOLD,
				 arena_cat(a, STR("the subject is a whole digest's: "),
					   str_trim(p->subject)));
	return quotes_digest(p->opening)
		       ? rule_says(r, VERDICT_HOLD, STR("it quotes a whole digest"))
		       : OK;
}

err rule_no_subject(struct book *lists, struct arena *a, const struct post *p,
		    struct ruling *r)
{
	(void)lists, (void)a;
	return str_trim(p->subject).n
		       ? OK
		       : rule_says(r, VERDICT_HOLD, STR("the post has no subject"));
}

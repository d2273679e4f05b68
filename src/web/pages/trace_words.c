#include "web/pages/trace_words.h"

#include "base/language.h"
#include "base/buf.h"
#include "base/said.h"
#include "net/resolver.h"

static const struct trace_word words[] = {
	{ "scanned", N_("Virus check"), "none", false, "" },
	{ "accepted", N_("Accepted by the list"), "ok", false, "" },
	{ "held", N_("Held for a moderator"), "wait", false, "" },
	{ "rejected", N_("Rejected"), "bad", false, "" },
	{ "discarded", N_("Discarded"), "none", false, "" },
	{ "withdrawn", N_("Withdrawn by its author"), "none", false, "" },
	{ "counted", N_("Counted as a report"), "ok", false, "" },
	{ "queued", N_("Handed on to be sent"), "ok", false, "" },
	{ "delivered", N_("Delivered"), "ok", true, "delivered" },
	{ "kept", N_("Kept"), "none", true, "kept" },
	{ "tried", N_("Waiting"), "warn", true, "waiting" },
	{ "waits", N_("Waiting"), "wait", true, "waiting" },
	{ "refused", N_("Refused"), "bad", true, "failed" },
	{ "not-served", N_("Could not be handled"), "bad", false, "" },
	{ "expired", N_("Given up"), "bad", true, "failed" },
	{ "bounced", N_("Came back"), "bad", true, "failed" },
	{ "bounce-named", N_("Came back"), "bad", true, "failed" },
	{ "probe-bounced", N_("A probe came back"), "bad", true, "failed" },
	{ "complained", N_("Reported as unwanted"), "warn", true, "delivered" },
	{ "complaint-named", N_("Reported as unwanted"), "warn", true, "delivered" },
	{ "shadowed", N_("In shadow"), "none", true, "kept" },
	{ "removed", N_("Removed"), "none", true, "failed" },
};

const struct trace_word *trace_word(str what)
{
	static const struct trace_word other = { "", N_("Noted"), "none", false, "" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(what, str_from(words[i].what)))
			return &words[i];
	return &other;
}

str trace_rules(struct arena *a, str verdicts)
{
	BUF(told);
	size_t misses = 0;
	for (str rest = verdicts, one; rest.n;) {
		str at = str_find(rest, STR("; "));
		one = str_first(rest, rest.n - at.n);
		rest = str_skip(at, 2);
		if (str_ends(one, STR(": miss")))
			misses++;
		else
			buf_cat(&told, told.n ? STR("; ") : STR(""), one);
	}
	if (!misses)
		return verdicts;
	str none = arena_printf(
		a, P_("%zu rule had no objection", "%zu rules had no objection", misses),
		misses);
	return arena_cat(a, none, told.n ? STR("; ") : STR(""), buf_str(&told));
}

/* It stands last; what a rule quotes before it is not it. */
str trace_author(struct arena *a, str verdicts)
{
	str mark = STR("; from: "), said = STR_NONE, rest = verdicts;
	while ((rest = str_find(rest, mark)).n) {
		rest = str_skip(rest, mark.n);
		said = rest;
	}
	return said.n ? arena_cat(a, S_("From in the copies: "), said) : STR("");
}

/* Takes what is up to the next objection, and its mark, off *rest. */
static bool next_objection(str *rest)
{
	static const str marks[] = { STR(": hold ("), STR(": reject (") };
	str found = STR_NONE;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		str at = str_find(*rest, marks[i]);
		if (at.n > found.n)
			found = str_skip(at, marks[i].n);
	}
	*rest = found;
	return found.n;
}

/* Whether ")" is the end of what a rule said: another rule is next, or nothing. */
static bool is_end(str at)
{
	size_t n = 3;
	if (at.n == 1)
		return true;
	if (!str_starts(at, STR("); ")))
		return false;
	while (n < at.n && (at.p[n] == '_' || chr_is_alpha(at.p[n])))
		n++;
	return n > 3 && str_starts(str_skip(at, n), STR(": "));
}

/* All that object to a post that waits; of one that is refused the last has decided, and
 * those before would have held it. */
str trace_objection(struct arena *a, str verdicts)
{
	BUF(all);
	for (str rest = verdicts; next_objection(&rest);) {
		str at = rest;
		while (at.n && !(at.p[0] == ')' && is_end(at)))
			at = str_skip(at, 1);
		buf_cat(&all, all.n ? STR("; ") : STR(""),
			said_in(a, language_now(), str_first(rest, rest.n - at.n)));
		rest = at;
	}
	str why = buf_str(&all);
	return why.n ? arena_printf(a, _("Why: %.*s"), STR_F(why)) : STR("");
}

/* The code of a row in means.def that these words bear: "5.1.1", else the "550" with
 * which a reply begins. */
static bool find_code(str reply, str *code)
{
	str word, first = STR_NONE;
	while (str_word(&reply, &word)) {
		if (!first.p)
			first = word;
		if (word.n > 4 && word.p[3] == '-') /* of several lines: 550-5.1.1 */
			word = str_skip(word, 4);
		if (word.n >= 5 && word.n <= 9 && strchr("245", word.p[0])
		    && word.p[1] == '.' && chr_is_digit(word.p[2])) {
			*code = word;
			return true;
		}
	}
	*code = str_first(first, 3);
	return first.n >= 3 && (first.n == 3 || first.p[3] == '-');
}

/* "5.1.1" is no start of "5.1.10". */
static bool begins(str code, str row)
{
	return str_starts(code, row) && (code.n == row.n || !chr_is_digit(code.p[row.n]));
}

const char *trace_means(str reply)
{
	static const struct {
		const char *code, *means;
	} rows[] = {
#define MEANS(code, text) { code, text },
#include "web/pages/means.def"
#undef MEANS
	};
	str code = STR("");
	(void)find_code(reply, &code);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		str row = str_from(rows[i].code);
		bool is_code = chr_is_digit(row.p[0]);
		if (is_code ? begins(code, row) : str_find(reply, row).n > 0)
			return rows[i].means;
	}
	return "";
}

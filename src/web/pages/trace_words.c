#include "web/pages/trace_words.h"

#include "base/buf.h"

static const struct trace_word words[] = {
	{ "accepted", "Accepted by the list", "ok", false, "" },
	{ "held", "Held for a moderator", "wait", false, "" },
	{ "rejected", "Rejected", "bad", false, "" },
	{ "discarded", "Discarded", "none", false, "" },
	{ "queued", "Handed on", "ok", false, "" },
	{ "delivered", "Delivered", "ok", true, "delivered" },
	{ "kept", "Kept", "none", true, "kept" },
	{ "tried", "Waiting", "warn", true, "waiting" },
	{ "waits", "Waiting", "wait", true, "waiting" },
	{ "refused", "Refused", "bad", true, "failed" },
	{ "not-served", "Could not be handled", "bad", false, "" },
	{ "expired", "Given up", "bad", true, "failed" },
	{ "bounced", "Came back", "bad", true, "failed" },
	{ "probe-bounced", "A probe came back", "bad", true, "failed" },
	{ "complained", "Reported as unwanted", "warn", true, "delivered" },
	{ "removed", "Removed", "none", true, "failed" },
};

const struct trace_word *trace_word(str what)
{
	static const struct trace_word other = { "", "Noted", "none", false, "" };
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
	return arena_printf(a, "%zu %s no objection%s%.*s", misses,
			    misses == 1 ? "rule had" : "rules had", told.n ? "; " : "",
			    (int)told.n, told.n ? told.p : "");
}

/* It stands last; what a rule quotes before it is not it. */
str trace_author(struct arena *a, str verdicts)
{
	str mark = STR("; from: "), said = STR_NONE, rest = verdicts;
	while ((rest = str_find(rest, mark)).n) {
		rest = str_skip(rest, mark.n);
		said = rest;
	}
	return said.n ? arena_cat(a, STR("From in the copies: "), said) : STR("");
}

/* The enhanced status code (RFC 3463) in a reply: "5.1.1". */
static bool find_code(str reply, str *code)
{
	str word;
	while (str_word(&reply, &word)) {
		if (word.n >= 5 && word.n <= 9 && strchr("245", word.p[0])
		    && word.p[1] == '.' && chr_is_digit(word.p[2])) {
			*code = word;
			return true;
		}
	}
	return false;
}

const char *trace_means(str reply)
{
	static const struct {
		const char *code, *means; /* code: its start */
	} rows[] = {
		{ "5.1.1", "There is no such mailbox there." },
		{ "5.1.2", "Their domain takes no such address." },
		{ "5.1.10", "Their domain says that it takes no mail." },
		{ "4.2.2", "Their mailbox is full; it is tried again." },
		{ "5.2.2", "Their mailbox is full." },
		{ "5.2.1", "Their mailbox is closed." },
		{ "5.3.4", "The message is larger than they take." },
		{ "5.2.3", "The message is larger than they take." },
		{ "4.7.1", "Their server makes those wait whom it has not seen of late; "
			   "it is tried again." },
		{ "4.4", "Their server cannot be reached; it is tried again." },
		{ "4.3", "Their server has trouble of its own; it is tried again." },
		{ "5.7", "Their rules refuse this message; their postmaster knows why." },
	};
	str code;
	if (!find_code(reply, &code))
		return "";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_starts(code, str_from(rows[i].code))
		    && (code.n == strlen(rows[i].code)
			|| !chr_is_digit(code.p[strlen(rows[i].code)])))
			return rows[i].means;
	return "";
}

/* archive/query.h: the language of the search box, taken apart. Pure: what was
 * asked for, in FTS5's terms and as conditions, and in words for the reader.
 *
 *     wilson "half map" from:okafor after:2025-10 -tomogram a OR b has:patch
 *
 * Words and phrases must all occur; OR joins its two neighbours; - leaves out;
 * ( ) groups; word* takes every ending. Words are looked for in from: to:
 * subject: body: file: inside:, or anywhere but in quoted lines (quoted:yes). Conditions
 * on the whole: before: after: date:2026-10..2026-12 has:attachment has:patch
 * has:html list:dev thread:21838 id: type:pdf. a NEAR/5 b: near each other. Dates are days,
 * months, years, or reckoned from now: 7d, 2.weeks, last.month, yesterday. The prefixes of
 * public-inbox are known, too (query.def, query_cond.c). */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct query {
	str match; /* for struct archive_ask; "": nothing to look up */
	str without;
	int64_t from, until; /* [from, until) seconds; INT64_MIN, INT64_MAX: open */
	unsigned has, lacks; /* enum archive_flag */
	bool has_file, lacks_file;
	bool quoted;    /* words of quoted lines count, too */
	int64_t thread; /* 0: any */
	str *lists;     /* names as written; count 0: every list that may be read */
	size_t list_count;
	str *marks; /* words and phrases to mark in what is found, as written */
	size_t mark_count;
	str message_id; /* that message; "" of none */
	str *kept;      /* is:starred as "", tag: as the tag; each of them holds */
	size_t kept_count;
	str type;    /* of an attachment, part of what its octets show; "" of none */
	str unknown; /* "foo:" looks like a prefix and is none; or "" */
	int64_t now; /* what dates like 7d are reckoned from */
	str words;   /* "wilson and sharpening, author okafor, since 2025-01-01" */
};

enum { QUERY_MAX = 1000, QUERY_TERMS_MAX = 60, QUERY_DEPTH_MAX = 20 };

/* The same expression of FTS5, which looks in no address of a person, in names only; "" stays
 * so. What is to be left out is narrowed, too, or it would tell by what is missing. */
str query_names_only(struct arena *a, str expression);

/* ERR_SYNTAX: the text says what and where ("column 7: …"). ERR_LIMIT: longer
 * than QUERY_MAX octets, more than QUERY_TERMS_MAX terms, nested too deep. An
 * empty query is a syntax error. now: seconds. */
MUST_USE err query_parse(struct arena *a, str text, int64_t now, struct query *q);

/* wall/clamd_reply.h: a line that clamd answers, as its manual page (clamd(8)) and its
 * source have them.
 *
 *     struct clamd_reply r;
 *     clamd_reply_read(STR("2: stream: Eicar-Test-Signature FOUND"), &r);
 *     -> r.id 2, r.kind CLAMD_FOUND, r.text "Eicar-Test-Signature"
 */
#pragma once

#include "wall/verdict.h"

enum clamd_kind {
	CLAMD_CLEAN,
	CLAMD_FOUND,     /* text: the signature */
	CLAMD_TOO_LARGE, /* beyond its StreamMaxLength: nothing was scanned */
	CLAMD_ERROR,     /* text: why */
	CLAMD_TEXT,      /* text: another answer, as that to VERSION */
	CLAMD_GARBAGE,   /* none of clamd's: another program, or broken */
};

struct clamd_reply {
	int64_t id; /* of the command within a session, counted from 1; 0: none */
	enum clamd_kind kind;
	str text; /* printable ASCII, a view of the line; at most WALL_TEXT_MAX octets */
};

/* line: without its end. */
void clamd_reply_read(str line, struct clamd_reply *r);

/* What a signature's name says: a virus, or only a suspicion (signatures.def). */
enum wall_result clamd_result_of(str signature);

/* What it suspects, in words, in English and one of the catalogs' texts; empty: a virus, or
 * another engine's name. */
str clamd_suspicion(str signature);

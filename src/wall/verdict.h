/* wall/verdict.h: what the engines made of a message, and how that travels: as the key
 * "wall" of the JSON in which smtpd states what it found out about it (trust/trust.h).
 *
 *     wall_add(a, &verdict, &finding);                -- each engine, the role wall
 *     row.trust = wall_put(a, row.trust, &verdict);   -- smtpd
 *     if (wall_get(a, post->trust, &verdict)) ...     -- rules, pages
 *
 * A message without that key came while no engine was named. Texts are the arena's. */
#pragma once

#include "base/arena.h"

enum wall_result {
	WALL_CLEAN,
	WALL_INFECTED,
	WALL_SUSPICIOUS, /* encrypted, beyond the engine's limits, a guess: signatures.def */
	WALL_UNSCANNED,
	WALL_REFUSED, /* an engine wants none of it for a reason of its own, such as spam */
	WALL_RESULTS
};

enum {
	WALL_TEXT_MAX = 300, /* octets of each text */
	WALL_FINDINGS_MAX = 20,
	WALL_EDITS_MAX = 32,
	WALL_EDIT_OCTETS = 8192, /* of all names and values */
};

/* What one of them says. */
struct wall_finding {
	enum wall_result result;
	bool passing;  /* not scanned, and another time it may be */
	str by;        /* "clamd 192.0.2.7:3310", "own: names"; empty: no engine did */
	str version;   /* its program and database: "ClamAV 1.4.6/27743/Sun Aug 24 …" */
	str signature; /* what it found */
	str part;      /* where: "2.1 report.zip / a.exe"; empty: the message */
	str why;       /* not scanned, refused: in words */
	int64_t ms;    /* how long it took */
};

/* A header field that an engine wants in front of the message. Nothing else of a message
 * is ever changed for one. */
struct wall_edit {
	bool insert;   /* at index of the fields, 0 the first; else behind the others */
	int64_t index; /* of insert */
	str name, value;
};

/* All of them. The words of the one that counts stand first, as the message's own. */
struct wall_verdict {
	enum wall_result result;
	bool passing;
	str engine; /* as by of a finding */
	str version, signature, part, why;
	int64_t at;                     /* seconds: when it was looked at */
	int64_t ms;                     /* how long that took */
	const struct wall_finding *all; /* all[0] is the one that counts */
	size_t count;
	const struct wall_edit *edits;
	size_t edit_count;
};

/* One more finding; its texts are copied, cut to WALL_TEXT_MAX and made printable UTF-8.
 * The worst counts: infected, refused, not scanned but perhaps another time, suspicious,
 * not scanned, clean; of two alike the earlier one. The first takes the place of what
 * stood in v while there was none. What is more than WALL_FINDINGS_MAX is only kept where
 * it counts. */
void wall_add(struct arena *a, struct wall_verdict *v, const struct wall_finding *f);

/* False, with nothing changed, for what is no field or beyond the limits: a name of at most
 * 76 printable octets, a value without line ends. */
bool wall_edit_add(struct arena *a, struct wall_verdict *v, const struct wall_edit *edit);

const char *wall_word(enum wall_result r); /* "clean", "infected", … */

/* False: no such word. */
bool wall_result_find(str word, enum wall_result *r);

/* In English, for the trace and the log: "clean, says clamd … (ClamAV 1.4.6/27743/…)",
 * and what the others say behind that. */
str wall_text(struct arena *a, const struct wall_verdict *v);

/* With the edits, for who takes the message; what wall_put writes is without them. */
str wall_json(struct arena *a, const struct wall_verdict *v);

/* False, with nothing written, for what wall_json did not write. */
bool wall_from_json(struct arena *a, str json, struct wall_verdict *v);

/* The JSON of what was found out, an object, with the verdict in it. */
str wall_put(struct arena *a, str json, const struct wall_verdict *v);

/* False: it holds no verdict. */
bool wall_get(struct arena *a, str json, struct wall_verdict *v);

/* When the engine's database was made (seconds), by what it says of its version; 0: it
 * names none. */
int64_t wall_database_at(str version);

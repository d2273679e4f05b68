/* archive/html_mail_inside.h: what the files of html_mail share: what has been written, and
 * which of it is still open. */
#pragma once

#include "archive/html_mail.h"

enum holds {
	FLOW,   /* blocks and words */
	WORDS,  /* words alone */
	ITEMS,  /* of a list */
	TERMS,  /* of a list of terms, and what they mean */
	GROUPS, /* of a table: its rows come in groups */
	ROWS,
	CELLS,
};

enum {
	FRAMES_MAX = 64,
	FRAMES_ROOM = 6 /* a table's, and an item's that stands for itself */
};

/* A block that is open, or will be as soon as something is shown in it. */
struct frame {
	const char *name, *scope; /* scope: of a heading cell; or NULL */
	enum holds holds;
	bool open;
	bool implied; /* an item that nobody began: it ends where another begins */
	bool scrolls; /* the outermost table: a narrow window moves it */
	str dir;      /* "ltr", "rtl", "auto" or "" */
	int64_t span, rows, start;
};

/* Emphasis, code or a link around words, inside another; or NULL. */
struct around {
	const struct around *outer;
	const char *name;
	str href; /* of a link */
	int depth;
	bool code; /* it or an outer one is code: what stands there is no address of people */
};

struct letter {
	struct arena *a;
	struct buf *out;
	const struct html_mail_how *how;
	bool hide, full; /* full: as long as a page may be */
	struct frame frames[FRAMES_MAX];
	size_t depth;
	int level;         /* of the last heading */
	const char *scope; /* of what the row at hand has of heading cells */

	/* words that belong together and are not written yet */
	struct buf text;
	struct words {
		size_t end; /* in text */
		const struct around *in;
		bool ends_line;
		const struct html_mail_picture *picture; /* they stand for it */
		str alt;
	} * words;
	size_t count, room;
	const struct around *blank_in;
	bool blank, edge; /* a space, an end of line is due before the next word */
};

/* Words come: those of a text, as HTML reads it; an end of line; where a block begins or ends
 * that is not shown as one. */
void letter_text(struct letter *l, str text, const struct around *in);
void letter_break(struct letter *l, const struct around *in);
void letter_edge(struct letter *l);
/* A picture stands among them. alt: the words for who does not see it. */
void letter_picture(struct letter *l, const struct html_mail_picture *p, str alt,
		    const struct around *in);

/* A block begins, or the one that began last ends. False: it has no place here, and its
 * content comes without it. */
bool letter_begin(struct letter *l, const struct frame *f, enum holds in);
void letter_end(struct letter *l);

/* An empty cell stays. */
void letter_show(struct letter *l);
void letter_rule(struct letter *l);
void letter_finish(struct letter *l); /* and frees what it took */

/* Finding the texts of a template: what words.c, pieces.c and wording.c share. */
#pragma once

#include "markup.h"

enum piece_kind { I_TEXT, I_OPEN, I_CLOSE, I_NODE, I_WALL };

struct piece {
	enum piece_kind kind;
	str text;           /* I_TEXT */
	str name;           /* I_OPEN, I_CLOSE: of the element */
	struct node *nodes; /* all but I_TEXT */
};

enum { PIECES_MAX = 500 }; /* side by side */

struct list {
	struct node *first, **end;
};

struct finder {
	struct site *site;
	struct template *t;
	struct markup markup;
};

/* Lists of nodes. Merged: texts side by side become one, since what they were cut by is of
 * no use any more. */
struct node *nodes_new(struct finder *f, enum node_kind kind);
void nodes_put(struct list *l, struct node *n);
void nodes_put_text(struct finder *f, struct list *l, str text);
void nodes_join(struct finder *f, struct list *l, const struct piece *pieces, size_t n);
struct node *nodes_merged(struct finder *f, struct node *first);

/* pieces.c: those of a list of nodes. Lists within are found first. */
size_t pieces_of(struct finder *f, struct node *list, struct piece **pieces);
bool pieces_have_words(const struct piece *pieces, size_t n);

/* The one behind the element that opens at i; i + 1 where it has no end here. */
size_t pieces_element_end(const struct piece *pieces, size_t n, size_t i);

/* wording.c: pieces that are one text. Space around it is no part of it. quoted: in an
 * attribute. */
void wording_put(struct finder *f, struct list *l, struct piece *pieces, size_t n,
		 bool quoted);

/* words.c: the list with its texts found. */
struct node *words_within(struct finder *f, struct node *list);

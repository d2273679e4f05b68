/* lists/steps_inside.h: the steps among their own files.
 *
 *     steps.c         the table, and what list servers have always done
 *     steps_words.c   what the list adds to the text
 *     steps_author.c  whether From stays the author's
 */
#pragma once

#include "lists/steps.h"

typedef err step_fn(struct books *books, struct arena *a, struct outgoing *out);

#define STEP(name, text) step_fn step_##name;
#include "lists/steps.def"
#undef STEP

void step_drop(struct outgoing *out, str name);
void step_add(struct outgoing *out, str name, str value); /* as it is written */

/* mail/uu.h: files that stand in a text as uuencode has them (POSIX.1, uuencode), from "begin
 * 644 NAME" to "end". Every line between them must be one of it, else it is text.
 *
 *     struct uu_file f;
 *     for (size_t at = 0; uu_find(text, at, &f); at = f.end)
 *             save(f.name, uu_bytes(a, &f));
 */
#pragma once

#include "base/arena.h"

struct uu_file {
	str name;          /* as it stands there: never a path to trust */
	size_t begin, end; /* octets of the text: its first line, behind its last */
	str lines;         /* those that hold octets */
	size_t size;       /* octets that they hold */
};

/* The first file that begins at or behind `at`, where a line begins. False: there is none. */
bool uu_find(str text, size_t at, struct uu_file *f);

/* Its octets; they live in a. */
str uu_bytes(struct arena *a, const struct uu_file *f);

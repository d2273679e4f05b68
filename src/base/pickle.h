/* base/pickle.h: what Python's pickle wrote (protocols 0 to 5), read as data. A
 * pickle is a program for a small machine that may name any function and have it
 * called; here nothing is ever called: a global is its name, and an object is the name
 * of its class with what it was to be made from.
 *
 *     const struct pickle *config;
 *     TRY(pickle_read(a, &file, &config));
 *     const struct pickle *name = pickle_get(config, "real_name");
 *
 * Values may refer to each other, also in a circle: whoever walks them counts how deep. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"

enum pickle_type {
	PICKLE_NONE,
	PICKLE_BOOL,
	PICKLE_INT,
	PICKLE_REAL,
	PICKLE_BYTES, /* in whatever charset; also a text of Python that holds octets */
	PICKLE_TEXT,  /* UTF-8 */
	PICKLE_LIST,  /* a set, too */
	PICKLE_TUPLE,
	PICKLE_DICT,
	PICKLE_NAME, /* of a class or function: "Mailman.Bouncer._BounceInfo" */
	PICKLE_OBJECT
};

struct pickle {
	enum pickle_type type;
	uint32_t count, room;  /* of items */
	struct pickle **items; /* LIST, TUPLE; DICT: key, value, key, value, …;
				* OBJECT: what its class was to be called with */
	union {
		int64_t number; /* BOOL, INT */
		double real;
		str text; /* BYTES, TEXT, NAME; OBJECT: the name of its class */
	};
	struct pickle *state; /* OBJECT: a dict of its attributes, mostly; or NULL */
	uint64_t weight;      /* octets of text in it, so often as it says them */
};

/* ERR_LIMIT beyond these: values made, places in containers, numbered values, what is
 * unfinished at a time, lists begun one in another, and octets of text, counted wherever
 * they stand. */
enum {
	PICKLE_VALUES = 4 << 20,
	PICKLE_PLACES = 16 << 20,
	PICKLE_MEMO = 4 << 20,
	PICKLE_STACK = 1 << 20,
	PICKLE_MARKS = 1000,
	PICKLE_WEIGHT = 1 << 30 /* of the whole: what is said twice is read twice */
};

/* Takes one pickle off *bytes (a file may hold several). Its texts are views of bytes
 * where they can be. ERR_SYNTAX: not a pickle, cut off, of another protocol, or it
 * refers to what is not in the file. ERR_LIMIT: as above, or a number of over 64 bits. */
MUST_USE err pickle_read(struct arena *a, str *bytes, const struct pickle **value);

/* The value of a key that is text; of an object's dict, too. NULL: not there, or no dict. */
const struct pickle *pickle_get(const struct pickle *dict, const char *key);

/* The same for many keys: each text key with its value, into m. */
void pickle_map(const struct pickle *dict, struct map *m);

/* BYTES and TEXT; anything else, and NULL, is none. */
str pickle_str(const struct pickle *p);

/* A number of whatever type, without its fraction; anything else is `otherwise`. */
int64_t pickle_number(const struct pickle *p, int64_t otherwise);

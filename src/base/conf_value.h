/* base/conf_value.h: the types of conf.def.
 *
 *     if (!conf_value_read(a, SIZE, STR("50M"), &octets))
 *             ... it must be conf_wanted(SIZE)
 */
#pragma once

#include "base/conf.h"

enum conf_type {
	TEXT,
	WORDS,
	NUMBER,
	SIZE,
	SPAN,
	BOOL,
	LEVEL,
	FORMAT,
	ADDRESS,
	RELAY,
	PROTECT,
	NETWORKS,
	ZONES,
	ALLOW,
	ENGINES,
	FAILURE,
	PLACES,
	ISSUER,
	CREATE,
	URL
};

/* Reads a value into the field at; false: it is none of that type. Text lives in a. */
bool conf_value_read(struct arena *a, enum conf_type type, str value, void *at);

/* What a value of the type looks like, for an error's text. */
const char *conf_wanted(enum conf_type type);

/* A next hop of [route]: smtp://HOST:PORT, lmtp://HOST:PORT or lmtp:/PATH. */
bool conf_hop_valid(str hop);

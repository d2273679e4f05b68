/* store/lists/download.h: who had which file of the group's site, in which version. A row of
 * somebody who has gone for good stays, of nobody. Times are seconds. */
#pragma once

#include "store/store.h"

struct download {
	int64_t at;
	str path, tag; /* "/members/maps.bin", and the ETag of what was sent */
	int64_t size, changed_at;
	int64_t person; /* 0: who was not signed in */
	str network;    /* of them; else "" */
	str how;        /* open, session, token, password, link */
	int64_t octets, first;
	int64_t consent; /* to the folder's licence; 0: it has none */
	bool complete;   /* up to the last octet of the file */
};
MUST_USE err download_add(struct book *b, const struct download *d);

/* What is wanted: all where a text is empty and a time 0. */
struct download_want {
	str below; /* a file, or with a / at its end a folder and all in it */
	str text;  /* within a path */
	str who;   /* within a name, an address or a network */
	int64_t from, until;
	int64_t before; /* rows before this id */
};

struct download_row {
	int64_t id;
	struct download d;
	str sha256;  /* hexadecimal; or empty */
	str licence; /* the SHA-256 of the one that was accepted; or empty */
	int64_t accepted_at;
	str accepted_by, accepted_as, institution; /* a name, an address */
	str name, address; /* empty: it is a guest's, or somebody has gone */
};
/* Newest first. */
MUST_USE err download_list(struct book *b, struct arena *a,
			   const struct download_want *want, size_t limit,
			   struct download_row **rows, size_t *count);

struct download_count {
	str month; /* 2026-11, in UTC */
	str path;
	int64_t complete, begun; /* downloads; and requests in all */
	int64_t people;          /* persons, and networks of guests */
	int64_t octets;
};
/* Newest month first, in it what was had most. */
MUST_USE err download_counts(struct book *b, struct arena *a,
			     const struct download_want *want, size_t limit,
			     struct download_count **rows, size_t *count);

/* Of one person, newest first. */
MUST_USE err download_by_person(struct book *b, struct arena *a, int64_t person,
				size_t limit, struct download_row **rows, size_t *count);

/* A version whose SHA-256 is not known yet. ERR_NOTFOUND: there is none. */
struct site_version {
	int64_t id, size;
	str path, tag;
};
MUST_USE err site_version_next(struct book *b, struct arena *a, struct site_version *v);
MUST_USE err site_version_sum(struct book *b, int64_t id, str sha256);

/* Forgets what ended before that, and versions that nobody had since. */
MUST_USE err download_expire(struct book *b, int64_t before, int64_t *gone);

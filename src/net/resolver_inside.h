/* net/resolver_inside.h: what the resolver's files share. Not for others. */
#pragma once

#include "net/resolver.h"

#include <unbound.h>

enum { DNS_NAME_MAX = 253 }; /* octets of a name's text (RFC 1035 section 3.1) */

/* A question's name as libunbound reads it: escaped, NUL at the end. NULL when
 * no such name can exist: empty or overlong labels, too long as a whole. */
char *dns_question(struct arena *a, str name);

/* The name at the start of wire, without compression: lower case, no dot at
 * the end, octets that are no text as \DDD. False when it is cut short. */
bool dns_name(struct arena *a, str wire, str *name);

/* One record's data. False when it breaks its type's form (RFC 1035 section 3.3). */
bool dns_record(struct arena *a, enum dns_type type, str data, struct dns_record *record);

/* All of a result. */
void dns_answer(struct arena *a, enum dns_type type, const struct ub_result *result,
		struct dns_answer *answer);

/* libunbound, set up and with its trust anchor read, but not yet running. */
MUST_USE err dns_context(struct arena *a, str server, str trust_anchor,
			 struct ub_ctx **ctx);

/* Whether DNS answers at all. The caller holds a lock over it. Times are clock_mono_ms. */
enum { DNS_SILENT_ENDS = 3 }; /* so many domains that share nothing are no accident */
struct dns_silence {
	bool silent;
	int64_t answered_at, since; /* since: the first without an answer was asked */
	uint64_t ends[DNS_SILENT_ENDS];
	size_t count;
};
/* True: from now on it is silent; true: no longer. */
bool dns_silence_failed(struct dns_silence *s, str name, int64_t asked, int64_t now);
bool dns_silence_answered(struct dns_silence *s, int64_t now);

/* An answer in one piece of heap memory, for free(). */
struct dns_kept;
struct dns_kept *dns_pack(const struct dns_answer *answer);
void dns_unpack(struct arena *a, const struct dns_kept *kept, struct dns_answer *answer);

/* Answers until their time is over; bounded in number and octets. The caller
 * holds a lock over it. */
struct dns_cache {
	struct recent *table;
	size_t octets;
};
void dns_cache_init(struct dns_cache *c);
void dns_cache_free(struct dns_cache *c);
void dns_cache_put(struct dns_cache *c, str key, const struct dns_answer *answer,
		   int64_t until); /* clock_mono_ms */
bool dns_cache_get(struct dns_cache *c, str key, struct arena *a,
		   struct dns_answer *answer);

/* send/sender_inside.h: what dispatcher, sessions and committer share. Lock order:
 * sender.lock, then nothing; the locks of committer and letters are their own. */
#pragma once

#include "mail/bounce.h"
#include "send/letters.h"
#include "send/pace.h"
#include "send/reach.h"
#include "send/sender.h"
#include "send/turns.h"
#include "store/outbound/ledger.h"

struct item { /* a delivery under way; one allocation with its texts behind it */
	struct item *next;
	int64_t id, message, member, attempts, created_at, inbound;
	uint64_t flow; /* turns.h */
	str recipient, notify, orcpt, reader;
	bool warned;
	bool shared; /* its octets are those of all of its message, and nothing in it can
		      * cost others of its transaction theirs */
};

struct line { /* what waits of one message for one destination */
	struct turn turn;
	struct item *first, **last;
	size_t count;
};

struct destination {
	str name;
	enum tls_want want;         /* of all messages in it: their connections differ */
	struct destination *usual;  /* of the same name: behind is its */
	struct destination *beside; /* from the usual one on: all of the same name */
	struct turns lines;
	size_t waiting; /* items in all lines */
	size_t shared;  /* of those: that may share a transaction */
	size_t sessions;
	size_t ending; /* of the sessions: they take no more */
	size_t most;   /* sessions that it takes, as was seen of late; 0: not seen */
	struct pace pace;
	bool proven;          /* it answered of late, and quickly */
	bool suspect;         /* it failed or was slow the last time */
	int64_t spared_since; /* its servers were not dialled, since others had failed
			       * to; milliseconds, 0: they were */
	bool asked_for;       /* an attempt now, by an administrator */
	size_t to_most;       /* recipients it takes at a time; 0: not seen */
	struct net_addr greylists; /* the server that asked to come again; len 0: none */
	pthread_cond_t some;       /* items came, for a session that is kept */
	bool queued;               /* in the list of those that want a session */
	struct destination *next_wanting;
	bool behind;         /* new ones still wait in the book */
	struct turns passed; /* their messages; from here on the dispatcher's alone */
	struct passed *last_passed;
	struct destination *next_behind;
};

enum outcome_kind { OUTCOME_DELIVERED, OUTCOME_REFUSED, OUTCOME_LATER, OUTCOME_KEPT };

struct outcome { /* one allocation with its texts behind it */
	struct outcome *next;
	enum outcome_kind kind;
	struct item *item; /* the outcome's now */
	char status[12];
	enum bounce_class class; /* of a failure */
	str reply;               /* word for word */
	str text;                /* the same, and by whom: what the ledger says */
	str remote;              /* the server that said so, or "" */
	bool stuck;              /* it cannot be written, now or later */
	bool relayed;            /* success was to be reported and the server cannot */
	bool greylisted;
};

struct committer;

struct sender {
	const struct conf *conf;
	struct mac_key mac;
	struct resolver *resolver;
	struct tls *tls;
	struct sealer sealer;
	struct tls_rules rules;
	tls_told *told;
	void *told_ctx;
	int64_t slow_ms, brief_ms;
	size_t outcomes_most;
	err (*dial_own)(void *ctx, struct arena *a, int *fd);
	void *ctx;
	struct committer *committer;
	struct letters *letters;
	struct reach *reach;
	pthread_t dispatcher;

	pthread_mutex_t lock;
	pthread_cond_t work; /* for the dispatcher */
	bool woken;
	atomic_bool stopping;
	struct map destinations; /* name and want -> struct destination; they stay */
	struct destination *wanting, **wanting_last;
	size_t in_memory; /* items */
	size_t sessions;
	size_t unproven;      /* of the sessions: those that had no good answer of late */
	struct flight flight; /* ids of all that are claimed */
};

enum {
	IN_MEMORY_MAX = 20000, /* items, of all destinations */
	IN_MEMORY_EACH = 2000, /* of one: a slow one must not fill the memory of all */
	FLOW_LOW = 50,         /* of a flow there: fewer, and more come, whatever waits */
	SPARE = 10000,         /* beyond that come some of who has few there */
	CLAIM = 1000,
	TO_MOST = 50, /* recipients of a transaction */
};

/* destination.c; all under s->lock */
struct destination *destination_get(struct sender *s, str name, enum tls_want want);
/* Of all of its name, whatever they want: items, and sessions. */
size_t destination_waiting(const struct destination *of);
size_t destination_sessions(const struct destination *of);
size_t destination_transactions(const struct destination *d); /* that wait in it */
void destination_put(struct sender *s, struct destination *d, struct item *i);
/* How many wait in all of its name of a flow, and of a message of it. */
size_t destination_of_flow(const struct destination *of, uint64_t flow);
size_t destination_of_message(const struct destination *of, uint64_t flow,
			      int64_t message);
size_t destinations_of_flow(const struct sender *s, uint64_t flow);
void destination_wants(struct sender *s, struct destination *d); /* a session, please */
/* The next one, as turns.h says. NULL: nothing waits. */
struct item *destination_take(struct sender *s, struct destination *d);
/* Up to most further ones of its message, as long as they may share a transaction with
 * others; how many. */
size_t destination_take_like(struct sender *s, struct destination *d,
			     const struct item *like, struct item **items, size_t most);
void destinations_free(struct sender *s); /* with all that waits in them */

/* dispatch.c: a thread of its own, that ends when s->stopping is set */
MUST_USE err dispatcher_start(struct arena *a, struct sender *s);

/* places.c: under s->lock: as many sessions as may be */
void sessions_open(struct sender *s);

/* outcome.c */
MUST_USE err committer_start(struct arena *a, struct sender *s);
void committer_stop(struct sender *s); /* writes what was told */
void committer_free(struct committer *c);
struct outcome_words { /* borrowed */
	str status, reply;
	str by; /* the server that it was spoken with, and by which TLS; or "" */
	str remote;
	bool relayed;
	enum bounce_class class;
	bool greylisted;
};
/* How many milliseconds it waited for the disk: no server was slow meanwhile. */
int64_t outcome_tell(struct sender *s, struct item *i, enum outcome_kind kind,
		     const struct outcome_words *w);

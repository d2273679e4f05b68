/* roles/smtpd_inside.h: the role smtpd among its own files.
 *
 *     smtpd.c          doors, sessions, draining
 *     smtpd_watch.c    the address book in memory, kept up to date
 *     smtpd_policy.c   who may send what to whom
 *     smtpd_site.c     lists in DNS and greylisting, for whom nobody vouches
 *     smtpd_receive.c  a whole message: proof, rules
 *     smtpd_wall.c     the wall's verdict on it
 *     smtpd_fields.c   what we write in front of it, and what we take out
 *     smtpd_refused.c  word of what was refused, for the ledger
 *     smtpd_commit.c   one fsync for many sessions
 *     smtpd_dmarc.c    what DMARC made of it, counted for the reports of send
 *     smtpd_dmarc_note.c  what of one message is told
 */
#pragma once

#include "account/throttle.h"
#include "base/thread_pool.h"
#include "base/thread.h"
#include "lists/books.h"
#include "lists/rules.h"
#include "net/limit.h"
#include "net/resolver.h"
#include "roles/role.h"
#include "roles/smtpd_dmarc.h"
#include "smtp/serve.h"
#include "store/inbound/message.h"
#include "trust/upstream.h"

struct commit; /* the committer */
struct caller; /* a session's thread: smtpd.c */
struct greylist;
struct watcher; /* of the address book: smtpd_watch.c */
struct site;    /* policy for mail that nobody signed in for: smtpd_site.c */

struct reader { /* a connection to the lists book, one user at a time */
	pthread_mutex_t lock;
	struct book *lists;
};

struct smtpd {
	struct role *role;
	const struct conf *conf;
	struct mac_key mac;
	struct tls *tls; /* NULL: none */
	struct resolver *resolver;
	struct commit *commit;
	struct thread_pool *threads; /* the sessions' threads */
	struct limit *limit;
	struct rates *messages, *recipients; /* NULL: no limit */
	struct rate *refusals, *all_refusals;
	struct throttle *sign_ins;
	struct upstream upstream;
	struct site *site;
	struct greylist *greylist;  /* NULL: nobody waits */
	struct dmarc_counts *dmarc; /* NULL: no reports on DMARC */
	struct token_uses *uses;    /* of those who sign in */
	pthread_mutex_t memory_lock;
	struct book *memory; /* the inbound book, for these three */
	struct reader accounts, rules;
	pthread_mutex_t addresses_lock;
	struct addressbook *addresses;
	struct watcher *watcher;
	pthread_mutex_t talking_lock;
	struct caller *talking; /* sessions under way */
	atomic_bool draining;
	_Atomic int64_t space_checked, space; /* of the disk, looked at once a second */
	struct smtp_config configs[LISTEN_KINDS];
};

enum standing { STANDS_NOT_ASKED, STANDS_UNKNOWN, STANDS_LISTED, STANDS_WELL };

struct visit { /* one session's */
	struct smtpd *d;
	struct net_addr peer;
	bool is_local;                 /* by the local door */
	bool is_back;                  /* mail that was taken once, from our own send */
	bool is_upstream;              /* a gateway of [trust] upstream */
	enum standing standing;        /* of the client, in lists of DNS */
	str listed;                    /* STANDS_LISTED: where, in words */
	atomic_bool in_mail;           /* a transaction is open */
	str client;                    /* "192.0.2.1", or "local" */
	struct arena *a;               /* as long as the session */
	struct addressbook *addresses; /* the snapshot of this transaction */
	str file;                      /* the body file of this transaction */
};

extern const struct smtp_policy smtpd_policy;

/* A reader's failure, its lock held: logged, since the text names our files and is
 * the book's; what is given back may be told to a client. */
err smtpd_reader_failed(err e);

/* Whether an account has verified that address. ERR_DENIED: it has not. */
MUST_USE err smtpd_may_send_as(struct smtpd *d, struct arena *a, int64_t account,
			       const struct address *x);

/* The newest address book; drop it after use. */
struct addressbook *smtpd_addresses(struct smtpd *d);

/* Reads it now, then keeps it up to date on a thread of its own. */
MUST_USE err smtpd_watch(struct smtpd *d);

/* Comes back when the address book in memory is as new as the lists book is at the call,
 * or after DOOR_LOOK_MS where that cannot be read. */
void smtpd_look_at_addresses(struct smtpd *d);

/* The site's policy for clients. ERR_SYNTAX: too many words. */
MUST_USE err smtpd_site_new(struct smtpd *d);

/* For a recipient that is accepted so far: says no to clients that a list in DNS has, and
 * to try again to who is not known (greylist). Leaves r alone otherwise. */
void smtpd_site_rcpt(struct visit *v, struct smtp_session *s, const struct smtp_rcpt *to,
		     const struct meaning *m, struct smtp_reply *r);

/* What is kept in memory, and written every five seconds so that no message costs a sync
 * for it: counts for reports, who has passed the greylist or waits in it, which tokens
 * signed in. The first reads what was written; the second writes what the last sessions left. */
MUST_USE err smtpd_memory_start(struct smtpd *d);
void smtpd_memory_end(struct smtpd *d);

/* The address that limits count a client by: a gateway stands for many, and counts in the
 * total alone. */
struct net_addr smtpd_counted(const struct smtpd *d, const struct net_addr *peer);

/* Notes how much room the data folder's disk has. Once before the doors open: who asks
 * while another looks must find a number. */
void smtpd_look_at_disk(struct smtpd *d);

void smtpd_receive(void *ctx, struct smtp_session *s, const struct smtp_message *m,
		   struct smtp_reply *r);

/* What the wall makes of a message; its verdict, where there is one, is put into
 * row->trust. */
enum wall_says {
	WALL_PASSES,  /* clean, or there is no wall */
	WALL_DOUBTS,  /* rules have to be asked what becomes of such a message */
	WALL_ANSWERS, /* infected, or nobody looked at it: r says so to the client */
};
/* Asks the role wall until then (clock_mono_ms), once more where it died of something else
 * meanwhile. The descriptor stays yours. ERR_TEMP, ERR_IO: of wall_ask. */
struct wall_context;
struct wall_verdict;
MUST_USE err smtpd_ask_wall(struct smtpd *d, struct arena *a, int message,
			    const struct wall_context *c, int64_t until,
			    struct wall_verdict *verdict);

enum wall_says smtpd_wall(struct visit *v, const struct smtp_session *s,
			  const struct smtp_message *m, struct inbound_message *row,
			  struct smtp_reply *r);

struct smtpd_text {
	str head, body; /* our fields, and the rest of the message */
};

/* A message as it is kept, in its arena. results: our Authentication-Results, or "".
 * as_author: Message-ID and Date are added where they are missing. */
void smtpd_dress(const struct visit *v, const struct smtp_session *s,
		 const struct smtp_message *m, str results, bool as_author,
		 struct smtpd_text *text);

/* Notes a message that is refused, unless there were too many of late: one judgement a
 * recipient. row->id is its number, or 0. */
void smtpd_note_refused(struct visit *v, const struct smtp_session *s,
			const struct smtp_message *m, struct inbound_message *row,
			const struct judgement *judged);
void smtpd_refused_limits(struct smtpd *d);

/* The committer: its own connection to the inbound book, its own thread. */
MUST_USE err commit_new(struct arena *a, const struct conf *conf, struct role *role,
			struct commit **c);

/* Makes a message durable together with whatever else waits at the moment; sets
 * m->id. ERR_TEMP: not durable, the client must try again. */
MUST_USE err commit_add(struct commit *c, struct inbound_message *m,
			const struct inbound_recipient *r, size_t count);

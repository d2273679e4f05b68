/* smtp/session.h: the decisions of an SMTP server, without any I/O: a line in,
 * a reply out (RFC 5321, and the extensions that EHLO names).
 *
 *     struct smtp_session s;
 *     smtp_session_init(&s, &conf, ctx);
 *     smtp_step(&s, STR("EHLO mail.uni.example\r\n"), &reply);
 *     smtp_step(&s, STR("MAIL FROM:<anna@uni.example>\r\n"), &reply);
 *     smtp_session_free(&s);
 *
 * smtp/serve.h runs one over a connection. Who may send what to whom is the
 * policy's to say; a policy that leaves its reply alone has said no. */
#pragma once

#include "account/scram.h"
#include "mail/address.h"
#include "mail/header.h"
#include "smtp/reply.h"

#include <stdatomic.h>

enum smtp_kind {
	SMTP_MX,          /* port 25: no AUTH */
	SMTP_SUBMISSION,  /* port 587: STARTTLS, and AUTH before MAIL */
	SMTP_SUBMISSIONS, /* port 465: the same inside TLS */
	SMTP_LOCAL,       /* our own roles over a socketpair: MAIL's AUTH= is believed */
};

/* Beyond each: 421, and the connection is closed. */
enum {
	SMTP_BAD_MAX = 10,      /* commands wrong in syntax, order or name */
	SMTP_AUTH_MAX = 5,      /* refused AUTHs */
	SMTP_REFUSED_MAX = 100, /* refused senders and recipients, for now or for good */
	SMTP_POINTLESS_MAX = 100, /* NOOP, RSET, VRFY and such since the last message */
};

enum {
	SMTP_LINE_MAX = 2048, /* RFC 5321 section 4.5.3.1.4: 512; more with parameters */
	SMTP_AUTH_LINE_MAX = 12288, /* RFC 4954 section 4.4 */
	SMTP_NAME_MAX = 255,        /* RFC 5321 section 4.5.3.1.2 */
};

/* RFC 3461 section 4.1 */
enum smtp_notify {
	SMTP_NOTIFY_SUCCESS = 1,
	SMTP_NOTIFY_FAILURE = 2,
	SMTP_NOTIFY_DELAY = 4,
	SMTP_NOTIFY_NEVER = 8,
};

struct smtp_mail {           /* MAIL, as it was accepted */
	struct address from; /* <>: address_is_null */
	int64_t size;        /* SIZE=, or 0 */
	bool eight_bit;      /* BODY=8BITMIME */
	bool utf8;           /* SMTPUTF8 */
	bool require_tls;    /* REQUIRETLS (RFC 8689) */
	bool headers_only;   /* RET=HDRS */
	bool ret_given;
	str envid; /* decoded, or empty */
	str auth;  /* local door alone: the account that a trusted peer vouches for */
};

struct smtp_rcpt { /* RCPT, as it was accepted */
	struct address to;
	unsigned notify; /* enum smtp_notify; 0: not given */
	str orcpt_type;  /* "rfc822"; empty: not given */
	str orcpt;       /* decoded */
	int64_t tag;     /* the policy's */
	void *data;      /* the policy's */
};

struct smtp_message {   /* a message as it was received; all of it lives until end() */
	str text;       /* whole, dots removed; over 64 KB it is the mapped body file */
	int fd;         /* the body file (see body_file), or -1: only in memory */
	unsigned flags; /* enum smtp_data_flag: only SMTP_DATA_LONG_LINE can be set */
	const struct header *header; /* of text */
	struct arena *arena;         /* the transaction's: scratch for the policy */
};

struct smtp_session;

/* What the role decides. ctx is the session's. Replies come prefilled: mail and
 * data with their 2yz/3yz, so leaving them alone agrees; rcpt and accept with a
 * refusal (550 5.7.1; 451 4.3.0), so that leaving them alone is safe. Texts must
 * live until the next call: literals, or in smtp_scratch(s).
 * A function may be NULL where the comment says so. */
struct smtp_policy {
	/* s->mail is filled in. NULL: every sender is fine. */
	void (*mail)(void *ctx, struct smtp_session *s, struct smtp_reply *r);

	/* A recipient, in any spelling that RFC 5321 allows; its domain may be empty for
	 * <postmaster> alone. 250: accepted. 550 5.7.1: not ours. 550 5.1.1: no such.
	 * s->arena is good for this call only: what data points to lives elsewhere. */
	void (*rcpt)(void *ctx, struct smtp_session *s, struct smtp_rcpt *to,
		     struct smtp_reply *r);

	/* Before the first octet of a message: 452 4.3.1 when the disk is nearly full.
	 * NULL: go ahead. */
	void (*data)(void *ctx, struct smtp_session *s, struct smtp_reply *r);

	/* A file for the body of a message over 64 KB, where the inbound book wants it:
	 * an open descriptor, the session's to close, or -1 (452). */
	int (*body_file)(void *ctx, struct smtp_session *s);

	/* The whole message, well-formed: trust, wall, durable. 250 only after fsync. */
	void (*accept)(void *ctx, struct smtp_session *s, const struct smtp_message *m,
		       struct smtp_reply *r);

	/* The transaction is over, whatever its end: drop what it held (an unused body
	 * file). Called once for each call of mail, also where that refused.
	 * NULL: nothing to do. */
	void (*end)(void *ctx, struct smtp_session *s);

	/* The SCRAM keys of a user (submission only). Unknown users get a salt too, made
	 * so that it looks the same at every try, and no keys. */
	void (*scram)(void *ctx, struct smtp_session *s, struct arena *a, str user,
		      struct scram_user *out);

	/* PLAIN and LOGIN: is this token the user's? True with the account's id; it sets
	 * s->token. */
	bool (*plain)(void *ctx, struct smtp_session *s, str user, str token,
		      int64_t *account);

	/* An AUTH ended, for throttles and the log; mechanism is a literal. A true return
	 * of allow (asked before any key is looked at) lets it be tried. Both may be
	 * NULL. */
	bool (*auth_allow)(void *ctx, struct smtp_session *s, str user);
	void (*auth_done)(void *ctx, struct smtp_session *s, const char *mechanism,
			  str user, bool ok);

	/* A limit closed the session: "bad-commands", "refused-auths",
	 * "refused-recipients", "refused-senders", "refused-messages",
	 * "pointless-commands", "slow", "discarded"; or, once a transaction,
	 * "recipients" went over max_recipients and it goes on. NULL: silent. */
	void (*limit)(void *ctx, struct smtp_session *s, const char *what);
};

struct smtp_times {      /* milliseconds; 0: the standard in RFC 5321 section 4.5.3.2 */
	int64_t command; /* 5 min for a whole line */
	int64_t block;   /* 3 min between two pieces of a body */
	int64_t message; /* 5 min for a message, and beside that */
	int64_t octets_per_s; /* the least rate: 1024 */
	int64_t greeting;     /* wait before the greeting, for those who talk first: 0 */
};

struct smtp_config { /* shared by all sessions of a door */
	enum smtp_kind kind;
	str hostname;
	int64_t max_size;
	unsigned max_recipients; /* 1000; RFC 5321 section 4.5.3.1.8: at least 100 */
	bool tls;                /* STARTTLS can be had */
	const struct smtp_policy *policy;
	struct smtp_times times;
	const atomic_bool *draining; /* NULL, or set when no new transaction may begin */
};

/* one bit each: the verb table says where a verb may stand */
enum smtp_state {
	SMTP_FRESH = 1,     /* no EHLO yet */
	SMTP_READY = 2,     /* no transaction */
	SMTP_SENDER = 4,    /* MAIL accepted */
	SMTP_RECIPIENT = 8, /* and a RCPT */
	SMTP_CHUNKS = 16,   /* and a BDAT */
};

struct smtp_session {
	const struct smtp_config *conf;
	void *ctx;
	enum smtp_state state;
	bool esmtp;      /* EHLO, not HELO */
	bool tls;        /* inside TLS now */
	str helo;        /* as the client gave it */
	int64_t account; /* who signed in: the policy's id, 0 nobody */
	int64_t token;   /* by which of the account's tokens; set by who looks them up */
	str user;        /* and the name given */
	const char *mechanism;

	/* the transaction */
	struct arena *arena; /* NULL outside */
	struct smtp_mail mail;
	struct smtp_rcpt *rcpts;
	size_t rcpt_count;
	bool full; /* one more than max_recipients was asked for */
	struct {
		int64_t size; /* octets of the chunk to be read */
		bool last;
		struct smtp_reply refusal; /* code 0: the chunk is wanted */
	} chunk;

	/* for src/smtp alone */
	size_t rcpt_room;
	unsigned bad, auth_refused, refused, pointless;
	struct arena *scratch;  /* of the last reply's text */
	struct smtp_auth *auth; /* an exchange under way: lines are answers to it */
	char helo_room[SMTP_NAME_MAX], user_room[SMTP_NAME_MAX];
};

void smtp_session_init(struct smtp_session *s, const struct smtp_config *conf, void *ctx);
void smtp_session_free(struct smtp_session *s);

/* Memory for a reply's text; gone with the next step. */
struct arena *smtp_scratch(struct smtp_session *s);
void smtp_scratch_drop(struct smtp_session *s); /* the reply is written; gone now */

/* One line with its line ending, as it came. Fills in the reply. */
void smtp_step(struct smtp_session *s, str line, struct smtp_reply *r);

void smtp_greeting(struct smtp_session *s, struct smtp_reply *r); /* "220 ..." */

/* A line longer than SMTP_AUTH_LINE_MAX came, and was skipped. */
void smtp_step_long(struct smtp_session *s, struct smtp_reply *r);

/* TLS is up: all that the client said before is forgotten (RFC 3207 section 4.2). */
void smtp_session_tls(struct smtp_session *s);

/* A message came to its end, or a chunk to its own: r holds the verdict.
 * The transaction ends unless the chunk was not the last and is fine. */
void smtp_session_received(struct smtp_session *s, const struct smtp_reply *r);

/* For Received (RFC 3848, RFC 6531 section 4.3): "ESMTPSA", "UTF8SMTPS", ... */
str smtp_protocol(const struct smtp_session *s);

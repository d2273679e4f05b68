/* smtp/client.h: the sending side: one connection to a server (or to an LMTP
 * one), over which copies leave as fast as its extensions allow.
 *
 *     struct smtp_client *c = smtp_client_new(conn, &conf);
 *     e = smtp_client_open(c, &why);        // greeting, EHLO, STARTTLS
 *     e = smtp_client_send(c, &feed);       // pulls copies until there are none
 *     ... later, the connection still good: smtp_client_send(c, &feed);
 *     smtp_client_quit(c);                  // QUIT where it still listens; frees
 *
 * With PIPELINING the body, its dot and the next copy's MAIL, RCPT, DATA leave in
 * one write (RFC 2920 section 3.1); with CHUNKING up to SMTP_WINDOW copies are
 * under way at once. */
#pragma once

#include "net/conn.h"
#include "smtp/answer.h"

enum {
	SMTP_WINDOW = 8,
	SMTP_BATCH = 100, /* commands written before their replies are read: more could
			   * fill both sides' buffers while each waits for the other */
};

/* where an outcome was decided */
enum smtp_stage {
	SMTP_AT_GREETING,
	SMTP_AT_EHLO,
	SMTP_AT_TLS,
	SMTP_AT_MAIL,
	SMTP_AT_RCPT,
	SMTP_AT_DATA, /* the answer to DATA */
	SMTP_AT_BODY, /* the answer to the dot or to the last chunk */
};

struct smtp_outcome {
	int code; /* 2yz delivered, 5yz refused for good; all else, and 0: try again later */
	str status; /* "5.1.1", or empty */
	str text; /* the server's words, or ours where it said none; lines separated by LF */
	enum smtp_stage stage;
	bool unsure; /* the message was sent whole and no answer came: a second attempt
		      * may make a duplicate */
	bool ours;   /* the server said nothing of the kind: we decided or lost it */
};

struct smtp_part {
	str bytes;   /* starts at the start of a line and ends in CRLF */
	str stuffed; /* the same with its dots doubled (smtp_stuff); .p NULL: done in
			sending */
};

struct smtp_to {
	str address;     /* as it stands between the brackets */
	unsigned notify; /* enum smtp_notify, or 0 */
	str orcpt;       /* "rfc822;" and xtext (enc_xtext), or empty */
};

struct smtp_copy {
	str reverse_path; /* without brackets; empty: <> */
	const struct smtp_to *to;
	size_t to_count; /* at least 1 */
	const struct smtp_part *parts;
	size_t part_count;
	bool eight_bit;   /* the body has octets over 127 */
	bool utf8;        /* an address or a header field needs SMTPUTF8 */
	bool require_tls; /* REQUIRETLS (RFC 8689): to no server that does not offer it */
	bool headers_only; /* RET=HDRS; else FULL where ret_given */
	bool ret_given;
	str envid; /* xtext, or empty */
	str auth;  /* to our own local door: whom the caller vouches for; or empty */
	void *tag; /* the caller's */
};

struct smtp_feed {
	void *ctx;
	/* The next copy, or false: none now. Does not wait for one to come; while it
	 * makes one the server waits. All that it points to stays until done. */
	bool (*next)(void *ctx, struct smtp_copy *copy);
	/* What became of recipient i; once for each of a copy. The outcome's texts are
	 * valid during the call. */
	void (*outcome)(void *ctx, const struct smtp_copy *copy, size_t i,
			const struct smtp_outcome *o);
	/* Every recipient's outcome was told: the copy's memory is free to go. */
	void (*done)(void *ctx, const struct smtp_copy *copy);
};

struct smtp_client_times { /* milliseconds; 0: RFC 5321 section 4.5.3.2 */
	int64_t greeting;  /* 5 min */
	int64_t command;   /* 5 min: MAIL, RCPT, EHLO */
	int64_t data;      /* 2 min: DATA */
	int64_t block;     /* 3 min: writing */
	int64_t end;       /* 10 min: the dot */
};

struct smtp_client_conf {
	str helo;        /* our name */
	bool lmtp;       /* LHLO, and an answer a recipient behind the dot (RFC 2033) */
	struct tls *tls; /* NULL: never STARTTLS */
	struct tls_peer tls_peer; /* whom STARTTLS is to lead to */
	bool tls_must;            /* no STARTTLS, no mail */
	bool no_chunking;         /* never BDAT */
	struct smtp_client_times times;
};

struct smtp_client;

/* c becomes the client's. conf and its texts stay the caller's until the end. */
struct smtp_client *smtp_client_new(struct conn *c, const struct smtp_client_conf *conf);

/* Fails with *why filled in (its texts live as long as the client). ERR_DENIED: 5yz;
 * ERR_TEMP: 4yz, or too slow; ERR_IO: closed; ERR_SYNTAX: no SMTP. Where why->stage is
 * SMTP_AT_TLS the caller may dial again and do without. After a failure only
 * smtp_client_quit. */
MUST_USE err smtp_client_open(struct smtp_client *c, struct smtp_outcome *why);

/* OK: feed has no more and the connection is good for another round. Else the connection
 * is done with; every copy that was taken from feed has its outcomes all the same.
 * ERR_LIMIT: the server wants no more in this connection (LIMITS MAILMAX). */
MUST_USE err smtp_client_send(struct smtp_client *c, const struct smtp_feed *feed);

/* Is it still there? Does not wait. For a connection that was kept idle. */
bool smtp_client_alive(struct smtp_client *c);
void smtp_client_quit(struct smtp_client *c); /* NULL is fine */

const struct smtp_offers *smtp_client_offers(const struct smtp_client *c);
str smtp_client_tls(struct arena *a, const struct smtp_client *c); /* "" in clear */
enum tls_fault smtp_client_fault(const struct smtp_client *c);     /* conn_tls_fault */

/* A body made ready for DATA: dots at line starts doubled. The view itself where there
 * are none. */
str smtp_stuff(struct arena *a, str body);

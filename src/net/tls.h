/* net/tls.h: TLS contexts (OpenSSL 3; TLS 1.2 and later). A context is made
 * once a process and shared by its threads. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "net/tlsa.h"

struct tls;

/* A server's, from a PEM chain and its PEM key. ERR_SYNTAX: names the file's
 * fault: no certificate in it, key of another certificate, … */
MUST_USE err tls_server(struct arena *a, str chain_pem, str key_pem, struct tls **tls);

/* A client's. authorities: PEM certificates that may vouch for a server, or empty
 * for those of the system. ERR_SYNTAX: there is none in them, or a damaged one. */
MUST_USE err tls_client(struct arena *a, str authorities, struct tls **tls);
void tls_free(struct tls *tls);

/* --- whom a client expects at the other end --- */

enum tls_check {
	TLS_ANYONE, /* what the certificate is worth is seen, and decides nothing */
	TLS_NAMED,  /* an authority vouches for it, under one of the names */
	TLS_PINNED, /* one of the TLSA records fits (RFC 7672) */
};

struct tls_peer { /* its texts stay the caller's until the handshake is over */
	enum tls_check check;
	str name;                /* SNI; and the name that the certificate is to bear, */
	str also;                /* or this one; empty: no other */
	const struct tlsa *tlsa; /* TLS_PINNED: usable ones */
	size_t tlsa_count;
	bool outdated; /* TLS 1.0 and 1.1 will do: without them it would be clear text */
};

enum tls_fault { /* what is wrong with the server's certificate, or with TLS */
		 TLS_FINE,
		 TLS_WRONG_NAME,
		 TLS_EXPIRED,
		 TLS_NOT_TRUSTED, /* no authority vouches, or no TLSA record fits */
		 TLS_BROKEN,      /* the handshake failed for another reason */
};

/* A self-signed certificate for a host name, ten years, ECDSA P-256: what init
 * writes until a real one is obtained. */
MUST_USE err tls_self_signed(struct arena *a, str hostname, str *chain_pem, str *key_pem);

struct ssl_ctx_st *
tls_ctx(struct tls *tls); /* OpenSSL's SSL_CTX, for net/conn.c and web/connection.c */

/* net/tls.h: TLS contexts (OpenSSL 3; TLS 1.2 and later). A context is made
 * once a process and shared by its threads. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct tls;

/* A server's, from a PEM chain and its PEM key. ERR_SYNTAX: names the file's
 * fault: no certificate in it, key of another certificate, … */
MUST_USE err tls_server(struct arena *a, str chain_pem, str key_pem, struct tls **tls);

/* A client's; verifies against the system's authorities where asked to. */
MUST_USE err tls_client(struct arena *a, struct tls **tls);
void tls_free(struct tls *tls);

/* A self-signed certificate for a host name, ten years, ECDSA P-256: what init
 * writes until a real one is obtained. */
MUST_USE err tls_self_signed(struct arena *a, str hostname, str *chain_pem, str *key_pem);

struct ssl_ctx_st *
tls_ctx(struct tls *tls); /* OpenSSL's SSL_CTX, for net/conn.c and web/connection.c */

/* net/conn_tls.c: a connection's TLS half: one attempt at a time on OpenSSL. */
#include "net/conn_inside.h"

#include "net/addr.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

/* --- the socket below: OpenSSL's own writes with write(2), which kills the
 * process by SIGPIPE when the peer is gone --- */

static BIO_METHOD *below;
static pthread_once_t below_made = PTHREAD_ONCE_INIT;

static int finish(BIO *bio, struct conn *c, ssize_t n, int retry)
{
	BIO_clear_retry_flags(bio);
	c->code = n < 0 ? errno : 0;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
	return (int)n;
}

static int below_write(BIO *bio, const char *p, int n)
{
	struct conn *c = BIO_get_data(bio);
	return finish(bio, c, send(c->fd, p, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT),
		      BIO_FLAGS_WRITE);
}

static int below_read(BIO *bio, char *p, int n)
{
	struct conn *c = BIO_get_data(bio);
	return finish(bio, c, recv(c->fd, p, (size_t)n, MSG_DONTWAIT), BIO_FLAGS_READ);
}

static long below_ctrl(BIO *bio __attribute__((unused)), int what,
		       long number __attribute__((unused)),
		       void *p __attribute__((unused)))
{
	return what == BIO_CTRL_FLUSH; /* nothing is held back */
}

static void make_below(void)
{
	below = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
			     "postern socket");
	BIO_meth_set_write(below, below_write);
	BIO_meth_set_read(below, below_read);
	BIO_meth_set_ctrl(below, below_ctrl);
}

/* --- one attempt --- */

/* X509_V_ERR_: what people can do something about has a name. */
static enum tls_fault fault_of(long verify)
{
	switch (verify) {
	case X509_V_OK:
		return TLS_FINE;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return TLS_WRONG_NAME;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return TLS_EXPIRED;
	default:
		return TLS_NOT_TRUSTED;
	}
}

static err failed(struct conn *c)
{
	unsigned long code = ERR_peek_error();
	long verify = SSL_get_verify_result(c->ssl);
	c->broken = true;
	if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return CONN_CLOSED;
	if (ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
		c->fault = fault_of(verify);
		snprintf(c->why, sizeof c->why,
			 "the peer's certificate does not hold: %s",
			 X509_verify_cert_error_string(verify));
	} else {
		snprintf(c->why, sizeof c->why, "TLS failed: %s",
			 code ? ERR_reason_error_string(code) : "no reason given");
	}
	return FAIL(ERR_IO, c->why);
}

/* What SSL_read and the like returned, as an attempt. */
static err result(struct conn *c, int n, struct attempt *t)
{
	*t = (struct attempt){ n > 0 ? (size_t)n : 0, POLLIN };
	if (n > 0)
		return OK;
	switch (SSL_get_error(c->ssl, n)) {
	case SSL_ERROR_WANT_WRITE:
		t->events = POLLOUT;
		return OK;
	case SSL_ERROR_WANT_READ:
		return OK;
	case SSL_ERROR_ZERO_RETURN:
		return CONN_CLOSED;
	case SSL_ERROR_SYSCALL:
		c->broken = true;
		return c->code ? conn_failed(c, c->code) : CONN_CLOSED;
	default:
		return failed(c);
	}
}

static int capped(size_t n)
{
	return n < INT32_MAX ? (int)n : INT32_MAX;
}

err conn_tls_read(struct conn *c, char *to, size_t n, struct attempt *t)
{
	ERR_clear_error();
	return result(c, SSL_read(c->ssl, to, capped(n)), t);
}

err conn_tls_write(struct conn *c, str bytes, struct attempt *t)
{
	ERR_clear_error();
	return result(c, SSL_write(c->ssl, bytes.p, capped(bytes.n)), t);
}

err conn_tls_look(struct conn *c, struct attempt *t)
{
	char byte;
	ERR_clear_error();
	TRY(result(c, SSL_peek(c->ssl, &byte, 1), t));
	if (t->moved)
		t->moved = (size_t)SSL_pending(c->ssl);
	return OK;
}

/* --- beginning and end --- */

static err start(struct conn *c, struct tls *tls)
{
	pthread_once(&below_made, make_below);
	if (c->ssl)
		return FAIL(ERR_IO, "TLS was started on this connection already");
	BIO *bio = below ? BIO_new(below) : NULL;
	c->ssl = SSL_new(tls_ctx(tls));
	if (!bio || !c->ssl) {
		BIO_free(bio);
		SSL_free(c->ssl);
		c->ssl = NULL;
		return FAIL(ERR_IO, "OpenSSL gives no new connection");
	}
	BIO_set_data(bio, c);
	BIO_set_init(bio, 1);
	SSL_set_bio(c->ssl, bio, bio);
	SSL_set_read_ahead(c->ssl, 1); /* header and record in one read */
	c->broken = true;              /* until the handshake is done */
	c->head = c->tail = c->scanned = 0;
	c->skipping = c->eager = false;
	return OK;
}

static err shake(struct conn *c)
{
	for (;;) {
		struct attempt t;
		ERR_clear_error();
		TRY(result(c, SSL_do_handshake(c->ssl), &t));
		if (t.moved) {
			c->broken = false;
			return OK;
		}
		TRY(conn_until(c, t.events));
	}
}

err conn_tls_accept(struct conn *c, struct tls *tls)
{
	TRY(start(c, tls));
	SSL_set_accept_state(c->ssl);
	return shake(c);
}

static bool to_text(str name, char z[static 256])
{
	if (str_ends(name, STR(".")))
		name.n--;
	if (!name.n || name.n > 255 || str_has(name, '\0'))
		return false;
	memcpy(z, name.p, name.n);
	z[name.n] = '\0';
	return true;
}

/* Who the certificate is to be for, and SNI, which carries names only (RFC 6066
 * section 3). */
static bool set_names(SSL *ssl, const struct tls_peer *peer)
{
	struct net_addr ip;
	char z[256], also[256];
	if (!to_text(peer->name, z) || (peer->also.n && !to_text(peer->also, also)))
		return false;
	if (!net_parse_ip(str_from(z), &ip).kind)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), z) == 1;
	return SSL_set_tlsext_host_name(ssl, z) == 1 && SSL_set1_host(ssl, z) == 1
	       && (!peer->also.n || SSL_add1_host(ssl, also) == 1);
}

/* RFC 7672 section 3.1.1: of a server's own record neither name nor time counts. */
static bool set_records(SSL *ssl, const struct tls_peer *peer)
{
	char z[256];
	size_t taken = 0;
	if (!to_text(peer->name, z) || SSL_dane_enable(ssl, z) != 1)
		return false;
	SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	for (size_t i = 0; i < peer->tlsa_count; i++) {
		const struct tlsa *t = &peer->tlsa[i];
		taken += SSL_dane_tlsa_add(ssl, t->usage, t->selector, t->matching,
					   (const unsigned char *)t->data.p, t->data.n)
			 == 1;
	}
	return taken > 0;
}

/* RFC 9325 section 5.2: where TLS is optional an outdated version is better than none. A
 * server that has a newer one gets that all the same. */
static void let_outdated(SSL *ssl)
{
	SSL_set_min_proto_version(ssl, TLS1_VERSION);
	SSL_set_security_level(ssl, 0); /* their handshake is signed with SHA-1 */
}

static bool set_peer(SSL *ssl, const struct tls_peer *peer)
{
	if (peer->outdated)
		let_outdated(ssl);
	if (peer->check == TLS_PINNED && !set_records(ssl, peer))
		return false;
	SSL_set_verify(ssl, peer->check == TLS_ANYONE ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
		       NULL);
	return set_names(ssl, peer) || peer->check == TLS_ANYONE;
}

err conn_tls_connect(struct conn *c, struct tls *tls, const struct tls_peer *peer)
{
	TRY(start(c, tls));
	c->fault = TLS_BROKEN;
	if (!set_peer(c->ssl, peer))
		return FAIL(ERR_IO,
			    "no certificate can be what is expected of the server");
	SSL_set_connect_state(c->ssl);
	TRY(shake(c));
	c->fault = fault_of(SSL_get_verify_result(c->ssl));
	return OK;
}

enum tls_fault conn_tls_fault(const struct conn *c)
{
	return c->ssl ? c->fault : TLS_BROKEN;
}

bool conn_is_tls(const struct conn *c)
{
	return c->ssl && !c->broken;
}

str conn_tls_text(struct arena *a, const struct conn *c)
{
	if (!conn_is_tls(c))
		return STR("");
	return arena_printf(a, "%s %s", SSL_get_version(c->ssl),
			    SSL_CIPHER_get_name(SSL_get_current_cipher(c->ssl)));
}

void conn_tls_end(struct conn *c)
{
	if (!c->ssl)
		return;
	ERR_clear_error();
	if (!c->broken)
		SSL_shutdown(c->ssl);
	SSL_free(c->ssl);
	ERR_clear_error();
	c->ssl = NULL;
}

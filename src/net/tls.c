#include "net/tls.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/addr.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

struct tls {
	SSL_CTX *ctx;
};

struct ssl_ctx_st *tls_ctx(struct tls *tls)
{
	return tls->ctx;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->ctx);
	free(tls);
}

static err fault(struct arena *a, enum err_kind kind, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());
	err e = reason ? err_in(a, kind, "%s (%s)", what, reason) : FAIL(kind, what);
	ERR_clear_error();
	return e;
}

/* Without this OpenSSL tears its locks down when main returns, under threads
 * that are still closing their connections. */
static void init_openssl(void)
{
	OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, NULL);
	ERR_clear_error();
}

/* No session is kept for a later connection: at 3,000 of them a cache costs
 * more memory than handshakes cost time. */
static struct tls *make(const SSL_METHOD *(*method)(void))
{
	init_openssl();
	SSL_CTX *ctx = SSL_CTX_new(method());
	if (!ctx)
		mem_exhausted();
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION
					 | SSL_OP_NO_TICKET);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE
				      | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
				      | SSL_MODE_RELEASE_BUFFERS);
	struct tls *tls = mem_alloc(sizeof *tls);
	tls->ctx = ctx;
	return tls;
}

/* --- certificates --- */

#define OPENSSL_AUTO(type, free_it) __attribute__((cleanup(free_it))) type *

static void bio_free(BIO **p)
{
	BIO_free(*p);
}

static void cert_free(X509 **p)
{
	X509_free(*p);
}

static void key_free(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static BIO *reader(str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.n ? pem.p : "",
				   pem.n < INT32_MAX ? (int)pem.n : INT32_MAX);
	if (!bio)
		mem_exhausted();
	return bio;
}

/* OpenSSL's default would ask at the terminal. */
static int no_password(char *to __attribute__((unused)), int n __attribute__((unused)),
		       int writing __attribute__((unused)),
		       void *p __attribute__((unused)))
{
	return -1;
}

static err use_chain(struct arena *a, SSL_CTX *ctx, str pem)
{
	OPENSSL_AUTO(BIO, bio_free) bio = reader(pem);
	OPENSSL_AUTO(X509, cert_free)
	own = PEM_read_bio_X509(bio, NULL, no_password, NULL);
	if (!own)
		return fault(a, ERR_SYNTAX, "the chain holds no PEM certificate");
	if (SSL_CTX_use_certificate(ctx, own) != 1)
		return fault(a, ERR_SYNTAX,
			     "the first certificate of the chain cannot be used");
	for (X509 *next; (next = PEM_read_bio_X509(bio, NULL, no_password, NULL));)
		if (SSL_CTX_add0_chain_cert(ctx, next) != 1) {
			X509_free(next);
			return fault(a, ERR_SYNTAX,
				     "a certificate of the chain cannot be used");
		}
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return fault(a, ERR_SYNTAX, "a certificate of the chain is damaged");
	ERR_clear_error();
	return OK;
}

static err use_key(struct arena *a, SSL_CTX *ctx, str pem)
{
	OPENSSL_AUTO(BIO, bio_free) bio = reader(pem);
	OPENSSL_AUTO(EVP_PKEY, key_free)
	key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	if (!key)
		return fault(a, ERR_SYNTAX,
			     "the key is no PEM private key, or it has a password");
	if (X509_check_private_key(SSL_CTX_get0_certificate(ctx), key) != 1)
		return fault(a, ERR_SYNTAX, "the key belongs to another certificate");
	if (SSL_CTX_use_PrivateKey(ctx, key) != 1)
		return fault(a, ERR_SYNTAX, "the key cannot be used");
	return OK;
}

err tls_server(struct arena *a, str chain_pem, str key_pem, struct tls **tls)
{
	struct tls *made = make(TLS_server_method);
	err e = use_chain(a, made->ctx, chain_pem);
	if (!e.kind)
		e = use_key(a, made->ctx, key_pem);
	if (e.kind)
		tls_free(made);
	else
		*tls = made;
	return e;
}

static err use_system(struct arena *a, SSL_CTX *ctx)
{
	return SSL_CTX_set_default_verify_paths(ctx) == 1
		       ? OK
		       : fault(a, ERR_IO,
			       "the system's certificate authorities cannot be read; "
			       "install ca-certificates");
}

static err use_authorities(struct arena *a, SSL_CTX *ctx, str pem)
{
	OPENSSL_AUTO(BIO, bio_free) bio = reader(pem);
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	size_t n = 0;
	for (X509 *x; (x = PEM_read_bio_X509(bio, NULL, no_password, NULL)); n++) {
		int taken = X509_STORE_add_cert(store, x);
		X509_free(x);
		if (taken != 1)
			return fault(a, ERR_SYNTAX, "an authority cannot be used");
	}
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return fault(a, ERR_SYNTAX, "an authority's certificate is damaged");
	ERR_clear_error();
	return n ? OK : FAIL(ERR_SYNTAX, "there is no PEM certificate of an authority");
}

err tls_client(struct arena *a, str authorities, struct tls **tls)
{
	struct tls *made = make(TLS_client_method);
	err e = authorities.n ? use_authorities(a, made->ctx, authorities)
			      : use_system(a, made->ctx);
	if (!e.kind && SSL_CTX_dane_enable(made->ctx) != 1)
		e = fault(a, ERR_IO, "OpenSSL knows no DANE");
	if (e.kind)
		tls_free(made);
	else
		*tls = made;
	return e;
}

/* --- a certificate of our own making --- */

/* RFC 5280 section 4.1.2.2: positive, at most 20 octets, unique. */
static bool set_serial(X509 *cert)
{
	BIGNUM *n = BN_new();
	bool done = n && BN_rand(n, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY)
		    && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
	BN_free(n);
	return done;
}

/* subjectAltName: what clients compare (RFC 6125 section 6.4.4). */
static bool set_alt_name(X509 *cert, str hostname)
{
	struct net_addr ip;
	unsigned char octets[16];
	bool is_ip = !net_parse_ip(hostname, &ip).kind;
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_STRING *text = ASN1_STRING_type_new(is_ip ? V_ASN1_OCTET_STRING
						       : V_ASN1_IA5STRING);
	if (!names || !name || !text)
		mem_exhausted();
	if (is_ip)
		ASN1_STRING_set(text, octets, (int)net_octets(&ip, octets));
	else
		ASN1_STRING_set(text, hostname.p, (int)hostname.n);
	GENERAL_NAME_set0_value(name, is_ip ? GEN_IPADD : GEN_DNS, text);
	sk_GENERAL_NAME_push(names, name);
	bool done = X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0) == 1;
	GENERAL_NAMES_free(names);
	return done;
}

static bool add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	bool done = e && X509_add_ext(cert, e, -1) == 1;
	X509_EXTENSION_free(e);
	return done;
}

static bool fill_in(X509 *cert, EVP_PKEY *key, str hostname)
{
	enum { COMMON_NAME_MAX = 64, HOUR = 3600, YEARS_10 = 3652 * 86400 };
	time_t now = (time_t)clock_now();
	X509_NAME *subject = X509_get_subject_name(cert);
	str common = hostname.n <= COMMON_NAME_MAX ? hostname : STR("postern");
	return X509_set_version(cert, X509_VERSION_3) && set_serial(cert)
	       && ASN1_TIME_set(X509_getm_notBefore(cert), now - HOUR)
	       && ASN1_TIME_set(X509_getm_notAfter(cert), now + YEARS_10)
	       && X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
					     (const unsigned char *)common.p,
					     (int)common.n, -1, 0)
	       && X509_set_issuer_name(cert, subject) && X509_set_pubkey(cert, key)
	       && set_alt_name(cert, hostname)
	       && add_extension(cert, NID_basic_constraints, "critical,CA:FALSE")
	       && add_extension(cert, NID_key_usage, "critical,digitalSignature")
	       && add_extension(cert, NID_ext_key_usage, "serverAuth,clientAuth")
	       && X509_sign(cert, key, EVP_sha256()) > 0;
}

static str written(struct arena *a, BIO *bio)
{
	char *p;
	long n = BIO_get_mem_data(bio, &p);
	return arena_copy(a, (str){ p, n > 0 ? (size_t)n : 0 });
}

err tls_self_signed(struct arena *a, str hostname, str *chain_pem, str *key_pem)
{
	init_openssl();
	if (hostname.n == 0 || hostname.n > 253 || str_has(hostname, '\0'))
		return FAIL(ERR_SYNTAX,
			    "a certificate needs a host name of 1 to 253 octets");
	OPENSSL_AUTO(EVP_PKEY, key_free) key = EVP_EC_gen("P-256");
	OPENSSL_AUTO(X509, cert_free) cert = X509_new();
	OPENSSL_AUTO(BIO, bio_free) chain_to = BIO_new(BIO_s_mem());
	OPENSSL_AUTO(BIO, bio_free) key_to = BIO_new(BIO_s_mem());
	if (!key || !cert || !chain_to || !key_to || !fill_in(cert, key, hostname)
	    || !PEM_write_bio_X509(chain_to, cert)
	    || !PEM_write_bio_PKCS8PrivateKey(key_to, key, NULL, NULL, 0, NULL, NULL))
		return fault(a, ERR_IO, "OpenSSL cannot make a certificate");
	*chain_pem = written(a, chain_to);
	*key_pem = written(a, key_to);
	return OK;
}

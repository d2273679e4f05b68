#include "conn_pair.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/thread.h"

#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

struct echo {
	int fd;
	struct tls *tls;
	err e;
	char why[200];
};

/* Greets in clear, starts TLS, then sends every line back until the end. */
static void *tls_echo(void *arg)
{
	struct echo *t = arg;
	struct conn *c = conn_new(t->fd);
	str line;
	conn_deadline(c, in_ms(5000));
	err e = conn_line(c, 512, &line);
	if (!e.kind)
		e = conn_wait(c);
	if (!e.kind)
		e = conn_write(c, STR("220 go\r\n"));
	if (!e.kind)
		e = conn_tls_accept(c, t->tls);
	while (!e.kind && !(e = conn_line(c, 1000000, &line)).kind)
		e = conn_write_all(c, (str[]){ STR("<"), line }, 2);
	snprintf(t->why, sizeof t->why, "%s", e.msg);
	t->e = (err){ e.kind, t->why };
	conn_free(c);
	return NULL;
}

static struct tls *server_tls(struct arena *a, str *chain)
{
	struct tls *tls = NULL;
	str key;
	CHECK(!tls_self_signed(a, STR("mail.example.org"), chain, &key).kind);
	CHECK(!tls_server(a, *chain, key, &tls).kind);
	return tls;
}

/* What is piped in behind STARTTLS is read into the buffer and then forgotten
 * (CVE-2011-0411 was the opposite). */
static void tls_round_trip(struct arena *a, struct tls *server, struct tls *client)
{
	struct pair p = pair_new();
	struct echo t = { .fd = p.peer, .tls = server };
	pthread_t id;
	str line;
	char *text = arena_alloc(a, 300001);
	memset(text, 'z', 300000);
	text[300000] = '\n';
	CHECK(!thread_start_joinable(&id, tls_echo, &t).kind);
	CHECK(str_eq(conn_tls_text(a, p.c), STR("")) && !conn_is_tls(p.c));
	CHECK(!conn_write(p.c, STR("STARTTLS\r\nRSET\r\n")).kind);
	CHECK(next_is(p.c, STR("220 go\r\n")));
	CHECK(!conn_tls_connect(p.c, client,
				&(struct tls_peer){ .name = STR("other.example") })
		       .kind);
	CHECK(conn_is_tls(p.c));
	CHECK(str_starts(conn_tls_text(a, p.c), STR("TLSv1.3 TLS_")));
	CHECK(conn_buffered(p.c) == 0);
	CHECK(!conn_write(p.c, STR("EHLO\r\n")).kind);
	CHECK(!conn_wait(p.c).kind && conn_buffered(p.c) == 7);
	CHECK(next_is(p.c, STR("<EHLO\r\n"))); /* and no RSET before it */
	CHECK(!conn_write_all(p.c, (str[]){ STR("a"), STR("b\n"), STR("c\n") }, 3).kind);
	CHECK(next_is(p.c, STR("<ab\n")) && next_is(p.c, STR("<c\n")));
	CHECK(!conn_write(p.c, (str){ text, 300001 }).kind);
	CHECK(!conn_line(p.c, 1000000, &line).kind && line.n == 300002);
	conn_deadline(p.c, in_ms(50));
	CHECK(conn_line(p.c, 512, &line).kind == ERR_TEMP);
	CHECK(conn_tls_connect(p.c, client, &(struct tls_peer){ .name = STR("x") }).kind
	      == ERR_IO);
	conn_free(p.c);
	pthread_join(id, NULL);
	CHECK(t.e.kind == ERR_IO && strstr(t.e.msg, "closed"));
}

static err connect_as(struct arena *a, struct tls *server, struct tls *client,
		      const struct tls_peer *peer, enum tls_fault *fault)
{
	struct pair p = pair_new();
	struct echo t = { .fd = p.peer, .tls = server };
	pthread_t id;
	CHECK(!thread_start_joinable(&id, tls_echo, &t).kind);
	CHECK(!conn_write(p.c, STR("STARTTLS\r\n ")).kind);
	CHECK(next_is(p.c, STR("220 go\r\n")));
	err e = conn_tls_connect(p.c, client, peer);
	e = e.kind ? err_in(a, e.kind, "%s", e.msg) : e;
	CHECK(conn_is_tls(p.c) == !e.kind);
	*fault = conn_tls_fault(p.c);
	conn_free(p.c);
	pthread_join(id, NULL);
	return e;
}

static err connect_verified(struct arena *a, struct tls *server, struct tls *client,
			    str name)
{
	enum tls_fault fault;
	struct tls_peer peer = { .check = TLS_NAMED, .name = name };
	err e = connect_as(a, server, client, &peer, &fault);
	CHECK((fault == TLS_FINE) == !e.kind);
	return e;
}

/* The first certificate or its key, hashed or not. */
static str tlsa_data(struct arena *a, str chain, bool key, bool hashed)
{
	BIO *bio = BIO_new_mem_buf(chain.p, (int)chain.n);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	unsigned char *der = NULL, hash[32];
	int n = key ? i2d_PUBKEY(X509_get0_pubkey(cert), &der) : i2d_X509(cert, &der);
	CHECK(n > 0 && SHA256(der, (size_t)n, hash));
	str data = hashed ? arena_copy(a, ((str){ (char *)hash, 32 }))
			  : arena_copy(a, ((str){ (char *)der, (size_t)n }));
	OPENSSL_free(der);
	X509_free(cert);
	BIO_free(bio);
	return data;
}

/* The server's certificate is self-signed, for mail.example.org. */
static void tls_pinned(struct arena *a, struct tls *server, struct tls *client, str chain)
{
	str key = tlsa_data(a, chain, true, true),
	    cert = tlsa_data(a, chain, false, true);
	str whole = tlsa_data(a, chain, false, false),
	    strange = arena_cat(a, key, STR(""));
	((char *)(uintptr_t)strange.p)[0] ^= 1;
	const struct {
		const char *name, *also;
		struct tlsa records[2];
		size_t count;
		enum tls_fault fault;
	} cases[] = {
		{ "mail.example.org", "", { { 3, 1, 1, key } }, 1, TLS_FINE },
		{ "other.example", "", { { 3, 1, 1, key } }, 1, TLS_FINE },
		{ "other.example", "", { { 3, 0, 1, cert } }, 1, TLS_FINE },
		{ "other.example", "", { { 3, 0, 0, whole } }, 1, TLS_FINE },
		{ "x.example",
		  "",
		  { { 3, 1, 1, strange }, { 3, 1, 1, key } },
		  2,
		  TLS_FINE },
		{ "mail.example.org", "", { { 3, 1, 1, strange } }, 1, TLS_NOT_TRUSTED },
		{ "mail.example.org", "", { { 3, 1, 1, cert } }, 1, TLS_NOT_TRUSTED },
		{ "mail.example.org", "", { { 2, 0, 1, strange } }, 1, TLS_NOT_TRUSTED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum tls_fault fault;
		struct tls_peer peer = { TLS_PINNED,
					 str_from(cases[i].name),
					 str_from(cases[i].also),
					 cases[i].records,
					 cases[i].count,
					 false };
		err e = connect_as(a, server, client, &peer, &fault);
		CHECK(fault == cases[i].fault
		      && (e.kind == ERR_IO) == (fault != TLS_FINE));
		CHECK(!e.kind || strstr(e.msg, "certificate"));
	}
}

/* Nothing depends on it, and yet it is seen. */
static void tls_anyone(struct arena *a, struct tls *server, struct tls *client)
{
	enum tls_fault fault;
	struct tls_peer peer = { .check = TLS_ANYONE, .name = STR("mail.example.org") };
	CHECK(!connect_as(a, server, client, &peer, &fault).kind && fault == TLS_FINE);
	peer.name = STR("other.example");
	CHECK(!connect_as(a, server, client, &peer, &fault).kind
	      && fault == TLS_WRONG_NAME);
	peer.also = STR("mail.example.org");
	CHECK(!connect_as(a, server, client, &peer, &fault).kind && fault == TLS_FINE);
	peer = (struct tls_peer){ .check = TLS_ANYONE, .name = STR("") };
	CHECK(!connect_as(a, server, client, &peer, &fault).kind);
}

static void tls_authorities(struct arena *a, struct tls *server, str chain)
{
	static const char *const bad[] = { "nothing",
					   "-----BEGIN CERTIFICATE-----\nAAAA\n" };
	struct tls *client = NULL;
	CHECK(!tls_client(a, chain, &client).kind);
	tls_anyone(a, server, client);
	tls_pinned(a, server, client, chain);
	CHECK(!connect_verified(a, server, client, STR("mail.example.org")).kind);
	tls_free(client);
	for (size_t i = 0; i < 2; i++) {
		client = NULL;
		CHECK(tls_client(a, str_from(bad[i]), &client).kind == ERR_SYNTAX
		      && !client);
	}
}

static void tls_verified(struct arena *a, struct tls *server, str chain)
{
	char path[] = "/tmp/postern-ca-XXXXXX";
	struct tls *strange = NULL, *client = NULL;
	FD_AUTO fd = mkstemp(path);
	CHECK(!file_write_all(a, fd, chain).kind);
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	CHECK(!tls_client(a, STR(""), &strange).kind);
	setenv("SSL_CERT_FILE", path, 1);
	CHECK(!tls_client(a, STR(""), &client).kind);
	CHECK(!connect_verified(a, server, client, STR("mail.example.org")).kind);
	CHECK(!connect_verified(a, server, client, STR("mail.example.org.")).kind);
	err e = connect_verified(a, server, client, STR("other.example"));
	CHECK(e.kind == ERR_IO && strstr(e.msg, "certificate")
	      && strstr(e.msg, "ostname"));
	e = connect_verified(a, server, client, STR("127.0.0.1"));
	CHECK(e.kind == ERR_IO && strstr(e.msg, "certificate"));
	e = connect_verified(a, server, strange, STR("mail.example.org"));
	CHECK(e.kind == ERR_IO && strstr(e.msg, "certificate"));
	e = connect_verified(a, server, client, STR(""));
	CHECK(e.kind == ERR_IO);
	unlink(path);
	tls_free(strange);
	tls_free(client);
}

static void tls_broken_peers(struct arena *a, struct tls *server)
{
	str line;
	PAIR(p);
	say(p.peer, STR("GET / HTTP/1.1\r\n\r\n"));
	err e = conn_tls_accept(p.c, server);
	CHECK(e.kind == ERR_IO && strstr(e.msg, "TLS") && !conn_is_tls(p.c));
	CHECK(conn_line(p.c, 512, &line).kind == ERR_IO);
	CHECK(conn_write(p.c, STR("x")).kind == ERR_IO && conn_wait(p.c).kind == ERR_IO);
	PAIR(silent);
	conn_deadline(silent.c, in_ms(50));
	CHECK(conn_tls_accept(silent.c, server).kind == ERR_TEMP);
	PAIR(gone);
	close(gone.peer);
	gone.peer = -1;
	e = conn_tls_accept(gone.c, server);
	CHECK(e.kind == ERR_IO && strstr(e.msg, "closed"));
	(void)a;
}

static void tls_files(struct arena *a)
{
	str chain, key, other_chain, other_key;
	struct tls *tls = NULL;
	CHECK(!tls_self_signed(a, STR("a.example"), &chain, &key).kind);
	CHECK(!tls_self_signed(a, STR("192.0.2.1"), &other_chain, &other_key).kind);
	CHECK(tls_self_signed(a, STR(""), &chain, &key).kind == ERR_SYNTAX);
	struct {
		str chain, key;
		const char *says; /* NULL: fine */
	} cases[] = {
		{ chain, key, NULL },
		{ arena_cat(a, chain, other_chain), key, NULL },
		{ chain, other_key, "another certificate" },
		{ key, key, "no PEM certificate" },
		{ STR(""), key, "no PEM certificate" },
		{ chain, chain, "private key" },
		{ chain, STR(""), "private key" },
		{ arena_cat(a, chain, str_first(other_chain, 100)), key, "damaged" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		err e = tls_server(a, cases[i].chain, cases[i].key, &tls);
		CHECK(cases[i].says ? e.kind == ERR_SYNTAX && strstr(e.msg, cases[i].says)
				    : !e.kind);
		tls_free(tls);
		tls = NULL;
	}
}

/* A server that knows TLS 1.0 alone: only for who would go on in clear. */
static void tls_outdated(struct arena *a, struct tls *client)
{
	str chain = STR_NONE;
	struct tls *server = server_tls(a, &chain);
	enum tls_fault fault;
	SSL_CTX_set_security_level(tls_ctx(server), 0);
	CHECK(SSL_CTX_set_min_proto_version(tls_ctx(server), TLS1_VERSION) == 1
	      && SSL_CTX_set_max_proto_version(tls_ctx(server), TLS1_VERSION) == 1);
	struct tls_peer peer = { .check = TLS_ANYONE, .name = STR("mail.example.org") };
	CHECK(connect_as(a, server, client, &peer, &fault).kind && fault == TLS_BROKEN);
	peer.outdated = true;
	CHECK(!connect_as(a, server, client, &peer, &fault).kind);
	tls_free(server);
}

int main(void)
{
	ARENA(a);
	str chain = STR_NONE;
	struct tls *server = server_tls(a, &chain), *client = NULL;
	CHECK(!tls_client(a, STR(""), &client).kind);
	tls_round_trip(a, server, client);
	tls_verified(a, server, chain);
	tls_authorities(a, server, chain);
	tls_broken_peers(a, server);
	tls_files(a);
	tls_outdated(a, client);
	tls_free(server);
	tls_free(client);
	return check_done();
}

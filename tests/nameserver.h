/* tests/nameserver.h: a name server inside a test: a thread, a UDP socket on
 * 127.0.0.1 and a table. */
#pragma once

#include "base/buf.h"
#include "base/thread.h"
#include "net/resolver.h"
#include "tests/check.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>

enum { SOA = 6, RRSIG = 46, DNSKEY = 48, SERVFAIL = 2, NXDOMAIN = 3, SLOW_MS = 20 };

struct row {
	const char *name;
	int type;
	unsigned ttl;
	const char *text; /* TXT: strings separated by |; "servfail", "silent" */
	str data;         /* in place of text: as it goes over the wire */
};

struct server {
	const struct row *zone;
	size_t zone_n;
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	char asked[4096]; /* "name/type " of each question, in order */
	size_t asked_n;
};

static void add_name(struct buf *b, const char *text)
{
	str rest = str_from(text), label;
	while (rest.n && !str_eq(rest, STR("."))) {
		if (!str_cut(rest, '.', &label, &rest)) {
			label = rest;
			rest = STR_NONE;
		}
		buf_add_char(b, (char)label.n);
		buf_add(b, label);
	}
	buf_add_char(b, '\0');
}

static void add_16(struct buf *b, unsigned n)
{
	buf_add_char(b, (char)(n >> 8));
	buf_add_char(b, (char)n);
}

static void add_data(struct buf *b, const struct row *row)
{
	unsigned char octets[16];
	str rest = str_from(row->text), head;
	if (row->data.n) {
		buf_add(b, row->data);
		return;
	}
	switch (row->type) {
	case DNS_A:
	case DNS_AAAA:
		inet_pton(row->type == DNS_A ? AF_INET : AF_INET6, row->text, octets);
		buf_add(b, (str){ (char *)octets, row->type == DNS_A ? 4 : 16 });
		break;
	case DNS_MX:
		add_16(b, (unsigned)atoi(row->text));
		add_name(b, strchr(row->text, ' ') + 1);
		break;
	case DNS_TXT:
		for (bool more = true; more;) {
			if (!(more = str_cut(rest, '|', &head, &rest)))
				head = rest;
			buf_add_char(b, (char)head.n);
			buf_add(b, head);
		}
		break;
	case DNS_TLSA:
		buf_add(b, rest);
		break;
	default:
		add_name(b, row->text);
	}
}

static void add_record(struct buf *b, const char *name, int type, unsigned ttl, str data)
{
	add_name(b, name);
	add_16(b, (unsigned)type);
	add_16(b, 1);
	add_16(b, ttl >> 16);
	add_16(b, ttl & 0xffff);
	add_16(b, (unsigned)data.n);
	buf_add(b, data);
}

static const struct row *find_row(const struct server *s, const char *name, int type)
{
	for (size_t i = 0; i < s->zone_n; i++)
		if (!strcasecmp(s->zone[i].name, name)
		    && (!type || s->zone[i].type == type))
			return &s->zone[i];
	return NULL;
}

/* A signature goes along with what it covers (RFC 4034 section 3.1.1). */
static bool belongs(const struct row *row, int type)
{
	return row->type == type
	       || (row->type == RRSIG && row->data.n > 2
		   && ((unsigned char)row->data.p[0] << 8 | (unsigned char)row->data.p[1])
			      == type);
}

/* The records for a question, CNAMEs followed. Their number; *last: the name
 * that the chain ends at. */
static unsigned add_answers(const struct server *s, struct buf *b, const char **last,
			    int type)
{
	unsigned count = 0;
	const struct row *alias;
	while ((alias = find_row(s, *last, DNS_CNAME)) && type != DNS_CNAME) {
		BUF(data);
		add_data(&data, alias);
		add_record(b, *last, DNS_CNAME, alias->ttl, buf_str(&data));
		*last = alias->text;
		count++;
	}
	for (size_t i = 0; i < s->zone_n; i++) {
		const struct row *row = &s->zone[i];
		if (strcasecmp(row->name, *last) || !belongs(row, type))
			continue;
		BUF(data);
		add_data(&data, row);
		add_record(b, *last, row->type, row->ttl, buf_str(&data));
		count++;
	}
	return count;
}

/* The question's name as text; the octets it took. */
static size_t read_name(const unsigned char *p, char text[static 256])
{
	size_t at = 0, n = 0;
	while (p[at] && at + p[at] < 255) {
		for (size_t i = 1; i <= p[at]; i++)
			text[n++] = p[at + i] ? (char)p[at + i] : '?';
		text[n++] = '.';
		at += p[at] + 1u;
	}
	text[n ? n - 1 : 0] = '\0';
	return at + 1;
}

static void note(struct server *s, const char *name, int type)
{
	pthread_mutex_lock(&s->lock);
	int n = snprintf(s->asked + s->asked_n, sizeof s->asked - s->asked_n, "%s/%d ",
			 name, type);
	if (n > 0 && s->asked_n + (size_t)n < sizeof s->asked)
		s->asked_n += (size_t)n;
	pthread_mutex_unlock(&s->lock);
}

static void reply(const struct server *s, struct buf *b, const unsigned char *query,
		  size_t question_n, const char *name, int type)
{
	BUF(answers);
	const struct row *row = find_row(s, name, 0);
	bool fails = row && row->text && !strcmp(row->text, "servfail");
	const char *last = name;
	unsigned count = fails ? 0 : add_answers(s, &answers, &last, type);
	unsigned rcode = fails ? SERVFAIL : find_row(s, last, 0) ? 0 : NXDOMAIN;
	bool negative = !fails && !find_row(s, last, type);
	BUF(soa);
	add_name(&soa, "ns.test");
	add_name(&soa, "admin.test");
	for (int i = 0; i < 5; i++) { /* serial, refresh, retry, expire, minimum */
		add_16(&soa, 0);
		add_16(&soa, 2);
	}
	buf_add(b, (str){ (const char *)query, 2 });
	add_16(b, 0x8580 | rcode);
	add_16(b, 1);
	add_16(b, count);
	add_16(b, negative ? 1 : 0);
	add_16(b, 0);
	buf_add(b, (str){ (const char *)query + 12, question_n });
	buf_add(b, buf_str(&answers));
	if (negative)
		add_record(b, "test", SOA, 2, buf_str(&soa));
}

static void *serve(void *arg)
{
	struct server *s = arg;
	for (;;) {
		unsigned char query[1500] = { 0 };
		char name[256];
		struct sockaddr_in from;
		socklen_t from_n = sizeof from;
		ssize_t n = recvfrom(s->fd, query, sizeof query - 300, 0,
				     (struct sockaddr *)&from, &from_n);
		if (n < 17) /* the farewell is one octet */
			return NULL;
		size_t name_n = read_name(query + 12, name);
		int type = query[12 + name_n] << 8 | query[13 + name_n];
		note(s, name, type);
		const struct row *row = find_row(s, name, 0);
		if (row && row->text && !strcmp(row->text, "silent"))
			continue;
		if (row && !strcmp(row->name, "slow.test"))
			usleep(SLOW_MS * 1000);
		BUF(b);
		reply(s, &b, query, name_n + 4, name, type);
		sendto(s->fd, b.p, b.n, 0, (struct sockaddr *)&from, from_n);
	}
}

/* Serves the table; the address it does so at. */
static str server_start(struct arena *a, struct server *s, const struct row *zone,
			size_t n)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t at_n = sizeof at;
	*s = (struct server){ .zone = zone,
			      .zone_n = n,
			      .fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) };
	pthread_mutex_init(&s->lock, NULL);
	CHECK(bind(s->fd, (struct sockaddr *)&at, at_n) == 0);
	CHECK(getsockname(s->fd, (struct sockaddr *)&at, &at_n) == 0);
	CHECK(!thread_start_joinable(&s->thread, serve, s).kind);
	return arena_printf(a, "127.0.0.1:%d", ntohs(at.sin_port));
}

static void server_stop(struct server *s)
{
	struct sockaddr_in at;
	socklen_t n = sizeof at;
	getsockname(s->fd, (struct sockaddr *)&at, &n);
	sendto(s->fd, ".", 1, 0, (struct sockaddr *)&at, n);
	pthread_join(s->thread, NULL);
	close(s->fd);
}

/* How often the server was asked for "name/type". */
static inline int times_asked(struct server *s, const char *what)
{
	int count = 0;
	pthread_mutex_lock(&s->lock);
	for (const char *at = s->asked; (at = strcasestr(at, what)); at++)
		if (at == s->asked || at[-1] == ' ')
			count++;
	pthread_mutex_unlock(&s->lock);
	return count;
}

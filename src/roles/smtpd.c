/* The role smtpd: doors to the Internet, to members and to our own programs. A
 * session is a thread; what it decides stands in src/smtp and smtpd_policy.c. */
#include "roles/smtpd_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Octets a heap keeps: else its pages come and go with every mail. */
enum { KEPT = 1024 * 1024 };

struct door {
	struct smtpd *d;
	struct role_listener listener;
};

struct caller { /* what a session's thread is given */
	struct smtpd *d;
	int fd;
	enum listen_kind kind;
	struct net_addr peer;
	bool is_back;
	struct visit *visit; /* while it talks */
	struct caller *next, **before;
};

static void join_talk(struct caller *c, struct visit *v)
{
	pthread_mutex_lock(&c->d->talking_lock);
	c->visit = v;
	c->next = c->d->talking;
	c->before = &c->d->talking;
	if (c->next)
		c->next->before = &c->next;
	c->d->talking = c;
	pthread_mutex_unlock(&c->d->talking_lock);
}

static void leave_talk(struct caller *c)
{
	pthread_mutex_lock(&c->d->talking_lock);
	*c->before = c->next;
	if (c->next)
		c->next->before = c->before;
	pthread_mutex_unlock(&c->d->talking_lock);
}

/* Who is between two messages reads the end of what the client says, and takes
 * leave (421). */
static void end_idle(struct smtpd *d)
{
	pthread_mutex_lock(&d->talking_lock);
	for (struct caller *c = d->talking; c; c = c->next)
		if (!atomic_load(&c->visit->in_mail))
			shutdown(c->fd, SHUT_RD);
	pthread_mutex_unlock(&d->talking_lock);
}

static void talk(struct caller *c, struct visit *v)
{
	struct smtp_session s;
	struct conn *conn = conn_new(c->fd);
	smtp_session_init(&s, &c->d->configs[c->kind], v);
	join_talk(c, v);
	err e = smtp_serve(conn, &s, c->d->tls);
	leave_talk(c);
	if (e.kind)
		log_debug("session-ended", KS("client", v->client), KE(e));
	smtp_session_free(&s);
	conn_free(conn);
}

static void session(void *arg)
{
	struct caller *c = arg;
	ARENA(a);
	struct visit v = { .d = c->d,
			   .peer = c->peer,
			   .is_local = c->kind == LISTEN_DOOR,
			   .is_back = c->is_back,
			   .is_upstream = upstream_has(&c->d->upstream, &c->peer),
			   .a = a,
			   .file = STR("") };
	v.client = v.is_local ? STR("local") : net_ip_text(a, &c->peer);
	struct net_addr counted = smtpd_counted(c->d, &c->peer);
	if (v.is_local)
		smtpd_look_at_addresses(c->d); /* smtp/door.h */
	talk(c, &v);
	limit_leave(c->d->limit, &counted);
	free(c);
}

struct net_addr smtpd_counted(const struct smtpd *d, const struct net_addr *peer)
{
	static const struct net_addr nobody = { .ss.ss_family = AF_UNIX,
						.len = sizeof(sa_family_t) };
	return upstream_has(&d->upstream, peer) ? nobody : *peer;
}

static void refuse(int fd, const char *why)
{
	BUF(out);
	buf_cat(&out, STR("421 4.7.0 "), str_from(why), STR("\r\n"));
	if (write(fd, out.p, out.n) < 0)
		log_debug("refusal-not-read", KZ("why", why));
	close(fd);
}

static const char *const limit_words[] = {
	[LIMIT_OK] = "",
	[LIMIT_CLIENT] = "too many connections from your address",
	[LIMIT_NETWORK] = "too many connections from your network",
	[LIMIT_TOTAL] = "too many connections; try again later",
};

static void admit(struct smtpd *d, int fd, enum listen_kind kind,
		  const struct net_addr *peer, bool is_back)
{
	struct net_addr counted = smtpd_counted(d, peer);
	enum limit_verdict verdict = limit_enter(d->limit, &counted);
	if (verdict != LIMIT_OK) {
		ARENA(a);
		log_warn("connection-limit", KS("client", net_ip_text(a, peer)),
			 KZ("why", limit_words[verdict]));
		refuse(fd, limit_words[verdict]);
		return;
	}
	struct caller *c = mem_alloc(sizeof *c);
	*c = (struct caller){
		.d = d, .fd = fd, .kind = kind, .peer = *peer, .is_back = is_back
	};
	err e = thread_pool_run(d->threads, session, c);
	if (!e.kind)
		return;
	log_error("session-not-started", KE(e),
		  KZ("do", "lower [smtp] max_clients or raise TasksMax"));
	refuse(fd, "too busy; try again later");
	limit_leave(d->limit, &counted);
	free(c);
}

/* The local door's peers have no Internet address: they count in the total alone. */
static bool accept_one(struct door *door)
{
	struct net_addr peer = { .len = sizeof peer.ss };
	int fd = accept4(door->listener.fd, (struct sockaddr *)&peer.ss, &peer.len,
			 SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0) {
		admit(door->d, fd, door->listener.kind, &peer, false);
		return true;
	}
	if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
		log_error("accept-failed", KZ("error", strerror(errno)),
			  KZ("do", "raise the limit of open files (LimitNOFILE)"));
		poll(NULL, 0, 100);
	}
	return false;
}

static void *keep_door(void *arg)
{
	struct door *door = arg;
	struct pollfd p[] = { { .fd = door->listener.fd, .events = POLLIN },
			      { .fd = door->d->role->drain_fd, .events = POLLIN } };
	while (!role_draining(door->d->role))
		if (poll(p, 2, 1000) > 0 && (p[0].revents & POLLIN))
			while (accept_one(door) && !role_draining(door->d->role))
				;
	close(door->listener.fd);
	return NULL;
}

/* web hands over one end of a socket pair: a page's post, through the local door.
 * What send hands over is mail from outside that comes back to us: it is trusted no
 * more than it was the first time. */
static void *take_handed(void *arg)
{
	struct smtpd *d = arg;
	struct net_addr nobody = { .ss.ss_family = AF_UNIX, .len = sizeof(sa_family_t) };
	struct net_addr here;
	bool known = !net_parse(d->role->a, STR("127.0.0.1:25"), &here).kind;
	while (!role_draining(d->role)) {
		struct wake w;
		unsigned mask = WAKE_FROM(web) | (known ? WAKE_FROM(send) : 0);
		if (!wake_wait(d->role, mask, clock_mono_ms() + 1000, &w) || w.handed < 0)
			continue;
		if (w.by == ROLE_send)
			admit(d, w.handed, LISTEN_SMTP, &here, true);
		else
			admit(d, w.handed, LISTEN_DOOR, &nobody, false);
	}
	return NULL;
}

static void configure(struct smtpd *d)
{
	static const enum smtp_kind kinds[] = {
		[LISTEN_SMTP] = SMTP_MX,
		[LISTEN_SUBMISSION] = SMTP_SUBMISSION,
		[LISTEN_SUBMISSIONS] = SMTP_SUBMISSIONS,
		[LISTEN_DOOR] = SMTP_LOCAL,
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		d->configs[i] = (struct smtp_config){
			.kind = kinds[i],
			.hostname = d->conf->site_hostname,
			.max_size = d->conf->smtp_max_size,
			.max_recipients = 1000,
			.tls = d->tls && i != LISTEN_DOOR,
			.policy = &smtpd_policy,
			.draining = &d->draining,
		};
}

static struct rates *hourly(int64_t client, int64_t total)
{
	struct rates_rule rule = { .client = (double)client, .total = (double)total };
	return client ? rates_new(&rule) : NULL;
}

static err open_reader(struct smtpd *d, struct reader *r)
{
	pthread_mutex_init(&r->lock, NULL);
	return book_open(d->role->a, d->conf->site_data, BOOK_LISTS, BOOK_READ,
			 &r->lists);
}

static err open_tls(struct smtpd *d)
{
	if (!d->role->tls_chain.n) {
		log_warn("no-tls", KS("certificate", d->conf->tls_certificate),
			 KZ("do", "put a certificate there: without TLS nobody can sign "
				  "in to send"));
		return OK;
	}
	return tls_server(d->role->a, d->role->tls_chain, d->role->tls_key, &d->tls);
}

static err prepare(struct smtpd *d)
{
	const struct conf *conf = d->conf;
	struct limit_rule rule = { .open = conf->smtp_max_per_client,
				   .total = conf->smtp_max_clients };
	TRY(books_mac_from(role_key(d->role, STR("mac.key")), &d->mac));
	TRY(open_tls(d));
	TRY(resolver_new(d->role->a, conf->dns_server, conf->dns_trust_anchor,
			 &d->resolver));
	TRY(upstream_read(d->role->a, conf->trust_upstream, conf->trust_sealers,
			  &d->upstream));
	TRY(smtpd_site_new(d));
	d->limit = limit_new(&rule);
	d->threads = thread_pool_new();
	d->messages = hourly(conf->smtp_messages_per_hour,
			     conf->smtp_messages_per_hour_all);
	d->recipients = hourly(conf->smtp_recipients_per_hour,
			       conf->smtp_recipients_per_hour_all);
	smtpd_refused_limits(d);
	d->sign_ins = throttle_new();
	pthread_mutex_init(&d->addresses_lock, NULL);
	pthread_mutex_init(&d->talking_lock, NULL);
	TRY(open_reader(d, &d->accounts));
	TRY(open_reader(d, &d->rules));
	TRY(commit_new(d->role->a, conf, d->role, &d->commit));
	TRY(smtpd_memory_start(d));
	TRY(smtpd_watch(d));
	smtpd_look_at_disk(d);
	configure(d);
	return OK;
}

static err open_doors(struct smtpd *d)
{
	for (size_t i = 0; i < d->role->listener_count; i++) {
		struct door *door = arena_alloc(d->role->a, sizeof *door);
		*door = (struct door){ d, d->role->listeners[i] };
		TRY(thread_start(keep_door, door));
	}
	return thread_start(take_handed, d);
}

/* After a reload sessions go on to their own end. When the server stops, those that are
 * between two messages are told 421, the others after theirs; what is left at the
 * deadline is cut: nothing of it was answered with 250. */
static void drain(struct smtpd *d)
{
	enum { LEAVE_MS = 20000, LOOK_MS = 20 };
	log_info("draining", KN("sessions", limit_open(d->limit)));
	while (limit_open(d->limit)) {
		int64_t left = role_deadline(d->role) - 500 - clock_mono_ms();
		if (left <= 0)
			return;
		if (left < LEAVE_MS) {
			atomic_store(&d->draining, true);
			end_idle(d);
		}
		poll(NULL, 0, LOOK_MS);
	}
}

int smtpd_main(struct role *role)
{
	mem_keep(KEPT);
	struct smtpd *d = arena_zero(role->a, sizeof *d);
	d->role = role;
	d->conf = role->conf;
	err e = prepare(d);
	if (!e.kind)
		e = open_doors(d);
	if (e.kind) {
		log_error("role-not-started", KE(e),
			  KZ("do", "mend what the error names; it is tried again"));
		return 1;
	}
	role_ready(role);
	struct pollfd p = { .fd = role->drain_fd, .events = POLLIN };
	while (!role_draining(role))
		poll(&p, 1, 1000);
	drain(d);
	smtpd_memory_end(d);
	return 0;
}

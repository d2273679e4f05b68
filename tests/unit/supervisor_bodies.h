/* Small bodies of the roles, for tests/unit/supervisor.c. smtpd answers words, a
 * line each (smtpd_word); post rings back; send answers whoever hands it a socket. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/thread.h"
#include "roles/role.h"

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static struct role *role;
static atomic_int sessions, rings;

/* "0 1 2 3 …": what this process has open. */
static void list_descriptors(struct buf *out)
{
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			buf_addf(out, "%d ", fd);
}

/* Asks send over a socketpair of its own. */
static void ask_send(struct buf *out)
{
	int s[2];
	char answer[64];
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s))
		return;
	if (!wake_hand(role, ROLE_send, s[1]).kind) {
		close(s[1]);
		ssize_t n = read(s[0], answer, sizeof answer);
		buf_add(out, (str){ answer, n > 0 ? (size_t)n : 0 });
	}
	close(s[0]);
}

static void ring_post(struct buf *out)
{
	int before = atomic_load(&rings);
	wake_send(role, ROLE_post);
	for (int i = 0; i < 500 && atomic_load(&rings) == before; i++)
		usleep(10000);
	buf_addf(out, "%s", atomic_load(&rings) > before ? "rang" : "silence");
}

static void smtpd_word(str word, struct buf *out)
{
	str name;
	if (str_eq(word, STR("pid")))
		buf_addf(out, "%d", (int)getpid());
	else if (str_eq(word, STR("lang")))
		buf_add(out, role->conf->site_lang);
	else if (str_eq(word, STR("descriptors")))
		list_descriptors(out);
	else if (str_eq(word, STR("ask")))
		ask_send(out);
	else if (str_eq(word, STR("ring")))
		ring_post(out);
	else if (str_eq(word, STR("web")))
		wake_hand(role, ROLE_web, 0).kind ? buf_add(out, STR("no"))
						  : buf_add(out, STR("yes"));
	else if (str_eq(word, STR("tls")))
		buf_cat(out, role->tls_chain, STR("+"), role->tls_key);
	else if (str_eq(word, STR("die")))
		_exit(7);
	else if (str_cut(word, ' ', &(str){ 0 }, &name)) /* "key NAME" */
		buf_add(out, role_key(role, name));
	buf_add_char(out, '\n');
}

static void *session(void *arg)
{
	FD_AUTO fd = (int)(intptr_t)arg;
	char line[256];
	ssize_t n;
	while ((n = recv(fd, line, sizeof line, 0)) > 0) {
		BUF(out);
		smtpd_word(str_trim((str){ line, (size_t)n }), &out);
		if (send(fd, out.p, out.n, MSG_NOSIGNAL) < 0)
			break;
	}
	atomic_fetch_sub(&sessions, 1);
	return NULL;
}

static void *count_rings(void *arg)
{
	struct wake w;
	(void)arg;
	while (!role_draining(role))
		if (wake_wait(role, WAKE_FROM(post), clock_mono_ms() + 1000, &w)
		    && w.from & WAKE_FROM(post))
			atomic_fetch_add(&rings, 1);
	return NULL;
}

int smtpd_main(struct role *r)
{
	struct pollfd p[3] = { { .fd = r->drain_fd, .events = POLLIN } };
	nfds_t n = 1;
	role = r;
	if (str_eq(r->conf->site_lang, STR("broken")))
		return 5;
	if (thread_start(count_rings, NULL).kind)
		return 1;
	for (size_t i = 0; i < r->listener_count && n < 3; i++)
		p[n++] = (struct pollfd){ .fd = r->listeners[i].fd, .events = POLLIN };
	role_ready(r);
	while (!role_draining(r)) {
		poll(p, n, -1);
		for (nfds_t i = 1; i < n && !role_draining(r); i++) {
			int fd = accept4(p[i].fd, NULL, NULL, SOCK_CLOEXEC);
			if (fd < 0)
				continue;
			atomic_fetch_add(&sessions, 1);
			if (thread_start(session, (void *)(intptr_t)fd).kind)
				return 1;
		}
	}
	for (size_t i = 0; i < r->listener_count; i++)
		close(r->listeners[i].fd);
	while (atomic_load(&sessions) && clock_mono_ms() < role_deadline(r))
		usleep(10000);
	return 0;
}

/* Rings back; and looks by itself each second. */
int post_main(struct role *r)
{
	struct wake w;
	role_ready(r);
	while (!role_draining(r))
		if (wake_wait(r, WAKE_ALL, clock_mono_ms() + 1000, &w)
		    && w.from & WAKE_FROM(smtpd))
			wake_send(r, ROLE_smtpd);
	return 0;
}

/* Ends slowly, and says when it begins and when it ends. */
int send_main(struct role *r)
{
	struct wake w;
	role_ready(r);
	log_info("test-begins", KN("pid", getpid()));
	while (!role_draining(r))
		if (wake_wait(r, WAKE_ALL, clock_mono_ms() + 1000, &w) && w.handed >= 0) {
			dprintf(w.handed, "send %d", (int)getpid());
			close(w.handed);
		}
	usleep(300000);
	log_info("test-ends", KN("pid", getpid()));
	return 0;
}

int web_main(struct role *r)
{
	struct pollfd p = { .fd = r->drain_fd, .events = POLLIN };
	role_ready(r);
	poll(&p, 1, -1);
	return 0;
}

static role_main *const bodies[ROLE_COUNT] = { smtpd_main, post_main, send_main,
					       web_main };

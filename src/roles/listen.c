#include "roles/listen.h"

#include "base/file.h"
#include "base/log.h"
#include "net/addr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ACTIVATION_FIRST = 3 }; /* SD_LISTEN_FDS_START */

static const struct {
	const char *name, *key;
	enum role_id role;
	size_t offset; /* of the key in struct conf; 0: none */
} kinds[LISTEN_KINDS] = {
#define AT(field) offsetof(struct conf, field)
	[LISTEN_SMTP] = { "smtp", "[smtp] listen", ROLE_smtpd, AT(smtp_listen) },
	[LISTEN_SUBMISSION] = { "submission", "[smtp] submission", ROLE_smtpd,
				AT(smtp_submission) },
	[LISTEN_SUBMISSIONS] = { "submissions", "[smtp] submissions", ROLE_smtpd,
				 AT(smtp_submissions) },
	[LISTEN_DOOR] = { "door", "[site] data", ROLE_smtpd, 0 },
	[LISTEN_WEB] = { "web", "[web] listen", ROLE_web, AT(web_listen) },
	[LISTEN_WEB_TLS] = { "web-tls", "[web] listen_tls", ROLE_web,
			     AT(web_listen_tls) },
#undef AT
};

const char *listen_kind_name(enum listen_kind kind)
{
	return kinds[kind].name;
}

enum listen_kind listen_kind_from(str name)
{
	for (unsigned i = 0; i < LISTEN_KINDS; i++)
		if (str_eq(name, str_from(kinds[i].name)))
			return (enum listen_kind)i;
	return LISTEN_KINDS;
}

enum role_id listen_role(enum listen_kind kind)
{
	return kinds[kind].role;
}

static str addresses(const struct conf *conf, enum listen_kind kind)
{
	if (!kinds[kind].offset)
		return STR_NONE;
	return *(const str *)((const char *)conf + kinds[kind].offset);
}

/* The kind for which the configuration names the port that a socket has. */
static enum listen_kind kind_by_port(const struct conf *conf, int fd)
{
	ARENA(a);
	struct net_addr own = { .len = sizeof own.ss }, at;
	if (getsockname(fd, (struct sockaddr *)&own.ss, &own.len))
		return LISTEN_KINDS;
	if (own.ss.ss_family != AF_INET && own.ss.ss_family != AF_INET6)
		return LISTEN_KINDS;
	for (unsigned kind = 0; kind < LISTEN_KINDS; kind++) {
		str list = addresses(conf, (enum listen_kind)kind), word;
		while (conf_word(&list, &word))
			if (!net_parse(a, word, &at).kind
			    && net_port(&at) == net_port(&own))
				return (enum listen_kind)kind;
	}
	return LISTEN_KINDS;
}

static void take_activated(struct listen_set *set, int fd, enum listen_kind kind)
{
	struct listening *l = &set->at[set->count++];
	*l = (struct listening){ .kind = kind, .activated = true };
	/* Above the numbers that a role's descriptors have. */
	l->fd = fcntl(fd, F_DUPFD_CLOEXEC, FD_LISTEN + LISTENERS_MAX);
	close(fd);
	fcntl(l->fd, F_SETFL, fcntl(l->fd, F_GETFL) | O_NONBLOCK);
	snprintf(l->address, sizeof l->address, "activated");
	log_info("listening", KZ("kind", kinds[kind].name), KZ("address", l->address));
}

void listen_activated(const struct conf *conf, struct listen_set *set)
{
	uint64_t pid = 0, count = 0;
	const char *names = getenv("LISTEN_FDNAMES");
	bool ours = str_u64(str_from(getenv("LISTEN_PID")), &pid)
		    && pid == (uint64_t)getpid()
		    && str_u64(str_from(getenv("LISTEN_FDS")), &count);
	str rest = str_from(names), name;
	for (int i = 0; ours && i < (int)count && i < LISTENERS_MAX; i++) {
		int fd = ACTIVATION_FIRST + i;
		if (!str_cut(rest, ':', &name, &rest)) {
			name = rest;
			rest = STR_NONE;
		}
		enum listen_kind kind = listen_kind_from(name);
		if (kind == LISTEN_KINDS)
			kind = kind_by_port(conf, fd);
		if (kind == LISTEN_KINDS)
			log_warn("socket-unknown", KS("name", name),
				 KZ("do",
				    "set FileDescriptorName= in the .socket unit to "
				    "smtp, submission, submissions, web or "
				    "web-tls"));
		else
			take_activated(set, fd, kind);
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
}

static const struct listening *find(const struct listen_set *set, enum listen_kind kind,
				    const char *address)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->at[i].kind == kind && !strcmp(set->at[i].address, address))
			return &set->at[i];
	return NULL;
}

/* All that systemd passed of a kind. */
static bool keep_activated(const struct listen_set *old, enum listen_kind kind,
			   struct listen_set *set)
{
	bool any = false;
	for (size_t i = 0; i < old->count; i++)
		if (old->at[i].kind == kind && old->at[i].activated) {
			set->at[set->count++] = old->at[i];
			any = true;
		}
	return any;
}

/* Machines without IPv6 are common, and [::] stands in the defaults. */
static bool has_family(const struct net_addr *at)
{
	int s = socket(at->ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool has = s >= 0 || errno != EAFNOSUPPORT;
	fd_close(&s);
	return has;
}

static err bind_one(struct arena *a, const char *address, enum listen_kind kind, int *fd)
{
	struct net_addr at;
	if (kind == LISTEN_DOOR) {
		unlink(address); /* ours alone: the data folder is locked */
		return net_listen_unix(a, address, 0660, fd);
	}
	TRY(net_parse(a, str_from(address), &at));
	if (has_family(&at))
		return net_listen(a, &at, fd);
	log_warn("listen-skipped", KZ("address", address),
		 KZ("do", "this machine has no IPv6; take the address out of the "
			  "configuration to silence this"));
	return OK;
}

static err add(struct arena *a, enum listen_kind kind, str address,
	       const struct listen_set *old, struct listen_set *set)
{
	struct listening fresh = { .fd = -1, .kind = kind };
	if (set->count == LISTENERS_MAX)
		return err_in(a, ERR_SYNTAX, "%s: more than %d listening sockets",
			      kinds[kind].key, LISTENERS_MAX);
	if (address.n >= sizeof fresh.address)
		return err_in(a, ERR_SYNTAX, "%s: longer than %zu octets: %.*s",
			      kinds[kind].key, sizeof fresh.address - 1, STR_F(address));
	memcpy(fresh.address, address.p, address.n);
	const struct listening *same = find(old, kind, fresh.address);
	if (same) {
		set->at[set->count++] = *same;
		return OK;
	}
	err e = bind_one(a, fresh.address, kind, &fresh.fd);
	if (e.kind)
		return err_in(a, e.kind, "%s: %s", kinds[kind].key, e.msg);
	if (fresh.fd < 0)
		return OK;
	set->at[set->count++] = fresh;
	return OK;
}

static err add_all(struct arena *a, const struct conf *conf, const struct listen_set *old,
		   struct listen_set *set)
{
	for (unsigned kind = 0; kind < LISTEN_KINDS; kind++) {
		str list = addresses(conf, (enum listen_kind)kind), word;
		if (keep_activated(old, (enum listen_kind)kind, set))
			continue;
		while (conf_word(&list, &word))
			TRY(add(a, (enum listen_kind)kind, word, old, set));
	}
	str door = arena_cat(a, conf->site_data, STR("/run/door"));
	return add(a, LISTEN_DOOR, door, old, set);
}

void listen_close_gone(const struct listen_set *old, const struct listen_set *set)
{
	for (size_t i = 0; i < old->count; i++) {
		bool kept = false;
		for (size_t j = 0; j < set->count; j++)
			kept |= set->at[j].fd == old->at[i].fd;
		if (!kept)
			close(old->at[i].fd);
	}
}

/* Not before all are open: where one is busy, all are closed and tried again. */
static void tell_new(const struct listen_set *old, const struct listen_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct listening *l = &set->at[i];
		if (!l->activated && !find(old, l->kind, l->address))
			log_info("listening", KZ("kind", kinds[l->kind].name),
				 KZ("address", l->address));
	}
}

err listen_open(struct arena *a, const struct conf *conf, const struct listen_set *old,
		struct listen_set *set)
{
	struct listen_set fresh = { .count = 0 };
	err e = add_all(a, conf, old, &fresh);
	if (e.kind) {
		listen_close_gone(&fresh, old);
		return e;
	}
	tell_new(old, &fresh);
	*set = fresh;
	return OK;
}

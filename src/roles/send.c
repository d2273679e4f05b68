/* The role send: mail on its way out. What it does stands in src/send. */
#include "base/clock.h"
#include "base/log.h"
#include "lists/books.h"
#include "mail/address.h"
#include "roles/role.h"
#include "send/reporter.h"
#include "send/sender.h"
#include "send/sts_rule.h"
#include "store/outbound/signer.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* The keys that [trust] names sign what we write and seal what we pass on; one is enough. */
static err prepare_sealer(struct role *role, struct sender_conf *conf)
{
	struct keyring *ring = arena_zero(role->a, sizeof *ring);
	str selector = keyring_selector(role->conf->trust_selector,
					role_key(role, STR("selector")));
	conf->sealer = (struct sealer){ .ring = ring,
					.domain = domain_ascii(role->a,
							       role->conf->site_domain),
					.arc = role->conf->trust_arc,
					.hostname = role->conf->site_hostname,
					.resolver = conf->resolver };
	for (size_t i = 0; i < KEYRING_MAX; i++) {
		str pem = role_key(role, keyring_file(role->a, selector, i));
		if (pem.n)
			TRY(keyring_add(role->a, ring, selector, i, pem));
	}
	if (!ring->count)
		log_warn("not-signing", KS("selector", selector),
			 KZ("do", "postern keys make makes the keys and shows their "
				  "records"));
	return OK;
}

/* For the page that shows what DNS must say; without it the mail goes all the same. */
static void publish_keys(struct role *role, const struct keyring *ring)
{
	struct signer_row rows[KEYRING_MAX];
	struct book *b = NULL;
	for (size_t i = 0; i < ring->count; i++)
		rows[i] = (struct signer_row){ ring->signers[i].selector,
					       sign_key_record(role->a,
							       ring->signers[i].key) };
	err e = book_open(role->a, role->conf->site_data, BOOK_OUTBOUND, BOOK_WRITE, &b);
	if (!e.kind)
		e = signer_set(b, rows, ring->count);
	book_close(b);
	if (e.kind)
		log_warn("keys-not-shown", KE(e),
			 KZ("do", "nothing: postern keys ls shows them"));
}

static err dial_role(struct role *role, enum role_id id, struct arena *a, int *fd)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair))
		return err_in(a, ERR_TEMP, "no connection to ourselves: %s",
			      strerror(errno));
	err e = wake_hand(role, id, pair[1]);
	close(pair[1]);
	if (e.kind)
		close(pair[0]);
	else
		*fd = pair[0];
	return e;
}

/* Silence would pass for DANE. */
static void say_validation(const struct conf *conf)
{
	if (!resolver_validates(conf->dns_server, conf->dns_trust_anchor))
		log_warn("dane-off",
			 KZ("why",
			    "no DNSSEC trust anchor, so no answer of DNS is proven"),
			 KZ("do", "set [dns] trust_anchor, for the root's: "
				  "/usr/share/dns/root.key (package dns-root-data)"));
}

/* Mail to ourselves needs no network: smtpd is handed the other end. */
static err dial_own(void *ctx, struct arena *a, int *fd)
{
	return dial_role(ctx, ROLE_smtpd, a, fd);
}

static err dial_fetch(void *ctx, struct arena *a, int *fd)
{
	return dial_role(ctx, ROLE_fetch, a, fd);
}

/* Policies of other domains, and reports to them. */
static err start_policies(struct role *role, struct sender_conf *conf,
			  struct reporter **reporter)
{
	struct tally *tally;
	struct sts_finder *finder;
	TRY(tally_open(role->a, role->conf->site_data, &tally));
	if (role->conf->trust_reports) {
		conf->told = tally_told;
		conf->told_ctx = tally;
	}
	TRY(sts_finder_open(role->a,
			    &(struct sts_finder_conf){ .data = role->conf->site_data,
						       .resolver = conf->resolver,
						       .tally = conf->told_ctx,
						       .dial_fetch = dial_fetch,
						       .ctx = role,
						       .brief_ms = STS_BRIEF_MS },
			    &finder));
	conf->sts = sts_rule;
	conf->sts_ctx = finder;
	return reporter_start(&(struct reporter_conf){ .conf = role->conf,
						       .resolver = conf->resolver,
						       .tally = tally,
						       .dial_fetch = dial_fetch,
						       .ctx = role },
			      reporter);
}

/* Deliveries are claimed in memory: the engine starts when no other is left. */
static err start(struct role *role, struct sender **s, struct reporter **reporter)
{
	struct sender_conf conf = { .conf = role->conf,
				    .dial_own = dial_own,
				    .ctx = role };
	TRY(books_mac_from(role_key(role, STR("mac.key")), &conf.mac));
	TRY(resolver_new(role->a, role->conf->dns_server, role->conf->dns_trust_anchor,
			 &conf.resolver));
	say_validation(role->conf);
	err e = tls_client(role->a, role->authorities, &conf.tls);
	if (e.kind)
		return err_in(role->a, e.kind, "[tls] authorities: %s", e.msg);
	TRY(prepare_sealer(role, &conf));
	publish_keys(role, conf.sealer.ring);
	role_ready(role);
	TRY(start_policies(role, &conf, reporter));
	return sender_start(role->a, &conf, s);
}

int send_main(struct role *role)
{
	struct sender *s;
	struct reporter *reporter;
	err e = start(role, &s, &reporter);
	if (e.kind) {
		log_error("role-not-started", KE(e),
			  KZ("do", "mend what the error names; it is tried again"));
		return 1;
	}
	while (!role_draining(role)) {
		struct wake w;
		if (wake_wait(role, WAKE_FROM(post), clock_mono_ms() + 1000, &w))
			sender_wake(s);
	}
	sender_stop(s, role_deadline(role) - 2000);
	reporter_stop(reporter); /* it writes the last tallies */
	return 0;
}

/* postern serve, status, tick: the server, how it is, and what time brings. */
#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "lists/expire.h"
#include "lists/shadow.h"
#include "mail/domain.h"
#include "net/resolver.h"
#include "roles/role.h"
#include "store/archive/inside.h"
#include "store/inbound/message.h"
#include "store/lists/held.h"
#include "store/lists/order.h"
#include "store/lists/request.h"
#include "store/outbound/delivery.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

#include <stdio.h>

int cli_serve(struct cli *c)
{
	const struct conf *conf;
	CLI_TRY(c, cli_conf(c, &conf));
	return serve(role_bodies, c->conf_path, c->overrides, c->override_count);
}

enum { NOT_SERVED_DAYS = 30, DNS_MS = 4000 };

struct status {
	struct cli *c;
	struct books *books;
	struct table *t;
};

static void add(struct status *s, const char *what, int64_t n, str note)
{
	table_row(s->t, (str[]){ str_from(what),
				 arena_printf(s->c->a, "%lld", (long long)n), note });
}

static err add_inbound(struct status *s)
{
	int64_t n, oldest;
	TRY(inbound_count(s->books->inbound, &n));
	TRY(inbound_oldest(s->books->inbound, &oldest));
	add(s, "arrivals not sorted yet", n,
	    n ? arena_cat(s->c->a, STR("oldest "), cli_time(s->c, oldest / 1000))
	      : STR(""));
	return OK;
}

static err add_requests(struct status *s)
{
	const struct list_entry **l;
	size_t n;
	int64_t waiting = 0;
	addressbook_lists(s->books->addresses, s->c->a, &l, &n);
	for (size_t i = 0; i < n; i++) {
		struct request_row *r;
		size_t count;
		TRY(request_list(s->books->lists, s->c->a, l[i]->id, &r, &count));
		waiting += (int64_t)count;
	}
	add(s, "requests to join", waiting,
	    waiting ? STR("postern request ls") : STR(""));
	return OK;
}

static err add_frozen(struct status *s)
{
	struct outbound_message *m;
	size_t n;
	TRY(outbound_frozen(s->books->outbound, s->c->a, &m, &n));
	add(s, "messages kept back by a budget", (int64_t)n,
	    n ? STR("postern queue release MESSAGE, or rm") : STR(""));
	for (size_t i = 0; i < n; i++)
		table_row(s->t,
			  (str[]){ STR("  kept back"),
				   arena_printf(s->c->a, "%lld", (long long)m[i].id),
				   arena_cat(s->c->a,
					     m[i].list.n ? m[i].list : m[i].reverse_path,
					     STR(": "), m[i].subject) });
	return OK;
}

/* Lists that send nothing, with the copies that would have left. */
static err add_shadow(struct status *s)
{
	const struct list_entry **l;
	size_t n;
	addressbook_lists(s->books->addresses, s->c->a, &l, &n);
	for (size_t i = 0; i < n; i++) {
		struct settings of;
		int64_t messages, copies;
		TRY(settings_load(s->books->lists, s->c->a, l[i]->id, &of));
		if (!of.shadow)
			continue;
		TRY(shadow_count(s->books, l[i], &messages, &copies));
		add(s, "copies not sent, in shadow", copies,
		    arena_printf(s->c->a,
				 "%.*s, of %lld mails; postern list set %.*s shadow=no",
				 STR_F(l[i]->address), (long long)messages,
				 STR_F(l[i]->address)));
	}
	return OK;
}

/* Whoever has gone goes from the archive when these have been read (lists/erase.h). */
static err add_files(struct status *s)
{
	struct archive_unread_counts n;
	TRY(archive_unread_count(s->books->archive, &n));
	add(s, "posts whose files are to be read", n.now, STR(""));
	add(s, "posts with a PDF that waits to be read", n.later,
	    n.later ? STR("postern doctor") : STR(""));
	return OK;
}

/* Asked now, of our own domain, and only where mail goes by it. */
static err add_dns(struct status *s)
{
	const struct conf *conf = s->books->conf;
	struct resolver *r;
	struct dns_answer x;
	int64_t began = clock_mono_ms();
	if (conf->send_relay.n)
		return OK;
	TRY(resolver_new(s->c->a, conf->dns_server, conf->dns_trust_anchor, &r));
	resolver_ask(r, s->c->a, domain_ascii(s->c->a, conf->site_domain), DNS_MX,
		     began + DNS_MS, &x);
	int64_t took = clock_mono_ms() - began;
	resolver_free(r);
	str server = conf->dns_server.n ? conf->dns_server : STR("/etc/resolv.conf");
	str why = x.status != DNS_FAILED
			  ? STR("")
			  : arena_printf(s->c->a,
					 "no answer about %.*s: %s; look at the "
					 "name server ([dns] server: %.*s), mail "
					 "waits for it",
					 STR_F(conf->site_domain), x.why, STR_F(server));
	add(s, "milliseconds until DNS answered", took, why);
	return OK;
}

static err fill(struct status *s)
{
	int64_t n;
	TRY(add_inbound(s));
	TRY(ledger_not_served(s->books->outbound,
			      clock_now_ms() - (int64_t)NOT_SERVED_DAYS * 86400000, &n));
	add(s, "arrivals given up in 30 days", n,
	    n ? STR("the log says why: recipient-not-served") : STR(""));
	TRY(ledger_lost_reports(s->books->outbound,
				clock_now_ms() - (int64_t)NOT_SERVED_DAYS * 86400000,
				&n));
	add(s, "reports of ours refused in 30 days", n,
	    n ? STR("their senders hear of no failure; postern trace ADDRESS") : STR(""));
	TRY(held_count(s->books->lists, 0, &n));
	add(s, "posts held", n, n ? STR("postern held ls") : STR(""));
	TRY(add_requests(s));
	TRY(order_count(s->books->lists, &n));
	add(s, "orders of pages waiting", n, STR(""));
	TRY(delivery_count(s->books->outbound, &n));
	add(s, "deliveries waiting", n, n ? STR("postern queue ls") : STR(""));
	TRY(add_frozen(s));
	TRY(add_shadow(s));
	TRY(add_files(s));
	uint64_t space = file_space(arena_z(s->c->a, s->books->conf->site_data));
	TRY(add_dns(s));
	add(s, "megabytes free on the disk", (int64_t)(space >> 20),
	    (int64_t)space < s->books->conf->smtp_min_space
		    ? STR("mail is put off until there is more")
		    : STR(""));
	return OK;
}

int cli_status(struct cli *c)
{
	struct status s = { .c = c };
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &s.books));
	s.t = table_new(c, "what number# note");
	CLI_TRY(c, fill(&s));
	table_print(s.t);
	return CLI_OK;
}

int cli_tick(struct cli *c)
{
	struct books *books;
	int64_t at = clock_now();
	const char *text = cli_option(c, "at");
	if (text && !clock_parse(str_from(text), clock_now(), &at))
		return cli_fail(c,
				err_in(c->a, ERR_SYNTAX,
				       "--at %s: write 2026-11-24T04:12, or +7d from now",
				       text));
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, expire_run(books, c->a, at));
	return CLI_OK;
}

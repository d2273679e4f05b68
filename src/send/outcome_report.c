/* Reports to senders: which of them a batch of outcomes asks for, and what they say. */
#include "send/outcome_inside.h"

#include "mail/header.h"
#include "store/outbound/undelivered.h"

/* Of a message this much is read for a report, which quotes its header, or the whole
 * of a small one. */
enum { QUOTED = HEADER_MAX + 64 * 1024 };

bool report_wanted(const struct item *i, const char *when, bool standard)
{
	return i->notify.n ? str_ifind(i->notify, str_from(when)).n > 0 : standard;
}

void reports_due_add(struct reports_due *r, const struct outcome *o, const char *action)
{
	if (!report_wanted(o->item, "NEVER", false))
		r->due[r->count++] = (struct due){ o, action };
}

/* What was put off until it was too late is reported as that (RFC 3463 section 3.5);
 * the diagnostic has what the server said. */
static str status_of(const struct outcome *o, const char *action)
{
	if (o->kind == OUTCOME_LATER && str_eq(str_from(action), STR("failed")))
		return STR("4.4.7");
	return str_from(o->status[0] ? o->status : "5.0.0");
}

/* Of a message all that one batch says of it, in one report: every recipient that was
 * refused in one session, say. */
static size_t take_due(struct reports_due *all, size_t first, int64_t expire,
		       struct dsn_recipient *r)
{
	const struct due lead = all->due[first];
	size_t n = 0;
	for (size_t i = first; i < all->count; i++) {
		const struct outcome *o = all->due[i].o;
		if (all->due[i].action != lead.action
		    || o->item->message != lead.o->item->message)
			continue;
		all->due[i].action = NULL;
		r[n++] = (struct dsn_recipient){
			.final = o->item->recipient,
			.original = o->item->orcpt,
			.action = str_from(lead.action),
			.status = status_of(o, lead.action),
			/* a server's word for word (RFC 3464 section 2.3.6) */
			.diagnostic = o->remote.n ? o->reply : o->text,
			.remote = o->remote,
			.until = str_eq(str_from(lead.action), STR("delayed"))
					 ? o->item->created_at + expire
					 : 0
		};
	}
	return n;
}

/* A list's copies and probes need no report: the ledger and the bounce score know
 * already. */
err reports_due_tell(struct reports_due *all, size_t first, const struct conf *conf,
		     struct book *outbound, struct arena *a)
{
	const struct due lead = all->due[first];
	if (!lead.action)
		return OK;
	const struct item *i = lead.o->item;
	struct dsn_recipient *r = arena_alloc(a, all->count * sizeof *r);
	size_t count = take_due(all, first, conf->send_expire, r);
	struct outbound_message m;
	str original;
	err e = outbound_get(outbound, a, i->message, &m);
	if (!e.kind
	    && (m.verp || !m.reverse_path.n || str_eq(m.kind, STR("post"))
		|| str_eq(m.kind, STR("digest")) || str_eq(m.kind, STR("probe"))))
		return OK;
	if (!e.kind)
		e = outbound_body_read(outbound, a, m.id, 0,
				       m.size < QUOTED ? m.size : QUOTED, &original);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	struct undelivered u = { .source = arena_printf(a, "%lld/%s/%lld",
							(long long)m.id, lead.action,
							(long long)i->id),
				 .sender = m.reverse_path,
				 .hostname = conf->site_hostname,
				 .envid = m.envid,
				 .ret = m.ret,
				 .arrival = m.created_at / 1000,
				 .recipients = r,
				 .count = count,
				 .original = original,
				 .tls = m.tls };
	return undelivered_tell(outbound, a, &u);
}

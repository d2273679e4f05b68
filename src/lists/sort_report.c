/* What the sender of a recipient's mail hears of it, or else the administrator. */
#include "lists/sort_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/notice.h"
#include "lists/proof.h"
#include "lists/shadow.h"
#include "mail/tls_want.h"
#include "store/outbound/ledger.h"
#include "store/outbound/undelivered.h"

err sort_note(struct sorting *s, const char *what, str detail)
{
	struct ledger_entry e = { .at = clock_now_ms(),
				  .inbound = s->arrival->id,
				  .recipient = s->recipient->address,
				  .what = str_from(what),
				  .detail = detail };
	return ledger_add(s->books->outbound, &e, 1);
}

/* Whether the sender asked to be told. */
static bool wants(const struct sorting *s, const char *when, bool standard)
{
	str asked = s->recipient->notify;
	return asked.n ? str_ifind(asked, str_from(when)).n > 0 : standard;
}

bool sort_has_proven_path(const struct sorting *s)
{
	struct proof_mail m = { s->arrival->account, s->arrival->trust, &s->header,
				s->arrival->reverse_path };
	return proof_of_path(s->a, &m);
}

static bool hears_of_failure(const struct sorting *s)
{
	return wants(s, "FAILURE", true) && sort_has_proven_path(s);
}

static err tell_sender(struct sorting *s, const char *action, str status, str why)
{
	bool failed = str_eq(str_from(action), STR("failed"));
	struct dsn_recipient r = { .final = s->recipient->address,
				   .original = s->recipient->orcpt,
				   .action = str_from(action),
				   .status = status,
				   .diagnostic = why,
				   .remote = STR("") };
	struct undelivered u = { .source = arena_printf(s->a, "%lld/dsn/%lld",
							(long long)s->arrival->id,
							(long long)s->recipient->n),
				 .sender = s->arrival->reverse_path,
				 .hostname = s->books->conf->site_hostname,
				 .envid = s->arrival->envid,
				 .ret = failed ? s->arrival->ret : STR("HDRS"),
				 .arrival = s->arrival->received_at / 1000,
				 .recipients = &r,
				 .count = 1,
				 .original = s->message,
				 .tls = tls_want_of(s->a, &s->header) };
	bool shadow = false;
	if (s->meaning.list)
		TRY(shadow_is(s->books, s->a, s->meaning.list, &shadow));
	return shadow ? sort_note(s, LEDGER_SHADOWED, s->meaning.list->address)
		      : undelivered_tell(s->books->outbound, s->a, &u);
}

err sort_report(struct sorting *s, str status, str why)
{
	TRY(sort_note(s, "refused", why));
	return hears_of_failure(s) ? tell_sender(s, "failed", status, why) : OK;
}

/* A list is where a message ends (RFC 3461 section 5.2.7.1); its copies are new ones. A
 * sender that is not proven is not written to. */
err sort_delivered(struct sorting *s, const struct post *p)
{
	return p->authentic && wants(s, "SUCCESS", false) && sort_has_proven_path(s)
		       ? tell_sender(s, "delivered", STR("2.1.5"), STR(""))
		       : OK;
}

/* What we wrote ourselves without a return path. */
static bool is_our_own_notice(struct sorting *s)
{
	str *ids, local, host;
	return !s->arrival->reverse_path.n
	       && header_ids(s->a, header_find(&s->header, STR("Message-ID")), &ids)
	       && str_cut_last(ids[0], '@', &local, &host)
	       && str_ieq(host, s->books->conf->site_hostname);
}

/* Mail to the administrator that cannot be dealt with is not reported to the same
 * address, nor a notice of ours to any: that would come back for ever. */
static bool comes_back(struct sorting *s)
{
	return s->meaning.what == MEANS_ADMIN
	       || str_ieq(s->recipient->address, s->books->conf->site_admin)
	       || is_our_own_notice(s);
}

/* The message itself goes to who can mend what hinders it: there is no other copy. */
static err tell_admin(struct sorting *s, str why)
{
	struct address admin;
	str sender = s->arrival->reverse_path;
	struct notice_var vars[] = { { "recipient", s->recipient->address },
				     { "sender", sender.n ? sender : STR("<>") },
				     { "reason", why } };
	if (comes_back(s))
		return OK;
	TRY(address_parse(s->a, s->books->conf->site_admin, &admin));
	return notice_send(
		s->books, s->a,
		&(struct notice){ .name = "not-served",
				  .to = { .address = admin },
				  .source = arena_printf(s->a, "%lld/not-served/%lld",
							 (long long)s->arrival->id,
							 (long long)s->recipient->n),
				  .vars = vars,
				  .var_count = sizeof vars / sizeof *vars,
				  .attached = s->message,
				  .trust = s->arrival->trust,
				  .only_copy = true });
}

err sort_report_broken(struct sorting *s)
{
	str why = arena_copy(s->a, str_from(s->broken.msg));
	bool hears = hears_of_failure(s);
	log_error("recipient-not-served", KN("inbound", s->arrival->id),
		  KS("recipient", s->recipient->address), KS("error", why),
		  KZ("told", hears           ? "sender"
			     : comes_back(s) ? "nobody"
					     : "administrator"),
		  KZ("do", "mend what the error names"));
	TRY(sort_note(s, LEDGER_NOT_SERVED, why));
	return hears ? tell_sender(s, "failed", STR("5.3.0"), why) : tell_admin(s, why);
}

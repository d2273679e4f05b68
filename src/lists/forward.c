#include "lists/forward.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/budget.h"
#include "lists/fanout.h"
#include "lists/from_rewrite.h"
#include "lists/proof.h"
#include "lists/publish.h"
#include "lists/shadow.h"
#include "mail/header.h"
#include "mail/retpath.h"
#include "mail/seven.h"
#include "mail/tls_want.h"
#include "net/addr.h"
#include "store/lists/person.h"
#include "store/lists/role.h"
#include "store/outbound/delivery.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

/* Messages of a network that an alias passes on; a loop or a flood is more. */
enum { ALIAS_HOURLY = 500 };

struct leaving {        /* what differs between the kinds */
	str kind, name; /* name: the address it came to; part of the source */
	str reverse_path;
	str extra; /* fields that come first */
	struct delivery *copies;
	size_t count;
	str budget; /* whose */
	int64_t limit, hours;
	bool proven; /* the return path is the sender's own */
	bool as_is;  /* in no other form, since somebody has signed it */
};

/* By network: a stranger's flood freezes no other's mail. */
static str budget_of(struct arena *a, const struct forward *f, str name)
{
	struct net_addr client;
	if (net_parse_ip(f->arrival->client, &client).kind)
		return name; /* by the local door */
	client = net_prefix(&client, 24, 48);
	return arena_cat(a, name, STR(" from "), net_ip_text(a, &client));
}

/* With our From, since the author's would be proven by us alone. What came back at a
 * return path is answered by nobody. */
static err rewrite(struct books *books, struct arena *a, const struct header *h, str name,
		   str *message)
{
	static const str gone[] = { STR("From"), STR("X-Original-From"),
				    STR("DKIM-Signature") };
	struct trust_author author;
	struct mailbox from, real;
	bool back = str_istarts(name, STR("SRS"));
	if (back)
		name = arena_cat(a, STR("postmaster@"), books->conf->site_domain);
	TRY(address_parse(a, name, &from.address));
	trust_author(a, h, &author);
	real = from_rewrite_author(&author.mailbox);
	from.name = from_rewrite_name(a, &author.mailbox, from.address.local);
	bool replies = real.address.domain.n && !header_find(h, STR("Reply-To")) && !back;
	struct header_edit edit = {
		.drop = gone,
		.drop_count = sizeof gone / sizeof *gone,
		.append = arena_cat(
			a, header_fold(a, STR("From"), mailbox_text(a, &from)),
			from_rewrite_original(a, h),
			replies ? header_fold(a, STR("Reply-To"), mailbox_text(a, &real))
				: STR(""))
	};
	*message = arena_cat(a, header_apply(a, h, &edit), STR("\r\n"), h->body);
	return OK;
}

static bool is_rewritten(struct books *books, struct arena *a, const struct forward *f,
			 const struct header *h)
{
	struct trust_said said = trust_said(f->arrival->trust);
	struct from_rewrite_mail m = { h, f->arrival->trust, STR("") };
	return f->arrival->account <= 0 && !said.local && !said.aligned
	       && from_rewrite_alignment(books->conf, a, &m) != ALIGNMENT_NONE;
}

static str said_of(struct arena *a, bool rewritten)
{
	return rewritten ? arena_cat(a, STR("; from: that of the address it came to ("),
				     str_from(from_rewrite_why), STR(")"))
			 : STR("");
}

/* h: of the message as it leaves; rewritten: with our From. */
static struct outbound_message row_of(struct arena *a, const struct forward *f,
				      const struct leaving *l, const struct header *h,
				      bool rewritten)
{
	str *ids;
	return (struct outbound_message){
		.source = f->source.n ? f->source
				      : arena_printf(a, "%lld/%.*s",
						     (long long)f->arrival->id,
						     STR_F(l->name)),
		.inbound = f->arrival->id,
		.kind = rewritten ? STR("rewritten") : l->kind, /* which send signs */
		.reverse_path = l->reverse_path,
		.message_id = header_ids(a, header_find(h, STR("Message-ID")), &ids)
				      ? ids[0]
				      : STR(""),
		.subject = header_text(a, header_find(h, STR("Subject"))),
		.created_at = clock_now_ms(),
		.envid = f->arrival->envid,
		.ret = l->proven ? f->arrival->ret : STR("HDRS"),
		.split = (int64_t)(l->extra.n + h->raw.n),
		/* Declared, and needed: else it may go on without it (RFC 6531
		 * section 3.6). */
		.smtputf8 = str_starts(f->arrival->protocol, STR("UTF8"))
			    && message_has_8bit(h->raw),
		.tls = tls_want_of(a, h),
		.author_signed = l->as_is && !rewritten,
	};
}

static err add_message(struct books *books, struct arena *a, const struct forward *f,
		       const struct leaving *l, struct outbound_message *m)
{
	struct header h;
	str message = f->message;
	bool fresh, over;
	TRY(header_scan(a, message, &h));
	bool rewritten = is_rewritten(books, a, f, &h);
	if (rewritten) {
		TRY(rewrite(books, a, &h, l->name, &message));
		TRY(header_scan(a, message, &h));
	}
	str body = arena_cat(a, l->extra, message);
	*m = row_of(a, f, l, &h, rewritten);
	m->size = (int64_t)body.n;
	m->eightbit = message_has_8bit(message);
	TRY(outbound_add(books->outbound, m, &fresh));
	if (!fresh)
		return OK;
	TRY(outbound_body_write(books->outbound, m->id, body));
	TRY(shadow_deliver(books, a, l->name, m, l->copies, l->count));
	TRY(outbound_progress(books->outbound, m->id, 0, true));
	TRY(queued_note(books, a, m, l->name, (int64_t)l->count, said_of(a, rewritten)));
	TRY(budget_count(books, a, l->budget, (int64_t)l->count, l->hours, l->limit,
			 &over));
	m->frozen = over;
	return over ? outbound_freeze(books->outbound, m->id, true) : OK;
}

static err leave(struct books *books, struct arena *a, const struct forward *f,
		 const struct leaving *l)
{
	struct outbound_message m;
	bool mine;
	TRY(book_join(books->outbound, &mine));
	TRY(book_leave(books->outbound, mine, add_message(books, a, f, l, &m)));
	log_info("mail-forwarded", KS("kind", l->kind), KS("to", l->name),
		 KN("message", m.id), KN("recipients", l->count));
	return m.frozen ? budget_tell(books, a, l->budget, STR("Its mail waits.")) : OK;
}

/* One target gets what the sender asked to be told (RFC 3461 section 5.2.7.2); of
 * several each would report its own success. */
static struct delivery *copies_to(struct arena *a, const str *targets, size_t n,
				  const struct inbound_recipient *asked)
{
	struct delivery *d = arena_zero(a, (n ? n : 1) * sizeof *d);
	bool pass = n == 1 || str_ieq(asked->notify, STR("NEVER"));
	for (size_t i = 0; i < n; i++)
		d[i] = (struct delivery){ .destination = destination_of(a, targets[i]),
					  .recipient = targets[i],
					  .notify = pass ? asked->notify : STR(""),
					  .orcpt = pass ? asked->orcpt : STR(""),
					  .last_reply = STR("") };
	return d;
}

/* Delivered-To marks that a message has passed here: the second time is a loop. */
static err loops(struct arena *a, const struct forward *f, str name, bool *yes)
{
	struct header h;
	TRY(header_scan(a, f->message, &h));
	*yes = false;
	for (const struct field *x = header_find(&h, STR("Delivered-To")); x;
	     x = header_next(&h, x))
		*yes = *yes || str_ieq(header_value(a, x), name);
	return OK;
}

/* Whether the return path is the sender's own: else nobody hears of the mail's fate. */
static err is_proven(struct arena *a, const struct forward *f, bool *yes)
{
	struct header h;
	TRY(header_scan(a, f->message, &h));
	struct proof_mail m = { f->arrival->account, f->arrival->trust, &h,
				f->arrival->reverse_path };
	*yes = proof_of_path(a, &m);
	return OK;
}

static err discard(struct books *books, const struct forward *f, str name, str why)
{
	struct ledger_entry e = { .at = clock_now_ms(),
				  .inbound = f->arrival->id,
				  .recipient = name,
				  .what = STR("discarded"),
				  .detail = why };
	return ledger_add(books->outbound, &e, 1);
}

static str nobody_here(struct arena *a, const struct books *books)
{
	return arena_cat(a, STR("nobody@"), domain_ascii(a, books->conf->site_domain));
}

/* A stranger's return path could be a victim's, who would hear of what servers behind the
 * target refuse: such mail bears one that leads to nobody. None at all would let programs
 * take it for a bounce. */
static err way_back(struct books *books, struct arena *a, const struct forward *f,
		    bool proven, str *path)
{
	struct address sender;
	str rest, from = proven ? f->arrival->reverse_path : nobody_here(a, books);
	*path = STR("");
	if (!f->arrival->reverse_path.n)
		return OK;
	TRY(address_path(a, arena_cat(a, STR("<"), from, STR(">")), true, &sender,
			 &rest));
	err e = srs_forward(a, &books->mac, &sender,
			    domain_ascii(a, books->conf->site_domain), clock_now(), path);
	/* A return path of 64 octets is a program's (VERP). That it hears of no failure is
	 * better than that its mail does not come. */
	return e.kind == ERR_LIMIT ? (*path = STR(""), OK) : e;
}

static err forward_to(struct books *books, struct arena *a, const struct forward *f,
		      str name, const str *targets, size_t n)
{
	str path;
	bool loop, proven;
	struct inbound_recipient asked = *f->to;
	TRY(is_proven(a, f, &proven));
	if (!proven) {
		asked.notify = STR("NEVER");
		asked.orcpt = STR("");
	}
	TRY(loops(a, f, name, &loop));
	if (loop) {
		log_warn("forward-loop", KS("address", name),
			 KN("inbound", f->arrival->id));
		return discard(books, f, name,
			       STR("a loop: it has been forwarded here before"));
	}
	if (!n) {
		log_warn("forward-nobody", KS("address", name),
			 KN("inbound", f->arrival->id));
		return discard(books, f, name, STR("nobody to forward to"));
	}
	TRY(way_back(books, a, f, proven, &path));
	/* What an account has handed in is signed, whichever way it leaves. */
	struct leaving l = {
		.kind = f->arrival->account ? STR("submission") : STR("forward"),
		.name = name,
		.reverse_path = path,
		.extra = arena_cat(a, STR("Delivered-To: "), name, STR("\r\n")),
		.copies = copies_to(a, targets, n, &asked),
		.count = n,
		.budget = budget_of(a, f, arena_cat(a, STR("alias:"), name)),
		.limit = ALIAS_HOURLY,
		.hours = 1,
		.proven = proven,
		/* In another form it would be a stranger's without proof: of our own
		 * it has a seal that says what we found, and few believe it. */
		.as_is = !f->arrival->account && trust_said(f->arrival->trust).is_signed
	};
	return leave(books, a, f, &l);
}

err forward_alias(struct books *books, struct arena *a, const struct forward *f,
		  const struct alias_entry *alias)
{
	return forward_to(books, a, f, alias->address, alias->targets, alias->count);
}

err forward_admin(struct books *books, struct arena *a, const struct forward *f)
{
	struct address to;
	str rest;
	/* However it was spelled: each spelling would be a copy and a budget of its own.
	 */
	TRY(address_path(a, arena_cat(a, STR("<"), f->to[0].address, STR(">")), true, &to,
			 &rest));
	return forward_to(books, a, f, address_key(a, &to), &books->conf->site_admin, 1);
}

err forward_owner(struct books *books, struct arena *a, const struct forward *f,
		  const struct list_entry *list)
{
	struct role_row *roles;
	size_t n, owners = 0;
	TRY(role_list(books->lists, a, list->id, &roles, &n));
	str *targets = arena_alloc(a, (n + 1) * sizeof *targets);
	for (size_t i = 0; i < n; i++)
		if (str_eq(roles[i].role, STR("owner")))
			targets[owners++] = roles[i].text;
	if (!owners)
		targets[owners++] = books->conf->site_admin;
	return forward_to(books, a, f, list_subaddress(a, list, STR("owner")), targets,
			  owners);
}

/* Nobody hears of its copies: as with a post to members its author was told when it was
 * accepted. */
err forward_post(struct books *books, struct arena *a, const struct post *p)
{
	str none = STR("");
	struct inbound_message arrival = { .id = source_inbound(p->source),
					   .reverse_path = address_text(a,
									&p->reverse_path),
					   .client = none,
					   .protocol = p->utf8 ? STR("UTF8SMTP") : none,
					   .account = p->account,
					   .trust = p->trust,
					   .envid = none,
					   .ret = none };
	struct inbound_recipient to = { .address = p->list->address,
					.notify = STR("NEVER"),
					.orcpt = none };
	struct forward f = { .arrival = &arrival,
			     .message = p->message,
			     .to = &to,
			     .to_count = 1,
			     .source = p->source };
	return forward_owner(books, a, &f, p->list);
}

/* A bounce of mail that we forwarded goes back to whom the path names. Only
 * bounces use it: anybody else's mail to such an address is refused at RCPT. */
err forward_srs(struct books *books, struct arena *a, const struct forward *f)
{
	struct address path;
	str sender;
	TRY(address_parse(a, f->to[0].address, &path));
	TRY(srs_reverse(a, &books->mac, &path, clock_now(), &sender));
	if (str_ieq(sender, nobody_here(a, books)))
		return discard(books, f, f->to[0].address,
			       STR("a bounce of mail whose sender was not proven"));
	struct leaving l = { .kind = STR("forward"),
			     .name = f->to[0].address,
			     .reverse_path = STR(""),
			     .extra = STR(""),
			     .copies = copies_to(a, &sender, 1, f->to),
			     .count = 1,
			     .budget = budget_of(a, f, STR("srs")),
			     .limit = ALIAS_HOURLY,
			     .hours = 1 };
	return leave(books, a, f, &l);
}

err forward_submission(struct books *books, struct arena *a, const struct forward *f)
{
	struct person_row person;
	struct delivery *copies = arena_zero(a, f->to_count * sizeof *copies);
	TRY(person_get(books->lists, a, f->arrival->account, &person));
	for (size_t i = 0; i < f->to_count; i++)
		copies[i] = (struct delivery){ .destination = destination_of(
						       a, f->to[i].address),
					       .recipient = f->to[i].address,
					       .notify = f->to[i].notify,
					       .orcpt = f->to[i].orcpt,
					       .last_reply = STR("") };
	struct leaving l = { .kind = STR("submission"),
			     .name = f->arrival->reverse_path,
			     .reverse_path = f->arrival->reverse_path,
			     .extra = STR(""),
			     .copies = copies,
			     .count = f->to_count,
			     .budget = arena_printf(a, "person:%lld",
						    (long long)person.id),
			     .limit = person.send_budget,
			     .hours = 24,
			     .proven = true };
	return leave(books, a, f, &l);
}

/* Who complains, where no tag of ours tells: copies that several members share bear none
 * (personal_copies=no). Then the words of the report must do, and anybody can write those.
 * They are heard where the very server that the member has a mailbox with says them, and
 * since not every server keeps abuse@ to those who run it, the member is asked
 * (score_run.c): nobody is turned off in another's name. */
#include "lists/complaint_inside.h"

#include "lists/settings.h"
#include "store/lists/member.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"
#include "trust/name.h"
#include "trust/suffix.h"
#include "trust/trust.h"

struct naming {
	struct books *books;
	struct arena *a;
	const struct arf *r;
	struct address named;  /* whom the report names */
	struct culprit *found; /* member 0: nobody yet */
	bool several;
};

/* The names that RFC 2142 keeps for those who run the domain: elsewhere every user of it
 * may write under a proven name of theirs. */
static bool is_of_postmaster(str local)
{
	return str_ieq(local, STR("abuse")) || str_ieq(local, STR("postmaster"));
}

/* A domain speaks for the mailboxes of its own and below, within one organization; a name
 * beside or below it, which may sign for all of it (relaxed alignment), does not. */
static bool speaks_for(struct arena *a, str domain, str mailbox)
{
	return name_within(mailbox, domain) && suffix_same_registrant(a, domain, mailbox);
}

static bool is_proven(struct naming *x, const struct inbound_message *arrival,
		      const struct header *header)
{
	struct trust_author author;
	str mailbox = domain_ascii(x->a, x->named.domain);
	trust_author(x->a, header, &author);
	return author.domain.n && is_of_postmaster(author.mailbox.address.local)
	       && speaks_for(x->a, domain_ascii(x->a, author.domain), mailbox)
	       && speaks_for(x->a, trust_aligned_by(x->a, arrival->trust), mailbox);
}

/* The one address that the report names: of several, or of none, it stays open who it
 * was. Without Original-Rcpt-To it is whom the message was to. */
static bool find_name(struct naming *x)
{
	struct mailbox *m;
	size_t n;
	const struct field *to = header_find(&x->r->returned, STR("To"));
	if (x->r->original_rcpt_to.count)
		return x->r->original_rcpt_to.count == 1
		       && !address_parse(x->a, x->r->original_rcpt_to.values[0],
					 &x->named)
				   .kind;
	if (!to || address_list(x->a, to->value, &m, &n).kind || n != 1)
		return false;
	x->named = m[0].address;
	return true;
}

/* Whether that post went to the member of its list with that address, in a copy without
 * a tag. */
static err look_at(struct naming *x, const struct outbound_message *m)
{
	struct member_row row;
	struct settings settings;
	bool went;
	const struct list_entry *list = addressbook_list(x->books->addresses, m->list);
	if (!str_eq(m->kind, STR("post")) || !list
	    || (x->r->list_id.n
		&& addressbook_list_by_list_id(x->books->addresses, x->r->list_id)
			   != list))
		return OK;
	TRY(settings_load(x->books->lists, x->a, list->id, &settings));
	if (settings.personal_copies)
		return OK;
	err e = member_find(x->books->lists, x->a, list->id, address_key(x->a, &x->named),
			    &row);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	TRY(ledger_went_to(x->books->outbound, m->id, row.id, &went));
	if (!went)
		return OK;
	x->several = x->several || (x->found->member && x->found->member != row.id);
	*x->found = (struct culprit){ list, row.id, true };
	return OK;
}

err complaint_by_name(struct books *books, struct arena *a,
		      const struct inbound_message *arrival, const struct header *header,
		      const struct arf *r, struct culprit *who)
{
	struct outbound_message *m;
	struct culprit found = { 0 };
	struct naming x = { .books = books, .a = a, .r = r, .found = &found };
	size_t n;
	if (!r->message_id.n || !find_name(&x) || !is_proven(&x, arrival, header))
		return OK;
	TRY(outbound_by_message_id(books->outbound, a, r->message_id, &m, &n));
	for (size_t i = 0; i < n; i++)
		TRY(look_at(&x, &m[i]));
	if (!x.several)
		*who = found;
	return OK;
}

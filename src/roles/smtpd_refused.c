/* Word of what was refused at the end of DATA, for the ledger: smtpd writes no other
 * book than inbound, and post enters it from there. */
#include "roles/smtpd_inside.h"

#include "base/buf.h"
#include "base/log.h"

/* Strangers write here: so many notes an hour from a network and from all, each of a
 * few hundred octets. What is beyond them is in the log alone. */
enum {
	NETWORK_HOURLY = 60,
	ALL_HOURLY = 600,
	FIELD_MAX = 1000,
	WHY_MAX = 500,
	RECIPIENTS_MAX = 10
};

void smtpd_refused_limits(struct smtpd *d)
{
	d->refusals = rate_new(NETWORK_HOURLY, NETWORK_HOURLY);
	d->all_refusals = rate_new(ALL_HOURLY, ALL_HOURLY);
}

static bool may_note(struct visit *v, struct arena *a)
{
	struct net_addr net = net_prefix(&v->peer, 24, 48);
	if (v->is_local)
		return true;
	return (v->is_upstream || rate_take(v->d->refusals, net_ip_text(a, &net), 1))
	       && rate_take(v->d->all_refusals, STR("all"), 1);
}

/* Of its header what a trace finds it by and shows. */
static str short_header(struct arena *a, const struct header *h)
{
	static const char *const names[] = { "From", "Subject", "Message-ID" };
	BUF(b);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct field *f = header_find(h, str_from(names[i]));
		if (f && f->raw.n <= FIELD_MAX)
			buf_add(&b, f->raw);
	}
	buf_add(&b, STR("\r\n"));
	return arena_copy(a, buf_str(&b));
}

void smtpd_note_refused(struct visit *v, const struct smtp_session *s,
			const struct smtp_message *m, struct inbound_message *row,
			const struct judgement *judged)
{
	struct arena *a = m->arena;
	size_t n = s->rcpt_count < RECIPIENTS_MAX ? s->rcpt_count : RECIPIENTS_MAX;
	struct inbound_recipient *r = arena_zero(a, n * sizeof *r);
	if (!may_note(v, a))
		return;
	for (size_t i = 0; i < n; i++)
		r[i] = (struct inbound_recipient){
			.address = address_text(a, &s->rcpts[i].to),
			.notify = STR(""),
			.orcpt = STR(""),
			.refused = str_first(judgement_text(a, &judged[i]), WHY_MAX)
		};
	row->body = short_header(a, m->header);
	row->size = (int64_t)row->body.n;
	row->trust = STR("{}");
	err e = commit_add(v->d->commit, row, r, n);
	if (e.kind) /* the committer has logged why; the answer is the same */
		row->id = 0;
}

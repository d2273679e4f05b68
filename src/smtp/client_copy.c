/* One copy on its way: its commands, the answers, and whom they are told. */
#include "smtp/client_inside.h"

#include "base/enc.h"
#include "base/mem.h"
#include "smtp/session.h"

static void tell(struct smtp_client *x, struct flight *f, size_t i,
		 const struct smtp_outcome *o)
{
	f->told[i] = true;
	x->feed->outcome(x->feed->ctx, &f->copy, i, o);
}

static void tell_rest(struct smtp_client *x, struct flight *f,
		      const struct smtp_outcome *o)
{
	for (size_t i = 0; i < f->copy.to_count; i++)
		if (!f->told[i])
			tell(x, f, i, o);
	f->accepted = 0;
}

void flight_finish(struct smtp_client *x, struct flight *f, const struct smtp_outcome *o)
{
	if (f->over)
		return;
	if (o)
		tell_rest(x, f, o);
	f->over = true;
	x->feed->done(x->feed->ctx, &f->copy);
}

void flight_lost(struct smtp_client *x, struct flight *f)
{
	enum smtp_stage stage = f->body_sent            ? SMTP_AT_BODY
				: f->read == 0          ? SMTP_AT_MAIL
				: f->read < f->commands ? SMTP_AT_RCPT
							: SMTP_AT_DATA;
	struct smtp_outcome o = client_lost(x, stage);
	o.unsure = f->body_sent;
	flight_finish(x, f, &o);
}

/* --- taking the next --- */

static bool is_clean(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 127)
			return false;
	return true;
}

/* A CR or LF in an address would be a command of somebody else's. */
static bool all_clean(const struct smtp_copy *m)
{
	for (size_t i = 0; i < m->to_count; i++)
		if (!is_clean(m->to[i].address) || !is_clean(m->to[i].orcpt))
			return false;
	return is_clean(m->reverse_path) && is_clean(m->envid) && is_clean(m->auth);
}

static int64_t size_of(const struct smtp_copy *m)
{
	int64_t size = 0;
	for (size_t i = 0; i < m->part_count; i++)
		size += (int64_t)m->parts[i].bytes.n;
	return size;
}

/* What need not be asked: this server has said that it cannot have it. */
static bool fits(const struct smtp_client *x, const struct smtp_copy *m,
		 struct smtp_outcome *o)
{
	*o = (struct smtp_outcome){ .code = 550, .stage = SMTP_AT_MAIL, .ours = true };
	if (!all_clean(m)) {
		o->status = STR("5.1.3");
		o->text = STR("the address holds a control character");
	} else if (m->utf8 && !x->offers.utf8) { /* RFC 6531 section 3.2 */
		o->status = STR("5.6.7");
		o->text = STR("the server does not take addresses outside ASCII");
	} else if (m->require_tls && !x->offers.require_tls) {
		o->status = STR("5.7.30"); /* RFC 8689 section 4.2.1 */
		o->text = STR("the message requires TLS to its end (REQUIRETLS), which "
			      "the server does not offer");
	} else if (m->eight_bit && !x->offers.eight_bit) { /* RFC 6152 section 3 */
		o->status = STR("5.6.3");
		o->text = STR("the server takes no 8-bit octets, and the message has no "
			      "other form");
	} else if (x->offers.size && size_of(m) > x->offers.size) { /* RFC 1870 */
		o->code = 552;
		o->status = STR("5.3.4");
		o->text = STR("the message is larger than the server takes");
	} else {
		return true;
	}
	return false;
}

bool client_is_full(const struct smtp_client *x)
{
	return x->offers.mail_max && x->begun >= x->offers.mail_max;
}

static void take_off(struct flight *f)
{
	size_t n = f->copy.to_count;
	if (f->told_room < n) {
		f->told = mem_grow(f->told, n * sizeof *f->told);
		f->told_room = n;
	}
	memset(f->told, 0, n * sizeof *f->told);
	f->commands = n + 2;
	f->sent = f->read = f->accepted = 0;
	f->mail_ok = f->body_sent = f->over = false;
	f->data_code = 0;
}

bool flight_pull(struct smtp_client *x, struct flight *f)
{
	struct smtp_outcome no;
	while (!x->closing && !x->dead.kind && !x->mute.kind && !client_is_full(x)) {
		f->copy = (struct smtp_copy){ 0 };
		if (!x->feed->next(x->feed->ctx, &f->copy))
			return false;
		take_off(f);
		if (fits(x, &f->copy, &no)) {
			x->begun++;
			return true;
		}
		flight_finish(x, f, &no);
	}
	return false;
}

/* --- commands --- */

static void add_mail(struct smtp_client *x, const struct smtp_copy *m)
{
	const struct smtp_offers *offers = &x->offers;
	buf_cat(&x->out, STR("MAIL FROM:<"), m->reverse_path, STR(">"));
	if (offers->size_known)
		buf_addf(&x->out, " SIZE=%lld", (long long)size_of(m));
	if (m->eight_bit && offers->eight_bit)
		buf_add(&x->out, STR(" BODY=8BITMIME"));
	if (m->utf8)
		buf_add(&x->out, STR(" SMTPUTF8"));
	if (m->require_tls)
		buf_add(&x->out, STR(" REQUIRETLS"));
	if (offers->dsn && m->ret_given)
		buf_add(&x->out, m->headers_only ? STR(" RET=HDRS") : STR(" RET=FULL"));
	if (offers->dsn && m->envid.n)
		buf_cat(&x->out, STR(" ENVID="), m->envid);
	if (m->auth.n) { /* RFC 4954 section 5: without brackets */
		ARENA(a);
		buf_cat(&x->out, STR(" AUTH="), enc_xtext(a, m->auth));
	}
	buf_add(&x->out, STR("\r\n"));
}

static void add_notify(struct buf *out, unsigned notify)
{
	static const struct {
		unsigned bit;
		str word;
	} words[] = { { SMTP_NOTIFY_NEVER, STR("NEVER") },
		      { SMTP_NOTIFY_SUCCESS, STR("SUCCESS") },
		      { SMTP_NOTIFY_FAILURE, STR("FAILURE") },
		      { SMTP_NOTIFY_DELAY, STR("DELAY") } };
	str before = STR(" NOTIFY=");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (notify & words[i].bit) {
			buf_cat(out, before, words[i].word);
			before = STR(",");
		}
}

static void add_rcpt(struct smtp_client *x, const struct smtp_to *to)
{
	buf_cat(&x->out, STR("RCPT TO:<"), to->address, STR(">"));
	if (x->offers.dsn && to->notify)
		add_notify(&x->out, to->notify);
	if (x->offers.dsn && to->orcpt.n)
		buf_cat(&x->out, STR(" ORCPT="), to->orcpt);
	buf_add(&x->out, STR("\r\n"));
}

void flight_command(struct smtp_client *x, struct flight *f, size_t i)
{
	if (i == 0)
		add_mail(x, &f->copy);
	else if (i <= f->copy.to_count)
		add_rcpt(x, &f->copy.to[i - 1]);
	else
		buf_add(&x->out, STR("DATA\r\n"));
	f->sent = i + 1;
}

int64_t flight_size(const struct flight *f)
{
	return size_of(&f->copy);
}

bool flight_in_one(const struct smtp_client *x, const struct flight *f)
{
	return x->offers.pipelining && f->commands <= SMTP_BATCH;
}

/* --- answers --- */

static void mail_answered(struct smtp_client *x, struct flight *f)
{
	f->mail_ok = x->answer.code / 100 == 2;
	if (!f->mail_ok) {
		struct smtp_outcome o = client_said(x, SMTP_AT_MAIL);
		tell_rest(x, f, &o);
	}
}

static void rcpt_answered(struct smtp_client *x, struct flight *f, size_t i)
{
	if (f->told[i])
		return;
	if (x->answer.code / 100 == 2) {
		f->accepted++;
		return;
	}
	struct smtp_outcome o = client_said(x, SMTP_AT_RCPT);
	tell(x, f, i, &o);
}

err flight_answer(struct smtp_client *x, struct flight *f)
{
	size_t i = f->read;
	bool is_data = i > f->copy.to_count;
	TRY(client_read(x, is_data ? x->times.data : x->times.command));
	f->read++;
	if (i == 0)
		mail_answered(x, f);
	else if (!is_data)
		rcpt_answered(x, f, i - 1);
	else
		f->data_code = x->answer.code;
	return OK;
}

/* All answers that are due have come, and nobody would get the message. */
static bool is_hopeless(const struct flight *f)
{
	if (f->read < f->sent || f->read == 0)
		return false;
	return !f->mail_ok || (f->read > f->copy.to_count && !f->accepted);
}

err flight_envelope(struct smtp_client *x, struct flight *f)
{
	size_t batch = x->offers.pipelining ? SMTP_BATCH : 1;
	while (f->read < f->commands && !is_hopeless(f)) {
		if (f->sent == f->read) {
			while (f->sent < f->commands && f->sent - f->read < batch)
				flight_command(x, f, f->sent);
			TRY(client_write(x, NULL, 0));
		}
		TRY(flight_answer(x, f));
	}
	return OK;
}

err flight_end(struct smtp_client *x, struct flight *f)
{
	for (size_t i = 0; i < f->copy.to_count && f->accepted; i++) {
		if (f->told[i])
			continue;
		TRY(client_read(x, x->times.end));
		struct smtp_outcome o = client_said(x, SMTP_AT_BODY);
		if (!f->body_sent && o.code / 100 == 2) /* of what, if not of this? */
			o = client_lost(x, SMTP_AT_BODY);
		if (!x->conf->lmtp) {
			tell_rest(x, f, &o);
			return OK;
		}
		tell(x, f, i, &o); /* RFC 2033 section 4.2 */
	}
	return OK;
}

/* --- the message --- */

const str *flight_pieces(struct smtp_client *x, const struct flight *f, bool dots,
			 size_t *count, int64_t *size)
{
	const struct smtp_copy *m = &f->copy;
	arena_reset(x->scratch);
	buf_clear(&x->pieces);
	str *pieces = (str *)(void *)buf_room(&x->pieces,
					      (m->part_count + 1) * sizeof(str));
	*size = 0;
	for (size_t i = 0; i < m->part_count; i++) {
		str bytes = m->parts[i].bytes;
		if (dots)
			bytes = m->parts[i].stuffed.p ? m->parts[i].stuffed
						      : smtp_stuff(x->scratch, bytes);
		pieces[i] = bytes;
		*size += (int64_t)bytes.n;
	}
	*count = m->part_count;
	return pieces;
}

/* RCPT: for whom. */
#include "smtp/verbs.h"

#include "base/enc.h"
#include "base/mem.h"

static bool set_notify(struct smtp_session *s, void *into, str value)
{
	static const struct {
		str word;
		unsigned bit;
	} words[] = { { STR("SUCCESS"), SMTP_NOTIFY_SUCCESS },
		      { STR("FAILURE"), SMTP_NOTIFY_FAILURE },
		      { STR("DELAY"), SMTP_NOTIFY_DELAY },
		      { STR("NEVER"), SMTP_NOTIFY_NEVER } };
	struct smtp_rcpt *to = into;
	(void)s;
	for (bool more = true; more;) {
		str word = value, rest = STR_NONE;
		unsigned bit = 0;
		more = str_cut(value, ',', &word, &rest);
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (str_ieq(word, words[i].word))
				bit = words[i].bit;
		if (!bit || to->notify & bit)
			return false;
		to->notify |= bit;
		value = rest;
	}
	/* RFC 3461 section 4.1: NEVER stands alone. */
	return !(to->notify & SMTP_NOTIFY_NEVER) || to->notify == SMTP_NOTIFY_NEVER;
}

static bool set_orcpt(struct smtp_session *s, void *into, str value)
{
	struct smtp_rcpt *to = into;
	str type, text;
	if (value.n > 500
	    || !str_cut(value, ';', &type, &text)) /* RFC 3461 section 4.2 */
		return false;
	for (size_t i = 0; i < type.n; i++)
		if (!chr_is_alpha(type.p[i]) && !chr_is_digit(type.p[i])
		    && type.p[i] != '-')
			return false;
	to->orcpt_type = arena_lower(s->arena, type);
	return type.n && !enc_xtext_decode(s->arena, text, s->mail.utf8, &to->orcpt).kind
	       && to->orcpt.n;
}

static const struct param rcpt_params[] = {
	{ "NOTIFY", true, set_notify },
	{ "ORCPT", true, set_orcpt },
};

static bool read_rcpt(struct smtp_session *s, str arg, struct smtp_rcpt *to,
		      struct smtp_reply *r)
{
	str rest;
	if (!path_read(s, arg, STR("TO:"), "5.1.3", &to->to, &rest, r)
	    || !params_read(s, rest, rcpt_params,
			    sizeof rcpt_params / sizeof *rcpt_params, to, r))
		return false;
	if (address_is_null(&to->to))
		smtp_say(r, 501, "5.1.3", STR("a recipient cannot be empty"));
	else if (to->to.local.n > ADDRESS_LOCAL_MAX) /* a sender's may be longer */
		smtp_say(r, 501, "5.1.3", STR("the address is too long"));
	else if (!s->mail.utf8 && !address_is_ascii(&to->to))
		smtp_say(r, 553, "5.6.7", STR("such an address needs SMTPUTF8"));
	else
		return true;
	return false;
}

/* Into the transaction; what was read so far was not yet of it. */
static void keep(struct smtp_session *s, const struct smtp_rcpt *to)
{
	if (s->rcpt_count == s->rcpt_room) {
		s->rcpt_room = s->rcpt_room ? s->rcpt_room * 2 : 4;
		s->rcpts = mem_grow(s->rcpts, s->rcpt_room * sizeof *s->rcpts);
	}
	struct smtp_rcpt *kept = &s->rcpts[s->rcpt_count++];
	*kept = *to;
	kept->to.local = arena_copy(s->arena, to->to.local);
	kept->to.domain = arena_copy(s->arena, to->to.domain);
	kept->orcpt_type = arena_copy(s->arena, to->orcpt_type);
	kept->orcpt = arena_copy(s->arena, to->orcpt);
	s->state = SMTP_RECIPIENT;
}

static void ask(struct smtp_session *s, str arg, struct smtp_rcpt *to,
		struct smtp_reply *r)
{
	if (!read_rcpt(s, arg, to, r))
		return;
	smtp_say(r, 550, "5.7.1", STR("relaying denied"));
	s->conf->policy->rcpt(s->ctx, s, to, r);
}

/* RFC 5321 section 4.5.3.1.10: the client comes again with the rest. */
static void full(struct smtp_session *s, struct smtp_reply *r)
{
	smtp_say(r, 452, "4.5.3", STR("too many recipients for one message"));
	if (!s->full && s->conf->policy->limit)
		s->conf->policy->limit(s->ctx, s, "recipients");
	s->full = true;
}

/* Who is refused, however often, must not cost memory until the transaction ends: so
 * each is read in the scratch, and only those that are accepted are kept. */
void cmd_rcpt(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	struct smtp_rcpt to = { 0 };
	struct arena *transaction = s->arena;
	s->arena = smtp_scratch(s);
	if (s->rcpt_count >= s->conf->max_recipients)
		full(s, r);
	else
		ask(s, arg, &to, r);
	s->arena = transaction;
	if (smtp_is_yes(r))
		keep(s, &to);
	else
		session_counts(s, &s->refused, SMTP_REFUSED_MAX, "refused-recipients", r);
}

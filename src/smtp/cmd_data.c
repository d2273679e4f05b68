/* DATA and BDAT: here comes the message. */
#include "smtp/verbs.h"

/* Whether the policy wants a message now. Who is put off again and again is sent away
 * in the end. */
static bool wanted(struct smtp_session *s, int code, const char *status, str text,
		   struct smtp_reply *r)
{
	smtp_say(r, code, status, text);
	if (s->conf->policy->data)
		s->conf->policy->data(s->ctx, s, r);
	if (r->code / 100 == code / 100)
		return true;
	session_counts(s, &s->refused, SMTP_REFUSED_MAX, "refused-messages", r);
	return false;
}

void cmd_data(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	if (arg.n) {
		smtp_say(r, 501, "5.5.4", STR("DATA stands alone"));
		return;
	}
	if (wanted(s, 354, "", STR("send it; a lone dot ends it"), r))
		r->next = SMTP_BODY;
	else
		session_reset(
			s); /* RFC 5321 section 4.1.1.4: no mail data, no transaction */
}

/* "BDAT 1000" or "BDAT 0 LAST" (RFC 3030 section 2). */
static bool read_chunk(str arg, int64_t *size, bool *last)
{
	str count, word, more;
	uint64_t n;
	if (!str_word(&arg, &count) || count.n > 18 || !str_u64(count, &n))
		return false;
	*last = str_word(&arg, &word);
	if (*last && (!str_ieq(word, STR("LAST")) || str_word(&arg, &more)))
		return false;
	*size = (int64_t)n;
	return true;
}

/* What a chunk meets where no message can be under way; code 0: it may come. */
static struct smtp_reply misplaced(const struct smtp_session *s)
{
	struct smtp_reply no = { 0 };
	if (s->state == SMTP_SENDER)
		smtp_say(&no, 554, "5.5.1", STR("no valid recipient yet; RCPT first"));
	else if (s->state == SMTP_FRESH || s->state == SMTP_READY)
		smtp_say(&no, 503, "5.5.1",
			 s->state == SMTP_FRESH ? STR("EHLO first") : STR("MAIL first"));
	return no;
}

/* The octets come whatever is answered, so the answer waits until they are in; but a
 * limit that closes the session does so at once. */
void cmd_bdat(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	if (!read_chunk(arg, &s->chunk.size, &s->chunk.last)) {
		/* How much follows is not known: nothing that comes now can be told apart
		 * from a message. */
		smtp_say(r, 501, "5.5.4",
			 STR("it goes BDAT octets, or BDAT octets LAST"));
		r->next = SMTP_CLOSE;
		return;
	}
	struct smtp_reply no = misplaced(s);
	if (no.code && session_counts(s, &s->bad, SMTP_BAD_MAX, "bad-commands", r))
		return;
	if (!no.code && !s->chunk.size && !s->chunk.last && session_pointless(s, r))
		return;
	if (s->state == SMTP_RECIPIENT) {
		if (wanted(s, 250, "2.0.0", STR("octets received"), r))
			s->state = SMTP_CHUNKS;
		else if (r->next == SMTP_CLOSE)
			return;
		else
			no = *r;
	}
	s->chunk.refusal = no;
	smtp_say(r, 250, "2.0.0", STR("octets received"));
	r->next = SMTP_CHUNK;
}

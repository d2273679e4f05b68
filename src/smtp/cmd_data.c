/* DATA and BDAT: here comes the message. */
#include "smtp/verbs.h"

/* Whether the policy wants a message now. */
static bool wanted(struct smtp_session *s, int code, const char *status, str text,
		   struct smtp_reply *r)
{
	smtp_say(r, code, status, text);
	if (s->conf->policy->data)
		s->conf->policy->data(s->ctx, s, r);
	return r->code / 100 == code / 100;
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

/* The octets come whatever is answered, so the answer waits until they are in. */
void cmd_bdat(struct smtp_session *s, str arg, struct smtp_reply *r)
{
	struct smtp_reply no = { 0 };
	if (!read_chunk(arg, &s->chunk.size, &s->chunk.last)) {
		/* How much follows is not known: nothing that comes now can be told apart
		 * from a message. */
		smtp_say(r, 501, "5.5.4",
			 STR("it goes BDAT octets, or BDAT octets LAST"));
		r->next = SMTP_CLOSE;
		return;
	}
	if (s->state == SMTP_RECIPIENT) {
		if (wanted(s, 250, "2.0.0", STR("octets received"), r))
			s->state = SMTP_CHUNKS;
		else
			no = *r;
	} else if (s->state == SMTP_SENDER) {
		smtp_say(&no, 554, "5.5.1", STR("no valid recipient yet; RCPT first"));
	} else if (s->state != SMTP_CHUNKS) {
		smtp_say(&no, 503, "5.5.1",
			 s->state == SMTP_FRESH ? STR("EHLO first") : STR("MAIL first"));
	}
	s->chunk.refusal = no;
	smtp_say(r, 250, "2.0.0", STR("octets received"));
	r->next = SMTP_CHUNK;
}

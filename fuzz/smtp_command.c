/* Lines to the server's session. Whatever is said, nobody elsewhere becomes a recipient,
 * and every reply is sound. The first octet chooses the door. */
#include "smtp_policy.h"

static const struct smtp_policy test_policy = { .rcpt = policy_rcpt,
						.scram = policy_scram,
						.plain = policy_plain };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (!n)
		return 0;
	struct smtp_config conf = { .kind = data[0] & 3,
				    .hostname = STR("here"),
				    .max_size = 100000,
				    .max_recipients = 5,
				    .tls = data[0] & 4,
				    .policy = &test_policy };
	struct smtp_session s;
	struct smtp_reply r = { 0 };
	str rest = { (const char *)data + 1, n - 1 };
	smtp_session_init(&s, &conf, NULL);
	while (rest.n && r.next != SMTP_CLOSE) {
		const char *lf = memchr(rest.p, '\n', rest.n);
		str line = str_first(rest, lf ? (size_t)(lf - rest.p) + 1 : rest.n);
		rest = str_skip(rest, line.n);
		smtp_step(&s, line, &r);
		reply_is_sound(&r);
		session_is_sound(&s);
		must(!s.account || conf.kind == SMTP_SUBMISSION
		     || conf.kind == SMTP_SUBMISSIONS);
		if (r.next == SMTP_STARTTLS)
			smtp_session_tls(&s);
		else if (r.next == SMTP_BODY || r.next == SMTP_CHUNK)
			smtp_session_received(&s, s.chunk.refusal.code ? &s.chunk.refusal
								       : &r);
		session_is_sound(&s);
	}
	smtp_session_free(&s);
	return 0;
}

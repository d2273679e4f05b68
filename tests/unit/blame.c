#include "send/blame.h"

#include "tests/check.h"

#include <stdio.h>

/* The same words mean another thing at another time. */
static const struct {
	int code;
	const char *status, *text;
	enum smtp_stage stage;
	bool ours, lmtp;
	enum bounce_class want;
} cases[] = {
	{ 550, "5.1.1", "no such user", SMTP_AT_RCPT, false, false, BOUNCE_MAILBOX },
	{ 550, "5.2.1", "closed", SMTP_AT_RCPT, false, false, BOUNCE_MAILBOX },
	{ 552, "5.2.2", "full", SMTP_AT_RCPT, false, false, BOUNCE_FULL },
	{ 550, "5.7.1", "go away", SMTP_AT_RCPT, false, false, BOUNCE_POLICY },
	{ 550, "5.1.1", "no such sender", SMTP_AT_MAIL, false, false, BOUNCE_POLICY },
	{ 550, "5.7.1", "blocked", SMTP_AT_MAIL, false, false, BOUNCE_POLICY },
	{ 554, "5.1.1", "not this one", SMTP_AT_DATA, false, false, BOUNCE_MESSAGE },
	{ 554, "5.1.1", "not this one", SMTP_AT_BODY, false, false, BOUNCE_MESSAGE },
	{ 552, "5.2.2", "full", SMTP_AT_BODY, false, false, BOUNCE_FULL },
	{ 552, "5.3.4", "too large", SMTP_AT_BODY, false, false, BOUNCE_MESSAGE },
	{ 552, "5.3.4", "too large", SMTP_AT_RCPT, false, false, BOUNCE_MESSAGE },
	{ 554, "5.7.1", "spam", SMTP_AT_BODY, false, false, BOUNCE_POLICY },
	{ 550, "5.1.1", "unknown", SMTP_AT_BODY, false, true, BOUNCE_MAILBOX },
	{ 550, "5.6.7", "SMTPUTF8", SMTP_AT_MAIL, true, false, BOUNCE_MESSAGE },
	{ 550, "5.1.1", "we say so", SMTP_AT_RCPT, true, false, BOUNCE_MESSAGE },
	{ 451, "4.4.2", "lost", SMTP_AT_RCPT, true, false, BOUNCE_NETWORK },
	{ 0, "", "", SMTP_AT_BODY, true, false, BOUNCE_NETWORK },
};

int main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct smtp_outcome o = { .code = cases[i].code,
					  .status = str_from(cases[i].status),
					  .text = str_from(cases[i].text),
					  .stage = cases[i].stage,
					  .ours = cases[i].ours };
		enum bounce_class got = blame(&o, cases[i].lmtp);
		CHECK(got == cases[i].want);
		if (got != cases[i].want)
			fprintf(stderr, "  %d %s: %s\n", cases[i].code, cases[i].status,
				bounce_class_word(got));
	}
	return check_done();
}

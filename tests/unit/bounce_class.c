/* What a failure says of whom: by its code, else by its words. */
#include "mail/bounce.h"

#include "tests/check.h"

static void classes(void)
{
	static const struct {
		const char *status, *words;
		enum bounce_class class;
	} cases[] = {
		/* the registry (RFC 5248), where it says something */
		{ "5.1.1", "", BOUNCE_MAILBOX },
		{ "5.1.1", "550 blocked as spam", BOUNCE_MAILBOX },
		{ "5.1.2", "", BOUNCE_DOMAIN },
		{ "5.1.3", "", BOUNCE_MAILBOX },
		{ "5.1.6", "", BOUNCE_MAILBOX },
		{ "5.1.7", "", BOUNCE_POLICY },
		{ "5.1.8", "user unknown", BOUNCE_POLICY },
		{ "5.1.10", "", BOUNCE_DOMAIN },
		{ "5.2.1", "", BOUNCE_MAILBOX },
		{ "5.2.2", "", BOUNCE_FULL },
		{ "4.2.2", "user unknown", BOUNCE_FULL },
		{ "5.2.3", "", BOUNCE_MESSAGE },
		{ "5.3.1", "", BOUNCE_NETWORK },
		{ "5.3.2", "", BOUNCE_NETWORK },
		{ "5.3.4", "", BOUNCE_MESSAGE },
		{ "4.4.1", "", BOUNCE_NETWORK },
		{ "4.4.2", "", BOUNCE_NETWORK },
		{ "5.4.4", "", BOUNCE_DOMAIN },
		{ "5.4.6", "", BOUNCE_NETWORK },
		{ "5.4.7", "", BOUNCE_NETWORK },
		{ "5.4.310", "", BOUNCE_DOMAIN },
		{ "5.6.1", "", BOUNCE_MESSAGE },
		{ "5.6.7", "", BOUNCE_MESSAGE },
		{ "5.7.0", "", BOUNCE_POLICY },
		{ "5.7.1", "", BOUNCE_POLICY },
		{ "5.7.26", "", BOUNCE_POLICY },
		{ "4.7.1", "greylisted", BOUNCE_POLICY },
		/* 5.7.x is policy whatever the words say */
		{ "5.7.1", "550 user unknown", BOUNCE_POLICY },
		{ "", "550 5.7.1 mailbox unavailable", BOUNCE_POLICY },
		{ "5.0.0", "550-5.7.1 user unknown", BOUNCE_POLICY },
		/* a mailbox is gone for good, or it is not gone */
		{ "4.1.1", "", BOUNCE_OTHER },
		{ "4.1.1", "450 user unknown", BOUNCE_MAILBOX },
		{ "4.2.1",
		  "The user you are trying to contact is receiving mail at a rate "
		  "that prevents additional messages",
		  BOUNCE_NETWORK },
		/* codes that say nothing, or not what they say */
		{ "5.0.0", "", BOUNCE_OTHER },
		{ "5.1.0", "Address rejected", BOUNCE_OTHER },
		{ "5.2.0", "", BOUNCE_OTHER },
		{ "5.5.0", "", BOUNCE_OTHER },
		{ "5.0.0", "550 5.1.1 x", BOUNCE_MAILBOX },
		{ "5.0.0", "host mx.x.example[192.0.2.1] said: 550 unknown user",
		  BOUNCE_MAILBOX },
		{ "5.5.0", "550 Requested action not taken: mailbox unavailable",
		  BOUNCE_MAILBOX },
		{ "5.3.0", "553 5.3.0 <b@x.example>... No such user here",
		  BOUNCE_MAILBOX },
		{ "5.4.1", "Recipient address rejected: Access denied", BOUNCE_POLICY },
		{ "5.4.1", "Recipient address rejected: user unknown", BOUNCE_MAILBOX },
		{ "5.4.1", "no answer", BOUNCE_NETWORK },
		{ "5.1.10",
		  "RESOLVER.ADR.RecipientNotFound; Recipient b@x.example not found "
		  "by SMTP address lookup",
		  BOUNCE_MAILBOX },
		{ "5.2.0", "the mailbox is full and mailbox is full", BOUNCE_FULL },
		/* no code */
		{ "", "", BOUNCE_OTHER },
		{ "", "550", BOUNCE_OTHER },
		{ "", "552 Message for <b@x.example> would exceed mailbox quota",
		  BOUNCE_FULL },
		{ "", "552 Requested mail action aborted: exceeded storage allocation",
		  BOUNCE_FULL },
		{ "", "550 USER  UNKNOWN", BOUNCE_MAILBOX },
		{ "", "This user doesn't have a x.example account", BOUNCE_MAILBOX },
		{ "", "Sorry, no mailbox here by that name. (#5.1.1)", BOUNCE_MAILBOX },
		{ "", "Name service error for domain x.example: Host not found",
		  BOUNCE_DOMAIN },
		{ "", "554 blocked using zen.spamhaus.org", BOUNCE_POLICY },
		{ "", "550 unknown user or your address is on our blacklist",
		  BOUNCE_POLICY },
		{ "", "550 unsolicited mail", BOUNCE_POLICY },
		{ "",
		  "550-Verification failed for <x@y.example> 550-No Such User Here 550 "
		  "Sender verify failed",
		  BOUNCE_POLICY },
		{ "", "550 Unrouteable address", BOUNCE_MAILBOX },
		{ "", "unrouteable mail domain \"x.example\"", BOUNCE_DOMAIN },
		{ "", "552 message size exceeds fixed limit", BOUNCE_MESSAGE },
		{ "", "554 Too many hops 26 (25 max)", BOUNCE_NETWORK },
		{ "", "connect to mx.x.example[192.0.2.1]:25: Connection timed out",
		  BOUNCE_NETWORK },
		{ "", "I couldn't find any host by that name. 5.1.2", BOUNCE_DOMAIN },
		/* names are no words, versions and addresses of hosts no codes */
		{ "", "host mx.nospam.example said: 550 no", BOUNCE_OTHER },
		{ "", "<policy@blocked.example>: rejected", BOUNCE_OTHER },
		{ "", "5.1.1.7 said no, says Exim 14.1.1", BOUNCE_OTHER },
		{ "5.1.1.1", "", BOUNCE_OTHER },
		{ "5.1", "", BOUNCE_OTHER },
		{ "2.1.5", "", BOUNCE_OTHER },
		{ "550", "no", BOUNCE_OTHER },
		/* other languages */
		{ "", "550 Empfaenger unbekannt", BOUNCE_MAILBOX },
		{ "", "550 Benutzer unbekannt", BOUNCE_MAILBOX },
		{ "", "L'adresse n'existe pas", BOUNCE_MAILBOX },
		{ "", "550 Usuario desconocido", BOUNCE_MAILBOX },
		{ "", "550 Utente sconosciuto", BOUNCE_MAILBOX },
		{ "", "550 Usu\xC3\xA1rio desconhecido", BOUNCE_MAILBOX },
		{ "", "550 gebruiker onbekend", BOUNCE_MAILBOX },
		{ "", "552 Postfach voll", BOUNCE_FULL },
		{ "", "552 casella piena", BOUNCE_FULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum bounce_class got = bounce_classify(str_from(cases[i].status),
							str_from(cases[i].words));
		CHECK(got == cases[i].class);
		if (got != cases[i].class)
			fprintf(stderr, "%s %s: %s\n", cases[i].status, cases[i].words,
				bounce_class_word(got));
	}
}

int main(void)
{
	classes();
	return check_done();
}

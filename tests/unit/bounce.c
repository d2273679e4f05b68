#include "mail/bounce.h"

#include "base/buf.h"
#include "base/clock.h"
#include "tests/check.h"

static struct bounce read_one(struct arena *a, const char *message)
{
	struct bounce b = { .count = 77 };
	CHECK(!bounce_read(a, str_from(message), &b).kind);
	return b;
}

/* What was read of a case that is wrong. */
static void print_read(size_t i, const struct bounce *b)
{
	for (size_t k = 0; k < b->count; k++) {
		const struct bounce_failure *f = &b->failures[k];
		fprintf(stderr, "%zu: %s %.*s %.*s <%.*s> %s: %.*s\n", i, b->format,
			STR_F(f->address), STR_F(f->status), STR_F(b->message_id),
			bounce_class_word(f->class), STR_F(f->diagnostic));
	}
}

#define DAEMON(subject)                                             \
	"From: Mail Delivery System <MAILER-DAEMON@mx.x.example>\n" \
	"To: dev-bounces@lists.example\nSubject: " subject "\n"
#define TEXT DAEMON("Undelivered Mail Returned to Sender") "\n"
#define PARTS(subject) \
	DAEMON(subject) "Content-Type: multipart/report; boundary=b\n\n--b\n\n"
#define STATUS "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
#define RETURNED                                                   \
	"\n--b\nContent-Type: text/rfc822-headers\n\nSubject: x\n" \
	"Message-ID:\n <p.1@lists.example>\n\n--b--\n"

/* What servers write, of the kinds that the collections below have and some they do
 * not. */
static void reports(struct arena *a)
{
	static const struct {
		const char *message, *format, *address, *status, *id;
		bool permanent;
		enum bounce_class class;
	} cases[] = {
		{ PARTS("Undelivered") "words\n" STATUS "Final-Recipient: rfc822; "
				       "b@x.example\nAction: failed\n"
				       "Status: 5.1.1\nRemote-MTA: dns; mx.x.example\n"
				       "Diagnostic-Code: smtp; 550 no\n" RETURNED,
		  "rfc3464", "b@x.example", "5.1.1", "p.1@lists.example", true,
		  BOUNCE_MAILBOX },
		{ PARTS("Undelivered") "words\n" STATUS /* the address that we wrote to */
				       "Original-Recipient: rfc822;b@x.example\n"
				       "Final-Recipient: rfc822; c@y.example\nAction: "
				       "failed\n"
				       "Status: 5.0.0\nDiagnostic-Code: smtp; 550-5.7.1 "
				       "spam\n" RETURNED,
		  "rfc3464", "b@x.example", "5.7.1", "p.1@lists.example", true,
		  BOUNCE_POLICY },
		{ PARTS("Delayed") "words\n" STATUS "Final-Recipient: rfc822; "
				   "b@x.example\nAction: delayed\n"
				   "Status: 4.4.1\n" RETURNED,
		  "rfc3464", "b@x.example", "4.4.1", "p.1@lists.example", false,
		  BOUNCE_NETWORK },
		{ PARTS("Gave up") "words\n" STATUS /* the action tells, not the code */
				   "Final-Recipient: rfc822; b@x.example\nAction: "
				   "failed\n"
				   "Status: 4.2.2\n" RETURNED,
		  "rfc3464", "b@x.example", "4.2.2", "p.1@lists.example", true,
		  BOUNCE_FULL },
		{ PARTS("Quota") "words\n" STATUS "Final-Recipient: rfc822; b@x.example\n"
				 "Status: 5.0.0 (recipient reached disk "
				 "quota)\n" RETURNED,
		  "rfc3464", "b@x.example", "5.0.0", "p.1@lists.example", true,
		  BOUNCE_FULL },
		{ PARTS("X.400") "Your message was not delivered to:\n\n  b@x.example\n\n"
				 "because:\n\n  not listed in the directory\n" STATUS
				 "Final-Recipient: x400; /S=b/C=de/\nAction: "
				 "failed\n" RETURNED,
		  "domino", "b@x.example", "", "p.1@lists.example", true,
		  BOUNCE_MAILBOX },
		{ PARTS("SMTPUTF8") "words\n" /* RFC 6533 */
				    "\n--b\nContent-Type: "
				    "message/global-delivery-status\n\n"
				    "Reporting-MTA: dns; x\n\nFinal-Recipient: utf-8; "
				    "\xC3\xBC@x.example\n"
				    "Action: failed\nStatus: 5.1.1\n" RETURNED,
		  "rfc3464", "\xC3\xBC@x.example", "5.1.1", "p.1@lists.example", true,
		  BOUNCE_MAILBOX },
		{ TEXT "This is the Postfix program at host mx.x.example.\n\n"
		       "I'm sorry to have to inform you that the message returned\n"
		       "below could not be delivered to one or more destinations.\n\n"
		       "<b@x.example>: host mx.y.example[192.0.2.1] said: 550\n"
		       "    <other@y.example>: User unknown\n\n",
		  "postfix", "b@x.example", "", "", true, BOUNCE_MAILBOX },
		{ TEXT "Hi. This is the qmail-send program at x.example.\n"
		       "I'm afraid I wasn't able to deliver your message to the "
		       "following addresses.\n\n<b@x.example>:\nSorry, no mailbox here "
		       "by that name. (#5.1.1)\n\n"
		       "--- Below this line is a copy of the message.\n\n"
		       "Return-Path: <dev-bounces@lists.example>\n"
		       "Message-ID: <p.1@lists.example>\n\n<evil@x.example>:\n",
		  "qmail", "b@x.example", "5.1.1", "p.1@lists.example", true,
		  BOUNCE_MAILBOX },
		{ TEXT
		  "A message that you sent could not be delivered to one or more of\n"
		  "its recipients. The following address(es)\nfailed:\n\n"
		  "  b@x.example\n    host mx.y.example [192.0.2.1]\n"
		  "    552 5.2.2 <c@y.example>: mailbox full\n\n"
		  "------ This is a copy of the message, including all the headers. "
		  "------\n\nMessage-Id: <p.1@lists.example>\n",
		  "exim", "b@x.example", "5.2.2", "p.1@lists.example", true,
		  BOUNCE_FULL },
		{ DAEMON("Mail delivery failed") /* its header names them */
		  "X-Failed-Recipients: b@x.example\n\nno words of ours\n",
		  "x-failed-recipients", "b@x.example", "", "", true, BOUNCE_OTHER },
		{ "From: <>\nSubject: Undeliverable mail\nContent-Type: text/html\n\n"
		  "<html><style>x</style><p>The following message to "
		  "&lt;b@x.example&gt; was undeliverable.<br>\n"
		  "The reason for the problem:<br>\n550&nbsp;'unknown user'</p>",
		  "ironport", "b@x.example", "", "", true, BOUNCE_MAILBOX },
		{ TEXT "Failed to deliver to 'b@x.example'\n", "communigate",
		  "b@x.example", "", "", true, BOUNCE_OTHER },
		{ TEXT "   ----- The following addresses had transient non-fatal errors "
		       "-----\n<b@x.example>\n\n   ----- Transcript of session follows "
		       "-----\n451 timeout\n",
		  "sendmail-delay", "b@x.example", "", "", false, BOUNCE_NETWORK },
		{ TEXT
		  "THIS IS A WARNING ONLY.\nYour message could not be delivered for 4 "
		  "hours.\nIt will be retried until it is 5.0 days old.\n\n"
		  "<b@x.example>: connect to mx.x.example: Connection refused\n",
		  "postfix-delay", "b@x.example", "", "", false, BOUNCE_NETWORK },
		{ TEXT "Your message has been delayed and is still awaiting delivery\n"
		       "to the following recipient(s):\n\nb@x.example\nMessage delayed\n",
		  "vop-delay", "b@x.example", "", "", false, BOUNCE_OTHER },
		{ TEXT
		  " - The following recipients have not yet received your message:\n\n"
		  "b@x.example; Action: Delayed\n",
		  "delay", "b@x.example", "", "", false, BOUNCE_OTHER },
		{ TEXT "Your message cannot be delivered to the following recipients:\n\n"
		       "  Recipient address: b@x.example\n",
		  "pmdf", "b@x.example", "", "", true, BOUNCE_OTHER },
		{ TEXT "The attached file had the following undeliverable recipient(s):\n"
		       "\tb@x.example\n",
		  "groupwise", "b@x.example", "", "", true, BOUNCE_OTHER },
		/* words alone, which say what they answer; of several nothing */
		{ DAEMON("Undelivered") "In-Reply-To: <p.1@lists.example>\n"
					"References: <p.0@x> <p.1@lists.example>\n\n"
					"Failed to deliver to 'b@x.example'\n",
		  "communigate", "b@x.example", "", "p.1@lists.example", true,
		  BOUNCE_OTHER },
		{ DAEMON("Undelivered") "References: <p.1@lists.example>\n\n"
					"Failed to deliver to 'b@x.example'\n",
		  "communigate", "b@x.example", "", "p.1@lists.example", true,
		  BOUNCE_OTHER },
		{ DAEMON("Undelivered") "References: <p.0@x> <p.1@lists.example>\n\n"
					"Failed to deliver to 'b@x.example'\n",
		  "communigate", "b@x.example", "", "", true, BOUNCE_OTHER },
		/* the reason stands apart from the address, or several do */
		{ TEXT "The following addresses had permanent fatal errors\n"
		       "<b@x.example>\n\n   ----- Transcript of session follows "
		       "-----\n554 Too many hops\n",
		  "sendmail", "b@x.example", "", "", true, BOUNCE_NETWORK },
		{ TEXT "The usual causes are a user unknown there or a full mailbox.\n\n"
		       "Failed to deliver to 'b@x.example'\n",
		  "communigate", "b@x.example", "", "", true, BOUNCE_OTHER },
		{ TEXT
		  "Their server said 550 5.1.1\n\nFailed to deliver to 'b@x.example'\n",
		  "communigate", "b@x.example", "", "", true, BOUNCE_MAILBOX },
		{ TEXT "Your message cannot be delivered to the following recipients:\n\n"
		       "  Recipient address: b1@x\n  Original address: b@x.example\n"
		       "  Reason: user unknown\n",
		  "pmdf", "b@x.example", "", "", true, BOUNCE_MAILBOX },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bounce b = read_one(a, cases[i].message);
		struct bounce_failure *f = b.failures;
		CHECK(b.count == 1);
		bool good = b.count == 1 && str_eq(f->address, str_from(cases[i].address))
			    && f->permanent == cases[i].permanent
			    && f->class == cases[i].class
			    && str_eq(f->status, str_from(cases[i].status))
			    && str_eq(b.message_id, str_from(cases[i].id))
			    && str_eq(str_from(b.format), str_from(cases[i].format));
		CHECK(good);
		if (!good)
			print_read(i, &b);
	}
}

/* The words behind an address, and who said them. */
static void words(struct arena *a)
{
	struct bounce b = read_one(
		a,
		TEXT "This is the mail system at host x.example.\nYour message could "
		     "not be delivered to one or more recipients.\n\n"
		     "<b@x.example>: host mx.y.example[192.0.2.1] said: 550 5.1.1\n"
		     "    <c@y.example>: no such user (in reply to RCPT TO command)\n\n"
		     "<d@x.example> (expanded from <e@x.example>): Host not\n"
		     "    found\n\nBye,\n<f@x.example>: signed\n");
	CHECK(b.count == 3);
	if (b.count != 3)
		return;
	CHECK(str_eq(b.failures[0].remote, STR("mx.y.example"))
	      && str_eq(b.failures[0].diagnostic,
			STR("host mx.y.example[192.0.2.1] said: 550 5.1.1 "
			    "<c@y.example>: no such user (in reply to RCPT TO command)"))
	      && b.failures[0].class == BOUNCE_MAILBOX);
	CHECK(str_eq(b.failures[1].address, STR("d@x.example"))
	      && str_eq(b.failures[2].address, STR("e@x.example"))
	      && b.failures[2].class == BOUNCE_DOMAIN && !b.failures[2].remote.n
	      && str_eq(b.failures[2].diagnostic, STR("Host not found")));
}

/* What is no report of a failure, or only quotes one. */
static void nobody(struct arena *a)
{
	static const char *const cases[] = {
		"",
		"Subject: Undelivered\n\n",
		TEXT "Nobody is named.\n",
		/* a vacation answer */
		"From: Anna <anna@x.example>\nSubject: Out of office: [dev] x\n"
		"Return-Path: <>\nAuto-Submitted: auto-replied\n\n"
		"I am away until Monday. Ask bob@x.example.\n",
		"From: Anna <anna@x.example>\nSubject: Automatic reply: failure notice\n"
		"Auto-Submitted: auto-replied\nReturn-Path: <>\n\nI am away. You "
		"wrote:\n\n"
		"I'm afraid I wasn't able to deliver your message to the following "
		"addresses.\n<bob@x.example>:\nno such user\n"
		"--- Below this line is a copy of the message.\n",
		/* successes */
		PARTS("Delivered") "Your message was delivered to:\n b@x.example\n" STATUS
				   "Final-Recipient: rfc822; b@x.example\nAction: "
				   "delivered\n"
				   "Status: 2.0.0\n" RETURNED,
		PARTS("Relayed") "The following addresses had permanent fatal errors\n"
				 "<b@x.example>\n" STATUS
				 "Final-Recipient: rfc822; b@x.example\nAction: relayed\n"
				 "Status: 2.1.5\n" RETURNED,
		PARTS("Expanded") "words\n" STATUS
				  "Final-Recipient: rfc822; b@x.example\nAction: "
				  "expanded\n" RETURNED,
		PARTS("Unsaid") "words\n" STATUS
				"Final-Recipient: rfc822; b@x.example\n" RETURNED,
		/* nobody whom mail could reach */
		PARTS("X.400") "words\n" STATUS "Final-Recipient: x400; "
			       "/S=b/C=de/\nAction: failed\n" RETURNED,
		PARTS("Two words") "words\n" STATUS
				   "Final-Recipient: rfc822; b c\nAction: "
				   "failed\n" RETURNED,
		/* a receipt of reading */
		DAEMON("Read") "Content-Type: multipart/report; boundary=b;\n"
			       " report-type=disposition-notification\n\n--b\n\n"
			       "Your message to b@x.example was displayed.\n--b\n"
			       "Content-Type: message/disposition-notification\n\n"
			       "Final-Recipient: rfc822;b@x.example\n"
			       "Disposition: manual-action/MDN-sent-manually; "
			       "displayed\n--b--\n",
		/* a complaint */
		DAEMON("FW: x") "Content-Type: multipart/report; boundary=b;\n"
				" report-type=feedback-report\n\n--b\n\nYour message to "
				"b@x.example\n--b\n"
				"Content-Type: message/feedback-report\n\nFeedback-Type: "
				"abuse\n"
				"Original-Rcpt-To: b@x.example\n--b--\n",
		/* persons: an answer, one whose program quotes with nothing, a forward, a
		 * question */
		"From: Anna <anna@x.example>\nSubject: Re: failure notice\n"
		"In-Reply-To: <1@x.example>\n\nWhy?\n\n> I'm afraid I wasn't able to\n"
		"> deliver your message to the following addresses.\n>\n"
		"> <bob@x.example>:\n> Sorry, no mailbox here by that name.\n>\n"
		"> --- Below this line is a copy of the message.\n",
		"From: Anna <anna@x.example>\nSubject: Undelivered Mail\n"
		"References: <1@x.example>\n\nSee:\n\n-----Original Message-----\n"
		"The following address(es) failed:\n\n  bob@x.example\n",
		"From: Postmaster <postmaster@x.example>\nSubject: Re: your mail\n"
		"In-Reply-To: <1@x.example>\n\nHe left. You saw\n\n"
		"The following address(es) failed:\n\n  bob@x.example\n",
		"From: Anna <anna@x.example>\nSubject: Fwd: Undelivered Mail Returned to "
		"Sender\n\nThis is the Postfix program at host x.example.\n"
		"could not be delivered to one or more destinations.\n\n"
		"<bob@x.example>: User unknown\n",
		"From: Anna <anna@x.example>\nSubject: who is that?\n"
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nlook\n--b\n"
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
		"Final-Recipient: rfc822; bob@x.example\nAction: failed\n--b--\n",
		"From: Anna <anna@x.example>\nSubject: who is that?\n\n"
		"The following address(es) failed:\n\n  bob@x.example\n",
		/* a server that quotes one who quotes, and what stands in returned mail */
		TEXT
		"You wrote:\n> The following addresses did NOT receive a copy of your "
		"message:\n> bob@x.example\n",
		TEXT "Nobody is named.\n\n----- Original message -----\n"
		     "The following address(es) failed:\n\n  bob@x.example\n",
		"From: mailer-daemon@x.example\nContent-Type: multipart/mixed; "
		"boundary=b;\n"
		" report-type=delivery-status\n\n--b\nContent-Type: message/rfc822\n\n"
		"From: mailer-daemon@x.example\nSubject: Undelivered\n\n"
		"The following address(es) failed:\n\n  bob@x.example\n--b--\n",
		PARTS("x") "Nobody is named.\n--b\nContent-Type: message/rfc822\n\n"
			   "From: mailer-daemon@x.example\nContent-Type: "
			   "multipart/report; "
			   "boundary=c\n\n--c\nContent-Type: message/delivery-status\n\n"
			   "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; "
			   "bob@x.example\n"
			   "Action: failed\n--c--\n--b--\n",
		/* no addresses */
		TEXT
		"The following address(es) failed:\n\n  bob@@x.example\n  @x.example\n"
		"  bob@x\n  bob@.example\n  bob@-x.example\n  a@b.example@c.example\n",
		/* the address of whoever may help */
		TEXT "Your message could not be delivered to one or more recipients.\n\n"
		     "If you need help, write to\n  postmaster@x.example\n",
		TEXT "The following address(es) failed:\n\n  an undisclosed address\n\n"
		     "This is all that we know.\n\nWrite to us if that does not help,\n"
		     "we are glad to know,\nat\npostmaster@x.example\n",
		/* a name alone is an address at one server */
		TEXT
		"could not be delivered because they are not accepting mail from x:\n"
		"\tanna\n",
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bounce b = read_one(a, cases[i]);
		CHECK(!b.count && !b.format && !b.message_id.n);
		if (b.count)
			print_read(i, &b);
	}
}

/* One address is one failure, the gravest; of a million of them a hundred count. */
static void many(struct arena *a)
{
	struct bounce b = read_one(
		a, PARTS("x") "words\n" STATUS
			      "Final-Recipient: rfc822; b@x.example\nAction: delayed\n\n"
			      "Final-Recipient: rfc822; B@X.example\nAction: failed\n"
			      "Status: 5.1.1\n\n"
			      "Final-Recipient: rfc822; b@x.example\nAction: "
			      "delayed\n" RETURNED);
	CHECK(b.count == 1 && b.failures[0].permanent
	      && b.failures[0].class == BOUNCE_MAILBOX);

	enum { LINES = 20000, SECONDS = 10 };
	int64_t start = clock_mono_ms();
	BUF(report);
	buf_add(&report, STR(PARTS("x") "words\n" STATUS));
	for (int i = 0; i < LINES; i++)
		buf_addf(&report,
			 "Final-Recipient: rfc822; a%d@x.example\nAction: failed\n"
			 "Diagnostic-Code: smtp; %s\n\n",
			 i,
			 "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e "
			 "f g h i j k l m n o p q r s t u v w x y z");
	CHECK(!bounce_read(a, buf_str(&report), &b).kind && b.count == 100);
	BUF(list);
	buf_add(&list, STR(TEXT "The following address(es) failed:\n\n"));
	for (int i = 0; i < LINES; i++)
		buf_addf(&list, "  a%d@x.example\n    550 5.1.1 no\n", i);
	CHECK(!bounce_read(a, buf_str(&list), &b).kind && b.count == 100);
	buf_clear(&list);
	buf_add(&list, STR(TEXT));
	for (int i = 0; i < LINES; i++)
		buf_add(&list, STR("***smtp=smtp=- --- your message "));
	CHECK(!bounce_read(a, buf_str(&list), &b).kind && !b.count);
	buf_clear(&list);
	buf_add(&list, STR(TEXT));
	for (int i = 0; i < LINES; i++) {
		buf_add(&list, STR("following address(es) failed: "));
		buf_add(&list, i % 9 ? STR("-----------") : STR("\n"));
	}
	CHECK(!bounce_read(a, buf_str(&list), &b).kind && !b.count);
	CHECK(clock_mono_ms() - start < SECONDS * 1000);
}

int main(void)
{
	ARENA(a);
	reports(a);
	words(a);
	nobody(a);
	many(a);
	return check_done();
}

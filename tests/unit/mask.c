/* Messages for guests: which domains go, and that all else stays, octet for octet. */
#include "archive/mask.h"

#include "tests/check.h"

static const struct {
	const char *in, *out;
} texts[] = {
	{ "Anna <anna@uni.example>, ben@x.y.",
	  "Anna <anna@hidden.invalid>, ben@hidden.invalid." },
	{ "a@[192.0.2.1] b@\xc3\xa4.example", "a@hidden.invalid b@hidden.invalid" },
	{ "@ alone, a@ b, @@x", "@ alone, a@ b, @@hidden.invalid" },
	{ "a@[open", "a@[open" },
	{ "nothing", "nothing" },
	{ "", "" },
};

static const struct {
	const char *in, *out;
} messages[] = {
	{ "From: A <a@b.c>\r\nTo: x@y.z,\r\n\tv@w.z\r\nSubject: a@b.c\r\n\r\nmail "
	  "a@b.c\r\n",
	  "From: A <a@hidden.invalid>\r\nTo: x@hidden.invalid,\r\n\tv@hidden.invalid\r\n"
	  "Subject: a@b.c\r\n\r\nmail a@hidden.invalid\r\n" },
	{ "Message-ID: <1@b.c>\r\nReferences: <2@b.c>\r\n <3@b.c>\r\nX-Any: "
	  "a@b.c\r\n\r\n",
	  "Message-ID: <1@b.c>\r\nReferences: <2@b.c>\r\n <3@b.c>\r\nX-Any: "
	  "a@hidden.invalid\r\n\r\n" },
	{ "LIST-POST: <mailto:l@b.c>\nContent-ID: <p@b.c>\nno colon a@b.c\n\na@b.c",
	  "LIST-POST: <mailto:l@b.c>\nContent-ID: <p@b.c>\nno colon a@hidden.invalid\n\n"
	  "a@hidden.invalid" },
	{ "From: a@b.c", "From: a@hidden.invalid" },
	{ "\r\na@b.c", "\r\na@hidden.invalid" },
	/* code stays, quoted or not, and so do patches */
	{ "\r\nOn Monday, A <a@b.c> wrote:\r\n> ask x@y.z\r\n\r\n--- a/f\r\n+++ b/f\r\n"
	  "@@ -1 +1 @@\r\n-mail a@b.c\r\n+mail x@y.z\r\n",
	  "\r\nOn Monday, A <a@hidden.invalid> wrote:\r\n> ask x@hidden.invalid\r\n\r\n"
	  "--- a/f\r\n+++ b/f\r\n@@ -1 +1 @@\r\n-mail a@b.c\r\n+mail x@y.z\r\n" },
	{ "\n```\nmail a@b.c\n```\nand a@b.c\n",
	  "\n```\nmail a@b.c\n```\nand a@hidden.invalid\n" },
	/* as it is encoded; where nothing is, octet for octet */
	{ "Content-Transfer-Encoding: quoted-printable\n\nf=C3=BCr a=40b.=\nc =3D\n",
	  "Content-Transfer-Encoding: quoted-printable\n\nf=C3=BCr a@hidden.invalid "
	  "=3D\n" },
	{ "Content-Transfer-Encoding: quoted-printable\n\n=66=\noo\n",
	  "Content-Transfer-Encoding: quoted-printable\n\n=66=\noo\n" },
	{ "Content-Transfer-Encoding: base64\n\nYUBiLmM=\n",
	  "Content-Transfer-Encoding: base64\n\nYUBoaWRkZW4uaW52YWxpZA==\r\n" },
	{ "Content-Type: text/html\n\n<a href=\"mailto:a@b.c?x\">a&#64;<b>b</b>.c</a>",
	  "Content-Type: text/html\n\n<a href=\"mailto:a@hidden.invalid?x\">"
	  "a&#64;<b>hidden.invalid</a>" },
	{ "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
	  "message/rfc822\n\n"
	  "From: A <a@b.c>\n\nby a@b.c\n--b\nContent-Type: text/plain\n"
	  "Content-Disposition: attachment\n\na@b.c\n--b--\n",
	  "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
	  "message/rfc822\n\n"
	  "From: A <a@hidden.invalid>\n\nby a@hidden.invalid\n--b\nContent-Type: "
	  "text/plain\n"
	  "Content-Disposition: attachment\n\na@b.c\n--b--\n" },
	{ "", "" },
};

int main(void)
{
	ARENA(a);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		CHECK(str_eq(mask_text(a, str_from(texts[i].in)),
			     str_from(texts[i].out)));
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		str out = mask_message(a, str_from(messages[i].in));
		bool same = str_eq(out, str_from(messages[i].out));
		if (!same)
			fprintf(stderr, "%s\n-> %.*s\n", messages[i].in, STR_F(out));
		CHECK(same);
	}
	str nul = mask_message(a, (str){ "From: a@b\0c@d\n\n\0@", 18 });
	CHECK(str_eq(nul,
		     (str){ "From: a@hidden.invalid\0c@hidden.invalid\n\n\0@", 44 }));
	return check_done();
}

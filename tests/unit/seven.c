#include "mail/seven.h"

#include "mail/mime.h"
#include "tests/check.h"

#define TEXT                                                                   \
	"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; " \
	"charset=utf-8\r\n"
#define MIXED                                                                       \
	"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; " \
	"boundary=x\r\n"
#define QP    "Content-Transfer-Encoding: quoted-printable\r\n"
#define EIGHT "Content-Transfer-Encoding: 8bit\r\n"

static const struct {
	const char *in, *out; /* out NULL: no such form */
} cases[] = {
	/* 7 bits already */
	{ TEXT "\r\nplain = text\r\n", TEXT "\r\nplain = text\r\n" },
	/* the field where it stood, or at the end */
	{ EIGHT TEXT "\r\ncaf\xc3\xa9 = 1\r\n", QP TEXT "\r\ncaf=C3=A9 =3D 1\r\n" },
	{ TEXT "\r\ncaf\xc3\xa9\r\n", TEXT QP "\r\ncaf=C3=A9\r\n" },
	/* blanks at a line's end, a dash at its start, CR and LF alone */
	{ TEXT "\r\n\xc3\xa9 \r\n-- \r\na\tb\t\r\nc\rd\ne\r\n",
	  TEXT QP "\r\n=C3=A9=20\r\n=2D-=20\r\na\tb=09\r\nc=0Dd=0Ae\r\n" },
	/* no MIME at all */
	{ "From: a@b.example\r\n\r\n\xe9\r\n",
	  "From: a@b.example\r\n" QP
	  "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\n\r\n"
	  "=E9\r\n" },
	/* one part of several, its neighbours' octets untouched; the multipart's label */
	{ EIGHT MIXED
	  "\r\npre\r\n--x\r\n\r\n7 = bits \r\n--x\r\nContent-Type: text/html\r\n" EIGHT
	  "\r\n<p>\xfc\r\n--x\r\nContent-Type: a/b\r\n"
	  "Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--x--\r\npost\r\n",
	  "Content-Transfer-Encoding: 7bit\r\n" MIXED
	  "\r\npre\r\n--x\r\n\r\n7 = bits \r\n--x\r\nContent-Type: text/html\r\n" QP
	  "\r\n<p>=FC\r\n--x\r\nContent-Type: a/b\r\n"
	  "Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--x--\r\npost\r\n" },
	/* what is no text */
	{ MIXED "\r\n--x\r\nContent-Type: a/b\r\n\r\n\xff\xfe\n\r\n--x--\r\n", MIXED
	  "\r\n--x\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	  "//4K\r\n--x--\r\n" },
	/* a part without a header, with and without its empty line */
	{ MIXED "\r\n--x\r\n\r\n\xc3\xa9\r\n--x--\r\n",
	  MIXED "\r\n--x\r\n" QP "\r\n=C3=A9\r\n--x--\r\n" },
	{ MIXED "\r\n--x\r\nno field \xc3\xa9\r\n--x--\r\n",
	  MIXED "\r\n--x\r\n" QP "\r\nno field =C3=A9\r\n--x--\r\n" },
	/* a header in UTF-8 */
	{ "Subject: \xc3\xa9\r\n" TEXT "\r\n\xc3\xa9\r\n",
	  "Subject: =?utf-8?b?w6k=?=\r\n" TEXT QP "\r\n=C3=A9\r\n" },
	/* no such form */
	{ "From: a@b.example\r\nMIME-Version: 1.0\r\n"
	  "Content-Type: multipart/signed; "
	  "boundary=x\r\n\r\n--x\r\n\r\n\xc3\xa9\r\n--x\r\n"
	  "Content-Type: application/pgp-signature\r\n\r\nsig\r\n--x--\r\n",
	  NULL },
	{ MIXED
	  "\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\n\xc3\xa9\r\n"
	  "--x--\r\n",
	  NULL },
	{ "Content-Transfer-Encoding: base64\r\n" TEXT "\r\nQUJD\xc3\xa9\r\n", NULL },
	{ QP TEXT "\r\n=C3=A9 \xc3\xa9\r\n", NULL },
	{ "Content-Transfer-Encoding: x-strange\r\n" TEXT "\r\n\xc3\xa9\r\n", NULL },
	{ EIGHT EIGHT TEXT "\r\n\xc3\xa9\r\n", NULL },
	{ MIXED "\r\npre\xc3\xa9\r\n--x\r\n\r\na\r\n--x--\r\n", NULL },
	{ MIXED "\r\n--x\r\nContent-Disposition: attachment; "
		"filename=\xc3\xa9\r\n\r\n\xc3\xa9\r\n"
		"--x--\r\n",
	  NULL },
	{ "X-Odd: \xff\r\nFrom: <\xc3\xa9@b.example>\r\n\r\na\r\n", NULL },
	{ "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
	  "boundary=x\r\n\r\n\xc3\xa9 no part\r\n",
	  NULL },
};

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		str out = STR("");
		bool yes = message_seven(a, str_from(cases[i].in), &out);
		bool right = cases[i].out ? yes && str_eq(out, str_from(cases[i].out))
					  : !yes;
		CHECK(right);
		if (!right)
			fprintf(stderr, "case %zu: %s\n%.*s\n", i, cases[i].in,
				STR_F(out));
	}
}

/* Long lines are folded so that nothing new looks like a delimiter. */
static void test_long(void)
{
	ARENA(a);
	char line[4000];
	for (size_t length = 1; length + 1 < sizeof line; length += 37) {
		for (size_t i = 0; i < length; i++)
			line[i] = "--x\xc3\xa9= "[i % 7];
		str body = { line, length }, out = STR("");
		str message = arena_cat(a, STR(MIXED "\r\n--x\r\n\r\n\xe9"), body,
					STR("\r\n--x--\r\n"));
		struct mime m;
		CHECK(message_seven(a, message, &out));
		CHECK(!mime_parse(a, out, &m).kind && m.count == 2);
		CHECK(str_eq(mime_bytes(a, &m.parts[1]),
			     arena_cat(a, STR("\xe9"), body)));
		for (str row; str_line(&out, &row);)
			CHECK(row.n <= 78);
	}
}

int main(void)
{
	test_cases();
	test_long();
	return check_done();
}

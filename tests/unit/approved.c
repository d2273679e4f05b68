/* A robot's token: who knows it is let pass, and nobody reads it. */
#include "lists/approved.h"
#include "lists/rules_inside.h"
#include "lists/token_setting.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define TOKEN "robots-own-word-17"
#define HEAD  "From: robot@far.example\r\nSubject: built\r\nMIME-Version: 1.0\r\n"
#define TWO   "Content-Type: multipart/alternative; boundary=b\r\n\r\n"

static const struct {
	const char *message, *left; /* left NULL: as it was */
	int approved;
} cases[] = {
	{ HEAD "Approved: " TOKEN "\r\n\r\nHello\r\n", HEAD "\r\nHello\r\n",
	  APPROVED_RIGHT },
	{ HEAD "x-approve:  " TOKEN " \r\n\r\nHello\r\n", HEAD "\r\nHello\r\n",
	  APPROVED_RIGHT },
	{ HEAD "Approved: guess\r\n\r\nHello\r\n", HEAD "\r\nHello\r\n", APPROVED_WRONG },
	{ HEAD "Approved: \r\n\r\nHello\r\n", HEAD "\r\nHello\r\n", APPROVED_WRONG },
	{ HEAD "\r\n\r\nApproved: " TOKEN "\r\nHello\r\n", HEAD "\r\n\r\nHello\r\n",
	  APPROVED_RIGHT },
	/* a later line is text, and a short word anybody's */
	{ HEAD "\r\nHello\r\nApproved: " TOKEN "\r\n", NULL, APPROVED_NONE },
	{ HEAD "\r\nApproved: the\r\nall the rest\r\n", NULL, APPROVED_NONE },
	{ HEAD "\r\nApproved: with all my heart\r\n", NULL, APPROVED_NONE },
	/* of each part, however it is encoded */
	{ HEAD TWO "--b\r\n\r\nApproved: " TOKEN "\r\nHi\r\n--b\r\n"
		   "Content-Type: text/html\r\n\r\n<p>Approved:&nbsp;" TOKEN
		   "</p><p>Hi</p>\r\n--b--\r\n",
	  HEAD TWO "--b\r\n\r\nHi\r\n--b\r\nContent-Type: text/html\r\n\r\n<p></p><p>Hi</"
		   "p>\r\n--b--\r\n",
	  APPROVED_RIGHT },
	{ HEAD "Content-Transfer-Encoding: base64\r\n\r\n"
	       "QXBwcm92ZWQ6IHJvYm90cy1vd24td29yZC0xNwpIaQo=\r\n",
	  HEAD "Content-Type: text/plain; charset=utf-8\r\n"
	       "Content-Transfer-Encoding: quoted-printable\r\n\r\nHi\r\n",
	  APPROVED_RIGHT },
	{ HEAD "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	       "Approved: robots-=\r\nown-word-1=37\r\nHi\r\n",
	  HEAD "Content-Type: text/plain; charset=utf-8\r\n"
	       "Content-Transfer-Encoding: quoted-printable\r\n\r\nHi\r\n",
	  APPROVED_RIGHT },
	/* in a part that is no text it is made unreadable */
	{ HEAD "Approved: " TOKEN "\r\nContent-Type: message/rfc822\r\n\r\n"
	       "Subject: x\r\n\r\n" TOKEN "\r\n",
	  HEAD "Content-Type: message/rfc822\r\n\r\nSubject: "
	       "x\r\n\r\n******************\r\n",
	  APPROVED_RIGHT },
};

static void take(struct arena *a, const char *message, str token, struct post *p)
{
	const struct address from = { .local = STR("robot"),
				      .domain = STR("far.example") };
	struct mail_in m = { .source = STR("1/dev"),
			     .text = str_from(message),
			     .trust = STR("{}"),
			     .reverse_path = &from };
	CHECK(!post_parse(a, &m, p).kind);
	p->settings.approved_token = token;
	CHECK(!approved_judge(a, p).kind);
}

static void test_posts(void)
{
	ARENA(a);
	str stored;
	CHECK(!token_setting_check(a, STR("approved_token"), STR(TOKEN), &stored).kind);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct post p;
		struct ruling r = { .rule = "approved" };
		const char *left = cases[i].left ? cases[i].left : cases[i].message;
		take(a, cases[i].message, stored, &p);
		bool same = str_eq(p.message, str_from(left))
			    && (int)p.approved == cases[i].approved;
		if (!same)
			fprintf(stderr, "%zu: %d: %.*s\n", i, (int)p.approved,
				STR_F(p.message));
		CHECK(same);
		CHECK(str_eq(p.header.body,
			     str_skip(str_find(p.message, STR("\r\n\r\n")), 4)));
		CHECK(!rule_approved(NULL, a, &p, &r).kind);
		CHECK(r.verdict
		      == (p.approved == APPROVED_RIGHT ? VERDICT_ACCEPT : VERDICT_MISS));
		CHECK((p.approved == APPROVED_WRONG)
		      == (r.verdict == VERDICT_MISS && r.reason.n > 0));
		/* nor does a list without a token show what is another's */
		take(a, cases[i].message, STR(""), &p);
		CHECK(str_eq(p.message, str_from(left)) && !p.approved);
	}
}

static long peak_kb(void)
{
	struct rusage r;
	getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss;
}

/* Of a large message one copy is made, whatever its encoding, by who knows no token. */
static void test_large(void)
{
	enum { SIZE = 20 * 1024 * 1024, ROOM_KB = 3 * SIZE / 1024 };
	ARENA(a);
	struct post p;
	str stored;
	char *message = malloc(SIZE + 1);
	memset(message, 'x', SIZE);
	message[SIZE] = '\0';
	for (size_t i = 78; i < SIZE; i += 80)
		message[i] = '\r', message[i + 1] = '\n';
	static const char head[] = HEAD "Content-Transfer-Encoding: quoted-printable\r\n"
					"Approved: another-own-word-17\r\n\r\n"
					"another-own-word-17\r\n";
	memcpy(message, head, sizeof head - 1);
	CHECK(!token_setting_check(a, STR("approved_token"), STR(TOKEN), &stored).kind);
	long before = peak_kb();
	take(a, message, stored, &p);
	CHECK(peak_kb() - before < ROOM_KB);
	CHECK(p.approved == APPROVED_WRONG);
	CHECK(!str_find(p.message, STR("another-own-word")).n);
	free(message);
}

static void test_tokens(void)
{
	ARENA(a);
	str one, two, again;
	static const char *const refused[] = { "short", "with a space in it", "hashed:12",
					       "ümlaut-and-more-of-it" };
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		CHECK(token_setting_check(a, STR("x"), str_from(refused[i]), &one).kind
		      == ERR_SYNTAX);
	CHECK(!token_setting_check(a, STR("x"), STR(""), &one).kind);
	CHECK(!one.n && !token_setting_fits(one, STR("")));
	CHECK(!token_setting_check(a, STR("x"), STR(TOKEN), &one).kind);
	CHECK(!token_setting_check(a, STR("x"), STR(TOKEN), &two).kind);
	CHECK(!str_eq(one, two) && !str_find(one, STR(TOKEN)).n); /* salted */
	CHECK(!token_setting_check(a, STR("x"), one, &again).kind);
	CHECK(str_eq(one, again)); /* what is stored is taken as it is */
	CHECK(token_setting_fits(one, STR(TOKEN)) && token_setting_fits(two, STR(TOKEN)));
	CHECK(!token_setting_fits(one, STR("robots-own-word-18")));
	CHECK(!token_setting_fits(one, one)); /* the hash opens nothing */
}

int main(void)
{
	test_large();
	test_posts();
	test_tokens();
	return check_done();
}

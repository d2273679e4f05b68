#include "mail/mime.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "mail/charset.h"
#include "tests/check.h"

/* "multipart/mixed(text/plain application/pdf)", and each part's body behind a
 * colon. */
static str shape(struct arena *a, const struct mime *m, size_t index)
{
	const struct mime_part *p = &m->parts[index];
	str out = arena_cat(a, p->type, p->attachment ? STR("!") : STR_NONE);
	if (!p->multipart)
		return arena_cat(a, out, STR(":"), p->raw);
	out = arena_cat(a, out, STR("("));
	for (size_t i = index + 1, n = 0; i < m->count; i++)
		if (m->parts[i].parent == (int)index)
			out = arena_cat(a, out, n++ ? STR(" ") : STR_NONE,
					shape(a, m, i));
	return arena_cat(a, out, STR(")"));
}

#define MULTI(kind, b) "Content-Type: multipart/" kind "; boundary=\"" b "\"\n"
#define HTML           "Content-Type: text/html\n"

static const struct {
	const char *message, *shape;
	int text; /* the part that is read; -1: none */
	unsigned flags;
} trees[] = {
	{ "A: 1\n\nbody\n", "text/plain:body\n", 0, 0 },
	{ "", "text/plain:", 0, 0 },
	{ "Content-Type: text\n\nx", "text/plain:x", 0, 0 },
	{ "Content-Type: Text/HTML; charset=x\n\nx", "text/html:x", 0, 0 },
	{ "Content-Type: image/png; name=a.png\n\nx", "image/png!:x", -1, 0 },
	{ "Content-Disposition: attachment\n\nx", "text/plain!:x", 0, 0 },
	{ "Content-Type: text/plain\nContent-Type: text/html\n\nx", "text/plain:x", 0,
	  MIME_TYPE_TWICE },
	{ MULTI("mixed", "b") "\npreamble\n--b\n\none\n--b\n" HTML
			      "\ntwo\n--b--\nepilogue\n",
	  "multipart/mixed(text/plain:one text/html:two)", 1, 0 },
	{ MULTI("mixed", "b") "\r\n--b\r\n\r\none\r\n\r\n--b--\r\n",
	  "multipart/mixed(text/plain:one\r\n)", 1, 0 },
	{ MULTI("alternative", "b") "\n--b\n" HTML "\none\n--b\n\ntwo\n--b--\n",
	  "multipart/alternative(text/html:one text/plain:two)", 2, 0 },
	{ MULTI("alternative", "b") "\n--b\n\n \n--b\n" HTML "\ntwo\n--b--\n",
	  "multipart/alternative(text/plain:  text/html:two)", 2, 0 },
	{ MULTI("alternative",
		"b") "\n--b\nContent-Transfer-Encoding: base64\n\nwqANCg==\n"
		     "--b\n" HTML "\ntwo\n--b--\n",
	  "multipart/alternative(text/plain:wqANCg== text/html:two)", 2, 0 },
	{ MULTI("mixed", "b") "\n--b\n" HTML "\none\n--b\n\nfooter\n--b--\n",
	  "multipart/mixed(text/html:one text/plain:footer)", 1, 0 },
	{ MULTI("mixed", "b") "\n--b\n" MULTI(
		  "alternative", "c") "\n--c\n\none\n--c\n" HTML
				      "\ntwo\n--c--\n\n--b\nContent-Type: "
				      "application/pdf; name=x.pdf\n\nPDF\n--b--\n",
	  "multipart/mixed(multipart/alternative(text/plain:one text/html:two) "
	  "application/pdf!:PDF)",
	  2, 0 },
	{ MULTI("digest", "b") "\n--b\n\nSubject: x\n\ny\n--b--\n",
	  "multipart/digest(message/rfc822:Subject: x\n\ny)", -1, 0 },
	/* what is broken */
	{ MULTI("mixed", "b") "\n--b\n\none\n", "multipart/mixed(text/plain:one\n)", 1,
	  MIME_OPEN_BOUNDARY },
	{ MULTI("mixed", "b") "\nno boundary here\n", "text/plain:no boundary here\n", 0,
	  MIME_OPEN_BOUNDARY },
	{ "Content-Type: multipart/mixed\n\nno parameter\n", "text/plain:no parameter\n",
	  0, MIME_OPEN_BOUNDARY },
	{ MULTI("mixed", "b") "\n--b\n" MULTI("mixed",
					      "c") "\n--c\n\none\n--b\n\ntwo\n--b--\n",
	  "multipart/mixed(multipart/mixed(text/plain:one) text/plain:two)", 2,
	  MIME_OPEN_BOUNDARY },
	{ MULTI("mixed", "b") "\n--b\n" MULTI(
		  "mixed", "bb") "\n--bb\n\none\n--bb--\n--b  \n\ntwo\n--b--x\n",
	  "multipart/mixed(multipart/mixed(text/plain:one) text/plain:two)", 2, 0 },
	{ MULTI("mixed", "b") "\n--b\n\n--bx\n --b\n--b--\n",
	  "multipart/mixed(text/plain:--bx\n --b)", 1, 0 },
	{ MULTI("mixed", "b") "\n--b\n--b\n\n--b--\n",
	  "multipart/mixed(text/plain: text/plain:)", 1, 0 },
	{ MULTI("mixed", "b") "\n--b\nno header at all\n\nx\n--b--\n",
	  "multipart/mixed(text/plain:no header at all\n\nx)", 1, 0 },
	{ MULTI("mixed", "b") "\n--b\nA: 1\ntext: of a kind, but\nno empty line\n--b--\n",
	  "multipart/mixed(text/plain:no empty line)", 1, 0 },
	{ "Content-Type: multipart/mixed; boundary=b; boundary=c\n\n--b\n\none\n--b--\n",
	  "multipart/mixed(text/plain:one)", 1, MIME_TYPE_TWICE },
	{ "Content-Type: multipart/mixed; boundary=\"\xE9\"\n\n--\xE9\n\none\n--\xE9--\n",
	  "multipart/mixed(text/plain:one)", 1, 0 },
	{ "Content-Transfer-Encoding: base64\n\neHl6\n", "text/plain:eHl6\n", 0, 0 },
	{ "Content-Transfer-Encoding: base64\n\neH-l6\n", "text/plain:eH-l6\n", 0,
	  MIME_BAD_ENCODING },
	{ "Content-Transfer-Encoding: base64\n\neA==eHl6\n", "text/plain:eA==eHl6\n", 0,
	  MIME_BAD_ENCODING },
	{ "Content-Transfer-Encoding: quoted-printable\n\na=3D =\nb\n",
	  "text/plain:a=3D =\nb\n", 0, 0 },
	{ "Content-Transfer-Encoding: quoted-printable\n\na=b\n", "text/plain:a=b\n", 0,
	  MIME_BAD_ENCODING },
};

static void structure(struct arena *a)
{
	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
		struct mime m;
		CHECK(!mime_parse(a, str_from(trees[i].message), &m).kind);
		str got = shape(a, &m, 0);
		const struct mime_part *p = mime_text_part(&m);
		int text = p ? (int)(p - m.parts) : -1;
		bool right = str_eq(got, str_from(trees[i].shape))
			     && text == trees[i].text && m.flags == trees[i].flags;
		if (!right)
			fprintf(stderr, "%s -> %.*s, text %d, flags %x\n",
				trees[i].message, STR_F(got), text, m.flags);
		CHECK(right);
	}
}

static struct mime parsed(struct arena *a, str message)
{
	struct mime m = { 0 };
	CHECK(!mime_parse(a, message, &m).kind);
	return m;
}

static void bounds(struct arena *a)
{
	BUF(b);
	buf_add(&b, STR(MULTI("mixed", "b") "\n"));
	for (int i = 0; i < MIME_PARTS_MAX + 10; i++)
		buf_add(&b, STR("--b\n\nx\n"));
	buf_add(&b, STR("--b--\n"));
	struct mime m = parsed(a, buf_str(&b));
	CHECK(m.count == MIME_PARTS_MAX && m.flags & MIME_TOO_MANY);

	buf_clear(&b);
	buf_add(&b, STR(MULTI("mixed", "0") "\n"));
	for (int i = 0; i < 20000; i++)
		buf_addf(&b, "--%d\n" MULTI("mixed", "%d") "\n", i, i + 1);
	m = parsed(a, buf_str(&b));
	CHECK(m.flags & MIME_TOO_DEEP && m.parts[m.count - 1].depth == MIME_DEPTH_MAX);
	CHECK(!m.parts[m.count - 1].multipart);

	buf_clear(&b);
	buf_add(&b, STR(MULTI("mixed", "b") "\n--b\n"));
	while (b.n < HEADER_MAX + 1000)
		buf_add(&b, STR("no field, and no empty line\n"));
	m = parsed(a, buf_str(&b));
	CHECK(m.count == 2 && m.flags & MIME_BAD_HEADER && m.parts[1].raw.n > HEADER_MAX);
	CHECK(mime_parse(a, str_skip(buf_str(&b), sizeof MULTI("mixed", "b")), &m).kind
	      == ERR_LIMIT);
}

static void fields(struct arena *a)
{
	struct mime m = parsed(
		a,
		STR("Content-Type: image/png; name=\"=?utf-8?q?=C3=A9?=.png\"\n"
		    "Content-Transfer-Encoding: BASE64\nContent-ID: <a@b>\n"
		    "Content-Disposition: inline; filename*=utf-8''%C3%A8.png\n\neHl6"));
	const struct mime_part *p = m.parts;
	CHECK(str_eq(p->filename, STR("\xC3\xA8.png"))
	      && str_eq(p->content_id, STR("a@b")));
	CHECK(str_eq(p->encoding, STR("base64")) && str_eq(mime_bytes(a, p), STR("xyz")));
	CHECK(p->parent == -1 && p->depth == 0 && p->attachment && !p->charset.n);
}

static void texts(struct arena *a)
{
	static const struct {
		const char *header;
		str body;
		const char *text, *used;
	} cases[] = {
		{ "", STR("a\r\nb\rc\r\r\nd\n"), "a\nb\nc\nd\n", "utf-8" },
		{ "Content-Type: text/plain; charset=us-ascii\n", STR("x"), "x",
		  "utf-8" },
		{ "Content-Type: text/plain; charset=iso-8859-1\n", STR("Caf\xE9"),
		  "Caf\xC3\xA9", "iso-8859-1" },
		{ "Content-Type: text/plain; charset=iso-8859-1\n", STR("Caf\xC3\xA9"),
		  "Caf\xC3\xA9", "utf-8" },
		{ "Content-Type: text/plain; charset=iso-8859-1\n", STR("\x93x\x94"),
		  "\xE2\x80\x9Cx\xE2\x80\x9D", "iso-8859-1" },
		{ "Content-Type: text/plain; charset=us-ascii\n", STR("Caf\xE9"),
		  "Caf\xC3\xA9", NULL },
		{ "Content-Type: text/plain; charset=utf-8\n",
		  STR("Gr\xC3\xBC\xC3\x9F"
		      "e \xFF"),
		  "Gr\xC3\xBC\xC3\x9F"
		  "e \xEF\xBF\xBD",
		  NULL },
		{ "Content-Type: text/plain; charset=no-such\n", STR("x\xC3\xA9"),
		  "x\xC3\xA9", "utf-8" },
		{ "Content-Type: text/plain; charset=\"'UTF-8'\"\n", STR("x\xC3\xA9"),
		  "x\xC3\xA9", "utf-8" },
		{ "Content-Type: text/plain; charset=iso-2022-jp\n",
		  STR("\x1B$B$\"\x1B(B"), "\xE3\x81\x82", "iso-2022-jp" },
		{ "Content-Type: text/plain; charset=shift_jis\n", STR("\x82\xA0"),
		  "\xE3\x81\x82", "shift_jis" },
		{ "Content-Type: text/plain; charset=gb2312\n", STR("\xC4\xE3"),
		  "\xE4\xBD\xA0", "gb2312" },
		{ "Content-Type: text/plain; charset=ks_c_5601-1987\n", STR("\xB0\xA1"),
		  "\xEA\xB0\x80", "ks_c_5601-1987" },
		{ "Content-Type: text/plain; charset=utf-16le\n", STR("a\0b\0"), "ab",
		  "utf-16le" },
		{ "Content-Type: text/html\n", STR("<meta charset=\"koi8-r\">\xD4"),
		  "<meta charset=\"koi8-r\">\xD1\x82", "koi8-r" },
		{ "", STR("\xEF\xBB\xBFmark"), "mark", "utf-8" },
		{ "Content-Transfer-Encoding: base64\n", STR("Q2Fmw6\n kK\n"),
		  "Caf\xC3\xA9\n", "utf-8" },
		{ "Content-Transfer-Encoding: base64\n", STR("YQ==Yg=="), "ab", "utf-8" },
		{ "Content-Transfer-Encoding: quoted-printable\n",
		  STR("a =\r\nb=3D=ZZ=C3=A9  \r\nc= \nd="), "a b==ZZ\xC3\xA9\ncd",
		  "utf-8" },
		{ "Content-Transfer-Encoding: x-uuencode\n",
		  STR("hi\nbegin 644 x\n#>'EZ\n`\nend\n"), "xyz", "utf-8" },
		{ "Content-Transfer-Encoding: x-uuencode\n", STR("nothing\n"), "",
		  "utf-8" },
		{ "Content-Transfer-Encoding: nonsense\n", STR("x"), "x", "utf-8" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str used, message = arena_cat(a, str_from(cases[i].header), STR("\n"),
					      cases[i].body);
		struct mime m = parsed(a, message);
		str got = mime_text(a, m.parts, &used);
		if (!str_eq(got, str_from(cases[i].text)))
			fprintf(stderr, "case %zu: %.*s (%.*s)\n", i, STR_F(got),
				STR_F(used));
		CHECK(str_eq(got, str_from(cases[i].text)) && utf8_valid(got));
		CHECK(!cases[i].used || str_eq(used, str_from(cases[i].used)));
	}
}

/* More charsets than a thread keeps open, twice around. */
static void many_charsets(struct arena *a)
{
	static const char *const names[] = {
		"iso-8859-2",    "iso-8859-5",   "iso-8859-7",   "koi8-r",
		"windows-1250",  "windows-1251", "windows-1253", "windows-1257",
		"cp866",         "big5",         "euc-jp",       "no-such-set",
		"../etc/passwd", "utf-8//IGNORE"
	};
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			str got = charset_decode(a, STR("\xE1 x"), str_from(names[i]),
						 NULL);
			CHECK(utf8_valid(got) && str_ends(got, STR(" x")));
		}
}

int main(void)
{
	ARENA(a);
	structure(a);
	bounds(a);
	fields(a);
	texts(a);
	many_charsets(a);
	return check_done();
}

#include "lists/filter.h"

#include "mail/mime.h"
#include "tests/check.h"

#define TOP   "From: a@b.example\r\nMIME-Version: 1.0\r\n"
#define TEXT  "Content-Type: text/plain\r\n"
#define HTML_ "Content-Type: text/html; charset=utf-8\r\n"
#define FILE_(name)                                                          \
	"Content-Type: application/x-y\r\nContent-Disposition: attachment; " \
	"filename=\"" name "\"\r\n"
#define MIXED(b) "Content-Type: multipart/mixed; boundary=" b "\r\n"
#define ALT(b)   "Content-Type: multipart/alternative; boundary=" b "\r\n"
#define BY(what) "X-Content-Filtered-By: Postern: " what "\r\n"
#define PART     "\r\n--x\r\n"
#define END      "\r\n--x--\r\n"

struct wish { /* settings; what is not said is empty or off */
	const char *types, *pass, *extensions, *pass_extensions;
	bool keep_alternatives, text;
};

static struct settings settings_of(const struct wish *w)
{
	return (struct settings){ .filter_content = true,
				  .filter_types = str_from(w->types),
				  .pass_types = str_from(w->pass),
				  .filter_extensions = str_from(w->extensions),
				  .pass_extensions = str_from(w->pass_extensions),
				  .collapse_alternatives = !w->keep_alternatives,
				  .convert_html_to_plaintext = w->text };
}

static const struct {
	const char *what;
	struct wish wish;
	const char *in, *out; /* out NULL: refused */
} cases[] = {
	{ "nothing to do",
	  { .types = "image" },
	  TOP TEXT "\r\nhi\r\n",
	  TOP TEXT "\r\nhi\r\n" },
	{ "the message's own type",
	  { .types = "text/html" },
	  TOP HTML_ "\r\n<p>hi\r\n",
	  NULL },
	{ "a whole kind", { .types = "text" }, TOP HTML_ "\r\n<p>hi\r\n", NULL },
	{ "none of those that pass",
	  { .pass = "text/plain" },
	  TOP HTML_ "\r\n<p>hi\r\n",
	  NULL },
	{ "one part goes; all else stays where it was, the preamble and odd spaces too",
	  { .types = "image" },
	  TOP MIXED("x") "\r\npre" PART TEXT "X-Odd:  a \r\n\r\none \r\n\r\n--x "
			 "\t\r\nContent-Type: image/gif\r\n"
			 "\r\nGIF" PART TEXT "\r\ntwo" END "post\r\n",
	  TOP MIXED("x") BY("image/gif (the list takes no image/gif)") "\r\npre" PART
		  TEXT "X-Odd:  a \r\n\r\none \r\n" PART TEXT "\r\ntwo" END "post\r\n" },
	{ "a multipart passes by what is in it, and a single part is no multipart",
	  { .pass = "text/plain" },
	  TOP MIXED("x") "Subject: s\r\n" PART TEXT "Content-Language: de\r\n\r\none" PART
			 "Content-Type: image/gif\r\n\r\nGIF" END,
	  TOP "Subject: s\r\n" TEXT
	      "Content-Language: de\r\n" BY("image/gif (image/gif is none of the types "
					    "it\r\n takes)") "\r\none\r\n" },
	{ "nothing is left",
	  { .types = "image,text/plain" },
	  TOP MIXED("x") PART TEXT "\r\none" PART
				   "Content-Type: image/gif\r\n\r\nGIF" END,
	  NULL },
	{ "any suffix of a name",
	  { .extensions = ".EXE *.bat" },
	  TOP MIXED("x") PART TEXT "\r\none" PART FILE_("a.exe.txt") "\r\n1" PART
		  FILE_("b.TXT.Exe") "\r\n2" PART FILE_("c.bat. ") "\r\n3" PART FILE_(
			  "exe") "\r\n4" PART FILE_("x.exes") "\r\n5" END,
	  TOP MIXED("x") BY(
		  "\"a.exe.txt\" (the list takes no .exe);\r\n \"b.TXT.Exe\" (the list "
		  "takes no .exe); \"c.bat. \" (the list takes no .bat)") PART TEXT
	  "\r\none" PART FILE_("exe") "\r\n4" PART FILE_("x.exes") "\r\n5" END },
	{ "either of two names",
	  { .extensions = "exe" },
	  TOP MIXED("x") PART TEXT
	  "\r\none" PART "Content-Type: a/b; name=x.exe\r\nContent-Disposition: "
	  "attachment; filename=x.txt\r\n\r\n1" END,
	  TOP TEXT BY("\"x.txt\" (the list takes no .exe)") "\r\none\r\n" },
	{ "the last suffix must be one of those that stay",
	  { .pass_extensions = "pdf" },
	  TOP MIXED("x") PART TEXT
	  "\r\none" PART FILE_("a.v2.pdf") "\r\n1" PART FILE_("b.pdf.doc") "\r\n2" END,
	  TOP MIXED("x") BY("\"b.pdf.doc\" (.doc is none of the extensions it\r\n takes)")
		  PART TEXT "\r\none" PART FILE_("a.v2.pdf") "\r\n1" END },
	{ "alternatives: the first",
	  { 0 },
	  TOP ALT("x") PART TEXT "\r\none" PART HTML_ "\r\n<p>one" END,
	  TOP TEXT BY("multipart/alternative (only its text/plain is\r\n left)") "\r\none"
										 "\r\n" },
	{ "alternatives: the first that says something",
	  { 0 },
	  TOP ALT("x") PART TEXT "\r\n \r\n" PART HTML_ "\r\n<p>one" END,
	  TOP HTML_ BY(
		  "multipart/alternative (only its text/html is\r\n left)") "\r\n<p>"
									    "one\r\n" },
	{ "alternatives in a mixed",
	  { 0 },
	  TOP MIXED("x") PART ALT(
		  "y") "\r\npre\r\n--y\r\n" TEXT "\r\none\r\n--y\r\n" HTML_
		       "\r\n<p>\r\n--y--\r\npost" PART FILE_("f.txt") "\r\nfile" END,
	  TOP MIXED("x") BY("multipart/alternative (only its text/plain is\r\n left)")
		  PART TEXT "\r\none" PART FILE_("f.txt") "\r\nfile" END },
	{ "alternatives stay",
	  { .keep_alternatives = true },
	  TOP ALT("x") PART TEXT "\r\none" PART HTML_ "\r\n<p>one" END,
	  TOP ALT("x") PART TEXT "\r\none" PART HTML_ "\r\n<p>one" END },
	{ "HTML as text",
	  { .text = true },
	  TOP HTML_
	  "Content-Transfer-Encoding: base64\r\n\r\nPHA+w6k8L3A+PHA+ejwvcD4=\r\n",
	  TOP "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
	      "quoted-printable\r\n" BY(
		      "text/html (made plain text)") "\r\n=C3=A9\r\n\r\nz\r\n" },
	{ "HTML beside the same in text",
	  { .text = true, .keep_alternatives = true },
	  TOP ALT("x") PART TEXT "\r\none" PART HTML_ "\r\n<p>one" END,
	  TOP TEXT BY("text/html (the text beside it says the same)") "\r\none\r\n" },
	{ "an HTML file is a file",
	  { .text = true },
	  TOP MIXED("x") PART TEXT "\r\none" PART HTML_
				   "Content-Disposition: attachment\r\n\r\n<p>" END,
	  TOP MIXED("x") PART TEXT "\r\none" PART HTML_
				   "Content-Disposition: attachment\r\n\r\n<p>" END },
	{ "signed: whole",
	  { .text = true },
	  TOP "Content-Type: multipart/signed; boundary=x\r\n" PART HTML_ "\r\n<p>" PART
	      "Content-Type: application/pgp-signature\r\n\r\nsig" END,
	  TOP "Content-Type: multipart/signed; boundary=x\r\n" PART HTML_ "\r\n<p>" PART
	      "Content-Type: application/pgp-signature\r\n\r\nsig" END },
	{ "signed: its signature need not be listed",
	  { .pass = "text/plain" },
	  TOP "Content-Type: multipart/signed; boundary=x\r\n" PART TEXT "\r\none" PART
	      "Content-Type: application/pgp-signature\r\n\r\nsig" END,
	  TOP "Content-Type: multipart/signed; boundary=x\r\n" PART TEXT "\r\none" PART
	      "Content-Type: application/pgp-signature\r\n\r\nsig" END },
	{ "signed: or not at all",
	  { .extensions = "exe" },
	  TOP "Content-Type: multipart/signed; boundary=x\r\n" PART MIXED(
		  "y") "\r\n--y\r\n" TEXT
		       "\r\none\r\n--y\r\n" FILE_(
			       "a.exe") "\r\n1\r\n--y--" PART "Content-Type: "
					"application/pgp-signature\r\n\r\nsig" END,
	  NULL },
	{ "encrypted: nothing in it is judged",
	  { .pass = "text/plain", .extensions = "asc" },
	  TOP "Content-Type: multipart/encrypted; boundary=x\r\n" PART
	      "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1" PART FILE_(
		      "encrypted.asc") "\r\nabc" END,
	  TOP "Content-Type: multipart/encrypted; boundary=x\r\n" PART
	      "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1" PART FILE_(
		      "encrypted.asc") "\r\nabc" END },
	{ "encrypted: but the list may take none",
	  { .types = "multipart/encrypted" },
	  TOP "Content-Type: multipart/encrypted; boundary=x\r\n" PART TEXT
	      "\r\n" PART TEXT "\r\nabc" END,
	  NULL },
	{ "a message in the message",
	  { .extensions = "exe" },
	  TOP MIXED("x") PART TEXT
	  "\r\none" PART "Content-Type: message/rfc822\r\n\r\n" TOP MIXED(
		  "z") "\r\n--z\r\n" TEXT
		       "\r\ntwo\r\n--z\r\n" FILE_("a.exe") "\r\n1\r\n--z--\r\n" END,
	  TOP MIXED("x") BY("message/rfc822 (\"a.exe\" (the list takes no\r\n .exe))")
		  PART TEXT "\r\none" PART "Content-Type: message/rfc822\r\n\r\n" TOP TEXT
			    "\r\ntwo\r\n" END },
	{ "a message of which nothing is left",
	  { .types = "image" },
	  TOP MIXED("x") PART TEXT "\r\none" PART
				   "Content-Type: message/rfc822\r\n\r\n" TOP
				   "Content-Type: image/gif\r\n\r\nGIF" END,
	  TOP TEXT BY("message/rfc822 (image/gif (the list takes no\r\n "
		      "image/gif))") "\r\none\r\n" },
	{ "two readings: two types",
	  { .types = "image" },
	  TOP TEXT "Content-Type: image/gif\r\n\r\nGIF\r\n",
	  NULL },
	{ "two readings: a boundary that never comes",
	  { .types = "image" },
	  TOP MIXED("x") "\r\n--y\r\nContent-Type: image/gif\r\n\r\nGIF\r\n--y--\r\n",
	  NULL },
	{ "but nothing is taken out: as it is",
	  { .text = true },
	  TOP MIXED("x") "\r\n--y\r\nContent-Type: image/gif\r\n\r\nGIF\r\n--y--\r\n",
	  TOP MIXED("x") "\r\n--y\r\nContent-Type: image/gif\r\n\r\nGIF\r\n--y--\r\n" },
	{ "an older mark goes",
	  { .types = "image" },
	  TOP BY("nothing") MIXED("x") PART TEXT "\r\none" PART
						 "Content-Type: image/gif\r\n\r\nGIF" END,
	  TOP TEXT BY("image/gif (the list takes no image/gif)") "\r\none\r\n" },
	{ "no closing delimiter",
	  { .types = "image" },
	  TOP MIXED("x") PART TEXT "\r\none" PART TEXT "\r\ntwo" PART
				   "Content-Type: image/gif\r\n\r\nGIF\r\n",
	  TOP MIXED("x") BY("image/gif (the list takes no image/gif)") PART TEXT
	  "\r\none" PART TEXT "\r\ntwo\r\n" },
	{ "an archive and what is in it",
	  { .extensions = "exe" },
	  TOP MIXED("x") PART TEXT "\r\none" PART FILE_(
		  "a.zip") "Content-Transfer-Encoding: base64\r\n\r\n"
			   "UEsDBBQAAAAAAAAAIQCxRV38AQAAAAEAAAAJAAAAcnVuLmV4ZS54WFBLAQIUA"
			   "xQAAAAAAAAAIQCxRV38AQAAAAEAAAAJAAAAAAAAAAAAAACAAQAA"
			   "AABydW4uZXhlLnhQSwUGAAAAAAEAAQA3AAAAKAAAAAAA" END,
	  TOP TEXT BY("\"a.zip\" (in it is \"run.exe.x\", and the list\r\n takes no "
		      ".exe)") "\r\none\r\n" },
	{ "an archive that shows nothing",
	  { .extensions = "exe" },
	  TOP MIXED("x") PART TEXT "\r\none" PART FILE_(
		  "a.7z") "Content-Transfer-Encoding: base64\r\n\r\nN3q8rycc" END,
	  TOP TEXT BY("\"a.7z\" (an archive that cannot be looked into)") "\r\none\r\n" },
};

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct filtered f;
		struct settings s = settings_of(&cases[i].wish);
		str in = str_from(cases[i].in);
		CHECK(!filter_message(a, &s, in, &f).kind);
		bool right = cases[i].out ? !f.refused.n
						    && str_eq(f.message,
							      str_from(cases[i].out))
					  : f.refused.n && str_eq(f.message, in);
		if (!right)
			fprintf(stderr, "%s: refused \"%.*s\"\n%.*s\n", cases[i].what,
				STR_F(f.refused), STR_F(f.message));
		CHECK(right);
		CHECK((f.removed.n > 0) == !str_eq(f.message, in));
	}
}

static void test_off(void)
{
	ARENA(a);
	struct filtered f;
	str in = STR(TOP "Content-Type: image/gif\r\n\r\nGIF\r\n");
	struct settings s = settings_of(&(struct wish){ .types = "image" });
	s.filter_content = false;
	CHECK(!filter_message(a, &s, in, &f).kind && f.message.p == in.p && !f.removed.n
	      && !f.refused.n);
}

/* A hundred levels of forwarding are no way around it. */
static void test_depth(void)
{
	ARENA(a);
	struct filtered f;
	struct settings s = settings_of(&(struct wish){ .extensions = "exe" });
	str m = STR(TOP FILE_("a.exe") "\r\n1\r\n");
	for (int i = 0; i < 100; i++)
		m = arena_cat(a, STR(TOP "Content-Type: message/rfc822\r\n\r\n"), m);
	CHECK(!filter_message(a, &s, m, &f).kind && f.refused.n);
}

int main(void)
{
	test_cases();
	test_off();
	test_depth();
	return check_done();
}

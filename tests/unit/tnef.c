/* Outlook's wrapper: what it holds, whichever way that is said, and where reading ends. */
#include "base/buf.h"
#include "mail/tnef.h"
#include "tests/check.h"

enum { BODY = 0x2800c, SUBJECT = 0x18004, PAGE = 0x69007, MESSAGE = 0x69003 };
enum { BEGINS = 0x69002, NAME = 0x18010, BYTES = 0x6800f, FILE_OF = 0x69005 };

static void number(struct buf *b, size_t octets, unsigned long n)
{
	for (size_t i = 0; i < octets; i++)
		buf_add_char(b, (char)(n >> 8 * i));
}

static void attribute(struct buf *b, int level, unsigned long id, str value)
{
	unsigned sum = 0;
	for (size_t i = 0; i < value.n; i++)
		sum += (unsigned char)value.p[i];
	number(b, 1, (unsigned long)level);
	number(b, 4, id);
	number(b, 4, value.n);
	buf_add(b, value);
	number(b, 2, sum & 0xffff);
}

static void property(struct buf *b, unsigned type, unsigned id, str value)
{
	number(b, 2, type);
	number(b, 2, id);
	number(b, 4, 1);
	number(b, 4, value.n);
	buf_add(b, value);
	while (b->n % 4)
		buf_add_char(b, 0);
}

static struct buf begun(void)
{
	struct buf b = { 0 };
	number(&b, 4, 0x223e9f78);
	number(&b, 2, 7);
	return b;
}

/* As Outlook 97 has it: 8-bit texts in a code page, short names beside long ones. */
static void old(struct arena *a)
{
	struct tnef t;
	struct buf b = begun(), m = { 0 };
	number(&m, 4, 4);
	number(&m, 2, 0x0b); /* a boolean, then one with a name of its own */
	number(&m, 2, 0x0e1b);
	number(&m, 4, 1);
	number(&m, 2, 0x1e);
	number(&m, 2, 0x8001);
	buf_add(&m, STR("0123456789abcdef"));
	number(&m, 4, 1);
	number(&m, 4, 6);
	buf_add(&m, STR("n\0m\0\0\0\0\0"));
	number(&m, 4, 1);
	number(&m, 4, 2);
	buf_add(&m, STR("x\0\0\0"));
	property(&m, 0x1e, 0x3707, STR("Caf\xe9 and a long name.txt\0"));
	property(&m, 0x1f, 0x370e, STR("T\0e\0x\0t\0/\0p\0l\0a\0i\0n\0\0\0"));
	attribute(&b, 1, PAGE, STR("\xe4\x04\0\0\0\0\0\0"));
	attribute(&b, 1, SUBJECT,
		  STR("Gr\xfc\xdf"
		      "e\0"));
	attribute(&b, 1, BODY, STR("Sch\xf6n,\r\nnicht?\r\n\0"));
	attribute(&b, 2, BEGINS, STR("\1\0"));
	attribute(&b, 2, NAME, STR("CAFAND~1.TXT\0"));
	attribute(&b, 2, BYTES, STR("first"));
	attribute(&b, 2, FILE_OF, buf_str(&m));
	attribute(&b, 2, BEGINS, STR("\1\0"));
	attribute(&b, 2, BYTES, STR("second"));
	attribute(&b, 2, BEGINS, STR("\1\0")); /* a mark, no file */
	CHECK(tnef_read(a, buf_str(&b), &t) && !t.cut && t.count == 2);
	CHECK(str_eq(t.subject, STR("Grüße")) && str_eq(t.text, STR("Schön,\nnicht?\n")));
	CHECK(str_eq(t.files[0].name, STR("Café and a long name.txt"))
	      && str_eq(t.files[0].type, STR("text/plain"))
	      && str_eq(t.files[0].bytes, STR("first")));
	CHECK(!t.files[1].name.n && !t.files[1].type.n
	      && str_eq(t.files[1].bytes, STR("second")));
	buf_free(&m);
	buf_free(&b);
}

/* And later ones: all of it in properties, Unicode. */
static void new (struct arena *a)
{
	struct tnef t;
	struct buf b = begun(), m = { 0 }, f = { 0 };
	number(&m, 4, 3);
	property(&m, 0x1f, 0x0037, STR("H\0i\0\0\0"));
	property(&m, 0x102, 0x1013, STR("<p>caf\xc3\xa9</p>"));
	property(&m, 0x1f, 0x1000, STR("a\0\r\0\n\0\x71\x67\0\0"));
	number(&f, 4, 1);
	property(&f, 0x0d, 0x3701, STR("0123456789abcdefwithin"));
	attribute(&b, 1, PAGE, STR("\xe9\xfd\0\0\0\0\0\0"));
	attribute(&b, 1, MESSAGE, buf_str(&m));
	attribute(&b, 2, BEGINS, STR("\1\0"));
	attribute(&b, 2, FILE_OF, buf_str(&f));
	CHECK(tnef_read(a, buf_str(&b), &t) && !t.cut && t.count == 1);
	CHECK(str_eq(t.subject, STR("Hi")) && str_eq(t.text, STR("a\n東"))
	      && str_eq(t.html, STR("<p>café</p>")));
	CHECK(str_eq(t.files[0].bytes, STR("within")));
	buf_free(&f);
	buf_free(&m);
	buf_free(&b);
}

/* Cut anywhere, or with an octet changed: what stood before stays, nothing is made up. */
static void broken(struct arena *a)
{
	struct tnef t;
	struct tnef_file files[] = { { STR("a.txt"), STR("text/plain"), STR("one") },
				     { STR("b.txt"), STR("text/plain"), STR("two") } };
	str whole = tnef_write(a, &(struct tnef){ .subject = STR("s"),
						  .text = STR("t"),
						  .files = files,
						  .count = 2 });
	for (size_t n = 0; n < whole.n; n++) {
		if (!tnef_read(a, str_first(whole, n), &t))
			continue;
		CHECK(t.count < 2 || str_eq(t.files[0].name, STR("a.txt")));
		char *other = arena_alloc(a, whole.n);
		memcpy(other, whole.p, whole.n);
		other[n] ^= 1;
		t.count = 0;
		(void)tnef_read(a, (str){ other, whole.n }, &t);
		for (size_t i = 0; i < t.count; i++)
			CHECK(str_eq(t.files[i].bytes, STR("one"))
			      || str_eq(t.files[i].bytes, STR("two")));
	}
	CHECK(tnef_read(a, whole, &t) && !t.cut && t.count == 2
	      && str_eq(t.text, STR("t")));
	CHECK(!tnef_read(a, STR(""), &t) && !tnef_read(a, STR("y\x9f>\"\1\0"), &t));
}

static void bounded(struct arena *a)
{
	struct tnef t;
	struct buf b = begun();
	for (int i = 0; i < TNEF_FILES_MAX + 10; i++) {
		attribute(&b, 2, BEGINS, STR("\1\0"));
		attribute(&b, 2, BYTES, STR("x"));
	}
	CHECK(tnef_read(a, buf_str(&b), &t) && t.cut && t.count == TNEF_FILES_MAX);
	buf_free(&b);
	b = begun(); /* more values than octets */
	attribute(&b, 1, MESSAGE, STR("\1\0\0\0\x1e\x10\0\x10\xff\xff\xff\xff"));
	CHECK(tnef_read(a, buf_str(&b), &t) && t.cut && !t.count);
	buf_free(&b);
}

int main(void)
{
	ARENA(a);
	old(a);
	new (a);
	broken(a);
	bounded(a);
	return check_done();
}

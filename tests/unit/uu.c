/* Files in a text, as uuencode has them. */
#include "mail/uu.h"
#include "tests/check.h"

#define XYZ "begin 644 x y.txt\n#>'EZ\n`\nend\n"

static void finds(struct arena *a)
{
	static const struct {
		const char *text, *name, *bytes; /* bytes NULL: there is none */
	} rows[] = {
		{ XYZ, "x y.txt", "xyz" },
		{ "Hello,\n\n" XYZ "Bye\n", "x y.txt", "xyz" },
		{ "begin 0755 a\r\n#>'EZ\r\n`\r\nend\r\n", "a", "xyz" },
		{ "begin 644 a\n#>'EZ\n \nend", "a", "xyz" },  /* a blank for nothing */
		{ "begin 644 a\n#>'EZ\n\nend\n", "a", "xyz" }, /* and one that has gone */
		{ "begin 644 a\n#>'EZA\n`\nend\n", "a", "xyz" }, /* with a check sum */
		{ "begin 644 a\n`\nend\n", "a", "" },
		{ "begin 644 a\n%:&5L;&\\\n`\nend\n", "a", "hello" },
		/* text, not a file */
		{ "begin 644 x\nplease tell me\nwhat that is\nend\n", NULL, NULL },
		{ "begin 644 x\n#>'EZ\n`\n", NULL, NULL },
		{ "begin 644 x\n#>'EZ\n", NULL, NULL },
		{ "begin 644 x\n#>'EZ\nend\n", NULL, NULL },
		{ "begin 644 x", NULL, NULL },
		{ "begin 644 \n#>'EZ\n`\nend\n", NULL, NULL },
		{ "begin 64 x\n#>'EZ\n`\nend\n", NULL, NULL },
		{ "begin 689 x\n#>'EZ\n`\nend\n", NULL, NULL },
		{ "begin 12345 x\n#>'EZ\n`\nend\n", NULL, NULL },
		{ " begin 644 x\n#>'EZ\n`\nend\n", NULL, NULL },
		{ "> begin 644 x\n> #>'EZ\n> `\n> end\n", NULL, NULL },
		{ "begin 644 x\n#>'EZ and more\n`\nend\n", NULL, NULL },
		{ "begin 644 x\nM\nM\nM\nM\n`\nend\n", NULL,
		  NULL }, /* more than is said */
		{ "", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct uu_file f;
		bool found = uu_find(str_from(rows[i].text), 0, &f);
		if (found != !!rows[i].bytes)
			fprintf(stderr, "row %zu\n", i);
		CHECK(found == !!rows[i].bytes);
		CHECK(!found
		      || (str_eq(f.name, str_from(rows[i].name))
			  && str_eq(uu_bytes(a, &f), str_from(rows[i].bytes))));
	}
}

static void several(struct arena *a)
{
	str text = STR("one\n" XYZ "two\nbegin 644 not\n" XYZ XYZ "three\n");
	struct uu_file f;
	size_t n = 0;
	for (size_t at = 0; uu_find(text, at, &f); at = f.end, n++)
		CHECK(str_eq(f.name, STR("x y.txt"))
		      && str_eq(uu_bytes(a, &f), STR("xyz")));
	CHECK(n == 3);
	CHECK(uu_find(text, 0, &f) && f.begin == 4 && f.end == 4 + sizeof XYZ - 1);
	CHECK(str_starts(str_skip(text, f.end), STR("two")));
}

/* As sharutils writes it: 45 octets a line. */
static void long_lines(struct arena *a)
{
	struct uu_file f;
	str text = STR("begin 644 lines\n"
		       "M;&EN92 Q(&]F('1H92!F:6QE+\"!W:&EC:\"!I<R!L;VYG97(@=&AA;B!F;W)T\n"
		       "H>2UF:79E(&]C=&5T<RP@<V\\@=&AA=\"!I=\"!H87,@='=O(&QI;F5S+@\n"
		       "`\nend\n");
	CHECK(uu_find(text, 0, &f) && f.size == 45 + 40);
	CHECK(str_eq(uu_bytes(a, &f),
		     STR("line 1 of the file, which is longer than forty-five octets, so "
			 "that it has two lines.")));
}

int main(void)
{
	ARENA(a);
	finds(a);
	several(a);
	long_lines(a);
	return check_done();
}
